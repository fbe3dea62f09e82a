"""Never more calls than Stripe allows: each waits its turn, for seconds at the most, and is else left to Temporal.

Stripe limits an account's calls in each mode by itself, all together and for each endpoint, and tells in a header of
its 429 which limit was met (https://docs.stripe.com/rate-limits). Nothing else is told beforehand, and other systems
of the merchant call, too: a 429 halves the rate of that limit, which then grows back within a minute at the most.

Each account has its own buckets and its own line, so that a burst for one holds up nobody else. In the line, calls
that act go before those that read, and both before bulk reading, which has buckets of half the size besides.
"""

import asyncio
import random
import re
from bisect import insort
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import stripe
import structlog

from chargebacks.errors import TryLater
from chargebacks.pacing import Bucket, Urgency
from runtime.connections import StripeCredentials
from runtime.settings import Settings
from stripe_gateway.errors import Answer

LIVE, TEST = 100.0, 25.0
"""Calls per second of one account, over all endpoints (https://docs.stripe.com/rate-limits)."""
ENDPOINT = 25.0
SEARCH = 20.0
"""Over all of an account's searches (https://docs.stripe.com/search#rate-limits)."""
FILES = 20.0
"""Reading, and as many again writing."""
BULK_PART = 0.5

LONGEST_WAIT: Mapping[Urgency, float] = {Urgency.ACTING: 3.0, Urgency.READING: 3.0, Urgency.BULK: 10.0}
"""Seconds within a call: with its timeout, what an attempt of a step has time for (`workflows.steps`)."""
MOST_WAITING = 16
"""Calls of one account, as urgent or more: they hold slots of the worker, which other accounts need, too."""

_ALL = "all calls"
_ID = re.compile(r"[^/]*[^a-z_/][^/]*")

_log = structlog.get_logger(__name__)


def lane_of(method: str, path: str) -> tuple[str, float]:
    """The limit that a call meets besides the account's own, and its calls per second.

    Stripe does not define "endpoint". Taken for one: the path without its ids, whatever the method, so that we
    rather stay below than go beyond.
    """
    version, _, rest = path.lstrip("/").partition("/")
    route = f"/{version}/{_ID.sub('{id}', rest)}"
    if route.endswith("/search"):
        return "search", SEARCH
    if rest == "files" or rest.startswith("files/"):
        return ("reading files" if method == "GET" else "uploads"), FILES
    return route, ENDPOINT


class Pacing:
    """The pace of every account that this process calls as."""

    def __init__(self, settings: Settings) -> None:
        self._part = settings.stripe_share / settings.stripe_workers
        self._paces: dict[tuple[str, bool], Pace] = {}

    def of(self, credentials: StripeCredentials) -> "Pace":
        """One for each Stripe account and mode: names that share a key share its limits."""
        whose = credentials.stripe_account or credentials.api_key.get_secret_value()
        known = self._paces.get((whose, credentials.livemode))
        if known is None:
            known = Pace(livemode=credentials.livemode, part=self._part)
            self._paces[whose, credentials.livemode] = known
        return known


@dataclass(order=True, slots=True)
class _Waiting:
    urgency: Urgency
    number: int
    buckets: tuple[str, ...] = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


