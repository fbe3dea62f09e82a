"""Chapter of an alert's story: what to do, and the word of a person where one is needed."""

from activities.matching import ChargeOrder
from activities.verdicts import DecideOrder
from chargebacks.charges import DisputeSnapshot
from chargebacks.contracts import Approve, Asks, CaseStatus, Decline, Resume
from chargebacks.decisions import Action, Decision, Mode
from chargebacks.matching import Match
from chargebacks.outcomes import DecidedBy
from chargebacks.replies import approved, declined, unanswered
from workflows.case import Case
from workflows.case_page import at
from workflows.parking import Question
from workflows.steps import DECIDE, INSPECT_CHARGE, StepFailed, run_local


async def decide(case: Case, match: Match) -> Decision:
    """Decide on what is known; ask Stripe again before a refusal or a question rests on the charge's state."""
    decision = await _verdict(case, match)
    refunds_now = decision.action is Action.REFUND and case.opened.mode is not Mode.OBSERVE
    rests_on_state = decision.settled_by_state or decision.action in (Action.ASK, Action.REFUND)
    if case.charge is None or refunds_now or not rests_on_state:
        return decision  # the refund itself reads Stripe first
    try:
        return await _decide_afresh(case, match, case.charge.id)
    except StepFailed as failure:
        case.record.note(f"{case.charge.id} could not be read ({failure.reason}): {failure.message}")
        return decision


async def settle_question(case: Case, match: Match, decision: Decision) -> Decision:
    """Wait for a person until the last safe moment, then do as the policy says for silence."""
    if decision.action is not Action.ASK:
        return decision
    question = Question(
        asks=Asks.APPROVAL,
        text=decision.explanation,
        needs_charge=case.charge is None,
        needs_amount=case.charge is not None and decision.amount is None,
    )
    silence = "the refund" if unanswered(decision).action is Action.REFUND else "no refund"
    await case.record.publish(
        CaseStatus.AWAITING_PERSON,
        attention=decision.explanation,
        asks=question.asks,
        waits_for=f"approve or decline until {at(case.last_safe)}; silence then means {silence}",
    )
    answer = await case.desk.wait(question, until=case.last_safe)
    settled = await _apply(case, answer, match, decision)
    case.take_decision(settled)
    await case.record.publish(CaseStatus.WORKING)
    return settled


async def _apply(
    case: Case, answer: Approve | Decline | Resume | None, match: Match, decision: Decision
) -> Decision:
    if answer is None:
        case.decided_by = DecidedBy.SILENCE
        case.record.note("nobody answered in time")
        return unanswered(decision)
    case.decided_by = DecidedBy.PERSON
    word = "approved" if isinstance(answer, Approve) else "declined"
    case.record.note(f"{word} by {answer.by}" + (f": {answer.note}" if answer.note else ""))
    if not isinstance(answer, Approve):
        return declined(decision)
    named = answer.charge_id
    if named is None or (case.charge is not None and named == case.charge.id):
        return approved(decision, amount=answer.amount)
    fresh = await case.persist(lambda: _decide_afresh(case, match, named), until=case.last_safe)
    return approved(fresh, amount=answer.amount) if fresh is not None else unanswered(decision)


async def _decide_afresh(case: Case, match: Match, charge_id: str) -> Decision:
    order = ChargeOrder(account=case.account, charge_id=charge_id)
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
    decision = await run_local(DECIDE, order, summary="decide by policy")
    case.take_decision(decision)
    return decision
