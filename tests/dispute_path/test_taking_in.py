"""Disputes and warnings that no webhook brought: the import, the sync, and its schedule."""

from datetime import UTC, datetime, timedelta

from dispute_shop import ACCOUNT, DisputeShop, case_id, due_in, story, story_of
from workers_here import running_worker

from chargebacks.contracts import CASES_QUEUE, CaseStatus
from chargebacks.dispute_case import Verdict
from operations.importing import Imported, import_account, schedule_sync
from workflows.sync import SyncReport, SyncRequest, SyncWorkflow


async def imported(shop: DisputeShop) -> Imported:
    now = datetime.now(UTC)
    return await import_account(
        shop.stack.client,
        shop.stack.store,
        shop.stack.stripe,
        account=ACCOUNT,
        since=now - timedelta(days=30),
        until=now + timedelta(minutes=1),
    )


async def synced(shop: DisputeShop, run: int = 1) -> SyncReport:
    return await shop.stack.client.execute_workflow(
        SyncWorkflow.run, SyncRequest(account=ACCOUNT), id=f"sync-{run}", task_queue=CASES_QUEUE
    )


async def signals(shop: DisputeShop, dispute: str) -> int:
    events = await shop.history(dispute)
    return sum(event["eventType"] == "EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED" for event in events)


async def test_taking_in_twice_is_taking_in_once(shop: DisputeShop) -> None:
    """Open disputes, decided ones and early fraud warnings get one case each, however often they are imported."""
    await shop.follow_policy()
    open_one = await shop.disputed(due_by=due_in(8))
    won_one = await shop.disputed(status="won")
    warned = await shop.sell()
    await shop.at_stripe("early_fraud_warnings", charge=warned.id)
    first = await imported(shop)
    await shop.staged(open_one)
    await shop.closed(won_one)
    second = await imported(shop)
    assert (first.disputes, first.new_disputes, first.warnings, first.new_warnings) == (2, 2, 1, 1)
    assert (second.disputes, second.new_warnings) == (2, 0)
    assert len(await shop.stack.store.cases.cases_of_charge(ACCOUNT, warned.id)) == 1
    await shop.clocks.pass_time(timedelta(days=6, hours=1))
    await shop.filed(open_one)
    assert len(await shop.submissions(open_one)) == 1


async def test_the_sync_finds_what_webhooks_lost(shop: DisputeShop) -> None:
    """A dispute nobody told of gets its case; a verdict that was missed is read; what is known is left alone."""
    await shop.follow_policy()
    known = await shop.opened(due_by=due_in(8))
    verdict = await shop.opened(due_by=due_in(8))
    await shop.staged(known)
    await shop.staged(verdict)
    lost = await shop.disputed(due_by=due_in(8))
    await shop.at_stripe(f"disputes/{verdict}/decide", status="won")
    report = await synced(shop)
    assert report.failed == {}
    assert report.found["disputes"].seen == 3
    assert report.found["disputes"].new == 2
    assert story_of(await shop.closed(verdict)).verdict is Verdict.WON
    await shop.staged(lost)
    assert await signals(shop, known) == 0
    again = await synced(shop, run=2)
    assert (again.found["disputes"].seen, again.found["disputes"].new) == (3, 0)


async def test_a_pass_that_cannot_look_everywhere_says_so(shop: DisputeShop) -> None:
    """A permission is missing for the warnings: the disputes are found all the same."""
    await shop.follow_policy()
    dispute = await shop.disputed(due_by=due_in(8))
    await shop.at_stripe("faults", method="GET", path="early_fraud_warnings", action="403")
    report = await synced(shop)
    assert set(report.failed) == {"early fraud warnings"}
    assert report.found["disputes"].new == 1
    await shop.status(dispute, CaseStatus.GATHERING)


async def test_the_sync_runs_by_itself(idle_shop: DisputeShop) -> None:
    """The schedule is made once; when it fires, a lost dispute gets its case."""
    shop = idle_shop
    await shop.follow_policy()
    dispute = await shop.disputed(due_by=due_in(8))
    assert await schedule_sync(shop.stack.client, account=ACCOUNT)
    assert not await schedule_sync(shop.stack.client, account=ACCOUNT)
    schedule = shop.stack.client.get_schedule_handle(f"sync/{ACCOUNT}")
    async with running_worker(shop.stack):
        await schedule.trigger()
        case = await shop.staged(dispute)
    await schedule.delete()
    assert case.case_id == case_id(dispute), story(case)
