"""Real parts for the dispute path: stand-ins as processes, a store on disk, a worker, a Temporal server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from dispute_shop import DisputeShop
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from two_clocks import TwoClocks
from workers_here import running_worker

from demo.stack import StandIns, connected, post, stand_ins
from runtime.codec import data_converter
from runtime.embedded_temporal import TemporalServer, embedded_temporal, find_binary
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


@pytest.fixture(scope="session")
async def stand_in_processes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StandIns]:
    """The stand-ins for Stripe and the alert networks, one process each for the whole session."""
    async with stand_ins(tmp_path_factory.mktemp("stand-ins")) as made:
        yield made


@pytest.fixture
async def around(stand_in_processes: StandIns, tmp_path: Path) -> StandIns:
    """Stand-ins that have forgotten everything: Stripe's clock shows the real time again."""
    async with httpx.AsyncClient(base_url=stand_in_processes.stripe_url) as control:
        await post(control, "/_sandbox/reset", {})
        await post(control, "/_sandbox/accounts", {"id": "acct_1Broke", "name": "Broke"})
        await post(control, "/_sandbox/keys", {"key": "sk_test_broke", "account": "acct_1Broke"})
    return replace(stand_in_processes, folder=tmp_path)


@pytest.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A time-skipping Temporal server: days pass while a test waits for them."""
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=data_converter(Settings()),
        test_server_existing_path=find_binary(None, name="temporal-test-server"),
    ) as environment:
        await _register_search_attributes(environment.client)
        yield environment


@pytest.fixture
async def shop(around: StandIns, skipping: WorkflowEnvironment) -> AsyncIterator[DisputeShop]:
    """A shop on fresh storage, its worker running on the time-skipping server."""
    address = str(skipping.client.service_client.config.target_host)
    async with (
        connected(around, skipping.client, address=address) as stack,
        running_worker(stack),
    ):
        yield DisputeShop(stack=stack, clocks=TwoClocks(skipping, stack.stripe_control))


@pytest.fixture(scope="session")
async def dev_server() -> AsyncIterator[TemporalServer]:
    """A dev server in real time, for what the time-skipping one cannot do: workers that are away, schedules."""
    async with embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES)) as temporal:
        yield temporal


@pytest.fixture
async def idle_shop(around: StandIns, dev_server: TemporalServer) -> AsyncIterator[DisputeShop]:
    """A shop on fresh storage on the dev server, that no worker works for yet."""
    client = await Client.connect(dev_server.address, data_converter=data_converter(Settings()))
    async with connected(around, client, address=dev_server.address) as stack:
        yield DisputeShop(stack=stack)


async def _register_search_attributes(client: Client) -> None:
    types = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
        for name, kind in cli_types(SEARCH_ATTRIBUTES).items()
    }
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
    )
