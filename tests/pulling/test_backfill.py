"""Filling the charge index by its workflow, from the Stripe stand-in, over real HTTP."""

import asyncio

import pytest
from reading_shops import FAST, NOW, Reading, ago
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.backfilling import STOPPED
from chargebacks.charge_index import Pace
from chargebacks.errors import BadInput, NeedsOperator
from operations.backfill import filling_of, progress_of, set_pace, start_backfill, watch
from workflows.backfill import BackfillProgress, BackfillRequest, BackfillWorkflow


async def filled(shop: Reading, **how: object) -> BackfillProgress:
    filling, new = await shop.filling(**how)  # type: ignore[arg-type]
    assert new
    return await filling.result()


async def test_every_charge_of_the_time_is_indexed_once(shop: Reading) -> None:
    """Pages and their edges lose nothing and count nothing twice; what is older stays out."""
    await shop.sold(*(70 * step / 250 for step in range(1, 251)))
    await shop.sold(70.5, 90)

    done = await filled(shop)

    assert done.stopped is None
    assert done.done == 1.0
    assert await shop.indexed() == 250
    record = await shop.record()
    assert (record.charges, record.reached, record.finished_at is not None) == (250, ago(70), True)
    assert record.calls == await shop.list_calls() + await shop.list_calls("invoice_payments")


async def test_many_charges_of_one_second_are_all_read(shop: Reading) -> None:
    """A page may end among charges of the same second: the next one goes on by id."""
    await shop.sold(*[5.0] * 230)

    await filled(shop)

    assert await shop.indexed() == 230


async def test_the_subscription_behind_a_charge_is_known_from_the_start(shop: Reading) -> None:
    """An alert about it needs no further call; a charge without an invoice stays open to question."""
    charge, subscription = await shop.shop.subscribed(1999, created=int(ago(40).timestamp()))
    [other] = await shop.sold(5)

    done = await filled(shop)

    assert done.backfill is not None
    assert done.backfill.linked == 1
    assert await shop.subscription_of(charge) == (True, subscription)
    assert await shop.subscription_of(other) == (False, None)


async def test_what_is_indexed_is_not_read_again(shop: Reading) -> None:
    """A longer time reads the older part only; the same time once more reads nothing; `again` reads all."""
    await shop.sold(1, 2, 50)
    await filled(shop, days=10)
    before = await shop.list_calls()

    longer = await filled(shop, days=70)
    same = await filled(shop, days=70)

    assert longer.backfill is not None
    assert same.backfill is not None
    assert (longer.backfill.charges, same.backfill.charges, same.backfill.calls) == (1, 0, 0)
    assert await shop.list_calls() == before + 1
    assert (await shop.record()).reached == ago(70)
    everything = await filled(shop, again=True)
    assert everything.backfill is not None
    assert everything.backfill.charges == 3


async def test_a_filling_that_was_ended_goes_on_where_it_was(shop: Reading) -> None:
    """Its record tells how far it was; what came since is read first."""
    await shop.sold(*(60 * step / 400 for step in range(1, 401)))
    filling, _ = await shop.filling(pace=Pace(calls_per_second=20, calls_in_thirty_days=1))
    async for progress in watch(filling):
        if progress is not None and progress.waits_until is not None:
            break
    await filling.terminate("somebody meddles")
    with pytest.raises(NeedsOperator, match="goes on from there"):
        await anext(aiter(watch(filling)))
    read = await shop.record()
    assert 0 < read.charges <= 400

    done = await filled(shop)

    assert await shop.indexed() == 400
    assert done.backfill is not None
    assert done.backfill.charges <= 400 - read.charges + 1
    assert done.backfill.since == ago(70)


async def test_there_is_one_filling_per_account(shop: Reading) -> None:
    """A second call joins the first and may change its pace."""
    await shop.sold(*(60 * step / 300 for step in range(1, 301)))
    first, new = await shop.filling(pace=Pace(calls_per_second=0.1))
    second, also_new = await shop.filling(pace=FAST)

    assert (new, also_new) == (True, False)
    assert (await second.result()).stopped is None
    assert first.id == second.id
    assert await shop.indexed() == 300


async def test_spent_reads_are_waited_for_or_raised(shop: Reading) -> None:
    """With its calls spent it reads no further, says until when, and goes on when it is told that it may."""
    await shop.sold(*(60 * step / 250 for step in range(1, 251)))
    filling, _ = await shop.filling(pace=Pace(calls_per_second=20, calls_in_thirty_days=2))
    waiting = None
    async for progress in watch(filling):
        if progress is not None and progress.waits_until is not None:
            waiting = progress
            break
    assert waiting is not None
    assert waiting.waits_until is not None
    assert (waiting.waits_until - NOW).days >= 29
    assert await shop.list_calls("invoice_payments") == 0

    await set_pace(filling, FAST)

    assert (await filling.result()).stopped is None
    assert await shop.list_calls("invoice_payments") == 1


