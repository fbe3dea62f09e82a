"""Chapter of a dispute's story: the verdict, for months. A loss may still become a win, or be appealed."""

from datetime import datetime, timedelta

from temporalio import workflow

from chargebacks.contracts import CaseStatus
from chargebacks.dispute_case import Verdict
from chargebacks.dispute_outcomes import money_of, result_of_dispute, verdict_of
from workflows.case_page import at
from workflows.dispute_case import DisputeCase
from workflows.dispute_steps import RECORD_RESULT
from workflows.steps import run_local

_MONEY_COMES = timedelta(days=14)
"""How long after a win the money that was taken is waited for."""
_AFTER_DUE = timedelta(hours=6)
"""When an unanswered dispute is looked at after its deadline."""


async def follow(case: DisputeCase) -> bool:
    """Until the case is over (False), or another answer is to be given (True)."""
    while True:
        await take_verdict(case)
        if case.dispute.awaits_answer and not case.is_left:
            return True
        until = _next_look(case)
        if until is None:
            return False
        await _publish(case, until)
        await case.wait(None, until=until)
        if case.word is not None:
            return True
        if case.evidence_added and case.dispute.awaits_answer:
            return True
        case.news = case.evidence_added = False
        if case.changed or workflow.now() >= until:
            await case.read_again()


async def take_verdict(case: DisputeCase) -> None:
    """Tell and record how the dispute stands, whenever that has changed."""
    dispute = case.dispute
    case.notice_filing()
    verdict = verdict_of(dispute, accepted=case.accepted, refunded=case.refunded)
    money = money_of(dispute)
    if verdict is not None and verdict is not case.story.verdict:
        before = f" (was {case.story.verdict.value})" if case.story.verdict is not None else ""
        case.record.note(f"verdict: {verdict.value}{before}")
        case.tell(decided_at=workflow.now())
    case.tell(
        verdict=verdict,
        recovered_minor=money.recovered_minor,
        withdrawn_minor=money.withdrawn_minor,
        fees_minor=money.fees_minor,
        settlement_currency=money.currency,
    )
    result = result_of_dispute(case.record.case)
    if result is not None and result != case.recorded:
        await run_local(
            RECORD_RESULT, result, summary=f"record: {verdict.value if verdict else dispute.status}"
        )
        case.recorded = result


def _next_look(case: DisputeCase) -> datetime | None:
    """When to read the dispute again without being told; None when nothing can change any more."""
    now, verdict = workflow.now(), case.story.verdict
    poll = timedelta(days=case.opened.poll_days)
    if verdict is None:
        due = case.dispute.due_by
        waiting = case.dispute.awaits_answer and due is not None and due + _AFTER_DUE > now
        return min(now + poll, due + _AFTER_DUE) if waiting and due is not None else now + poll
    end = _watched_until(case, verdict)
    return min(now + poll, end) if end is not None and now < end else None


def _watched_until(case: DisputeCase, verdict: Verdict) -> datetime | None:
    """A loss may still become a win, and the money of a win may come after the word."""
    decided_at, story = case.story.decided_at, case.story
    if decided_at is None:
        return None
    if verdict is Verdict.WON and story.recovered_minor < story.withdrawn_minor:
        return decided_at + _MONEY_COMES
    if verdict is Verdict.LOST:
        return decided_at + timedelta(days=case.opened.watch_lost_days)
    return None


async def _publish(case: DisputeCase, until: datetime) -> None:
    kept = case.missed
    if case.story.verdict is not None:
        awaited = "the money" if case.story.verdict is Verdict.WON else "a late turn of the verdict"
        waits = f"{awaited}, next look {at(until)}"
        await case.record.publish(CaseStatus.WATCHING_VERDICT, attention=kept, waits_for=waits)
        return
    if case.dispute.awaits_answer:
        waits = f"nothing: left unanswered ({case.story.left}). `submit` still files it until it is due"
    else:
        waits = f"the issuer's verdict, next look {at(until)}"
    await case.record.publish(CaseStatus.UNDER_REVIEW, attention=kept, waits_for=waits)
