"""Benchmarks of disputes run at their smallest size, and what they count is what they say. Nothing here is timed."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks import dispute_lines
from benchmarks.dispute_cases import POLICY
from benchmarks.dispute_history import ONE_REMINDER, HistoryLength, measure_dispute_history
from benchmarks.dispute_latency import BEFORE, BETWEEN, measure_dispute_latency
from benchmarks.long_dispute import long_shop
from benchmarks.open_disputes import measure_open_disputes
from benchmarks.our_side import our_side
from benchmarks.packets import PacketPair, Span, measure_packets
from benchmarks.processor_time import processor_seconds, resident_bytes
from benchmarks.report import percentile
from demo.stack import Stack


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    async with our_side(policy=POLICY) as running:
        yield running


def test_packets_have_the_pages_they_are_named_after() -> None:
    """Three sizes, and the yardstick sets as many pages as we do."""
    speeds = measure_packets(rounds=1)

    pages = [(speed.kind.pages, pair.pages, pair.bare_pages) for speed in speeds for pair in speed.pairs]

    assert pages == [(3, 3, 3), (7, 7, 7), (12, 12, 12)]
    assert all(speed.at_once_per_second > 0 for speed in speeds)
    assert len(dispute_lines.packet_lines(speeds)) == 9


def test_a_packet_is_compared_by_what_is_rendered() -> None:
    """Composing counts for the speed from facts, and not for the ratio to typst, which composes nothing."""
    pair = PacketPair(
        composed=Span(1.0, 1.0),
        rendered=Span(6.0, 4.0),
        bare=Span(2.0, 1.0),
        pages=3,
        size=1,
        bare_pages=3,
        bare_size=1,
    )

    assert (pair.from_facts, pair.ratio, pair.processor_ratio) == (7.0, 3.0, 4.0)


async def test_the_shares_of_a_dispute_make_up_its_time(stack: Stack) -> None:
    """From the news to the staged packet, step by step, with nothing left over or counted twice."""
    latency = await measure_dispute_latency(stack, disputes=2, in_flight=2)

    for span in latency.spans:
        assert sum(span.steps.values()) == pytest.approx(span.seconds)
        assert list(span.steps) == [
            BEFORE,
            "read_dispute",
            "gather_from_stripe",
            "build_packet",
            "stage_packet",
            BETWEEN,
        ]
        assert min(span.steps.values()) >= 0
    assert [line.case for line in dispute_lines.dispute_latency_lines([latency])] == [
        "2 in flight",
        "2 in flight, median by step",
    ]


async def test_open_disputes_wait_for_their_moment(stack: Stack) -> None:
    """All of them are staged and none is submitted when the worker is watched at rest."""
    opened = await measure_open_disputes(stack, disputes=2, idle_seconds=0)

    assert [idle.cases for idle in (opened.empty, opened.warm, opened.full)] == [0, 1, 2]
    assert opened.rate.count == 1
    assert dispute_lines.open_dispute_lines(opened)[0].case == "taken in until staged"


async def test_processor_time_and_memory_are_those_of_the_same_parts(stack: Stack) -> None:
    """Our worker and the stand-ins by their names, beside this process; nothing where the system tells nothing."""
    used, held = processor_seconds(), resident_bytes()

    assert used.keys() - {"load generator"} == held.keys()
    assert all(size > 1_000_000 for size in held.values())
    assert not Path("/proc/self/stat").exists() or "our worker" in held


async def test_a_long_dispute_is_told_to_its_end() -> None:
    """More than 20 days with a source that is reminded once: filed once, won, and every event counted."""
    async with long_shop(policy=ONE_REMINDER) as shop:
        length = await measure_dispute_history(shop, days=21)

    assert length.events == sum(length.by_type.values())
    assert (length.reminders, length.calls["submit_packet"]) == (1, 1)
    assert length.heard > 0


def test_a_history_that_is_too_long_is_said_to_be() -> None:
    """149 events are within the budget of a case, 150 are not."""
    lengths = [
        HistoryLength(
            days=75,
            events=events,
            by_type=Counter({"TIMER_STARTED": events}),
            size=1000,
            calls=Counter({"collect_evidence": 2}),
            heard=3,
        )
        for events in (149, 150)
    ]

    assert [line.met for line in dispute_lines.dispute_history_lines(lengths)] == [True, False]


def test_percentiles_are_values_that_were_measured() -> None:
    """By rank, as quartiles are."""
    assert [percentile([3.0, 1.0, 2.0, 5.0, 4.0], percent) for percent in (0, 50, 95)] == [1.0, 3.0, 5.0]
