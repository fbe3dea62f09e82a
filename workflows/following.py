"""Chapter of a dispute's story: the verdict, for months. A loss may still become a win, or be appealed."""

from datetime import datetime, timedelta

from temporalio import workflow

from chargebacks.contracts import CaseStatus
from chargebacks.dispute_case import DisputeStory, Verdict
from chargebacks.dispute_outcomes import money_of, result_of_dispute, verdict_of
from workflows.dispute_case import DisputeCase
from workflows.dispute_steps import RECORD_RESULT
from workflows.filing import check_refund
from workflows.steps import run_local

_MONEY_COMES = timedelta(days=14)
"""How long after a win the money that was taken is waited for."""
_REFUND_COMES = timedelta(hours=8)
"""How often a pending refund is read where no event tells of it."""
_UNKNOWN = (
    "unknown_status: Stripe says {status}, which is not known here: see in the Dashboard what it asks for"
)
_AFTER_DUE = timedelta(hours=6)
"""When an unanswered dispute is looked at after its deadline."""


async def follow(case: DisputeCase) -> bool:
    """Until the case is over (False), or another answer is to be given (True)."""
    while True:
        await take_verdict(case)
        if case.dispute.awaits_answer and not case.is_left:
            return True
        until = _next_look(case)
        if until is None and not case.changed:
            return False
        if until is None:
            await case.take_news()
            continue
        await _publish(case)
        await case.wait(None, until=until)
        if case.word is not None:
            return True
        if case.evidence_added and case.dispute.awaits_answer:
            return True
        if workflow.now() >= until:
            case.changed = True
        if (case.refund_changed and case.refund_is_ours) or (case.refund_pending and workflow.now() >= until):
            await check_refund(case)
        await case.take_news()


async def take_verdict(case: DisputeCase) -> None:
    """Tell and record how the dispute stands, whenever that has changed."""
    dispute = case.dispute
    case.notice_filing()
    verdict = verdict_of(dispute, accepted=case.accepted, refunded=case.refunded and not case.refund_pending)
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
    if case.refund_pending:
        return now + _REFUND_COMES
    if verdict is None:
        due = case.dispute.due_by
        waiting = case.dispute.awaits_answer and due is not None and due + _AFTER_DUE > now
        return min(now + poll, due + _AFTER_DUE) if waiting and due is not None else now + poll
    end = watched_until(case.story, watch_lost_days=case.opened.watch_lost_days)
    return min(now + poll, end) if end is not None and now < end else None


def watched_until(story: DisputeStory, *, watch_lost_days: int) -> datetime | None:
    """A loss may still become a win, and the money of a win may come after the word. None: it is over."""
    if story.decided_at is None:
        return None
    if story.verdict is Verdict.WON and story.recovered_minor < story.withdrawn_minor:
        return story.decided_at + _MONEY_COMES
    if story.verdict is Verdict.LOST:
        return story.decided_at + timedelta(days=watch_lost_days)
    return None


def _still_open(case: DisputeCase) -> str:
    can_be_filed = case.packet is not None and not case.observes
    return ". `submit` still files it until it is due" if can_be_filed else ""


async def _publish(case: DisputeCase) -> None:
    kept = case.missed
    if case.story.verdict is not None:
        awaited = "the money" if case.story.verdict is Verdict.WON else "a late turn of the verdict"
        waits = f"{awaited}, looked for every {case.opened.poll_days} days"
        if case.refund_pending:
            waits = "the inquiry's refund to be paid"
        await case.publish(CaseStatus.WATCHING_VERDICT, attention=kept, waits_for=waits)
        return
    if case.dispute.awaits_answer:
        waits = f"nothing: left unanswered ({case.story.left})" + _still_open(case)
    else:
        waits = f"the issuer's verdict, looked for every {case.opened.poll_days} days"
        if not case.dispute.under_review:
            kept = kept or _UNKNOWN.format(status=case.dispute.status)
    await case.publish(CaseStatus.UNDER_REVIEW, attention=kept, waits_for=waits)
