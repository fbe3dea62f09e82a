"""Hours and days between two attempts: keys that Stripe has forgotten, windows that are over, late repairs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from passing_time import pass_time
from pydantic import SecretStr
from sellers import AlertCase, Seller, open_seller
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from chargebacks.contracts import CaseFile, CaseStatus
from chargebacks.refunds import EntryState
from demo.stack import Stack, StandIns, connected, post, stand_ins
from operations.decide import resume
from workflows.alert import AlertWorkflow

DAY = 24 * 3600


WorkerOn = Callable[[Stack], AbstractAsyncContextManager[None]]


@pytest.fixture
async def seller(
    around: StandIns, skipping: WorkflowEnvironment, worker_on: WorkerOn, tmp_path: Path
) -> AsyncIterator[Seller]:
    """A seller whose cases let days pass."""
    async with (
        connected(replace(around, folder=tmp_path), skipping.client, address="in-process") as stack,
        worker_on(stack),
    ):
        yield await open_seller(stack)


@pytest.fixture
async def around_alone(tmp_path: Path) -> AsyncIterator[StandIns]:
    """Stand-ins of a test's own: Stripe's clock only moves forward."""
    async with stand_ins(tmp_path) as made:
        yield made


async def to_the_end(seller: Seller, skipping: WorkflowEnvironment, one: AlertCase) -> CaseFile:
    """Let time pass until the case is closed."""
    handle: WorkflowHandle[AlertWorkflow, CaseFile] = seller.stack.client.get_workflow_handle_for(
        AlertWorkflow.run, one.case
    )
    async with skipping.time_skipping_unlocked():
        return await handle.result()


async def ledger_states(seller: Seller, charge_id: str) -> list[EntryState]:
    entries = await seller.stack.store.ledger.entries(account=seller.name, charge_id=charge_id)
    return [entry.state for entry in entries]


async def test_a_retry_after_stripe_has_forgotten_the_key(
    around_alone: StandIns, skipping: WorkflowEnvironment, worker_on: WorkerOn
) -> None:
    """The answer was lost, then nobody could ask for 25 hours: the refund is found by its mark, not made again."""
    async with connected(around_alone, skipping.client, address="in-process") as stack, worker_on(stack):
        await outlive_the_key(await open_seller(stack), skipping)


async def outlive_the_key(seller: Seller, skipping: WorkflowEnvironment) -> None:
    charge = await seller.sell()
    await seller.fault("POST", "^/v1/refunds$", "reset_after", nth=1)
    await seller.fault("GET", "^/v1/charges/", "401", from_nth=2)
    one = await seller.told_of("reseller", charge, product="cdrn")
    await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    await post(seller.stack.stripe_control, "/_sandbox/clock", {"advance": 25 * 3600})
    await pass_time(skipping, timedelta(hours=25))
    await seller.stack.stripe_control.delete("/_sandbox/faults")
    await resume(seller.stack.client, one.case, by="olaf")
    await to_the_end(seller, skipping, one)
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.heard(one) == ["100.001"]
    assert len(await seller.calls("POST", "^/v1/refunds$")) == 1
    assert await ledger_states(seller, charge.id) == [EntryState.SUCCEEDED]


async def test_a_part_refunded_by_staff_between_the_reading_and_the_refund(
    seller: Seller, skipping: WorkflowEnvironment
) -> None:
    """Stripe refuses the whole, and then the key with another amount: a new key gives back the rest, a minute later."""
    charge = await seller.sell()
    await seller.fault("GET", "^/v1/disputes$", "delay_after", nth=1, seconds=1)
    one = await seller.told_of("chargebackhit", charge)
    await seller.called("GET", "^/v1/disputes$")
    await seller.refund_by_hand(charge, 1500)
    await to_the_end(seller, skipping, one)
    assert await seller.moved(charge) == (2, 4999)
    assert await seller.heard(one) == ["reversed"]


async def test_a_refund_that_is_found_after_the_answer_was_due(
    seller: Seller, skipping: WorkflowEnvironment
) -> None:
    """The source was told that no refund is known; when it turns up, the case says so and wants a person to know."""
    charge = await seller.sell()
    await seller.fault("POST", "^/v1/refunds$", "reset_after", nth=1)
    await seller.fault("GET", "^/v1/charges/", "401", from_nth=2)
    one = await seller.told_of("ethoca", charge)
    await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    await pass_time(skipping, timedelta(hours=24))
    assert await seller.heard(one) == ["OTHER"]
    await seller.stack.stripe_control.delete("/_sandbox/faults")
    await resume(seller.stack.client, one.case, by="olaf")
    case = await to_the_end(seller, skipping, one)
    assert await seller.moved(charge) == (1, 4999)
    assert await ledger_states(seller, charge.id) == [EntryState.SUCCEEDED]
    assert case.money is not None
    assert case.money.state.value == "refunded"
    assert "made after all" in (case.attention or "")


async def test_a_case_that_holds_the_charge_until_its_end(
    seller: Seller, skipping: WorkflowEnvironment
) -> None:
    """While one case waits for a repair, another about the same charge neither refunds nor claims that it did."""
    charge = await seller.sell()
    await seller.fault("POST", "^/v1/refunds$", "403")
    first = await seller.told_of("ethoca", charge)
    await seller.status(first, CaseStatus.NEEDS_ATTENTION)
    second = await seller.told_of("reseller", charge, product="cdrn")
    await to_the_end(seller, skipping, first)
    await seller.stack.stripe_control.delete("/_sandbox/faults")
    await to_the_end(seller, skipping, second)
    assert await seller.heard(first) == ["OTHER"]
    assert await seller.moved(charge) == (1, 4999)
    assert await seller.heard(second) == ["100.001"]
    assert await ledger_states(seller, charge.id) == [EntryState.RELEASED, EntryState.SUCCEEDED]


async def test_a_window_that_closed_by_itself(seller: Seller, skipping: WorkflowEnvironment) -> None:
    """The network declined for us when the time was over: what it holds then is not taken for what we wanted to say."""
    source = await seller.stack.store.sources.source(f"chargeblast-{seller.name}")
    wrong = {**source.secrets, "api_key": SecretStr("rolled-yesterday")}
    await seller.stack.store.sources.connect_source(source.model_copy(update={"secrets": wrong}))
    charge = await seller.sell()
    one = await seller.told_of("chargeblast", charge, type="CDRN")
    await seller.status(one, CaseStatus.NEEDS_ATTENTION)
    await post(seller.stack.networks_control, "/_networks/clock", {"offset_seconds": 4 * DAY})
    await pass_time(skipping, timedelta(days=4))
    await seller.stack.store.sources.connect_source(source)
    await resume(seller.stack.client, one.case, by="olaf")
    held = await seller.until(one, lambda case: "answered_elsewhere" in (case.attention or ""))
    assert held.outcome_sent_at is None
    await resume(seller.stack.client, one.case, by="olaf", note="too late")
    case = await to_the_end(seller, skipping, one)
    await post(seller.stack.networks_control, "/_networks/clock", {"offset_seconds": 0})
    assert case.outcome_sent_at is None
    assert await seller.moved(charge) == (1, 4999)
