"""Chapter of an alert's story: what to do, and the word of a person where one is needed."""

from datetime import datetime, timedelta

from temporalio import workflow

from activities.matching import ChargeOrder
from activities.verdicts import DecideOrder
from chargebacks.charges import DisputeSnapshot
from chargebacks.contracts import Approve, Asks, CaseStatus, Decline, Resume
from chargebacks.decisions import Action, Decision, Mode
from chargebacks.matching import Match
from chargebacks.outcomes import DecidedBy
from chargebacks.replies import approved, declined, obstacle, overtaken, unanswered
from workflows.case import Case
from workflows.case_page import at
from workflows.parking import Question
from workflows.steps import DECIDE, INSPECT_CHARGE, StepFailed, run_local

_NO_HURRY = timedelta(days=3)


async def decide(case: Case, match: Match) -> Decision:
    """Decide on what is known; ask Stripe again before a refusal or a question rests on the charge's state."""
    decision = await _verdict(case, match)
    case.take_decision(decision)
    refunds_now = decision.action is Action.REFUND and case.opened.mode is not Mode.OBSERVE
    rests_on_state = decision.settled_by_state or decision.action in (Action.ASK, Action.REFUND)
    if case.charge is None or refunds_now or not rests_on_state:
        return decision  # the refund itself reads Stripe first
    try:
        decision = await _decide_afresh(case, match, case.charge.id)
    except StepFailed as failure:
        case.record.note(f"{case.charge.id} could not be read ({failure.reason}): {failure.message}")
        return decision
    case.take_decision(decision)
    return decision


async def settle_question(case: Case, match: Match, decision: Decision) -> Decision:
    """Wait for a person until the last safe moment, then do as the policy says for silence.

    An approval that cannot be carried out is answered with the reason, and the case asks again.
    """
    if decision.action is not Action.ASK:
        return decision
    trouble = None
    while decision.action is Action.ASK:
        answer = await _ask(case, decision, trouble)
        if isinstance(answer, Approve):
            decision, trouble = await _approve(case, answer, match, decision)
        else:
            decision = await _refuse(case, answer, match, decision)
    case.take_decision(decision)
    await case.record.publish(CaseStatus.WORKING)
    return decision


async def _ask(case: Case, decision: Decision, trouble: str | None) -> Approve | Decline | Resume | None:
    text = f"{trouble} {decision.explanation}" if trouble else decision.explanation
    question = Question(
        asks=Asks.APPROVAL,
        text=text,
        needs_charge=case.charge is None,
        needs_amount=case.charge is not None and decision.amount is None,
    )
    until = _word_due(case)
    silence = "the refund" if unanswered(decision).action is Action.REFUND else "no refund"
    await case.record.publish(
        CaseStatus.AWAITING_PERSON,
        attention=text,
        asks=question.asks,
        waits_for=f"approve or decline until {at(until)}; silence then means {silence}",
    )
    return await case.desk.wait(question, until=until)


def _word_due(case: Case) -> datetime:
    """The last safe moment; an alert whose window is over anyway leaves a person time to look."""
    due = case.window.respond_by
    return workflow.now() + _NO_HURRY if due is not None and due <= workflow.now() else case.last_safe


async def _approve(
    case: Case, answer: Approve, match: Match, decision: Decision
) -> tuple[Decision, str | None]:
    """The decision that was approved; or the question that stays open, and what is wrong with the answer."""
    case.decided_by = DecidedBy.PERSON
    case.record.note(_said("approved", answer))
    named = answer.charge_id
    if named is not None and (case.charge is None or named != case.charge.id):
        try:
            decision = await _decide_afresh(case, match, named)
        except StepFailed as failure:
            case.record.note(f"{named} could not be read ({failure.reason}): {failure.message}")
            return decision, f"{named} could not be read: {failure.message}"
        case.take_decision(decision)
    trouble = obstacle(decision, charge=case.charge, amount=answer.amount)
    if trouble is not None:
        case.record.note(trouble)
        return decision, trouble
    return approved(decision, amount=answer.amount), None


async def _refuse(case: Case, answer: Decline | Resume | None, match: Match, decision: Decision) -> Decision:
    """Nothing is touched. What has become of the charge while nobody spoke is told in place of a refusal."""
    case.decided_by = DecidedBy.SILENCE if answer is None else DecidedBy.PERSON
    case.record.note("nobody answered in time" if answer is None else _said("declined", answer))
    refusal = unanswered(decision) if answer is None else declined(decision)
    if case.charge is None or refusal.action is Action.REFUND:
        return refusal
    try:
        return overtaken(refusal, by=await _decide_afresh(case, match, case.charge.id))
    except StepFailed as failure:
        case.record.note(f"{case.charge.id} could not be read ({failure.reason}): {failure.message}")
        return refusal


def _said(word: str, answer: Approve | Decline | Resume) -> str:
    return f"{word} by {answer.by}" + (f": {answer.note}" if answer.note else "")


async def _decide_afresh(case: Case, match: Match, charge_id: str) -> Decision:
    order = ChargeOrder(
        account=case.account, charge_id=charge_id, policy_version=case.opened.account.policy_version
    )
    facts = await case.run(INSPECT_CHARGE, order, summary=f"read {charge_id} and its disputes")
    case.take_charge(facts.charge)
    return await _verdict(case, match, facts.disputes)


async def _verdict(case: Case, match: Match, disputes: tuple[DisputeSnapshot, ...] = ()) -> Decision:
    order = DecideOrder(
        account=case.account,
        livemode=case.opened.account.livemode,
        policy_version=case.opened.account.policy_version,
        alert=case.alert,
        match=match,
        charge=case.charge,
        disputes=disputes,
    )
    return await run_local(DECIDE, order, summary="decide by policy")
