"""What a charge's refunds and disputes amount to, in minor units of the charge's currency."""

from chargebacks.charges import ChargeSnapshot, ChargeStatus, DisputeSnapshot, RefundSnapshot, RefundStatus

_DEAD = (RefundStatus.FAILED, RefundStatus.CANCELED)


def is_live(refund: RefundSnapshot) -> bool:
    """Whether the refund holds its part of the charge: anything but failed or canceled, unknown words included."""
    return refund.status not in _DEAD


def is_pending(refund: RefundSnapshot) -> bool:
    """Whether the refund may still go either way."""
    return is_live(refund) and refund.status != RefundStatus.SUCCEEDED


def gone_minor(charge: ChargeSnapshot) -> int:
    """What is refunded or on its way, in minor units: the larger of Stripe's sum and the refunds listed."""
    return max(
        charge.refunded_minor, sum(refund.amount_minor for refund in charge.refunds if is_live(refund))
    )


def never_paid(charge: ChargeSnapshot) -> bool:
    """Whether no money was taken and none can be: the payment failed, or nothing was captured of it."""
    nothing_captured = charge.captured and charge.captured_minor == 0
    return charge.status is ChargeStatus.FAILED or (
        charge.status is ChargeStatus.SUCCEEDED and nothing_captured
    )


def blocks_refund(charge: ChargeSnapshot, disputes: tuple[DisputeSnapshot, ...]) -> bool:
    """Whether a dispute forbids refunding. Every dispute of the payment counts, not only the latest
    (https://docs.stripe.com/api/disputes/object#dispute_object-is_charge_refundable). A charge marked as disputed
    whose disputes are not at hand is blocked, too."""
    return any(not dispute.is_charge_refundable for dispute in disputes) or (charge.disputed and not disputes)


def paid_minor(charge: ChargeSnapshot, *, besides: RefundSnapshot | None = None) -> int:
    """What others' refunds have really given back; what Stripe sums up but does not list counts as paid."""
    listed = sum(refund.amount_minor for refund in charge.refunds if is_live(refund))
    paid = sum(
        refund.amount_minor
        for refund in charge.refunds
        if refund.status == RefundStatus.SUCCEEDED and (besides is None or refund.id != besides.id)
    )
    return paid + max(charge.refunded_minor - listed, 0)
