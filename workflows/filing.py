"""Chapter of a dispute's story: the irrevocable acts. Each is made once, whatever dies in between."""

from datetime import datetime

from activities.packets import SubmitOrder, Submitted
from activities.refunds import RefundOrder
from activities.switches import Feature
from chargebacks.refunds import RefundReason
from workflows.dispute_case import DisputeCase
from workflows.dispute_steps import ACCEPT, SUBMIT
from workflows.preparing import no_longer_filled
from workflows.steps import REFUND_CHARGE, StepFailed


async def file_packet(case: DisputeCase, *, by: str) -> bool:
    """File the packet, or learn who did. True when the round is over for us."""
    if case.packet is None:
        return await _without_packet(case)
    due = case.last_safe
    safe = case.window.last_safe_at or due
    submitted = await case.persist(lambda: _submit(case, by=by, until=safe), until=safe)
    if submitted is None and case.word is None:
        submitted = await case.persist(lambda: _submit(case, by=by, until=due, last_chance=True), until=due)
    if submitted is not None:
        _take_submission(case, submitted, by=by)
    elif case.word is None:
        case.leave("it could not be filed in time", missed=True)
    return case.word is None or submitted is not None


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
        clears=no_longer_filled(case.superseded, packet),
        submissions_before=case.submissions_before,
        last_chance=last_chance,
    )
    return await case.run(SUBMIT, order, summary=f"submit packet {packet.digest[:12]} once", until=until)


def _take_submission(case: DisputeCase, submitted: Submitted, *, by: str) -> None:
    case.take_dispute(submitted.dispute)
    if submitted.filed_by is None:
        case.record.note("nobody filed, and Stripe takes no answer any more")
        return
    case.take_filing(filed_by=submitted.filed_by, at=submitted.at, approved_by=by)


async def accept(case: DisputeCase, *, by: str) -> bool:
    """Give the dispute up. Stripe then says `lost`, which we call accepted. True when the round is over for us."""
    summary = f"accept {case.dispute_id}: close it as lost"
    dispute = await case.persist(lambda: case.run(ACCEPT, case.order, summary=summary), until=case.last_safe)
    if dispute is None:
        if case.word is None:
            case.leave("it could not be closed in time", missed=True)
        return case.word is None
    case.accepted = True
    case.record.note(f"accepted by {by}")
    case.take_dispute(dispute)
    return True


async def refund_inquiry(case: DisputeCase, *, by: str) -> bool:
    """Give an inquiry's money back, all that is left of it: a refund in part does not end an inquiry. True when the
    round is over for us.

    https://docs.stripe.com/disputes/how-disputes-work
    """
    sale = case.sale
    assert sale is not None
    order = RefundOrder(
        case_id=case.id,
        account=case.account,
        provider_alert_id=case.dispute_id,
        charge_id=case.dispute.charge_id,
        amount=sale.amount,
        reason=RefundReason.REQUESTED_BY_CUSTOMER,
        feature=Feature.REPRESENTMENT,
    )

    async def refund() -> None:
        done = await case.run(REFUND_CHARGE, order, summary=f"refund {order.charge_id} once")
        case.tell(refund=done.result)
        case.record.note(f"refund by {by}: {done.result.detail}")
        if not case.refunded:
            raise StepFailed(reason=done.result.state.value, message=done.result.detail, needs_operator=True)

    await case.persist(refund, until=case.last_safe)
    if case.word is not None:
        return False
    if case.refunded:
        case.leave("the inquiry's money went back")
    else:
        case.leave("the refund could not be made in time", missed=True)
    await case.read_again()
    return True
