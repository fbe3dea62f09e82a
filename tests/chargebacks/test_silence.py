"""When a silence is unusual, measured by the same hours of earlier weeks."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.silence import Silence, spans_to_compare, unusual_silence

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)

Shop = list[datetime]


def a_shop(*, weeks: int, per_hour: int, open_at: Iterable[tuple[int, int]], closes: datetime) -> Shop:
    """Messages of whole weeks before `closes`; open in these (weekday, hour) of every week."""
    hours = set(open_at)
    begin = MONDAY - WEEK * weeks
    moments = (begin + HOUR * number for number in range(24 * 7 * (weeks + 2)))
    return [
        moment + timedelta(minutes=60 * number / per_hour)
        for moment in moments
        if (moment.weekday(), moment.hour) in hours and moment < closes
        for number in range(per_hour)
    ]


ALWAYS = [(weekday, hour) for weekday in range(7) for hour in range(24)]
OFFICE = [(weekday, hour) for weekday in range(5) for hour in range(9, 18)]


def judged(messages: Shop, now: datetime) -> Silence | None:
    heard = [moment for moment in messages if moment <= now]
    spans = spans_to_compare(first=heard[0], last=heard[-1], now=now)
    counts = [sum(span.since <= moment < span.until for moment in heard) for span in spans]
    return unusual_silence(last=heard[-1], counts=counts)


def test_a_busy_shop_that_falls_silent_is_noticed_within_hours() -> None:
    """Twenty messages an hour, and then none."""
    shop = a_shop(weeks=6, per_hour=20, open_at=ALWAYS, closes=MONDAY)

    assert judged(shop, MONDAY + 2 * HOUR) is None
    found = judged(shop, MONDAY + 4 * HOUR)

    assert found is not None
    assert (found.since, found.compared) == (shop[-1], 5)
    assert found.usual >= 20


@given(st.integers(0, 24 * 7 - 1), st.integers(1, 60))
def test_nights_and_weekends_are_no_silence(hour: int, per_hour: int) -> None:
    """A shop that keeps office hours is never said to be quiet while it keeps them."""
    shop = a_shop(weeks=9, per_hour=per_hour, open_at=OFFICE, closes=MONDAY + WEEK)

    assert judged(shop, MONDAY + hour * HOUR) is None


@given(st.integers(0, 24 * 7 - 1), st.sampled_from([-1, 1]))
def test_the_clock_change_is_no_silence(hour: int, by: int) -> None:
    """From one week to the next everything happens an hour earlier, or later, by UTC."""
    before = a_shop(weeks=9, per_hour=30, open_at=OFFICE, closes=MONDAY)
    moved = [(weekday, opened + by) for weekday, opened in OFFICE]
    after = [
        one for one in a_shop(weeks=0, per_hour=30, open_at=moved, closes=MONDAY + WEEK) if one >= MONDAY
    ]

    assert judged(before + after, MONDAY + hour * HOUR) is None


@given(st.integers(1, 7))
def test_a_young_shop_is_left_alone(days: int) -> None:
    """Less than four weeks tell nothing of a week's pattern."""
    shop = a_shop(weeks=3, per_hour=30, open_at=ALWAYS, closes=MONDAY)

    assert judged(shop, MONDAY + days * DAY) is None


def test_a_quiet_shop_is_given_more_time() -> None:
    """Three a day: days of silence are nothing, weeks of it are compared with as many whole weeks."""
    three_a_day = [(weekday, hour) for weekday in range(7) for hour in (9, 13, 19)]
    shop = a_shop(weeks=12, per_hour=1, open_at=three_a_day, closes=MONDAY)

    assert judged(shop, MONDAY + 6 * DAY) is None
    found = judged(shop, MONDAY + 9 * DAY)

    assert found is not None
    assert found.compared == 5


def test_a_holiday_among_the_weeks_delays_and_never_alarms() -> None:
    """The quietest week counts, whatever the others were like."""
    shop = a_shop(weeks=8, per_hour=30, open_at=ALWAYS, closes=MONDAY)
    holiday = MONDAY - 3 * WEEK
    with_holiday = [one for one in shop if not holiday <= one < holiday + DAY]

    assert judged(shop, MONDAY + 12 * HOUR) is not None
    assert judged(with_holiday, MONDAY + 12 * HOUR) is None
    assert judged(with_holiday, MONDAY + 30 * HOUR) is not None


moments = st.integers(0, 24 * 7 * 12).map(lambda hours: MONDAY - hours * HOUR)


@given(moments, moments, st.integers(0, 24 * 40))
def test_the_times_compared_lie_in_the_past_and_apart(one: datetime, other: datetime, hours: int) -> None:
    """Same hours of the week, none before the first message, none twice, none in the silence itself."""
    first, last = min(one, other), max(one, other)
    now = last + hours * HOUR

    spans = spans_to_compare(first=first, last=last, now=now)

    for span in spans:
        assert first <= span.since < span.until <= last
        assert (now - last) - (span.until - span.since) == 2 * HOUR
        assert (last + HOUR - span.since) % WEEK == timedelta(0)
    for newer, older in pairwise(spans):
        assert older.until <= newer.since
    assert len(spans) == 0 or 4 <= len(spans) <= 8


@pytest.mark.parametrize("counts", [[], [100, 100, 100], [100, 100, 100, 19], [0, 0, 0, 0]])
def test_too_little_to_say(counts: list[int]) -> None:
    """Too few times to compare with, or one among them that was quiet itself."""
    assert unusual_silence(last=MONDAY, counts=counts) is None
