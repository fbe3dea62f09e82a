"""Real parts for bad input: a Temporal dev server, the stand-ins, a store on disk and a worker, all running."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from merchants import OpenMerchant, open_merchant
from temporalio.client import Client

import worker
from demo.stack import Stack, connected, stand_ins
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Everything that would act on a message, if only one got through."""
    folder = tmp_path_factory.mktemp("bad-input")
    async with (
        embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES)) as temporal,
        stand_ins(folder) as around,
    ):
        client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
        async with connected(around, client, address=temporal.address) as made, AsyncExitStack() as parts:
            settings = made.settings()
            for each in worker.workers(client, await worker.assemble(settings, parts), settings):
                await parts.enter_async_context(each)
            yield made


@pytest.fixture
def merchant(stack: Stack) -> OpenMerchant:
    """Opens a merchant with one alert source of the given kind."""
    return lambda kind: open_merchant(stack, kind)
