"""Each benchmark runs at its smallest size, and what it counts is what it says. Nothing here is timed."""

from collections.abc import AsyncIterator

import pytest

from benchmarks import lines, match_query
from benchmarks.both_sides import BothSides, both_sides
from benchmarks.case_shape import completed_at, shape_of
from benchmarks.latency import measure_latency
from benchmarks.machine import machine_facts
from benchmarks.matching_quality import Tally
from benchmarks.report import Line, markdown, spread
from benchmarks.stripe_calls import measure_stripe_calls
from benchmarks.throughput import measure_rates


@pytest.fixture(scope="module")
async def sides() -> AsyncIterator[BothSides]:
    async with both_sides() as running:
        yield running


async def test_the_yardstick_makes_the_calls_of_a_case(sides: BothSides) -> None:
    """As many local and ordinary calls as an alert's case, in its order, on queues split alike."""
    bare = await sides.start_bare()
    await bare.result()
    history = await bare.fetch_history()

    made = [call.removeprefix("bare-") for call in shape_of(history, refund="do_nothing").calls]

    assert tuple(made) == sides.shape.calls
    assert sides.shape.calls.count("stripe") == sides.shape.ordinary - 1
    assert completed_at(history, sides.shape.refund) > 0


async def test_a_round_of_alerts_is_resolved(sides: BothSides) -> None:
    """A pair of rates, with the processor time of each side's own worker."""
    (pair,) = await measure_rates(sides, rounds=1, alerts=2)

    assert pair.ours.count == pair.bare.count == 2
    assert pair.ratio > 0
    assert "ratio to a bare workflow" in lines.throughput_lines([pair], sides.shape)[0].case


async def test_lone_alerts_are_refunded(sides: BothSides) -> None:
    """Each pair has the two spans that the ratio is made of."""
    pairs = await measure_latency(sides, pairs=2)

    assert [pair.ratio for pair in pairs] == [pair.ours / pair.bare for pair in pairs]
    assert lines.latency_lines(pairs)[0].aim == "< 1.5"


async def test_stripe_is_asked_twice_when_the_index_knows_the_charge(sides: BothSides) -> None:
    """Two reads and two writes resolve an alert about a subscription whose link the index knows."""
    measured = {each.about: each for each in await measure_stripe_calls(sides)}

    known = measured["subscription in the index, link known"]

    assert known.calls == (
        "GET /v1/charges/{id}",
        "GET /v1/disputes",
        "POST /v1/refunds",
        "DELETE /v1/subscriptions/{id}",
    )
    assert (known.reads, known.writes) == (2, 2)
    assert all(line.benchmark for line in lines.stripe_call_lines(list(measured.values())))


async def test_a_match_query_is_timed_at_a_small_size() -> None:
    """Every alert that names a charge by something rare is offered it."""
    timing = await match_query.measure("sqlite", 500, queries=16, seed=1)

    (line,) = lines.match_query_lines([timing])

    assert (line.case, timing.missed) == ("sqlite, 500 charges", 0)


def test_one_wrong_match_is_one_too_many() -> None:
    """A merchant's line is met only without a wrong match, however good the recall."""
    good = Tally(merchant="game", alerts=1000, enough=500, enough_matched=499)
    bad = Tally(merchant="game", alerts=1000, enough=500, enough_matched=499, wrong=["another charge"])

    assert [line.met for line in lines.matching_quality_lines([good, bad])] == [True, False]


def test_the_table_says_what_was_missed() -> None:
    """An aim that was missed stands out, and a figure without an aim is judged neither way."""
    table = markdown(
        machine_facts(),
        [
            Line(benchmark="latency", case="alone", measured="2.00", aim="< 1.5", met=False),
            Line(benchmark="latency", case="processor ms", measured="90"),
        ],
    )

    assert "| latency | alone | 2.00 | < 1.5 | **missed** |" in table
    assert "| latency | processor ms | 90 |  |  |" in table
    assert "- Python: 3." in table


def test_spread_is_by_rank() -> None:
    """Quartiles are values that were measured, not means between them."""
    assert spread([5.0, 1.0, 2.0, 4.0, 3.0]) == (2.0, 3.0, 4.0)
