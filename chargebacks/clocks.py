"""Reading imprecise times: between which instants the true one lies."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from chargebacks.alerts import Alert, TimePrecision

FURTHEST_AHEAD = timedelta(hours=14)
"""The clock furthest ahead of UTC, UTC+14 (https://data.iana.org/time-zones/tz-link.html)."""
FURTHEST_BEHIND = timedelta(hours=12)
_ONE_DAY = timedelta(days=1)
_OLDEST_SALE = timedelta(days=120)
"""The usual time in which a cardholder may dispute; used where an alert does not say when the sale was."""
_CLOCKS_DIFFER = timedelta(hours=1)


class Span(NamedTuple):
    """From the earliest to the latest possible instant, both included, in UTC."""

    earliest: datetime
    latest: datetime

    def distance(self, moment: datetime) -> timedelta:
        """How far outside the span a moment lies; zero within."""
        if moment < self.earliest:
            return self.earliest - moment
        return max(moment - self.latest, timedelta(0))


def possible_span(at: datetime, precision: TimePrecision) -> Span:
    """When it may have been, given a time in UTC, or one read as if it had been in UTC."""
    if precision is TimePrecision.INSTANT:
        return Span(at, at)
    end_of_day = _ONE_DAY if precision is TimePrecision.DATE else timedelta(0)
    return Span(_shift(at, -FURTHEST_AHEAD), _shift(at, FURTHEST_BEHIND + end_of_day))


def sale_span(alert: Alert) -> Span | None:
    """When the sale may have been made; None when the alert does not say. Exactly midnight counts as a bare date:
    several providers write dates that way."""
    at = alert.transaction.at
    if at is None:
        return None
    precision = alert.transaction.at_precision
    if precision is TimePrecision.INSTANT and at == at.replace(hour=0, minute=0, second=0, microsecond=0):
        precision = TimePrecision.DATE
    return possible_span(at, precision)


def search_span(alert: Alert, *, date_tolerance_days: int) -> Span:
    """Where to look for the sale: around its time where the alert gives it, else the months before the alert."""
    known = sale_span(alert)
    if known is not None:
        tolerance = timedelta(days=date_tolerance_days)
        return Span(_shift(known.earliest, -tolerance), _shift(known.latest, tolerance))
    latest = latest_sale(alert)
    return Span(_shift(latest, -_OLDEST_SALE), latest)


def latest_sale(alert: Alert) -> datetime:
    """A sale after this instant cannot be the one an alert is about."""
    return _shift(possible_span(alert.alerted_at, alert.alerted_at_precision).latest, _CLOCKS_DIFFER)


def _shift(moment: datetime, by: timedelta) -> datetime:
    """`moment + by`, held within the years that a datetime knows."""
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    if by < timedelta(0):
        return moment + max(by, first - moment)
    return moment + min(by, last - moment)
