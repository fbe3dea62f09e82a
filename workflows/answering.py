"""Chapter of an alert's story: the outcome, in the source's words, once, inside the window."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

from activities.outcomes import ANSWERED_ELSEWHERE, Reported, ReportOrder
from chargebacks.alerts import AnswerMode
from chargebacks.contracts import CaseStatus
from chargebacks.decisions import Action, Decision
from chargebacks.outcomes import outcome_of
from chargebacks.refunds import RefundResult
from workflows.case import Case
from workflows.steps import REPORT_OUTCOME, StepFailed

_LATE_REPORT = timedelta(days=7)
"""How long an outcome that missed its window may still be sent on a person's word."""

_NO_WINDOW = timedelta(days=1)

_UNANSWERED = "not answered yet"


async def report(case: Case, decision: Decision, money: RefundResult | None) -> None:
    """Tell the source what is true now. What could not be delivered in time stays with a person."""
    outcome = outcome_of(decision, money, decided_by=case.decided_by, charge=case.charge)
    case.record.set(outcome=outcome)
    if case.alert.answer_mode is AnswerMode.NONE or decision.action is Action.NOTHING:
        case.record.note(f"{outcome.code.value}: the source takes no answer")
        return
    due = case.window.respond_by or workflow.now() + _NO_WINDOW
    order = ReportOrder(case_id=case.id, alert=case.alert, outcome=outcome)
    until = max(due, workflow.now()) + _LATE_REPORT
    reported = await case.persist(lambda: _send(case, order, due=due, until=until), until=until)
    if reported is None:
        case.record.note("the source was not told this outcome")
        return
    case.record.set(outcome=reported.outcome, outcome_sent_at=reported.at)
    if (case.record.case.attention or "").startswith(_UNANSWERED):
        case.record.set(attention=None)
    said = reported.acknowledgement.provider_code
    case.record.note(f"reported {reported.outcome.code.value} as {said}")


async def _send(case: Case, order: ReportOrder, *, due: datetime, until: datetime) -> Reported | None:
    """None: somebody else has answered for good, and a person has seen it. Sending again could not change it."""
    summary = f"report {order.outcome.code.value} to {case.alert.source}"
    order = order.model_copy(update={"late": workflow.now() > due})
    try:
        return await case.run(REPORT_OUTCOME, order, summary=summary, until=due)
    except StepFailed as failure:
        if failure.reason != ANSWERED_ELSEWHERE:
            raise
        await case.hold(failure.reason, failure.message, until=until)
        return None


def watch_the_window(case: Case) -> "asyncio.Task[None]":
    """Raise attention when most of the window is gone without an answer. Cancel when answered."""
    return asyncio.create_task(_raise_attention(case))


async def _raise_attention(case: Case) -> None:
    at, due = case.window.attention_at, case.window.respond_by
    if at is None or due is None or at <= workflow.now():
        return
    await workflow.sleep(at - workflow.now(), summary="most of the window is gone: raise attention")
    text = f"{_UNANSWERED}, due by {due:%Y-%m-%d %H:%M} UTC"
    case.record.note(text)
    if case.record.case.attention is None:
        await case.record.publish(CaseStatus.NEEDS_ATTENTION, attention=text)
