"""The token bucket, at moments that the test makes up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.pacing import BURST, ONE_CUT, RECOVERY, SLOWEST, Bucket

ALLOWED = st.floats(min_value=0.1, max_value=200)
STARTS = st.floats(min_value=0, max_value=1e6)
MOMENTS = st.lists(st.floats(min_value=0, max_value=3), max_size=60)
"""Seconds from one event to the next."""
REFUSALS = st.lists(st.tuples(st.floats(min_value=0, max_value=3), st.floats(min_value=0, max_value=20)))
"""Seconds before it, and how long nothing may come after it."""

_ROUNDING = 1e-5


def greedy(bucket: Bucket, *, since: float, seconds: float) -> list[float]:
    """When calls go that take each token as soon as it is there."""
    went, now = list[float](), since
    while (now := now + bucket.wait(now)) < since + seconds:
        if bucket.wait(now) == 0:
            bucket = bucket.taken(now)
            went.append(now)
    return went


def slowed_by(bucket: Bucket, refusals: list[tuple[float, float]], *, now: float) -> tuple[Bucket, float]:
    for pause, closed_for in refusals:
        now += pause
        bucket = bucket.slowed(now, closed_for=closed_for)
    return bucket, now


@given(allowed=ALLOWED, start=STARTS, pauses=MOMENTS, refusals=st.sets(st.integers(0, 59)))
def test_never_more_than_burst_and_rate(
    allowed: float, start: float, pauses: list[float], refusals: set[int]
) -> None:
    """Whenever calls come, and whatever is refused: in t seconds at most max(1, full / 4) + full · t of them go."""
    bucket, now, went = Bucket.of(allowed, now=start), start, list[float]()
    for number, pause in enumerate(pauses):
        now += pause
        while bucket.wait(now) == 0:
            bucket = bucket.taken(now)
            went.append(now)
        if number in refusals:
            bucket = bucket.slowed(now)
    burst = max(1.0, bucket.full * BURST)
    for first, begun in enumerate(went):
        for last in range(first, len(went)):
            assert last - first + 1 <= burst + bucket.full * (went[last] - begun) + _ROUNDING


@given(allowed=st.floats(min_value=5, max_value=100), idle=st.floats(min_value=0, max_value=5))
def test_no_second_has_more_than_was_allowed(allowed: float, idle: float) -> None:
    """Not even the one that begins with a burst."""
    went = greedy(Bucket.of(allowed, now=0), since=idle, seconds=4)
    for begun in went:
        assert sum(begun <= one < begun + 1 for one in went) <= allowed + _ROUNDING


@given(allowed=ALLOWED, start=STARTS, refusals=REFUSALS, calls=st.integers(1, 50))
def test_the_wait_is_long_enough_and_only_that(
    allowed: float, start: float, refusals: list[tuple[float, float]], calls: int
) -> None:
    """So many calls have gone when it is over, and a bucket at its full rate is not over it a moment earlier."""
    bucket, now = slowed_by(Bucket.of(allowed, now=start), refusals, now=start)
    wait = bucket.wait(now, calls)
    assert len(greedy(bucket, since=now, seconds=wait + 0.01 + 1 / bucket.base)) >= calls
    if not refusals and wait > 0:
        assert len(greedy(bucket, since=now, seconds=wait * 0.999)) < calls


@given(allowed=st.floats(min_value=5, max_value=100), closed_for=st.floats(min_value=0, max_value=60))
def test_slower_after_a_refusal(allowed: float, closed_for: float) -> None:
    """Nothing for as long as was asked for, and then half as many as before."""
    bucket = Bucket.of(allowed, now=0)
    refused = bucket.slowed(0, closed_for=closed_for)

    assert refused.wait(0) >= closed_for
    assert refused.rate(closed_for) == pytest.approx(bucket.full / 2)
    before = greedy(bucket, since=0, seconds=closed_for + 4)
    after = greedy(refused, since=0, seconds=closed_for + 4)
    assert all(one >= closed_for for one in after)
    assert len(after) <= len(before) / 2 + 4 * bucket.full * 4 / RECOVERY


@given(refusals=REFUSALS)
def test_it_recovers(refusals: list[tuple[float, float]]) -> None:
    """Evenly, a sixtieth of the full rate with every second, and whatever was refused, all of it after a minute."""
    bucket, now = slowed_by(Bucket.of(20, now=0), refusals, now=0)
    opens = max(now, bucket.at)
    rates = [bucket.rate(opens + second) for second in range(int(RECOVERY) + 1)]

    assert rates[-1] == bucket.full
    assert all(0 <= later - sooner <= bucket.full / RECOVERY + _ROUNDING for sooner, later in pairwise(rates))
    assert rates[0] >= bucket.full * SLOWEST


@given(moments=st.lists(st.floats(min_value=0, max_value=ONE_CUT * 0.99), min_size=1))
def test_refusals_of_one_moment_count_once(moments: list[float]) -> None:
    """Calls that were under way at the first refusal are refused, too: that is no reason to halve again."""
    bucket = Bucket.of(20, now=0).slowed(0)
    for now in sorted(moments):
        bucket = bucket.slowed(now)
    assert bucket.full / 2 <= bucket.base <= bucket.full / 2 + bucket.full / RECOVERY


@given(asked=st.floats(min_value=0, max_value=60), later=st.floats(min_value=0, max_value=60))
def test_a_further_refusal_opens_nothing(asked: float, later: float) -> None:
    """What was asked for holds, although a later refusal asks for less."""
    bucket = Bucket.of(20, now=0).slowed(0, closed_for=asked)
    assert later + bucket.slowed(later).wait(later) >= asked


def test_lasting_refusals_never_stop_it() -> None:
    """A sixteenth of the rate is left: enough to learn that more goes again."""
    bucket, now = slowed_by(Bucket.of(20, now=0), [(ONE_CUT, 0)] * 50, now=0)
    assert bucket.base >= bucket.full * SLOWEST
    assert bucket.base < bucket.full / 4
    assert bucket.wait(now) <= 1 / (bucket.full * SLOWEST)


def test_nothing_is_taken_that_is_not_there() -> None:
    bucket = Bucket.of(1, now=0).taken(0)
    with pytest.raises(ValueError, match="no call may go yet"):
        bucket.taken(0)
