"""What a dispute costs beside the disputed amount.

The fee for receiving one is never returned, the fee for countering it comes back with a win, and is not taken in
Mexico and Japan. Visa and Mastercard take USD 500 for countering a compliance case, returned on a win. What
Stripe's Smart Disputes win costs a share instead of the countered fee.
https://docs.stripe.com/disputes/how-disputes-work#dispute-fees, https://docs.stripe.com/disputes/api/visa-compliance,
https://docs.stripe.com/disputes/smart-disputes
"""

from sandbox import funds
from sandbox.ledger import Movement
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

WITHOUT_COUNTERED_FEE = ("MX", "JP")
COMPLIANCE_FEE = 50_000
SMART_DISPUTES_PERCENT = 30


def take_countered(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    """Stripe's fee for sending evidence."""
    fee = sandbox.settings.dispute_countered_fee
    if fee and account.country not in WITHOUT_COUNTERED_FEE:
        _take(sandbox, account, dispute, fee, account.default_currency, "Dispute countered fee", "fee")


def take_compliance(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    """The network's fee, always in US dollars."""
    _take(sandbox, account, dispute, COMPLIANCE_FEE, "usd", "Network compliance fee", "network_cost")


def give_back(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    """Return with a win what was taken for countering."""
    record = account.dispute_records[dispute["id"]]
    for taken in record.fees:
        funds.book(
            sandbox,
            account,
            type="stripe_fee",
            amount=-taken["amount"],
            currency=taken["currency"],
            source=dispute["id"],
            reporting_category=taken["reporting_category"],
            description=f"{taken['description']} returned",
        )
        _record(sandbox, account, dispute, Movement.DISPUTE_FEE_RETURNED, -taken["amount"], taken["currency"])
    record.fees.clear()


def take_share(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    """Stripe's share of what its own packet recovered."""
    share = dispute["amount"] * SMART_DISPUTES_PERCENT // 100
    _take(sandbox, account, dispute, share, dispute["currency"], "Smart Disputes fee", "fee", returned=False)


def _take(
    sandbox: Sandbox,
    account: Account,
    dispute: Object,
    amount: int,
    currency: str,
    description: str,
    category: str,
    *,
    returned: bool = True,
) -> None:
    taken = funds.book(
        sandbox,
        account,
        type="stripe_fee",
        amount=-amount,
        currency=currency,
        source=dispute["id"],
        reporting_category=category,
        description=description,
    )
    if returned:
        account.dispute_records[dispute["id"]].fees.append(taken)
    _record(sandbox, account, dispute, Movement.DISPUTE_FEE, amount, currency)


def _record(
    sandbox: Sandbox, account: Account, dispute: Object, kind: Movement, amount: int, currency: str
) -> None:
    charge = account.tables["charges"].peek(dispute["charge"]) | {"currency": currency}
    funds.record(sandbox, account, kind, charge=charge, amount=amount, dispute=dispute["id"])
