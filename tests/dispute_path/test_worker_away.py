"""Nobody is at work for three days, in the midst of which the packet was to be filed."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from dispute_shop import DisputeShop, due_in, story, story_of
from temporalio.client import Client
from temporalio.plugin import SimplePlugin
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import WorkerConfig
from two_clocks import TwoClocks
from workers_here import running_worker

from chargebacks.contracts import CaseStatus
from chargebacks.dispute_case import Verdict
from chargebacks.representment import DisputeWindow
from demo.stack import StandIns, connected

AWAY = timedelta(days=3)
MARGIN = timedelta(days=2)
"""The policy's default: so long before the end a packet is filed."""


class NothingKept(SimplePlugin):
    """Workers keep no workflow in memory: the time-skipping server goes on giving the tasks of one that is kept to the
    worker that has it, also when that has gone."""

    def configure_worker(self, config: WorkerConfig) -> WorkerConfig:
        config["max_cached_workflows"] = 0
        return config


@pytest.fixture
async def unmanned(around: StandIns, skipping: WorkflowEnvironment) -> AsyncIterator[DisputeShop]:
    """A shop on the time-skipping server that no worker works for yet."""
    address = str(skipping.client.service_client.config.target_host)
    settings = skipping.client.config()
    settings["plugins"] = [NothingKept("nothing-kept")]
    async with connected(around, Client(**settings), address=address) as stack:
        yield DisputeShop(stack=stack, clocks=TwoClocks(skipping, stack.stripe_control))


async def left_alone(shop: DisputeShop, *, before: timedelta) -> tuple[str, DisputeWindow]:
    """A dispute whose worker went away when its packet was staged and to be filed in `before`, and has been away for
    three days now; and its plan."""
    await shop.follow_policy()
    async with running_worker(shop.stack):
        dispute = await shop.opened(due_by=due_in(14))
        assessment = story_of(await shop.staged(dispute)).assessment
        assert assessment is not None
        await shop.clocks.pass_until(when(assessment.window.submit_at) - before)
    gone_at = await shop.clocks.now()
    async with shop.clocks.beyond_the_next_timer():
        assert await shop.clocks.now() >= when(assessment.window.submit_at)
        await shop.clocks.pass_until(gone_at + AWAY)
    [*_, last] = await shop.history(dispute)
    assert last["eventType"] == "EVENT_TYPE_WORKFLOW_TASK_SCHEDULED", "nobody took what was to be done"
    assert await shop.submissions(dispute) == []
    return dispute, assessment.window


def when(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment


async def test_a_worker_that_was_away_when_it_was_time_to_file(unmanned: DisputeShop) -> None:
    """Back before the deadline: filed at once, in time, and never again."""
    dispute, window = await left_alone(unmanned, before=AWAY / 2)
    assert when(window.submit_at) < await unmanned.clocks.now() < when(window.due_by)
    async with running_worker(unmanned.stack):
        case = await unmanned.filed(dispute)
        [filing] = story_of(case).filings
        assert filing.round == 1
        assert case.attention is None, story(case)
        await unmanned.clocks.pass_until(when(window.due_by) + timedelta(days=1))
        await unmanned.deliver_events()
        await unmanned.status(dispute, CaseStatus.UNDER_REVIEW)
    [sent] = await unmanned.submissions(dispute)
    assert (sent["by"], sent["past_due"]) == ("api", False)


async def test_a_worker_that_came_back_after_the_deadline(unmanned: DisputeShop) -> None:
    """Nothing is sent any more; the case says plainly that it was missed, and the loss is followed."""
    dispute, window = await left_alone(unmanned, before=AWAY - MARGIN - timedelta(hours=12))
    assert await unmanned.clocks.now() > when(window.due_by)
    assert (await unmanned.read(dispute))["status"] == "lost"
    written = await unmanned.written()
    async with running_worker(unmanned.stack):
        case = await unmanned.status(dispute, CaseStatus.WATCHING_VERDICT)
    assert story_of(case).verdict is Verdict.LOST
    assert case.attention is not None, story(case)
    assert f"{dispute} was not answered: nobody filed before the time to answer ended" in case.attention
    assert await unmanned.written() == written
    assert await unmanned.submissions(dispute) == []
