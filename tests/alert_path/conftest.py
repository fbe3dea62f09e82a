"""Real parts for the alert path: stand-ins as processes, a store on disk, a worker, a Temporal server."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

import worker
from demo.stack import Stack, StandIns, connected, stand_ins
from demo.world import World
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal, find_binary
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


@pytest.fixture(scope="session")
async def around(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StandIns]:
    """The stand-ins for Stripe and the alert networks, one process each for the whole session."""
    async with stand_ins(tmp_path_factory.mktemp("stand-ins")) as made:
        yield made


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
async def world(around: StandIns, skipping: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[World]:
    """A shop on fresh storage, its worker running on the time-skipping server."""
    async with (
        connected(replace(around, folder=tmp_path), skipping.client, address="in-process") as stack,
        running_worker(stack),
    ):
        yield World(stack)


@pytest.fixture(scope="session")
async def live(around: StandIns, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A dev server in real time with a worker of its own, for cases in which no hours pass."""
    folder = tmp_path_factory.mktemp("live")
    async with embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES)) as temporal:
        client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
        async with connected(replace(around, folder=folder), client, address=temporal.address) as stack:
            stack.environment["STRIPE_ACTIVITIES_PER_SECOND"] = "200"
            async with running_worker(stack):
                yield stack


WorkerOn = Callable[[Stack], AbstractAsyncContextManager[None]]


@pytest.fixture(scope="session")
def worker_on() -> WorkerOn:
    """Runs the real worker inside the test's process."""
    return running_worker


@asynccontextmanager
async def running_worker(stack: Stack) -> AsyncIterator[None]:
    """The real worker inside the test's process."""
    settings = stack.settings()
    async with AsyncExitStack() as open_parts:
        parts = await worker.assemble(settings, open_parts)
        for each in worker.workers(stack.client, parts, settings):
            await open_parts.enter_async_context(each)
        yield


async def _register_search_attributes(client: Client) -> None:
    types = {
        name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
        for name, kind in cli_types(SEARCH_ATTRIBUTES).items()
    }
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
    )
