"""Many open disputes on one worker process: how fast they are taken in, and what they cost while nothing happens.

Every one is taken in until its packet is staged at Stripe, and then waits for its moment days away. *Idle* is a time in
which nothing is sent to any of them: what the worker uses then is what it uses for months. What a case holds is counted
from the first few on: they load what is needed for any. The worker keeps as many cases in memory as its cache holds
(Temporal's default: 1,000).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.dispute_cases import check_at_stripe, disputes_at_stripe, staged, take_in_dispute
from benchmarks.processor_time import processor_seconds, resident_bytes
from benchmarks.throughput import Rate, timed
from demo.stack import Stack

IN_FLIGHT = 20
_WORKER = "our worker"
_WARM_UP = 25
_SETTLE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Idle:
    """What the worker holds and uses while nothing happens. None where the system does not tell."""

    cases: int
    resident_bytes: int | None
    processor_seconds_per_minute: float | None


@dataclass(frozen=True, kw_only=True)
class OpenDisputes:
    """`empty`: a worker that has worked for nobody yet. `warm`: after the first few. `rate`: of all others, `IN_FLIGHT`
    at any time."""

    empty: Idle
    warm: Idle
    rate: Rate
    full: Idle

    @property
    def bytes_each(self) -> int | None:
        """What the worker's memory grew by for each that was taken in after the first few."""
        if self.warm.resident_bytes is None or self.full.resident_bytes is None:
            return None
        return (self.full.resident_bytes - self.warm.resident_bytes) // self.rate.count


async def measure_open_disputes(stack: Stack, *, disputes: int, idle_seconds: float) -> OpenDisputes:
    """At least two, on a fresh worker."""
    ready = await disputes_at_stripe(stack, disputes)
    first = min(_WARM_UP, disputes // 2)
    empty = await _idle(cases=0, seconds=idle_seconds)
    await _taken_in(stack, ready[:first])
    warm = await _idle(cases=first, seconds=idle_seconds)
    rate = await _taken_in(stack, ready[first:])
    for dispute_id in ready:
        await check_at_stripe(stack, dispute_id)
    full = await _idle(cases=disputes, seconds=idle_seconds)
    return OpenDisputes(empty=empty, warm=warm, rate=rate, full=full)


async def _taken_in(stack: Stack, dispute_ids: Sequence[str]) -> Rate:
    async def one(number: int) -> None:
        await staged(stack, await take_in_dispute(stack, dispute_ids[number]))

    return await timed(one, len(dispute_ids), lanes=IN_FLIGHT)


async def _idle(*, cases: int, seconds: float) -> Idle:
    """Watch the worker for so long, once it has come to rest."""
    await asyncio.sleep(min(_SETTLE_SECONDS, seconds))
    used, began = processor_seconds().get(_WORKER), perf_counter()
    await asyncio.sleep(seconds)
    now, passed = processor_seconds().get(_WORKER), perf_counter() - began
    per_minute = (now - used) * 60 / passed if now is not None and used is not None else None
    held = resident_bytes().get(_WORKER)
    return Idle(cases=cases, resident_bytes=held, processor_seconds_per_minute=per_minute)
