"""A real Temporal dev server, the stand-ins and a connected store; each test brings its own worker."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from demo.stack import Stack, connected, stand_ins
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    folder = tmp_path_factory.mktemp("faults")
    async with (
        embedded_temporal(search_attributes=cli_types(SEARCH_ATTRIBUTES)) as temporal,
        stand_ins(folder) as around,
    ):
        client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
        async with connected(around, client, address=temporal.address) as made:
            made.environment["STRIPE_ACTIVITIES_PER_SECOND"] = (
                "200"  # many accounts, each far below Stripe's limits
            )
            yield made
