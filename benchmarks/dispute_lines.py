"""What the figures of disputes and their packets say, line by line, beside what was aimed at."""

from collections.abc import Sequence

from benchmarks.dispute_history import HistoryLength
from benchmarks.dispute_latency import DisputeLatency, StagedIn
from benchmarks.lines import processor_lines
from benchmarks.open_disputes import IN_FLIGHT, Idle, OpenDisputes
from benchmarks.packets import AT_ONCE, PacketSpeed
from benchmarks.report import Line, percentile, spread

MOST_EVENTS = 150


def packet_lines(speeds: Sequence[PacketSpeed]) -> list[Line]:
    return [line for speed in speeds for line in _packet_lines(speed)]


def _packet_lines(speed: PacketSpeed) -> list[Line]:
    pairs, pages = speed.pairs, speed.pairs[0].pages
    name = f"packet of {pages} pages"
    one = spread([pair.from_facts for pair in pairs])[1]
    processor = spread([pair.composed.processor + pair.rendered.processor for pair in pairs])[1]
    low, ratio, high = spread([pair.ratio for pair in pairs])
    ours = spread([pair.rendered.seconds for pair in pairs])[1]
    bare = spread([pair.bare.seconds for pair in pairs])[1]
    by_processor = spread([pair.processor_ratio for pair in pairs])[1]
    return [
        Line(
            benchmark=name,
            case=f"built from facts: {speed.kind.name}",
            measured=f"{1 / one:.1f}/s one at a time ({one * 1000:.0f} ms, processor {processor * 1000:.0f} ms), "
            f"{speed.at_once_per_second:.1f}/s {AT_ONCE} at a time",
        ),
        Line(
            benchmark=name,
            case="rendered, as a ratio to a bare typst compile of the same pages",
            measured=f"{ratio:.1f} (quartiles {low:.1f} to {high:.1f}; {ours * 1000:.0f} ms to {bare * 1000:.0f} ms; "
            f"by processor time {by_processor:.1f})",
        ),
        Line(
            benchmark=name,
            case="size",
            measured=f"{pairs[0].size / 1000:.0f} kB in all files; bare {pairs[0].bare_size / 1000:.0f} kB in one",
        ),
    ]


def dispute_latency_lines(latencies: Sequence[DisputeLatency]) -> list[Line]:
    return [line for latency in latencies for line in _latency_lines(latency)]


def _latency_lines(latency: DisputeLatency) -> list[Line]:
    name = "charge.dispute.created to staged evidence"
    how = "one at a time" if latency.in_flight == 1 else f"{latency.in_flight} in flight"
    seconds = [span.seconds for span in latency.spans]
    half, most = percentile(seconds, 50) * 1000, percentile(seconds, 95) * 1000
    return [
        Line(benchmark=name, case=how, measured=f"p50 {half:.0f} ms, p95 {most:.0f} ms"),
        Line(benchmark=name, case=f"{how}, median by step", measured=_steps(latency.spans)),
    ]


def _steps(spans: Sequence[StagedIn]) -> str:
    medians = {step: percentile([span.steps.get(step, 0.0) for span in spans], 50) for step in spans[0].steps}
    return ", ".join(f"{step} {seconds * 1000:.0f} ms" for step, seconds in medians.items())


def dispute_history_lines(lengths: Sequence[HistoryLength]) -> list[Line]:
    return [_history_line(length) for length in lengths]


def _history_line(length: HistoryLength) -> Line:
    reminders = "one reminder" if length.reminders == 1 else f"{length.reminders} reminders"
    packets = length.calls["build_packet"]
    tasks = length.by_type["WORKFLOW_TASK_COMPLETED"]
    return Line(
        benchmark=f"events in the history of a dispute of {length.days} days",
        case=f"evidence source, {reminders}, {packets} packets, {length.heard} webhooks",
        measured=f"{length.events} ({tasks} workflow tasks, {length.calls.total()} ordinary activities, "
        f"{length.by_type['MARKER_RECORDED']} local ones; {length.size / 1000:.0f} kB)",
        aim=f"< {MOST_EVENTS}",
        met=length.events < MOST_EVENTS,
    )


def open_dispute_lines(opened: OpenDisputes) -> list[Line]:
    name = f"{opened.full.cases:,} open disputes on one worker"
    rate = opened.rate
    taken = f"{rate.per_second:.1f}/s ({rate.count:,} in {rate.seconds:.0f} s, {IN_FLIGHT} in flight)"
    return [
        Line(benchmark=name, case="taken in until staged", measured=taken),
        *processor_lines(name, "taken in", [rate]),
        *_idle_lines(name, opened),
    ]


def _idle_lines(name: str, opened: OpenDisputes) -> list[Line]:
    """Nothing where the system does not tell."""
    if opened.bytes_each is None:
        return []
    lines = [_idle_line(name, idle) for idle in (opened.empty, opened.warm, opened.full)]
    grown = f"{opened.bytes_each / 1000:.0f} kB"
    return [*lines, Line(benchmark=name, case="resident memory for each case more", measured=grown)]


def _idle_line(name: str, idle: Idle) -> Line:
    memory, used = idle.resident_bytes or 0, idle.processor_seconds_per_minute or 0.0
    return Line(
        benchmark=name,
        case=f"idle with {idle.cases:,}",
        measured=f"{memory / 1_000_000:.0f} MB resident, {used:.2f} s of processor time a minute",
    )
