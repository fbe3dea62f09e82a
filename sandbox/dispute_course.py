"""How disputes go on once they are open: money taken and returned, verdicts, escalation, appeals, prevention.

https://docs.stripe.com/disputes/how-disputes-work
"""

from copy import deepcopy

from sandbox import dispute_fees, funds, refund_settlement
from sandbox.errors import invalid
from sandbox.ledger import Movement
from sandbox.resource import previous_values
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

DAY = 86_400
DAYS_TO_ANSWER = 9
ANSWERS = {
    "needs_response": "under_review",
    "warning_needs_response": "warning_under_review",
    "appeal_needs_response": "appeal_under_review",
}
"""The statuses that wait for the merchant, and what an answer turns them into."""
VERDICTS = ("won", "lost", "warning_closed")


def end_of_day(moment: int) -> int:
    """The last second of a UTC day, which is where Stripe's deadlines lie."""
    return moment // DAY * DAY + DAY - 1


def is_inquiry(dispute: Object) -> bool:
    return str(dispute["status"]).startswith("warning_")


def charge_of(account: Account, dispute: Object) -> Object:
    return account.tables["charges"].peek(dispute["charge"])


def emit_update(sandbox: Sandbox, account: Account, dispute: Object, before: Object) -> None:
    """Tell what changed since `before`, unless nothing did."""
    if previous := previous_values(before, dispute):
        sandbox.emit(account, "charge.dispute.updated", dispute, previous=previous)


def close(sandbox: Sandbox, account: Account, dispute: Object, *, status: str) -> None:
    """The issuer decides. A win returns the amount and the fee; `lost` may still turn into `won` later."""
    if is_inquiry(dispute) is not (status == "warning_closed"):
        message = f"Dispute {dispute['id']} is {dispute['status']} and cannot become {status}."
        raise invalid(message, param="status")
    before = deepcopy(dispute)
    dispute["status"] = status
    dispute["is_charge_refundable"] = status != "lost" and not charge_of(account, dispute)["refunded"]
    if status == "won":
        _reinstate(sandbox, account, dispute)
        _settle_fees(sandbox, account, dispute)
    sandbox.emit(account, "charge.dispute.closed", dispute, previous=previous_values(before, dispute))


def _settle_fees(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    dispute_fees.give_back(sandbox, account, dispute)
    if dispute["evidence_details"]["submission_method"] == "smart_disputes":
        dispute_fees.take_share(sandbox, account, dispute)


def withdraw(sandbox: Sandbox, account: Account, dispute: Object, *, fee: int) -> None:
    """Take the disputed amount and the fee from the balance."""
    _book(sandbox, account, dispute, sign=-1, fee=fee)
    sandbox.emit(account, "charge.dispute.funds_withdrawn", dispute)


def is_withdrawn(dispute: Object) -> bool:
    return bool(sum(transaction["amount"] for transaction in dispute["balance_transactions"]) < 0)


def _reinstate(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    if is_withdrawn(dispute):
        _book(sandbox, account, dispute, sign=1, fee=0)
        sandbox.emit(account, "charge.dispute.funds_reinstated", dispute)


def _book(sandbox: Sandbox, account: Account, dispute: Object, *, sign: int, fee: int) -> None:
    transaction = funds.book(
        sandbox,
        account,
        type="adjustment",
        amount=sign * dispute["amount"],
        fee=fee,
        currency=dispute["currency"],
        source=dispute["id"],
        reporting_category="dispute" if sign < 0 else "dispute_reversal",
        description=f"Chargeback {'withdrawal' if sign < 0 else 'reversal'} for {dispute['charge']}",
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], transaction]
    kind = Movement.DISPUTE_WITHDRAWN if sign < 0 else Movement.DISPUTE_REINSTATED
    charge = charge_of(account, dispute) | {"currency": dispute["currency"]}
    funds.record(sandbox, account, kind, charge=charge, amount=dispute["amount"], dispute=dispute["id"])


def escalate(sandbox: Sandbox, account: Account, dispute: Object, *, due_by: int | None = None) -> None:
    """An inquiry becomes a chargeback: the same dispute, with money withdrawn, and to be answered once more.

    Even a closed inquiry may. What was submitted for the inquiry stays counted.
    """
    if not is_inquiry(dispute):
        raise invalid(f"Dispute {dispute['id']} is no inquiry.", param="id")
    before = deepcopy(dispute)
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    if "card" in dispute["payment_method_details"]:
        dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    due = end_of_day(sandbox.clock.now() + DAYS_TO_ANSWER * DAY) if due_by is None else due_by
    dispute["evidence_details"] |= {"due_by": due, "past_due": False, "submission_method": "not_submitted"}
    emit_update(sandbox, account, dispute, before)
    withdraw(sandbox, account, dispute, fee=sandbox.settings.dispute_received_fee)
    charge = account.tables["charges"].get(dispute["charge"])
    if charge is not None:
        refund_settlement.disputed(sandbox, account, charge)


def appeal(sandbox: Sandbox, account: Account, dispute: Object, *, due_by: int | None) -> None:
    """A lost case may be appealed until `due_by`.

    https://docs.stripe.com/changelog/endive/2026-10-28/evidence-submission-appeal-dispute-decisions
    """
    if dispute["status"] != "lost":
        raise invalid(f"Dispute {dispute['id']} is {dispute['status']}; only lost ones go into appeal.")
    before = deepcopy(dispute)
    dispute["status"] = "appeal_needs_response"
    due = end_of_day(sandbox.clock.now() + DAYS_TO_ANSWER * DAY) if due_by is None else due_by
    dispute["evidence_details"] |= {"due_by": due, "past_due": False}
    emit_update(sandbox, account, dispute, before)


def prevent(sandbox: Sandbox, account: Account, dispute: Object, *, case_type: str) -> None:
    """A resolution gives the money back to the cardholder, a block turns the dispute away."""
    if dispute["status"] not in ANSWERS or "card" not in dispute["payment_method_details"]:
        raise invalid(f"Dispute {dispute['id']} is {dispute['status']} and cannot be prevented any more.")
    before = deepcopy(dispute)
    dispute |= {"status": "prevented", "is_charge_refundable": False}
    dispute["payment_method_details"]["card"]["case_type"] = case_type
    dispute["evidence_details"]["due_by"] = None
    emit_update(sandbox, account, dispute, before)
    if case_type == "block":
        _reinstate(sandbox, account, dispute)
    elif not is_withdrawn(dispute):
        withdraw(sandbox, account, dispute, fee=0)
