"""When it happened, from whatever a provider writes: an instant, a clock time without offset, or a bare date."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from chargebacks.alerts import TimePrecision
from chargebacks.errors import BadInput

OLDEST_ALERT = timedelta(days=366)
FUTURE_INSTANT = timedelta(hours=1)
"""How far an exact time may lie ahead: clocks differ, but not by more."""
FUTURE_LOCAL = timedelta(hours=26)
"""A local clock or calendar is up to 14 hours ahead of UTC and up to 12 behind it."""
_FIRST_REAL_YEAR = 1902
_EPOCH = date(1970, 1, 1)


class Moment(NamedTuple):
    """A time in UTC, and how exactly it was given. LOCAL and DATE are read as if they had been UTC."""

    at: datetime
    precision: TimePrecision


def read_moment(value: object, *, field: str) -> Moment | None:
    """ISO 8601 (T or space, any precision, `Z` or an offset), a bare date, or Unix seconds. None for a zero date."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _unix(value, field=field)
    if not isinstance(value, str):
        raise _unreadable(field)
    text = value.strip()
    if text.startswith("0000-00-00"):
        return None
    try:
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text)
            moment = Moment(datetime(day.year, day.month, day.day, tzinfo=UTC), TimePrecision.DATE)
        else:
            moment = _clock_time(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise _unreadable(field) from error
    return None if _is_zero(moment) else moment


def alert_moment(value: object, *, field: str, received_at: datetime) -> tuple[Moment, str | None]:
    """When the alert was raised, from which the deadline runs, and a note where the source did not say.

    Not said: the moment of receipt, marked imprecise, because redelivery may have taken hours.
    """
    moment = None if value is None else read_moment(value, field=field)
    if moment is None:
        note = f"{field} not given: taken as the time of receipt"
        return Moment(received_at.astimezone(UTC), TimePrecision.LOCAL), note
    ahead = FUTURE_INSTANT if moment.precision is TimePrecision.INSTANT else FUTURE_LOCAL
    if moment.at > received_at + ahead:
        raise BadInput(f"{field} lies in the future ({moment.at:%Y-%m-%d %H:%M} UTC).", reason="future_date")
    if moment.at < received_at - OLDEST_ALERT:
        raise BadInput(f"{field} is more than a year ago ({moment.at:%Y-%m-%d}).", reason="stale_date")
    return moment, None


def sale_moment(
    value: object, *, field: str, midnight_is_date: bool = False
) -> tuple[Moment | None, str | None]:
    """When the sale was made, for matching only: what cannot be read is left out with a note.

    `midnight_is_date`: the source writes bare dates as midnight.
    """
    if value is None:
        return None, None
    try:
        moment = read_moment(value, field=field)
    except BadInput:
        return None, f"{field} could not be read"
    if moment is None:
        return None, f"{field} is a zero date"
    if midnight_is_date and moment.at.time().isoformat() == "00:00:00":
        moment = Moment(moment.at, TimePrecision.DATE)
    return moment, None


def _clock_time(given: datetime) -> Moment:
    if given.tzinfo is None:
        return Moment(given.replace(tzinfo=UTC), TimePrecision.LOCAL)
    return Moment(given.astimezone(UTC), TimePrecision.INSTANT)


def _is_zero(moment: Moment) -> bool:
    """Dates that stand for "none": 1899-11-30, 0001-01-01 and 1970-01-01 are in use."""
    return moment.at.year < _FIRST_REAL_YEAR or moment.at.date() == _EPOCH


def _unix(value: int, *, field: str) -> Moment | None:
    if not 0 <= value < 10**11:
        raise _unreadable(field)
    moment = Moment(datetime.fromtimestamp(value, UTC), TimePrecision.INSTANT)
    return None if _is_zero(moment) else moment


def _unreadable(field: str) -> BadInput:
    return BadInput(
        f"{field} must be a time in ISO 8601, such as 2026-01-31T10:30:00Z.", reason="unreadable_date"
    )
