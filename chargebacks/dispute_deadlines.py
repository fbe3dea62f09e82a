"""When what is due in a dispute: until when evidence is gathered, when the packet is filed.

Stripe sets the end of the time to answer, usually 7 to 21 days after the dispute was opened; no answer by then is a
loss (https://docs.stripe.com/disputes/responding). Everything here is counted back from it.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chargebacks.disputes import Dispute, Stage
from chargebacks.representment import DisputeWindow

if TYPE_CHECKING:
    # The policy imports the contracts, and these import the values in here.
    from chargebacks.policy.disputes import DisputeRules

LAST_MARGIN = timedelta(minutes=30)
"""Filing is two calls to Stripe and their reading back: that much is left to do it once more."""

_TIME_LEFT_FOR_PRIORITY = (
    (timedelta(hours=6), 1),
    (timedelta(hours=24), 2),
    (timedelta(hours=72), 3),
    (timedelta(days=7), 4),
)
_LEAST_URGENT = 5
_TICK = timedelta(microseconds=1)


def dispute_window(
    dispute: Dispute, rules: "DisputeRules", *, now: datetime, known_since: datetime | None = None
) -> DisputeWindow:
    """The plan from `now` on: nothing in the past, and `now <= gather_until <= submit_at <= last_safe_at < due_by`.

    The times of the policy are kept where they leave at least half of the time for gathering; a shorter time is shared
    in their proportion. It counts from the opening of the dispute, or from `known_since` where the case came to us
    later: pass the same instant each time, and the plan stays where it is. Only `due_by` is set where it has passed.
    """
    due_by = dispute.due_by
    if due_by is None or not dispute.awaits_answer or dispute.stage is Stage.PREVENTED:
        return DisputeWindow()
    if due_by <= now:
        return DisputeWindow(due_by=due_by)
    since = max(dispute.created, known_since or dispute.created)
    margin, review = _margins(dispute, rules, whole=due_by - since)
    submit_at = max(due_by - max(margin, LAST_MARGIN), now)
    gather_until = min(max(due_by - review, now), submit_at)
    return DisputeWindow(
        due_by=due_by,
        gather_until=gather_until,
        submit_at=submit_at,
        last_safe_at=_last_safe(due_by, now),
        reminders=_moments(rules.reminder_hours, due_by, after=now, before=gather_until),
    )


def dispute_priority(now: datetime, window: DisputeWindow) -> int:
    """Task priority from the time left to file safely: 1 is the most urgent, 5 the least (Temporal's
    `Priority.priority_key`). A dispute whose time is over is not urgent any more."""
    if window.last_safe_at is None:
        return _LEAST_URGENT
    left = window.last_safe_at - now
    return next((priority for limit, priority in _TIME_LEFT_FOR_PRIORITY if left <= limit), _LEAST_URGENT)


def _margins(dispute: Dispute, rules: "DisputeRules", *, whole: timedelta) -> tuple[timedelta, timedelta]:
    """How long before the end the packet is filed, and how long before the end gathering stops.

    An inquiry is filed earlier, and its packet is reviewed for as long as any other: an unanswered inquiry often ends
    in a chargeback that cannot be won (https://docs.stripe.com/disputes/how-disputes-work).
    """
    reviewing = rules.review_hours - rules.margin_hours
    inquiry = dispute.stage is Stage.INQUIRY
    margin_hours = rules.inquiry_margin_hours if inquiry else rules.margin_hours
    margin, review = timedelta(hours=margin_hours), timedelta(hours=margin_hours + reviewing)
    if review * 2 <= whole:
        return margin, review
    half = max(whole, timedelta(0)) / 2
    return (margin // _TICK) * (half // _TICK) // (review // _TICK) * _TICK, half


def _last_safe(due_by: datetime, now: datetime) -> datetime:
    """Half an hour before the end; later arrivals get half of what is left."""
    safe = due_by - LAST_MARGIN
    return safe if safe >= now else now + (due_by - now) // 2


def _moments(
    hours: tuple[int, ...], due_by: datetime, *, after: datetime, before: datetime
) -> tuple[datetime, ...]:
    """In order of time, without those that are over."""
    moments = sorted(due_by - timedelta(hours=each) for each in hours)
    return tuple(moment for moment in moments if after < moment < before)