async def test_thirty_days_later_it_reads_on_by_itself(patient_shop: Reading) -> None:
    """Nobody needs to raise anything: the grant is of a rolling month."""
    shop = patient_shop
    await shop.sold(*(60 * step / 150 for step in range(1, 151)))
    filling, _ = await shop.filling(pace=Pace(calls_per_second=20, calls_in_thirty_days=1))
    began = await shop.stack.client.get_workflow_handle(filling.id).describe()

    assert (await filling.result()).stopped is None

    ended = await shop.stack.client.get_workflow_handle(filling.id).describe()
    assert ended.close_time is not None
    assert (ended.close_time - began.start_time).days >= 30
    assert await shop.indexed() == 150


async def test_a_long_filling_goes_on_in_a_new_run(shop: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it knows is carried over: nothing is read twice, and its history stays short."""
    monkeypatch.setattr("workflows.backfill._MOST_LEGS", 1)
    await shop.sold(*(60 * step / 250 for step in range(1, 251)))
    client, queue = shop.stack.client, f"short-runs-{shop.name}"
    unsandboxed = UnsandboxedWorkflowRunner()  # the sandbox would load the module anew, unchanged
    async with Worker(client, task_queue=queue, workflows=[BackfillWorkflow], workflow_runner=unsandboxed):
        request = BackfillRequest(account=shop.name, since=ago(70), until=NOW, pace=FAST)
        began = await client.start_workflow(
            BackfillWorkflow.run, request, id=f"short-runs/{shop.name}", task_queue=queue
        )
        done = await began.result()
        last = await client.get_workflow_handle(began.id).describe()

    assert last.run_id != began.first_execution_run_id
    assert done.backfill is not None
    assert (done.backfill.charges, done.backfill.calls, done.done) == (250, 4, 1.0)
    assert await shop.list_calls() == 3


async def test_a_key_that_is_refused_stops_it_and_is_told(shop: Reading) -> None:
    """A filling that stops half-way never looks like one that is done; once mended it clears the notice."""
    await shop.sold(1)
    await shop.shop.fault("GET", "^/v1/charges$", "403", nth=1)

    stopped = await filled(shop)

    assert stopped.stopped is not None
    assert (await shop.record()).finished_at is None
    mine = [one for one in await shop.stack.store.notices.open() if one.subject == f"account {shop.name}"]
    assert [one.kind for one in mine] == [STOPPED]
    assert "starter.py backfill" in mine[0].text
    assert (await filled(shop)).stopped is None
    assert f"account {shop.name}" not in [one.subject for one in await shop.stack.store.notices.open()]


async def test_a_passing_failure_is_retried(shop: Reading) -> None:
    """Stripe's rate limit and a torn answer cost time, not charges; pages that were read are not read again."""
    await shop.sold(*(60 * step / 250 for step in range(1, 251)))
    await shop.shop.fault("GET", "^/v1/charges$", "429", nth=2)
    await shop.shop.fault("GET", "^/v1/charges$", "torn", nth=3)

    done = await filled(shop)

    assert done.stopped is None
    assert await shop.indexed() == 250
    assert done.backfill is not None
    assert (done.backfill.charges, done.backfill.calls) == (250, 4)
    assert await shop.list_calls() <= 3 + 2


async def test_the_pace_is_kept(shop: Reading) -> None:
    """Ten calls at five a second take two seconds, whatever Stripe could do."""
    await shop.sold(*(60 * step / 950 for step in range(1, 951)))
    began = asyncio.get_running_loop().time()

    await filled(shop, pace=Pace(calls_per_second=5))

    assert asyncio.get_running_loop().time() - began >= (10 + 1) / 5 - 0.1


async def test_wrong_wishes_start_nothing(shop: Reading) -> None:
    """Each is told in a sentence."""
    client, store = shop.stack.client, shop.stack.store
    with pytest.raises(BadInput, match="lie in the past"):
        await start_backfill(client, store, account=shop.name, since=NOW, until=ago(1))
    with pytest.raises(NeedsOperator, match="nobody"):
        await start_backfill(client, store, account="nobody", since=ago(1), until=NOW)
    with pytest.raises(NeedsOperator, match=f"backfill/{shop.name}"):
        await progress_of(filling_of(client, shop.name))
