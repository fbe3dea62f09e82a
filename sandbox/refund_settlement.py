"""What becomes of a refund after it was asked for: paid out, held, settled, failed.

https://docs.stripe.com/refunds#lifecycle
"""

from functools import partial

from sandbox import funds
from sandbox.errors import invalid
from sandbox.ledger import Movement
from sandbox.resource import changed
from sandbox.state import Account, Sandbox
from sandbox.tables import Object
from sandbox.test_cards import ORDINARY, RefundBehaviour

FAILURE_REASONS = (
    "lost_or_stolen_card", "expired_or_canceled_card", "charge_for_pending_refund_disputed",
    "insufficient_funds", "declined", "merchant_request", "unknown",
)  # fmt: skip


def of_charge(account: Account, charge: Object) -> list[Object]:
    """A charge's refunds, newest first."""
    rows = account.tables["refunds"]
    return [rows.peek(id) for _, _, id in reversed(rows.entries({"charge": charge["id"]}))]


def pay_out(sandbox: Sandbox, account: Account, refund: Object, *, card_behaviour: RefundBehaviour) -> None:
    """Take the money from the balance and schedule what the bank answers."""
    transaction = funds.book(
        sandbox,
        account,
        type="refund",
        amount=-refund["amount"],
        currency=refund["currency"],
        source=refund["id"],
    )
    refund["balance_transaction"] = transaction["id"]
    settings, now = sandbox.settings, sandbox.clock.now()
    if refund["status"] == "succeeded":
        _succeeded(sandbox, account, refund)
    elif card_behaviour is RefundBehaviour.PENDING_THEN_SUCCEEDS:
        sandbox.clock.schedule(
            now + settings.refund_settles_after, partial(_settle, sandbox, account, refund)
        )
    if card_behaviour is RefundBehaviour.SUCCEEDS_THEN_FAILS:
        job = partial(_fail_later, sandbox, account, refund)
        sandbox.clock.schedule(now + settings.refund_fails_after, job)
    if refund["destination_details"]["card"]["type"] == "refund":
        job = partial(_give_reference, sandbox, account, refund)
        sandbox.clock.schedule(now + settings.reference_after, job)


def _succeeded(sandbox: Sandbox, account: Account, refund: Object) -> None:
    charge = account.tables["charges"].peek(refund["charge"])
    kind = Movement.REFUND_SUCCEEDED
    funds.record(sandbox, account, kind, charge=charge, amount=refund["amount"], refund=refund["id"])


def _settle(sandbox: Sandbox, account: Account, refund: Object) -> None:
    if refund["status"] != "pending":
        return
    before = dict(refund)
    refund.pop("pending_reason", None)
    account.tables["refunds"].set(refund, "status", "succeeded")
    _succeeded(sandbox, account, refund)
    emit_update(sandbox, account, refund, before)


def _fail_later(sandbox: Sandbox, account: Account, refund: Object) -> None:
    if refund["status"] == "succeeded":
        fail(sandbox, account, refund, reason="expired_or_canceled_card")


def _give_reference(sandbox: Sandbox, account: Account, refund: Object) -> None:
    """The acquirer reference number arrives. Its digits are made from the refund's place in the ledger."""
    card = refund["destination_details"]["card"]
    if refund["status"] != "succeeded" or card.get("reference_status") != "pending":
        return
    before = {**refund, "destination_details": {"card": dict(card), "type": "card"}}
    card["reference"] = "7" + refund["id"][-12:].rjust(22, "4")
    card["reference_status"] = "available"
    emit_update(sandbox, account, refund, before)


def emit_update(sandbox: Sandbox, account: Account, refund: Object, before: Object) -> None:
    previous = changed(before, refund, set(before) | set(refund))
    sandbox.emit(account, "refund.updated", refund, previous=previous)
    sandbox.emit(account, "charge.refund.updated", refund, previous=previous)


def settle(sandbox: Sandbox, account: Account, refund: Object) -> None:
    """The control plane lets a refund arrive, whatever it waited for, and its reference with it."""
    if refund["status"] == "pending" and refund["balance_transaction"] is None:
        pay_out(sandbox, account, refund, card_behaviour=RefundBehaviour.SUCCEEDS)
    _settle(sandbox, account, refund)
    _give_reference(sandbox, account, refund)


def fail(sandbox: Sandbox, account: Account, refund: Object, *, reason: str) -> None:
    """The refund does not arrive: the money returns to the balance and the charge counts as not refunded."""
    charge = account.tables["charges"].get(refund["charge"])
    if charge is None or refund["status"] in ("failed", "canceled"):
        raise invalid(f"Refund {refund['id']} is {refund['status']} and cannot fail.")
    before = dict(refund)
    refund.pop("pending_reason", None)
    refund["failure_reason"] = reason
    if refund["balance_transaction"] is not None:
        transaction = funds.book(
            sandbox,
            account,
            type="refund_failure",
            amount=refund["amount"],
            currency=refund["currency"],
            source=refund["id"],
        )
        refund["failure_balance_transaction"] = transaction["id"]
    account.tables["refunds"].set(refund, "status", "failed")
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    kind = Movement.REFUND_FAILED
    funds.record(sandbox, account, kind, charge=charge, amount=refund["amount"], refund=refund["id"])
    previous = changed(before, refund, set(before) | set(refund))
    for event in ("refund.updated", "charge.refund.updated", "refund.failed"):
        sandbox.emit(account, event, refund, previous=previous)


def release_held(sandbox: Sandbox, account: Account, *, currency: str) -> None:
    """Pay out, oldest first, what the balance now covers."""
    rows = account.tables["refunds"]
    for _, _, id in list(rows.entries({"status": "pending"})):
        refund = rows.get(id)
        if refund is None or refund.get("pending_reason") != "insufficient_funds":
            continue
        if refund["currency"] == currency and account.balances.covers(refund["amount"], currency=currency):
            card = account.card_of_method.get(refund["payment_method"], ORDINARY)
            pay_out(sandbox, account, refund, card_behaviour=card.refunds)
            if card.refunds is RefundBehaviour.PENDING_THEN_SUCCEEDS:
                refund["pending_reason"] = "processing"
            else:
                _settle(sandbox, account, refund)


def disputed(sandbox: Sandbox, account: Account, charge: Object) -> None:
    """A chargeback beats the refunds that still wait for funds."""
    for refund in of_charge(account, charge):
        if refund["status"] == "pending" and refund.get("pending_reason") == "insufficient_funds":
            fail(sandbox, account, refund, reason="charge_for_pending_refund_disputed")
