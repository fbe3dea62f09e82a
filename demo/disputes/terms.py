"""The shops' policies as their customers see them: standing documents, evidence in every dispute they applied to."""

from typing import Any

from chargebacks.evidence_items import PolicyKind

_BACK_WITHIN_30_DAYS = (
    "You may send back anything from our catalogue within 30 days of delivery, unused and in its packing."
)
_OAK_REFUNDS = "\n\n".join(
    (
        "Returns and refunds",
        f"{_BACK_WITHIN_30_DAYS} We refund the price within five working days after it has arrived in our workshop. We "
        "pay the way back if the piece came damaged.",
        "Pieces that are made to your measure are yours: we cannot take them back unless they are faulty. You see the "
        "drawing and confirm it before we cut the wood.",
        "Tell us first if anything is wrong: help@elmandoak.example answers within a day, also on Saturdays.",
    )
)

_ENDS_WITH_THE_PERIOD = "A cancellation ends the plan with the period that is already paid"
_PLANWELL_CANCELLATION = "\n\n".join(
    (
        "Cancelling your plan",
        "Plans are billed in advance, each month on the day on which you subscribed. You can cancel at any time under "
        f"Settings > Billing; no reason is asked for. {_ENDS_WITH_THE_PERIOD}: until then everything goes on working. "
        "Periods that have begun are not refunded.",
        "Three days before each renewal we send a notice with the date and the amount to the workspace's owner.",
    )
)

_PAID_WHEN_LATE = (
    "After that half of the price is due, and from the third day before the first day all of it."
)
_HARBOUR_CANCELLATION = "\n\n".join(
    (
        "Booking conditions",
        f"Rooms and courses can be cancelled free of charge until 14 days before the first day. {_PAID_WHEN_LATE} "
        "Whoever comes late or leaves early pays for what was booked.",
        "You agree to these conditions with the box below your booking, and find them again in the confirmation we "
        "send.",
    )
)

TERMS: dict[str, tuple[dict[str, Any], ...]] = {
    "oak": (
        {
            "kind": PolicyKind.REFUND,
            "text": _OAK_REFUNDS,
            "clause": _BACK_WITHIN_30_DAYS,
            "shown_where": "checkbox at checkout, and in the order confirmation",
            "url": "https://elmandoak.example/returns",
        },
    ),
    "planwell": (
        {
            "kind": PolicyKind.CANCELLATION,
            "text": _PLANWELL_CANCELLATION,
            "clause": _ENDS_WITH_THE_PERIOD,
            "shown_where": "above the button with which the plan is ordered, and in every renewal notice",
            "url": "https://planwell.example/cancelling",
        },
    ),
    "harbour": (
        {
            "kind": PolicyKind.CANCELLATION,
            "text": _HARBOUR_CANCELLATION,
            "clause": _PAID_WHEN_LATE,
            "shown_where": "checkbox below the booking",
            "url": "https://harbourhouse.example/conditions",
        },
    ),
}
"""Account → `PolicyContent` by its fields."""
