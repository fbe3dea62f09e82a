"""Everything for real: Temporal with a worker of this process, the stand-ins for Stripe and the networks."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from reading_shops import Reading, open_reading
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

import worker
from demo.stack import Stack, StandIns, connected, stand_ins
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal, find_binary
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


@pytest.fixture(scope="session")
async def around(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StandIns]:
    async with stand_ins(tmp_path_factory.mktemp("pulling")) as made:
        yield made


async def work(stack: Stack, parts: AsyncExitStack) -> None:
    """Every queue's worker, until `parts` is closed."""
    settings = stack.settings()
    assembled = await worker.assemble(settings, parts)
    for each in worker.workers(stack.client, assembled, settings):
        await parts.enter_async_context(each)


@pytest.fixture(scope="session")
async def stack(around: StandIns) -> AsyncIterator[Stack]:
    async with embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES)) as temporal:
        client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
        async with connected(around, client, address=temporal.address) as made, AsyncExitStack() as parts:
            await work(made, parts)
            yield made


@pytest.fixture
async def skipping_stack(around: StandIns, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """On a server that skips time: thirty days pass while a test waits for them."""
    database = f"sqlite:///{tmp_path_factory.mktemp('skipping')}/store.db"
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=data_converter(Settings()),
        test_server_existing_path=find_binary(None, name="temporal-test-server"),
    ) as environment:
        client = environment.client
        types = {
            name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
            for name, kind in cli_types(SEARCH_ATTRIBUTES).items()
        }
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(search_attributes=types, namespace=client.namespace)
        )
        address = str(client.service_client.config.target_host)
        async with (
            connected(around, client, address=address, database_url=database) as made,
            AsyncExitStack() as parts,
        ):
            await work(made, parts)
            yield made


@pytest.fixture
async def shop(stack: Stack) -> Reading:
    """A shop whose charges are read from Stripe's lists."""
    return await open_reading(stack)


@pytest.fixture
async def patient_shop(skipping_stack: Stack) -> Reading:
    """The same where time is skipped."""
    return await open_reading(skipping_stack)