class Pace:
    """The buckets and the line of one account in one mode."""

    def __init__(self, *, livemode: bool, part: float) -> None:
        self._allowed = LIVE if livemode else TEST
        self._part = part
        self._buckets: dict[str, Bucket] = {}
        self._line: list[_Waiting] = []
        self._numbers = count()
        self._alarm: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, account: str, method: str, path: str, urgency: Urgency) -> AsyncIterator[None]:
        """Waits until the call may go; the block makes it. A 429 in it slows down what follows.

        TryLater("paced") when its turn would not come soon enough: nothing was sent. `account` is the name to tell.
        """
        lane, limit = lane_of(method, path)
        buckets = self._known(lane, limit, urgency)
        try:
            await self._take(buckets, urgency)
        except _NotSoon as late:
            raise TryLater(
                f"Stripe {method} {path}: held back, so that account {account} stays below Stripe's limits "
                f"({late.bucket}); it is tried again by itself",
                reason="paced",
                # Apart from each other: those that were held back together must not come back together.
                after=timedelta(seconds=late.wait * (1 + random.random())),
            ) from None
        try:
            yield
        except stripe.StripeError as error:
            answer = Answer.of(error)
            if answer.status == 429 and not answer.is_locked:
                self._slow(account, lane, answer)
            raise

    def _known(self, lane: str, limit: float, urgency: Urgency) -> tuple[str, ...]:
        """The buckets that the call takes from, made at their first call."""
        now = asyncio.get_running_loop().time()
        for name, allowed in ((_ALL, self._allowed), (lane, limit)):
            for bucket, part in ((name, 1.0), (_bulk(name), BULK_PART)):
                if bucket not in self._buckets:
                    self._buckets[bucket] = Bucket.of(allowed * self._part * part, now=now)
        return (_ALL, lane) if urgency is not Urgency.BULK else (_ALL, lane, _bulk(_ALL), _bulk(lane))

    async def _take(self, buckets: tuple[str, ...], urgency: Urgency) -> None:
        """Returns when each bucket has given a token. `_NotSoon` when that would take too long."""
        loop = asyncio.get_running_loop()
        longest = LONGEST_WAIT[urgency]
        ahead = [one for one in self._line if one.urgency <= urgency]
        wait, scarce = self._outlook(buckets, ahead, loop.time())
        if wait > longest or len(ahead) >= MOST_WAITING:
            raise _NotSoon(max(wait, 1.0), scarce)
        waiting = _Waiting(urgency, next(self._numbers), buckets, loop.create_future())
        insort(self._line, waiting)
        self._serve()
        try:
            async with asyncio.timeout(longest):
                await waiting.turn
        except TimeoutError:
            raise _NotSoon(longest, scarce) from None
        finally:
            if waiting in self._line:
                self._line.remove(waiting)
                self._serve()

    def _outlook(self, buckets: tuple[str, ...], ahead: Sequence[_Waiting], now: float) -> tuple[float, str]:
        """Seconds until a call that comes now could go if no other came, and which bucket makes it wait longest."""
        return max(
            (self._buckets[name].wait(now, 1 + sum(name in one.buckets for one in ahead)), name)
            for name in buckets
        )

    def _serve(self) -> None:
        """Gives turns in order. Who waits for one limit lets those behind pass that need another."""
        loop = asyncio.get_running_loop()
        now, soonest, left = loop.time(), float("inf"), list[_Waiting]()
        for one in self._line:
            if one.turn.done():
                continue
            wait = max(self._buckets[name].wait(now) for name in one.buckets)
            if wait > 0:
                soonest = min(soonest, wait)
                left.append(one)
                continue
            for name in one.buckets:
                self._buckets[name] = self._buckets[name].taken(now)
            one.turn.set_result(None)
        self._line = left
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = loop.call_later(soonest, self._serve) if left else None

    def _slow(self, account: str, lane: str, answer: Answer) -> None:
        now = asyncio.get_running_loop().time()
        closed_for = answer.retry_after or timedelta()
        for limit in _limits_met(answer.limit, lane):
            for name in (limit, _bulk(limit)):
                self._buckets[name] = self._buckets[name].slowed(now, closed_for=closed_for.total_seconds())
            _log.warning(
                "stripe_slowed",
                account=account,
                limit=limit,
                reason=answer.limit,
                calls_per_second=round(self._buckets[limit].base, 2),
            )


class _NotSoon(Exception):
    def __init__(self, wait: float, bucket: str) -> None:
        super().__init__(bucket)
        self.wait = wait
        self.bucket = bucket


def _bulk(name: str) -> str:
    return f"bulk reading: {name}"


def _limits_met(reason: str | None, lane: str) -> tuple[str, ...]:
    """What to slow down: Stripe's `global-…`, or `endpoint-…` and `resource-specific`; unsaid, it may be either."""
    if reason is None:
        return _ALL, lane
    return (_ALL,) if reason.startswith("global-") else (lane,)
