"""Nobody is at work when it is time to file: on a server in real time, with deadlines of seconds."""

import asyncio
from datetime import timedelta

from dispute_shop import DisputeShop, due_in, story, story_of
from workers_here import running_worker

from chargebacks.contracts import CaseStatus
from chargebacks.dispute_case import Verdict

PLANNED_IN = timedelta(seconds=12)
"""Half an hour before the end at the latest a packet is filed: so far away is the deadline beyond that."""
DEADLINE = timedelta(minutes=30) + PLANNED_IN


async def staged_and_left_alone(shop: DisputeShop) -> str:
    """A dispute whose worker went away before the moment to file."""
    await shop.follow_policy()
    async with running_worker(shop.stack):
        dispute = await shop.opened(due_by=due_in(DEADLINE / timedelta(days=1)))
        await shop.staged(dispute)
    assert await shop.submissions(dispute) == []
    return dispute


async def test_a_worker_that_was_away_when_it_was_time_to_file(idle_shop: DisputeShop) -> None:
    """Away across the planned moment: filed as soon as it is back, before the deadline."""
    dispute = await staged_and_left_alone(idle_shop)
    await asyncio.sleep(PLANNED_IN.total_seconds())
    assert await idle_shop.submissions(dispute) == []
    async with running_worker(idle_shop.stack):
        await idle_shop.filed(dispute)
    [sent] = await idle_shop.submissions(dispute)
    assert (sent["by"], sent["past_due"]) == ("api", False)


async def test_a_worker_that_came_back_after_the_deadline(idle_shop: DisputeShop) -> None:
    """Nothing is filed any more; the case says plainly that it was missed, and the loss is followed."""
    dispute = await staged_and_left_alone(idle_shop)
    await idle_shop.at_stripe(f"disputes/{dispute}/due_by", due_by=due_in(0) + 1)
    await asyncio.sleep(PLANNED_IN.total_seconds())
    assert (await idle_shop.read(dispute))["status"] == "lost"
    async with running_worker(idle_shop.stack):
        case = await idle_shop.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert story_of(case).verdict is Verdict.LOST
    assert "was not answered" in (case.attention or ""), story(case)
    assert await idle_shop.submissions(dispute) == []
