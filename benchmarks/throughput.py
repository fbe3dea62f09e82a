"""Alerts per second, from the message taken in to the outcome reported, against the yardstick.

Both run in a closed loop: `IN_FLIGHT` at any time, a new one as soon as one has finished. Rounds of ours and of the
yardstick alternate, and each pair changes which goes first; the result is the median of the pairs' ratios.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter

from benchmarks.alert_cases import in_lanes, prepare_alerts, resolved, take_in
from benchmarks.both_sides import BothSides
from benchmarks.processor_time import processor_seconds, spent

IN_FLIGHT = 50


@dataclass(frozen=True)
class Rate:
    """One round."""

    count: int
    seconds: float
    processor_ms: Counter[str]
    """Processor milliseconds each, by process."""

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


@dataclass(frozen=True)
class RatePair:
    ours: Rate
    bare: Rate

    @property
    def ratio(self) -> float:
        return self.ours.per_second / self.bare.per_second


async def measure_rates(sides: BothSides, *, rounds: int, alerts: int) -> list[RatePair]:
    """`rounds` pairs of `alerts` alerts and as many bare workflows, after a short round to warm up."""
    await _pair(sides, min(alerts, IN_FLIGHT), bare_first=False)
    return [await _pair(sides, alerts, bare_first=number % 2 == 1) for number in range(rounds)]


async def _pair(sides: BothSides, alerts: int, *, bare_first: bool) -> RatePair:
    bare = await _bare(sides, alerts) if bare_first else None
    ours = await _ours(sides, alerts)
    return RatePair(ours=ours, bare=bare if bare is not None else await _bare(sides, alerts))


async def _ours(sides: BothSides, alerts: int) -> Rate:
    ready = await prepare_alerts(sides.world, alerts)

    async def one(number: int) -> None:
        case_id = await take_in(sides.stack, ready[number])
        await resolved(sides.stack, case_id)

    return await timed(one, alerts, lanes=IN_FLIGHT)


async def _bare(sides: BothSides, workflows: int) -> Rate:
    async def one(_number: int) -> None:
        handle = await sides.start_bare()
        await handle.result()

    return await timed(one, workflows, lanes=IN_FLIGHT)


async def timed(one: Callable[[int], Awaitable[None]], times: int, *, lanes: int) -> Rate:
    """Do it `times` times, `lanes` of them at any time."""
    used, began = processor_seconds(), perf_counter()
    await in_lanes(range(times), one, lanes=lanes)
    seconds = perf_counter() - began
    total = spent(used, processor_seconds())
    return Rate(
        count=times,
        seconds=seconds,
        processor_ms=Counter({part: each * 1000 / times for part, each in total.items()}),
    )
