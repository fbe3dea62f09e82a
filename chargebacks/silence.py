"""Has a sender gone quiet? Compares a silence with the same hours of earlier weeks.

A shop sleeps at night and on Sundays: how long nothing came says little, what used to come in these very hours of the
week says a lot.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chargebacks.charge_index import Span
from chargebacks.values import Instant, Value

_WEEK = timedelta(weeks=1)
_SHORTEST = timedelta(hours=3)
"""Stripe may deliver an event again after minutes or hours (https://docs.stripe.com/webhooks#retries)."""
_CLOCK_CHANGE = timedelta(hours=1)
"""A shop's habits move by an hour against UTC twice a year."""
_MOST_COMPARED = 8
_LEAST_COMPARED = 4
_LEAST_MESSAGES = 20
"""Several messages tell of one sale. Where the quietest of four weeks had six sales, none at all comes by chance less
than once in four hundred times (e^-6, Poisson), and the quietest week understates what is usual."""


class Silence(Value):
    """Nothing has come since `since`, although at least `usual` messages came in the same hours of each of the
    `compared` earlier times."""

    since: Instant
    usual: int
    compared: int


def spans_to_compare(*, first: datetime, last: datetime, now: datetime) -> tuple[Span, ...]:
    """The hours of the week from `last` to `now` in earlier weeks, latest first, as far back as `first`.

    `first`, `last`: when the first and the last message came. Empty when the silence is short or the past too young.
    A silence of more than a week is compared with as many whole weeks at a time. Each span is an hour shorter at both
    ends: what came in it came in these hours by summer's clock and by winter's.
    """
    silent = now - last
    if silent < _SHORTEST:
        return ()
    step = _WEEK * (-(-silent // _WEEK))
    spans = [
        Span(since=last - step * back + _CLOCK_CHANGE, until=now - step * back - _CLOCK_CHANGE)
        for back in range(1, _MOST_COMPARED + 1)
        if last - step * back >= first
    ]
    return tuple(spans) if len(spans) >= _LEAST_COMPARED else ()


def unusual_silence(*, last: datetime, counts: Sequence[int]) -> Silence | None:
    """`counts`: how many messages came in each of `spans_to_compare`. None when the silence is nothing unusual: the
    quietest of the earlier times decides, so that a holiday among them delays the alarm and never causes one."""
    if len(counts) < _LEAST_COMPARED or min(counts) < _LEAST_MESSAGES:
        return None
    return Silence(since=last, usual=min(counts), compared=len(counts))
