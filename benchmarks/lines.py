"""What each benchmark's figures say, line by line, beside what was aimed at."""

from collections import Counter
from collections.abc import Sequence
from math import log

from benchmarks.case_shape import CaseShape
from benchmarks.latency import LatencyPair
from benchmarks.match_query import Timing
from benchmarks.matching_quality import Tally
from benchmarks.report import Line, spread
from benchmarks.stripe_calls import StripeCalls
from benchmarks.throughput import IN_FLIGHT, Rate, RatePair

LEAST_RATE, MOST_LATENCY = 0.8, 1.5
MOST_READS, MOST_WRITES = 2, 2
MOST_P99_MS = 10.0
LEAST_RECALL = 0.95


def throughput_lines(pairs: Sequence[RatePair], shape: CaseShape) -> list[Line]:
    name = f"alerts per second, {IN_FLIGHT} in flight"
    low, ratio, high = spread([pair.ratio for pair in pairs])
    calls = f"{shape.local} local and {shape.ordinary} ordinary activity calls"
    ours = spread([pair.ours.per_second for pair in pairs])[1]
    bare = spread([pair.bare.per_second for pair in pairs])[1]
    return [
        Line(
            benchmark=name,
            case=f"ratio to a bare workflow of {calls}",
            measured=f"{ratio:.2f} (quartiles {low:.2f} to {high:.2f}; {ours:.1f}/s to {bare:.1f}/s)",
            aim=f">= {LEAST_RATE}",
            met=ratio >= LEAST_RATE,
        ),
        *processor_lines(name, "ours", [pair.ours for pair in pairs]),
        *processor_lines(name, "bare", [pair.bare for pair in pairs]),
    ]


def processor_lines(name: str, side: str, rates: Sequence[Rate]) -> list[Line]:
    """Nothing where the system does not tell processor times."""
    if not rates[0].processor_ms:
        return []
    parts: Counter[str] = Counter()
    for rate in rates:
        parts.update(rate.processor_ms)
    used = [
        f"{part} {total / len(rates):.0f}" for part, total in parts.most_common() if total / len(rates) >= 0.5
    ]
    total = sum(parts.values()) / len(rates)
    return [
        Line(benchmark=name, case=f"processor ms each, {side}", measured=f"{total:.0f} ({', '.join(used)})")
    ]


def latency_lines(pairs: Sequence[LatencyPair]) -> list[Line]:
    low, ratio, high = spread([pair.ratio for pair in pairs])
    ours = spread([pair.ours for pair in pairs])[1] * 1000
    bare = spread([pair.bare for pair in pairs])[1] * 1000
    return [
        Line(
            benchmark="start to refund, one at a time",
            case="ratio to the bare workflow's same span",
            measured=f"{ratio:.2f} (quartiles {low:.2f} to {high:.2f}; {ours:.0f} ms to {bare:.0f} ms)",
            aim=f"< {MOST_LATENCY}",
            met=ratio < MOST_LATENCY,
        )
    ]


def stripe_call_lines(measured: Sequence[StripeCalls]) -> list[Line]:
    return [
        Line(
            benchmark="Stripe calls per resolved alert",
            case=each.about,
            measured=f"{each.reads} reads, {each.writes} writes: {', '.join(f'`{call}`' for call in each.calls)}",
            aim=f"<= {MOST_READS} reads, {MOST_WRITES} writes" if each.index_knows_charge else "",
            met=each.reads <= MOST_READS and each.writes <= MOST_WRITES if each.index_knows_charge else None,
        )
        for each in measured
    ]


def match_query_lines(timings: Sequence[Timing]) -> list[Line]:
    return [_match_query_line(timing, timings) for timing in timings]


def _match_query_line(timing: Timing, timings: Sequence[Timing]) -> Line:
    smallest = min((each for each in timings if each.engine == timing.engine), key=lambda each: each.charges)
    growth, logarithmic = timing.median_ms / smallest.median_ms, log(timing.charges) / log(smallest.charges)
    return Line(
        benchmark="match query",
        case=f"{timing.engine}, {timing.charges:,} charges",
        measured=f"median {timing.median_ms:.2f} ms, p99 {timing.p99_ms:.2f} ms, growth x{growth:.2f} "
        f"(logarithmic: x{logarithmic:.2f}), {timing.missed} missed",
        aim=f"p99 < {MOST_P99_MS:.0f} ms, none missed",
        met=timing.p99_ms < MOST_P99_MS and timing.missed == 0,
    )


def matching_quality_lines(tallies: Sequence[Tally]) -> list[Line]:
    return [
        Line(
            benchmark="matching quality",
            case=f"{tally.merchant}, {tally.alerts:,} alerts",
            measured=f"{len(tally.wrong)} wrong, recall {tally.recall:.4f}, "
            f"{tally.to_people / tally.alerts:.1%} to people",
            aim=f"0 wrong, recall > {LEAST_RECALL}",
            met=not tally.wrong and tally.recall > LEAST_RECALL,
        )
        for tally in tallies
    ]
