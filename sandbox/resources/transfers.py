"""Transfers of destination charges to connected accounts. https://docs.stripe.com/api/transfers"""

from sandbox.errors import invalid
from sandbox.parameters import Parameters, amount, created_filter, flag, metadata, text
from sandbox.resource import Call, Resource, sub_list
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

TRANSFERS = Resource(
    "transfer",
    table="transfers",
    prefixes=("tr",),
    indexes=("destination", "transfer_group"),
    expandable=("source_transaction",),
)
TRANSFERS.retrieval("/v1/transfers/{id}", permission="transfer")
TRANSFERS.listing(
    "/v1/transfers",
    permission="transfer",
    created=created_filter(),
    destination=text(),
    transfer_group=text(),
)


def send(sandbox: Sandbox, account: Account, charge: Object, *, amount: int, destination: str) -> Object:
    """Pass on the funds of a destination charge."""
    id = sandbox.ids.next("tr")
    transfer = {
        "id": id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": charge["created"],
        "currency": charge["currency"],
        "description": None,
        "destination": destination,
        "destination_payment": sandbox.ids.next("py"),
        "livemode": False,
        "metadata": {},
        "reversals": sub_list(f"/v1/transfers/{id}/reversals", []),
        "reversed": False,
        "source_transaction": charge["id"],
        "source_type": "card",
        "transfer_group": charge["transfer_group"],
    }
    TRANSFERS.rows(account).add(transfer)
    sandbox.emit(account, "transfer.created", transfer)
    return transfer


def reverse(
    sandbox: Sandbox,
    account: Account,
    transfer: Object,
    *,
    amount: int,
    source_refund: str | None,
    tags: dict[str, str],
) -> Object:
    """Take back part of a transfer; `tags` become the reversal's metadata."""
    reversal = {
        "id": sandbox.ids.next("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": sandbox.clock.now(),
        "currency": transfer["currency"],
        "destination_payment_refund": None,
        "metadata": tags,
        "source_refund": source_refund,
        "transfer": transfer["id"],
    }
    transfer["reversals"]["data"].insert(0, reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    sandbox.emit(account, "transfer.reversed", transfer)
    return reversal


@TRANSFERS.post(
    "/v1/transfers/{id}/reversals",
    permission="transfer",
    parameters=Parameters(
        amount=amount(), description=text(), metadata=metadata(), refund_application_fee=flag()
    ),
)
def create_reversal(call: Call) -> Object:
    transfer = TRANSFERS.find(call.account, call.path["id"], param="id")
    left = transfer["amount"] - transfer["amount_reversed"]
    asked = call.given.get("amount", left)
    if asked > left or not left:
        message = f"Transfer {transfer['id']} has only {left} left to reverse."
        raise invalid(message, param="amount")
    tags = call.given.get("metadata") or {}
    return reverse(call.sandbox, call.account, transfer, amount=asked, source_refund=None, tags=tags)
