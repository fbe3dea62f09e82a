"""Alerts ready to be taken in, each about a sale of its own that the charge index knows."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from chargebacks.charge_index import Pace
from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import CaseFile
from chargebacks.vocabulary import OutcomeCode
from demo.stack import Stack
from demo.world import World
from networks.registry import ADAPTERS
from operations.backfill import start_backfill
from operations.start import start_alert

ACCOUNT = "shop"
NETWORK = "chargebackhit"

POLICY = """
mode = "act"
watch_refund_days = 0

[refund]
limits = { USD = "500.00" }

[subscription]
scope = "linked"
moment = "now"
"""
"""Refunds, ends the subscription behind the charge, answers, and closes the case at once: no month of watching."""

_PREPARED_AT_ONCE = 8
_PATIENCE_SECONDS = 60.0
_A_MOMENT = timedelta(seconds=2)
"""Stripe dates to the second."""

Item = TypeVar("Item")
Result = TypeVar("Result")

_numbers = count(1)


@dataclass(frozen=True)
class ReadyAlert:
    """A provider's message that nobody has seen yet."""

    body: bytes


async def in_lanes(
    items: Sequence[Item], job: Callable[[Item], Awaitable[Result]], *, lanes: int
) -> list[Result]:
    """Do the job for every item, `lanes` of them at any time; a lane takes the next item when it has finished one."""
    results: dict[int, Result] = {}
    waiting = iter(enumerate(items))

    async def lane() -> None:
        for index, item in waiting:
            results[index] = await job(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(lanes, len(items))):
            group.create_task(lane())
    return [results[index] for index in range(len(items))]


async def prepare_alerts(world: World, how_many: int) -> list[ReadyAlert]:
    """Sell, fill the index as `connect` does, and have the network write the alerts. Every second sale is the first
    payment of a subscription, whose link the index then knows."""
    began = datetime.now(UTC)
    sales = range(how_many)
    charges = await in_lanes(
        sales, lambda sale: sell(world, subscribed=sale % 2 == 1), lanes=_PREPARED_AT_ONCE
    )
    await fill_from_stripe(world.stack, since=began - _A_MOMENT)
    return await in_lanes(charges, lambda charge: alert_about(world, charge), lanes=_PREPARED_AT_ONCE)


async def sell(
    world: World, *, subscribed: bool = False, customer: str | None = None, indexed: bool = True
) -> ChargeSnapshot:
    """A sale like no other by card and code, at one of a few prices. Without `customer` a one-off buyer is a guest."""
    number = next(_numbers)
    sale: dict[str, Any] = {
        "amount": (999, 1999, 2999, 4999)[number % 4],
        "last4": f"{number * 7919 % 10_000:04}",
        "authorization_code": f"{number:06}",
        "network_transaction_id": f"{310_000_000_000_000 + number * 104_729}",
    }
    if subscribed:
        charge, _subscription = await world.subscribe(**sale)
        return charge
    return await world.sell(**sale, customer=customer, indexed=indexed)


async def fill_from_stripe(stack: Stack, *, since: datetime) -> None:
    """Fill the charge index as `connect` does, links to subscriptions included."""
    filling, _new = await start_backfill(
        stack.client,
        stack.store,
        account=ACCOUNT,
        since=since,
        until=datetime.now(UTC) + _A_MOMENT,
        pace=Pace(calls_per_second=20),
        again=True,
    )
    assert (await filling.result()).stopped is None


async def alert_about(world: World, charge: ChargeSnapshot) -> ReadyAlert:
    """The network's message about this charge."""
    message = await world.message(NETWORK, charge, product="cdrn")
    return ReadyAlert(body=message["body"].encode())


async def take_in(stack: Stack, alert: ReadyAlert) -> str:
    """Take the message in as the ingest service would; the id of its case."""
    source = await stack.store.sources.source(stack.source(NETWORK, ACCOUNT))
    started = await start_alert(
        stack.client, stack.store, source, ADAPTERS[source.kind], alert.body, received_at=datetime.now(UTC)
    )
    return started[0].case_id


async def resolved(stack: Stack, case_id: str) -> None:
    """Return when the case is closed. RuntimeError unless the money went back and the network was told so."""
    handle = stack.client.get_workflow_handle(case_id, result_type=CaseFile)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            case: CaseFile | None = await handle.result()
    except TimeoutError:
        case = await stack.store.cases.case_file(case_id)
    if case is None or case.outcome is None or case.outcome_sent_at is None:
        raise RuntimeError(f"{case_id} was not resolved: {case.attention if case else 'it was never opened'}")
    if case.outcome.code is not OutcomeCode.REFUNDED:
        raise RuntimeError(f"{case_id} came to {case.outcome.code.value} instead of a refund")
