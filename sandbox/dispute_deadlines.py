"""What time does to disputes: verdicts, answers that Stripe files by itself, missed deadlines, lapsed inquiries.

https://docs.stripe.com/disputes/responding, https://docs.stripe.com/disputes/smart-disputes-auto-respond
"""

from copy import deepcopy
from functools import partial

from sandbox import dispute_course, dispute_submission, evidence
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

WINNING, LOSING, ESCALATING = "winning_evidence", "losing_evidence", "escalate_inquiry_evidence"
"""Stripe's magic words for the outcome in test mode. https://docs.stripe.com/testing#evidence"""


def watch(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    """Let the deadline take effect when it comes; to be called again whenever it moves."""
    due = dispute["evidence_details"]["due_by"]
    if not due or dispute["status"] not in dispute_course.ANSWERS:
        return
    now = sandbox.clock.now()
    early = max(due - sandbox.settings.smart_disputes_before, now)
    sandbox.clock.schedule(early, partial(_file, sandbox, account, dispute, due))
    sandbox.clock.schedule(max(due, now), partial(_miss, sandbox, account, dispute, due))


def watch_inquiry(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    """An inquiry that leads to nothing is closed after 120 days."""
    at = dispute["created"] + sandbox.settings.inquiry_closes_after
    sandbox.clock.schedule(max(at, sandbox.clock.now()), partial(_lapse, sandbox, account, dispute))


def _is_due(dispute: Object, due: int) -> bool:
    """Whether the answer is still awaited and the deadline still this one."""
    return dispute["evidence_details"]["due_by"] == due and dispute["status"] in dispute_course.ANSWERS


def _file(sandbox: Sandbox, account: Account, dispute: Object, due: int) -> None:
    if _is_due(dispute, due) and dispute_submission.file_smart_packet(sandbox, account, dispute):
        foretell(sandbox, account, dispute)


def _miss(sandbox: Sandbox, account: Account, dispute: Object, due: int) -> None:
    """A chargeback or an appeal without an answer is lost; an inquiry is past due and may become worse."""
    if not _is_due(dispute, due):
        return
    inquiry = dispute_course.is_inquiry(dispute)
    if not inquiry and sandbox.settings.lose_at_deadline:
        dispute_course.close(sandbox, account, dispute, status="lost")
        return
    before = deepcopy(dispute)
    dispute["evidence_details"]["past_due"] = True
    dispute_course.emit_update(sandbox, account, dispute, before)
    if inquiry and sandbox.settings.inquiries_escalate:
        escalate(sandbox, account, dispute)


def _lapse(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    if dispute["status"] in ("warning_needs_response", "warning_under_review"):
        dispute_course.close(sandbox, account, dispute, status="warning_closed")


def escalate(sandbox: Sandbox, account: Account, dispute: Object, *, due_by: int | None = None) -> None:
    """An inquiry becomes a chargeback, with a deadline of its own."""
    dispute_course.escalate(sandbox, account, dispute, due_by=due_by)
    watch(sandbox, account, dispute)


def foretell(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    """Schedule what the magic words ask for; until then the dispute is under review."""
    words, inquiry = evidence.texts_of(dispute["evidence"]), dispute_course.is_inquiry(dispute)
    if inquiry and ESCALATING in words:
        job = partial(_escalate, sandbox, account, dispute)
    elif WINNING in words or LOSING in words:
        status = "warning_closed" if inquiry else "won" if WINNING in words else "lost"
        job = partial(_decide, sandbox, account, dispute, status)
    else:
        return
    sandbox.clock.schedule(sandbox.clock.now() + sandbox.settings.verdict_after, job)


def _decide(sandbox: Sandbox, account: Account, dispute: Object, status: str) -> None:
    if dispute["status"] in dispute_course.ANSWERS.values():
        dispute_course.close(sandbox, account, dispute, status=status)


def _escalate(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    if dispute["status"] == "warning_under_review":
        escalate(sandbox, account, dispute)
