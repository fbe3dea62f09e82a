"""Chapter of a dispute's story: one round is answered, by plan, by a person's word, or deliberately not at all."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import workflow

from chargebacks.contracts import AcceptDispute, Approve, Asks, CaseStatus
from chargebacks.disputes import DisputeStatus
from chargebacks.economics import Way
from chargebacks.representment import DisputeAction
from workflows.case_page import at
from workflows.dispute_case import DisputeCase
from workflows.filing import accept, file_packet, refund_inquiry
from workflows.gathering import FRESH, Sources, gather, gather_again
from workflows.parking import Answer, Question
from workflows.preparing import assess, prepare, protect


@dataclass(frozen=True)
class Act:
    """What is to be done now, and on whose word."""

    way: Way
    by: str
    why: str = ""
    ordered: bool = False
    """A person said so, of the packet that there is."""


async def answer_round(case: DisputeCase, sources: Sources) -> None:
    """Gather, prepare and answer. Ends when Stripe takes no answer any more, or when none is to be given."""
    case.left_in = case.overruled = case.missed = None
    case.evidence_added = False
    await protect(case)
    if not await gather(case, until=case.last_safe):
        return await _without_facts(case)
    asked = False
    while case.dispute.awaits_answer:
        if not await assess(case):
            return await _without_facts(case)
        if not asked:
            asked = True
            sources.ask(until=_gather_until(case))
            if await sources.gave_at_once():
                await _take_news(case)
                continue
        unprotected, unprepared = await protect(case), await prepare(case)
        act = _due(case) or await _wait(case, sources, unprotected or unprepared)
        if act is not None and await _carry_out(case, act):
            break
    _see_whether_it_was_missed(case)


async def take_note(case: DisputeCase) -> None:
    """A dispute that the network has settled is read once, for the alert it belongs to and for the books."""
    await gather_again(case, until=workflow.now() + FRESH)
    if case.sale is not None:
        await assess(case)


async def _without_facts(case: DisputeCase) -> None:
    """Nothing can be prepared without them; a person may still give the dispute up."""
    ordered = _ordered(case) if case.word is not None else None
    if ordered is None or not await _carry_out(case, ordered):
        case.leave("what is known of the sale could not be read in time", missed=True)


def _see_whether_it_was_missed(case: DisputeCase) -> None:
    """Stripe takes no answer any more: told plainly where the time ran out before anybody answered."""
    case.notice_filing()
    due = case.dispute.due_by
    if case.is_filed or case.accepted or case.observes or due is None or due > workflow.now():
        return
    if case.dispute.status == DisputeStatus.LOST:
        case.leave(f"nobody filed before the time to answer ended on {at(due)}", missed=True)


def _due(case: DisputeCase) -> Act | None:
    """A person's word first, then what the clock says."""
    if case.word is not None and (ordered := _ordered(case)) is not None:
        return ordered
    decision, version = case.assessment.decision, case.opened.account.policy_version
    due = workflow.now() >= case.plan_ends_at
    policy = Act(way=Way.LEAVE, by=f"policy {version}", why=decision.explanation)
    if decision.action is DisputeAction.RECORD:
        return policy
    if case.observes:
        return Act(way=Way.LEAVE, by=policy.by, why=f"observed only: {decision.explanation}") if due else None
    if _is_overruled(case):
        return Act(way=Way.FIGHT, by=case.overruled or "", ordered=True) if due else None
    no_fight = case.declined is not None and decision.action is DisputeAction.FIGHT
    if decision.action is DisputeAction.ASK or no_fight:
        return _on_silence(case) if due else None
    now = due or decision.at_once or decision.action is DisputeAction.REFUND
    return Act(way=Way(decision.action.value), by=policy.by, why=decision.explanation) if now else None


def _is_overruled(case: DisputeCase) -> bool:
    """Who will not refund or accept has agreed to nothing else that a person is asked about now, such as a fee."""
    decision = case.assessment.decision
    asks_other = decision.action is DisputeAction.ASK and decision.proposal in (Way.FIGHT, Way.LEAVE)
    return case.overruled is not None and not asks_other


def _on_silence(case: DisputeCase) -> Act:
    by = f"silence, policy {case.opened.account.policy_version}"
    if case.declined is not None:
        return Act(way=Way.LEAVE, by=by, why=f"declined by {case.declined} before, and nobody said otherwise")
    return Act(way=case.assessment.decision.on_silence, by=by, why="nobody answered")


def _ordered(case: DisputeCase) -> Act | None:
    """What a person said unasked. None where it was about another packet than the one there is now."""
    word, case.word = case.word, None
    if word is None:
        return None
    note = f": {word.note}" if word.note else ""
    if isinstance(word, AcceptDispute):
        case.record.note(f"acceptance ordered by {word.by}{note}")
        return Act(way=Way.ACCEPT, by=word.by)
    if word.packet is not None and (case.packet is None or word.packet != case.packet.digest):
        case.record.note(f"submission ordered by {word.by} of another packet: void, it has changed since")
        return None
    case.record.note(f"submission ordered by {word.by}{note}")
    return Act(way=Way.FIGHT, by=word.by, ordered=True)


