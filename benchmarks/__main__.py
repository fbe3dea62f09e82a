"""`make bench`: measure, and write the table with the machine's facts to `.build/benchmarks.md`.

    python -m benchmarks [--quick] [--only NAME,NAME]

Quick runs take the smallest sizes: they show that everything runs, and their figures mean little.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from benchmarks import dispute_lines, lines, match_query, matching_quality
from benchmarks.alert_cases import POLICY as ALERTS_POLICY
from benchmarks.backfill import backfill_lines, measure_backfill
from benchmarks.both_sides import BothSides, both_sides
from benchmarks.dispute_cases import POLICY as DISPUTES_POLICY
from benchmarks.dispute_history import ONE_REMINDER, THREE_REMINDERS, measure_dispute_history
from benchmarks.dispute_latency import measure_dispute_latency
from benchmarks.latency import measure_latency
from benchmarks.long_dispute import LongShop, long_shop
from benchmarks.machine import machine_facts
from benchmarks.open_disputes import measure_open_disputes
from benchmarks.our_side import intake_side, our_side
from benchmarks.packets import measure_packets
from benchmarks.report import Line, markdown
from benchmarks.stripe_calls import measure_stripe_calls
from benchmarks.throughput import measure_rates
from benchmarks.webhooks import measure_webhooks, webhook_lines
from chargebacks.errors import CaseError
from demo.processes import REPOSITORY
from demo.stack import Stack
from runtime.process import leave

Running = TypeVar("Running")

_TABLE = REPOSITORY / ".build" / "benchmarks.md"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much of everything."""

    rounds: int
    alerts: int
    latency_pairs: int
    engines: tuple[str, ...]
    charges: tuple[int, ...]
    queries: int
    matched_alerts: int
    packets: int
    disputes: int
    open_disputes: int
    filled_charges: int
    filled_subscriptions: int
    webhooks: int
    burst: int
    idle_seconds: float


FULL = Sizes(
    rounds=7,
    alerts=100,
    latency_pairs=60,
    engines=("sqlite", "postgresql"),
    charges=(10_000, 1_000_000, 10_000_000),
    queries=500,
    matched_alerts=100_000,
    packets=40,
    disputes=60,
    open_disputes=1000,
    filled_charges=50_000,
    filled_subscriptions=2_000,
    webhooks=1_000,
    burst=10_000,
    idle_seconds=60,
)
QUICK = Sizes(
    rounds=1,
    alerts=20,
    latency_pairs=5,
    engines=("sqlite",),
    charges=(10_000,),
    queries=100,
    matched_alerts=3_000,
    packets=3,
    disputes=5,
    open_disputes=10,
    filled_charges=300,
    filled_subscriptions=5,
    webhooks=50,
    burst=20,
    idle_seconds=1,
)


def _throughput(sizes: Sizes) -> list[Line]:
    async def measure(sides: BothSides) -> list[Line]:
        pairs = await measure_rates(sides, rounds=sizes.rounds, alerts=sizes.alerts)
        return lines.throughput_lines(pairs, sides.shape)

    return _with_both_sides(measure)


def _latency(sizes: Sizes) -> list[Line]:
    async def measure(sides: BothSides) -> list[Line]:
        return lines.latency_lines(await measure_latency(sides, pairs=sizes.latency_pairs))

    return _with_both_sides(measure)


def _stripe_calls(_sizes: Sizes) -> list[Line]:
    async def measure(sides: BothSides) -> list[Line]:
        return lines.stripe_call_lines(await measure_stripe_calls(sides))

    return _with_both_sides(measure)


def _with_both_sides(measure: Callable[[BothSides], Awaitable[list[Line]]]) -> list[Line]:
    """Each benchmark gets a fresh server and database, so that none measures what another left behind."""
    return _with(both_sides, measure)


def _with(
    start: Callable[[], AbstractAsyncContextManager[Running]],
    measure: Callable[[Running], Awaitable[list[Line]]],
) -> list[Line]:
    async def run() -> list[Line]:
        this = asyncio.current_task()
        assert this is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)  # stop the parts as well
        async with start() as running:
            return await measure(running)

    return asyncio.run(run())


