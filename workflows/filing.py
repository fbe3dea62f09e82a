"""Chapter of a dispute's story: the irrevocable acts. Each is made once, whatever dies in between."""

from datetime import datetime

from activities.packets import SubmitOrder, Submitted
from activities.refunds import RefundOrder
from activities.switches import Feature
from chargebacks.disputes import DisputeStatus, Stage
from chargebacks.refunds import RefundReason
from workflows.dispute_case import DisputeCase
from workflows.dispute_steps import ACCEPT, SUBMIT
from workflows.steps import CHECK_REFUND, REFUND_CHARGE, StepFailed


async def file_packet(case: DisputeCase, *, by: str, ordered: bool) -> bool:
    """File the packet, or learn who did. True when the round is over for us.

    `ordered`: a person wants this packet filed. Otherwise evidence that comes while filing is held up goes into it.
    """
    if case.packet is None:
        return await _without_packet(case)
    due = case.last_safe
    safe = case.window.last_safe_at or due

    def overtaken() -> bool:
        return case.word is not None or (case.evidence_added and not ordered)

    submitted = await case.persist(lambda: _submit(case, by=by, until=safe), until=safe, overtaken=overtaken)
    if submitted is None and not overtaken():
        submitted = await case.persist(
            lambda: _submit(case, by=by, until=due, last_chance=True), until=due, overtaken=overtaken
        )
    if submitted is not None:
        return _take_submission(case, submitted, by=by)
    if overtaken():
        return False
    case.leave("it could not be filed in time", missed=True)
    return True


async def _without_packet(case: DisputeCase) -> bool:
    """Nothing can be filed. A person mends what is in the way of building; time may run out."""
    until = case.window.last_safe_at or case.last_safe
    if await case.hold("no_packet", "The packet could not be built, and it is time to file.", until=until):
        return False
    case.leave("no packet could be built in time", missed=True)
    return True


async def _submit(case: DisputeCase, *, by: str, until: datetime, last_chance: bool = False) -> Submitted:
    packet = case.packet
    assert packet is not None
    order = SubmitOrder(
        case_id=case.id,
        account=case.account,
        dispute_id=case.dispute_id,
        round=case.story.round,
        digest=packet.digest,
        approved_by=by,
        stage=case.weighed_as,
        submissions_before=case.submissions_before,
        last_chance=last_chance,
    )
    return await case.run(SUBMIT, order, summary=f"submit packet {packet.digest[:12]} once", until=until)


def _take_submission(case: DisputeCase, submitted: Submitted, *, by: str) -> bool:
    """False where it is to be decided anew."""
    case.take_dispute(submitted.dispute)
    if submitted.overtaken is not None:
        case.record.note(f"not filed, on the word of {by}: {submitted.overtaken}")
        case.tell(packet=None)
        return False
    if submitted.filed_by is None:
        case.record.note("nobody filed, and Stripe takes no answer any more")
    else:
        case.take_filing(
            filed_by=submitted.filed_by, at=submitted.at, digest=submitted.digest, approved_by=by
        )
    return True


async def accept(case: DisputeCase, *, by: str) -> bool:
    """Give the dispute up. Stripe then says `lost`, which we call accepted. True when the round is over for us."""
    summary = f"accept {case.dispute_id}: close it as lost"
    dispute = await case.persist(lambda: case.run(ACCEPT, case.order, summary=summary), until=case.last_safe)
    if dispute is None:
        if case.word is None:
            case.leave("it could not be closed in time", missed=True)
        return case.word is None
    case.take_dispute(dispute)
    case.accepted = (
        dispute.status == DisputeStatus.LOST and dispute.submission_count <= case.submissions_before
    )
    case.record.note(
        f"accepted by {by}" if case.accepted else f"not accepted: it is {dispute.status} already"
    )
    return True


async def refund_inquiry(case: DisputeCase, *, by: str) -> bool:
    """Give an inquiry's money back, all that is left of it: a refund in part does not end an inquiry. True when the
    round is over for us.

    https://docs.stripe.com/disputes/how-disputes-work
    """

    async def refund() -> None:
        if case.changed:
            await case.read_again()
        if not _is_open_inquiry(case):
            return
        order = _refund_order(case)
        done = await case.run(REFUND_CHARGE, order, summary=f"refund {order.charge_id} once")
        case.tell(refund=done.result)
        case.record.note(f"refund by {by}: {done.result.detail}")
        if case.refunded:
            return
        await case.read_again()
        if _is_open_inquiry(case):
            raise StepFailed(reason=done.result.state.value, message=done.result.detail, needs_operator=True)

    await case.persist(refund, until=case.last_safe)
    if not case.refunded:
        await check_refund(case)
    if case.refunded:
        on_its_way = "the inquiry's refund is on its way"
        case.leave(on_its_way if case.refund_pending else "the inquiry's money went back")
    elif case.word is not None or not _is_open_inquiry(case):
        return False
    else:
        case.leave("the refund could not be made in time", missed=True)
    await case.read_again()
    return True


async def check_refund(case: DisputeCase) -> None:
    """How the inquiry's refund stands by now. What came to nothing lets go of the charge; after one that fails late the
    inquiry is to be answered (https://docs.stripe.com/refunds#failed-refunds)."""
    case.refund_changed = False
    before, order = case.story.refund, _refund_order(case)
    try:
        result = await case.run(CHECK_REFUND, order, summary=f"read the refund of {order.charge_id}")
    except StepFailed as failure:
        case.record.note(f"the refund could not be read ({failure.reason}): {failure.message}")
        return
    if before is not None and result.state is before.state:
        return
    was = case.refunded
    case.tell(refund=result)
    case.record.note(f"refund: {result.detail}")
    if was and not case.refunded:
        case.missed = f"the inquiry's refund came to nothing: {result.detail}"
        case.left_in = None
        case.tell(left=None)


def _is_open_inquiry(case: DisputeCase) -> bool:
    return case.dispute.stage is Stage.INQUIRY and case.dispute.awaits_answer


def _refund_order(case: DisputeCase) -> RefundOrder:
    """At most what is asked about, less what others give back meanwhile."""
    sale, asked = case.sale, case.dispute.amount
    alike = sale is None or sale.amount.currency == asked.currency
    return RefundOrder(
        case_id=case.id,
        account=case.account,
        provider_alert_id=case.dispute_id,
        charge_id=case.dispute.charge_id,
        amount=asked if sale is None or alike else sale.amount,
        reason=RefundReason.REQUESTED_BY_CUSTOMER,
        refunded_before_minor=sale.refunded_minor if sale is not None else None,
        feature=Feature.REPRESENTMENT,
    )
