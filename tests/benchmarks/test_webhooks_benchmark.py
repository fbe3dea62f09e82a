"""Webhooks are measured at the smallest size, and every message is answered and every case started."""

from benchmarks.our_side import intake_side
from benchmarks.webhooks import measure_webhooks, webhook_lines


async def test_both_sides_take_everything_in() -> None:
    """One rate of each side per round; after the burst nothing waits, and there is a case for each alert."""
    async with intake_side("sqlite") as stack:
        found = await measure_webhooks(stack, engine="sqlite", events=30, rounds=2, burst=12)
        cases = await stack.store.cases.list_cases(account="shop")
    assert (len(found.ours), len(found.bare)) == (2, 2)
    assert len(cases) == 12
    assert [line.case for line in webhook_lines(found)] == [
        "the service",
        "a bare endpoint with one insert",
        "ratio",
        "a burst of 12 alerts",
    ]