async def _wait(case: DisputeCase, sources: Sources, trouble: str | None) -> Act | None:
    """Until somebody says something, something changes, or a moment of the plan comes. None: look again."""
    question = _question(case, trouble)
    await _publish_waiting(case, sources, question)
    answer = await case.wait(question, until=_next_moment(case))
    while answer is None and not case.wakes() and workflow.now() < case.plan_ends_at:
        sources.ask(until=_gather_until(case))  # a reminder
        answer = await case.wait(question, until=_next_moment(case))
    if answer is not None and question is not None:
        return _answered(case, question, answer)
    if case.word is not None:
        return None
    if case.news:
        await _take_news(case)
    elif case.gathered_at is None or workflow.now() - case.gathered_at > FRESH:
        await gather_again(case, until=workflow.now() + FRESH)  # it is time to file
    return None


async def _take_news(case: DisputeCase) -> None:
    """Where the sale is concerned, all that Stripe knows of it, the dispute included."""
    if case.sale_changed:
        case.sale_changed = case.changed = False
        if not await gather_again(case, until=workflow.now() + FRESH):
            case.changed = True  # the dispute alone may still be had
    await case.take_news()


def _next_moment(case: DisputeCase) -> datetime:
    """The next reminder while something is missing that a source could give, else the moment to file."""
    window, now = case.window, workflow.now()
    end = case.plan_ends_at
    lacking = case.sources and case.assessment.completeness.missing
    reminders = [moment for moment in window.reminders if now < moment < end] if lacking else []
    return min([*reminders, end])


def _question(case: DisputeCase, trouble: str | None) -> Question | None:
    if trouble is not None:
        return Question(asks=Asks.REPAIR, text=trouble)
    decision = case.assessment.decision
    if decision.action is DisputeAction.ASK and not case.observes and not _is_overruled(case):
        return Question(asks=Asks.APPROVAL, text=decision.explanation)
    return None


async def _publish_waiting(case: DisputeCase, sources: Sources, question: Question | None) -> None:
    end = case.plan_ends_at
    if question is None:
        waits = f"evidence from {', '.join(sources.silent)}" if sources.silent else "more evidence"
        plan = _planned(case).value
        await case.publish(CaseStatus.GATHERING, waits_for=f"{waits}; then {plan} at {at(end)}")
    elif question.asks is Asks.REPAIR:
        await case.publish(
            CaseStatus.NEEDS_ATTENTION,
            attention=question.text,
            asks=question.asks,
            waits_for=f"a repair, then resume, until {at(end)}",
        )
    else:
        silence = _on_silence(case).way.value
        await case.publish(
            CaseStatus.AWAITING_PERSON,
            attention=question.text,
            asks=question.asks,
            waits_for=f"approve or decline until {at(end)}; silence then means {silence}",
        )


def _planned(case: DisputeCase) -> DisputeAction:
    action = case.assessment.decision.action
    if _is_overruled(case):
        return DisputeAction.FIGHT
    return DisputeAction.LEAVE if case.declined is not None and action is DisputeAction.FIGHT else action


def _answered(case: DisputeCase, question: Question, answer: Answer) -> Act | None:
    note = f": {answer.note}" if answer.note else ""
    if question.asks is Asks.REPAIR:
        case.record.note(f"resumed by {answer.by}{note}")
        if case.edited is not None:
            case.put_back()
        return None
    proposal = case.assessment.decision.proposal or Way.LEAVE
    if isinstance(answer, Approve):
        if answer.packet is not None and case.packet is not None and answer.packet != case.packet.digest:
            case.record.note(f"approved by {answer.by} for another packet: void, the question stays open")
            return None
        case.record.note(f"approved by {answer.by}{note}")
        return Act(way=proposal, by=answer.by, ordered=True, why=f"approved by {answer.by}")
    case.record.note(f"declined by {answer.by}{note}")
    if proposal is Way.FIGHT or proposal is Way.LEAVE:
        case.declined = answer.by
        return Act(way=Way.LEAVE, by=answer.by, why=f"declined by {answer.by}")
    case.overruled = answer.by  # who will not refund or accept wants it fought: silence would lose it
    return None


async def _carry_out(case: DisputeCase, act: Act) -> bool:
    """True when the round is over for us."""
    match act.way:
        case Way.FIGHT:
            return await file_packet(case, by=act.by, ordered=act.ordered)
        case Way.ACCEPT:
            return await accept(case, by=act.by)
        case Way.REFUND:
            return await refund_inquiry(case, by=act.by)
        case Way.LEAVE:
            case.leave(act.why, missed=_runs_out(case))
    return True


def _runs_out(case: DisputeCase) -> bool:
    """The time to answer ended while the case was here."""
    due = case.dispute.due_by
    return case.assessment.decision.reason == "past_due" and due is not None and case.began_at < due


def _gather_until(case: DisputeCase) -> datetime:
    return case.window.gather_until or case.last_safe