def _packets(sizes: Sizes) -> list[Line]:
    return dispute_lines.packet_lines(measure_packets(rounds=sizes.packets))


def _dispute_latency(sizes: Sizes) -> list[Line]:
    async def measure(stack: Stack) -> list[Line]:
        latencies = [
            await measure_dispute_latency(stack, disputes=sizes.disputes, in_flight=in_flight)
            for in_flight in (1, 10)
        ]
        return dispute_lines.dispute_latency_lines(latencies)

    return _with(lambda: our_side(policy=DISPUTES_POLICY), measure)


def _dispute_history(_sizes: Sizes) -> list[Line]:
    async def measure(shop: LongShop) -> list[Line]:
        return dispute_lines.dispute_history_lines([await measure_dispute_history(shop)])

    return _with(lambda: long_shop(policy=ONE_REMINDER), measure) + _with(
        lambda: long_shop(policy=THREE_REMINDERS), measure
    )


def _open_disputes(sizes: Sizes) -> list[Line]:
    async def measure(stack: Stack) -> list[Line]:
        opened = await measure_open_disputes(
            stack, disputes=sizes.open_disputes, idle_seconds=sizes.idle_seconds
        )
        return dispute_lines.open_dispute_lines(opened)

    return _with(lambda: our_side(policy=DISPUTES_POLICY), measure)


def _backfill(sizes: Sizes) -> list[Line]:
    async def measure(stack: Stack) -> list[Line]:
        fillings = await measure_backfill(
            stack, charges=sizes.filled_charges, subscriptions=sizes.filled_subscriptions
        )
        return backfill_lines(fillings)

    return _with(lambda: our_side(policy=ALERTS_POLICY), measure)


def _webhooks(sizes: Sizes) -> list[Line]:
    def measured(engine: str) -> list[Line]:
        async def measure(stack: Stack) -> list[Line]:
            found = await measure_webhooks(
                stack, engine=engine, events=sizes.webhooks, rounds=sizes.rounds, burst=sizes.burst
            )
            return webhook_lines(found)

        return _with(lambda: intake_side(engine), measure)

    return [line for engine in sizes.engines for line in measured(engine)]


def _match_query(sizes: Sizes) -> list[Line]:
    timings = [
        asyncio.run(match_query.measure(engine, charges, queries=sizes.queries, seed=1))
        for engine in sizes.engines
        for charges in sizes.charges
    ]
    return lines.match_query_lines(timings)


def _matching_quality(sizes: Sizes) -> list[Line]:
    tallies = matching_quality.measure_all(alerts=sizes.matched_alerts, seed=1)
    return lines.matching_quality_lines(tallies)


BENCHMARKS: dict[str, Callable[[Sizes], list[Line]]] = {
    "throughput": _throughput,
    "latency": _latency,
    "stripe-calls": _stripe_calls,
    "match-query": _match_query,
    "matching-quality": _matching_quality,
    "packets": _packets,
    "dispute-latency": _dispute_latency,
    "dispute-history": _dispute_history,
    "open-disputes": _open_disputes,
    "backfill": _backfill,
    "webhooks": _webhooks,
}


def main(
    quick: Annotated[bool, typer.Option(help="The smallest sizes: does everything run?")] = False,
    only: Annotated[str, typer.Option(help=f"Some of {', '.join(BENCHMARKS)}; by commas.")] = "",
) -> None:
    """Run the benchmarks."""
    names = only.split(",") if only else list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        typer.echo(f"There is no benchmark {unknown[0]!r}: there are {', '.join(BENCHMARKS)}.", err=True)
        leave(2)
    facts, measured = machine_facts(), list[Line]()
    try:
        for name in names:
            typer.echo(f"{name} ...", err=True)
            measured += BENCHMARKS[name](QUICK if quick else FULL)
    except CaseError as error:
        typer.echo(f"benchmarks: {error}", err=True)
        leave(1)
    table = markdown(facts, measured)
    _TABLE.parent.mkdir(exist_ok=True)
    _TABLE.write_text(table)
    typer.echo(table)
    typer.echo(f"Written to {_TABLE.relative_to(REPOSITORY)}.", err=True)
    leave(0)


if __name__ == "__main__":
    typer.run(main)
