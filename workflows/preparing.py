"""Chapter of a dispute's story: what the evidence at hand amounts to, and the packet made of it, staged early."""

from temporalio import workflow

from activities.assessing import AssessOrder
from activities.disputes import ProtectOrder
from activities.packets import BuildOrder, StageOrder
from chargebacks.disputes import Stage
from chargebacks.economics import Way
from chargebacks.representment import Assessment, DisputeAction
from workflows.dispute_case import DisputeCase
from workflows.dispute_steps import ASSESS, BUILD, PROTECT, STAGE
from workflows.steps import StepFailed, run_local


async def protect(case: DisputeCase) -> str | None:
    """Say who files, at once: or Stripe may file its own packet at the deadline and spend the only submission.
    What went wrong, for a person; meanwhile the evidence is prepared all the same."""
    if case.observes or case.protected or not case.dispute.awaits_answer:
        return None
    method = case.opened.submission_method
    order = ProtectOrder(**case.order.model_dump(), method=method)
    try:
        summary = f"say who files {case.dispute_id}: {method.value}"
        dispute = await case.run(PROTECT, order, summary=summary, until=case.prepare_until)
    except StepFailed as failure:
        case.record.note(f"needs attention ({failure.reason}): {failure.message}")
        return f"{failure.reason}: {failure.message}"
    case.take_dispute(dispute)
    case.record.note(f"told Stripe that filing is {method.value}")
    return None


async def assess(case: DisputeCase) -> bool:
    """Weigh what is at hand; a changed verdict is told. False when it cannot be read, or a person's word came first."""
    assessment = await case.persist(lambda: _weigh(case), until=case.last_safe)
    if assessment is None:
        return False
    before = case.story.assessment
    case.tell(assessment=assessment)
    if before is None or before.decision != assessment.decision:
        decision = assessment.decision
        case.record.note(f"decided: {decision.action.value} ({decision.reason}). {decision.explanation}")
    return True


async def _weigh(case: DisputeCase) -> Assessment:
    case.evidence_added = False
    case.weighed_as = case.dispute.stage
    order = AssessOrder(
        case_id=case.id,
        account=case.account,
        policy_version=case.opened.account.policy_version,
        dispute=case.dispute,
        now=workflow.now(),
        known_since=case.began_at,
    )
    return await run_local(ASSESS, order, summary="weigh the evidence and decide by policy")


async def prepare(case: DisputeCase) -> str | None:
    """Build the packet for this evidence and stage it where it is to be filed. What went wrong, for a person."""
    if case.assessment.decision.action is DisputeAction.RECORD or not case.dispute.awaits_answer:
        return None
    if case.edited is not None:
        return case.edited
    try:
        if case.packet is None or case.packet.evidence_digest != case.assessment.evidence_digest:
            await _build(case)
        if _to_be_staged(case):
            await _stage(case)
    except StepFailed as failure:
        case.record.note(f"needs attention ({failure.reason}): {failure.message}")
        return f"{failure.reason}: {failure.message}"
    return None


async def _build(case: DisputeCase) -> None:
    order = BuildOrder(
        case_id=case.id,
        account=case.account,
        policy_version=case.opened.account.policy_version,
        dispute=case.dispute,
        product_type=case.assessment.product_type,
        evidence_digest=case.assessment.evidence_digest,
        dated=workflow.now(),
    )
    summary = f"build the packet ({case.assessment.completeness.percent} %)"
    packet = await case.run(BUILD, order, summary=summary, until=case.prepare_until)
    case.record.note(f"packet {packet.digest[:12]}: {packet.pages} pages, {len(packet.exhibits)} exhibits")
    for left_out in packet.left_out:
        case.record.note(f"left out: {left_out.what} ({left_out.why})")
    for finding in packet.findings:
        case.record.note(f"finding: {finding}")
    case.tell(packet=packet)


async def _stage(case: DisputeCase) -> None:
    packet = case.packet
    assert packet is not None
    order = StageOrder(
        case_id=case.id,
        account=case.account,
        dispute_id=case.dispute_id,
        digest=packet.digest,
    )
    summary = f"stage packet {packet.digest[:12]} (submit=false)"
    case.take_staged(await case.run(STAGE, order, summary=summary, until=case.prepare_until))


def _to_be_staged(case: DisputeCase) -> bool:
    """Only what is meant to be filed is staged: some accounts' staged evidence Stripe files by itself at the deadline
    (https://docs.stripe.com/disputes/set-up-smart-disputes). An appeal takes no staging."""
    decision = case.assessment.decision
    ways = {DisputeAction.FIGHT: Way.FIGHT, DisputeAction.ASK: decision.proposal}
    wanted = ways.get(decision.action) is Way.FIGHT or decision.on_silence is Way.FIGHT
    ready = case.packet is not None and not case.packet.staged
    return wanted and ready and not case.observes and case.dispute.stage is not Stage.APPEAL
