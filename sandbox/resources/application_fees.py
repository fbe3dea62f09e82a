"""Application fees of a platform on its accounts' charges. https://docs.stripe.com/api/application_fees"""

from sandbox.parameters import created_filter, text
from sandbox.resource import Resource, sub_list
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

APPLICATION_FEES = Resource(
    "application_fee",
    table="application_fees",
    prefixes=("fee",),
    indexes=("charge",),
    expandable=("charge",),
)
APPLICATION_FEES.retrieval("/v1/application_fees/{id}", permission="application_fee")
APPLICATION_FEES.listing(
    "/v1/application_fees", permission="application_fee", created=created_filter(), charge=text()
)


def collect(sandbox: Sandbox, account: Account, charge: Object, *, amount: int) -> Object:
    """Take the fee of a charge; the object lives where the charge does."""
    id = sandbox.ids.next("fee")
    fee = {
        "id": id,
        "object": "application_fee",
        "account": charge["on_behalf_of"] or account.id,
        "amount": amount,
        "amount_refunded": 0,
        "application": "ca_1SandboxPlatform",
        "balance_transaction": None,
        "charge": charge["id"],
        "created": charge["created"],
        "currency": charge["currency"],
        "fee_source": {"charge": charge["id"], "type": "charge"},
        "livemode": False,
        "originating_transaction": None,
        "refunded": False,
        "refunds": sub_list(f"/v1/application_fees/{id}/refunds", []),
    }
    APPLICATION_FEES.rows(account).add(fee)
    sandbox.emit(account, "application_fee.created", fee)
    return fee


def refund(sandbox: Sandbox, account: Account, fee: Object, *, amount: int) -> None:
    """Give back part of a fee."""
    amount = min(amount, fee["amount"] - fee["amount_refunded"])
    back = {
        "id": sandbox.ids.next("fr"),
        "object": "fee_refund",
        "amount": amount,
        "balance_transaction": None,
        "created": sandbox.clock.now(),
        "currency": fee["currency"],
        "fee": fee["id"],
        "metadata": {},
    }
    fee["refunds"]["data"].insert(0, back)
    fee["amount_refunded"] += amount
    fee["refunded"] = fee["amount_refunded"] == fee["amount"]
    sandbox.emit(account, "application_fee.refunded", fee)
