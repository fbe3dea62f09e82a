"""A shop on a time-skipping Temporal server, whose disputes take days within a moment."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import worker
from benchmarks.alert_cases import ACCOUNT
from chargebacks.contracts import COLLECT_EVIDENCE, DisputeChanged
from chargebacks.evidence_items import Supplier
from demo.stack import ACCOUNTS, Stack, activate_policy, connected, post, stand_ins
from operations.disputes import dispute_changed
from runtime.codec import data_converter
from runtime.connections import EvidenceSourceSettings
from runtime.embedded_temporal import find_binary
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from stripe_gateway.conversion import Reading
from stripe_gateway.dispute_conversion import dispute_of
from workflows.attributes import ALL as SEARCH_ATTRIBUTES

_SHOPS_QUEUE = "benchmark-evidence"
_DELIVERED_WITHIN = 0.1
"""Seconds from an event to its webhook, at most."""
_STEP = timedelta(hours=2)
"""One long leap outlasts the server's answer when much happens on the way."""


@dataclass
class LongShop:
    """Both clocks go on together. Webhooks arrive when `deliver_events` is called, or by themselves in `webhooks`."""

    stack: Stack
    temporal: WorkflowEnvironment
    _delivered: set[str] = field(default_factory=set)

    async def pass_time(self, span: timedelta) -> None:
        while span > timedelta(0):
            part = min(span, _STEP)
            await self.temporal.sleep(part)
            await post(self.stack.stripe_control, "/_sandbox/clock", {"advance": part.total_seconds()})
            span -= part

    async def deliver_events(self) -> int:
        """Tell the cases what Stripe says of their disputes, oldest first; how many were told."""
        key = {"Authorization": f"Bearer {ACCOUNTS[ACCOUNT][0]}"}
        answer = await self.stack.stripe_control.get("/v1/events?limit=100", headers=key)
        events: list[dict[str, Any]] = [
            event
            for event in reversed(answer.raise_for_status().json()["data"])
            if event["type"].startswith("charge.dispute.") and event["id"] not in self._delivered
        ]
        for event in events:
            self._delivered.add(event["id"])
            await self._tell(event)
        return len(events)

    @asynccontextmanager
    async def webhooks(self) -> AsyncIterator[list[int]]:
        """Stripe's webhooks arrive as things happen; gives how many were told, batch by batch."""
        told: list[int] = []

        async def deliver() -> None:
            while True:
                told.append(await self.deliver_events())
                await asyncio.sleep(_DELIVERED_WITHIN)

        delivering = asyncio.create_task(deliver())
        try:
            yield told
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)

    async def _tell(self, event: dict[str, Any]) -> None:
        at = datetime.fromtimestamp(event["created"], UTC)
        dispute = dispute_of(event["data"]["object"], Reading(as_of=at, livemode=False, order_keys=()))
        change = DisputeChanged(event_id=event["id"], dispute=dispute)
        await dispute_changed(
            self.stack.client, self.stack.store, account=ACCOUNT, dispute_id=dispute.id, change=change
        )


@asynccontextmanager
async def long_shop(*, policy: str) -> AsyncIterator[LongShop]:
    """With a worker of ours, and one of the shop's that gives a little evidence at a time."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        async with (
            await WorkflowEnvironment.start_time_skipping(
                data_converter=data_converter(Settings()),
                test_server_existing_path=find_binary(None, name="temporal-test-server"),
            ) as temporal,
            stand_ins(Path(folder)) as around,
        ):
            await _register_search_attributes(temporal.client)
            address = str(temporal.client.service_client.config.target_host)
            async with connected(around, temporal.client, address=address) as stack:
                await activate_policy(stack, ACCOUNT, policy)
                await stack.store.evidence_sources.connect(_SOURCE)
                async with _worker(stack), _shops_worker(temporal.client):
                    yield LongShop(stack, temporal)


_SOURCE = EvidenceSourceSettings(
    name="shop", account=ACCOUNT, kind=Supplier.ACTIVITY, task_queue=_SHOPS_QUEUE
)


@asynccontextmanager
async def _worker(stack: Stack) -> AsyncIterator[None]:
    """In this process: the time-skipping server does not list search attributes, and `worker.py` asks for them."""
    settings = stack.settings()
    async with AsyncExitStack() as parts_and_workers:
        parts = await worker.assemble(settings, parts_and_workers)
        for each in worker.workers(stack.client, parts, settings):
            await parts_and_workers.enter_async_context(each)
        yield


def _shops_worker(client: Client) -> Worker:
    return Worker(client, task_queue=_SHOPS_QUEUE, activities=[_Records().collect_evidence])


class _Records:
    """The shop's own records: one more use of the product is known each time they are asked about a case."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()

    @activity.defn(name=COLLECT_EVIDENCE)
    async def collect_evidence(self, request: dict[str, Any]) -> dict[str, Any]:
        self._asked[request["case_id"]] += 1
        sold = datetime.fromisoformat(request["charged_at"])
        uses = range(1, self._asked[request["case_id"]] + 1)
        return {
            "usage": [
                {"at": (sold + timedelta(hours=use)).isoformat(), "what": "Signed in", "ip": "203.0.113.7"}
                for use in uses
            ]
        }


async def _register_search_attributes(client: Client) -> None:
    types = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
        for name, kind in cli_types(SEARCH_ATTRIBUTES).items()
    }
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
    )
