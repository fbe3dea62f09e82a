"""Moving money: a balance transaction, the account's balance and the ledger always change together."""

from sandbox.ledger import Movement
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

PERCENT_FEE_PER_MILLE, FIXED_FEE = 29, 30


def processing_fee(amount: int) -> int:
    """Stripe's fee on a charge in minor units: 2.9 % and 30."""
    return amount * PERCENT_FEE_PER_MILLE // 1000 + FIXED_FEE


def balance_transaction(
    id: str,
    *,
    type: str,
    amount: int,
    fee: int,
    currency: str,
    source: str,
    created: int,
    available_on: int,
    now: int,
    reporting_category: str | None = None,
    description: str | None = None,
) -> Object:
    """The object; `amount` is signed, `fee` what Stripe keeps (negative when given back)."""
    fees = [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": "Dispute fee" if type == "adjustment" else "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    return {
        "id": id,
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fees if fee else [],
        "net": amount - fee,
        "reporting_category": reporting_category or type,
        "source": source,
        "status": "available" if available_on <= now else "pending",
        "type": type,
    }


def book_charge(
    sandbox: Sandbox, account: Account, charge: Object, *, created: int, at_once: bool = False
) -> str:
    """Take in a captured charge: its net amount becomes available after two days, or at once."""
    amount, currency, now = charge["amount_captured"], charge["currency"], sandbox.clock.now()
    fee = processing_fee(amount)
    if at_once:
        account.balances.adjust(amount - fee, currency=currency)
        available_on = created
    else:
        available_on = account.balances.receive(amount - fee, currency=currency, at=created, now=now)
    id = sandbox.ids.next("txn")
    transaction = balance_transaction(
        id,
        type="charge",
        amount=amount,
        fee=fee,
        currency=currency,
        source=charge["id"],
        created=created,
        available_on=available_on,
        now=now,
        description=charge["description"],
    )
    account.tables["balance_transactions"].add(transaction)
    return id


def book(
    sandbox: Sandbox,
    account: Account,
    *,
    type: str,
    amount: int,
    fee: int = 0,
    currency: str,
    source: str,
    reporting_category: str | None = None,
    description: str | None = None,
) -> Object:
    """Add `amount` less `fee` to the available balance (negative: take from it) at once."""
    now = sandbox.clock.now()
    account.balances.adjust(amount - fee, currency=currency)
    transaction = balance_transaction(
        sandbox.ids.next("txn"),
        type=type,
        amount=amount,
        fee=fee,
        currency=currency,
        source=source,
        created=now,
        available_on=now,
        now=now,
        reporting_category=reporting_category,
        description=description,
    )
    account.tables["balance_transactions"].add(transaction)
    return transaction


def record(
    sandbox: Sandbox,
    account: Account,
    kind: Movement,
    *,
    charge: Object,
    amount: int,
    refund: str | None = None,
    dispute: str | None = None,
) -> None:
    """Write a movement on a charge into the ledger, with the request that caused it."""
    sandbox.ledger.record(
        kind,
        at=sandbox.clock.now(),
        account=account.id,
        charge=charge["id"],
        amount=amount,
        currency=charge["currency"],
        refund=refund,
        dispute=dispute,
        request=sandbox.origin.request,
        idempotency_key=sandbox.origin.idempotency_key,
    )
