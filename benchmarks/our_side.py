"""Every part of ours on loopback, with one worker process as an operator runs it."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from benchmarks.alert_cases import ACCOUNT
from benchmarks.indexed_charges import running_postgresql
from demo.stack import Stack, activate_policy, connected, stand_ins, worker_process
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


@asynccontextmanager
async def our_side(*, policy: str) -> AsyncIterator[Stack]:
    """Start everything, and stop everything at the end. The ceiling on Stripe calls is off: it would be measured
    instead."""
    attributes = cli_types(SEARCH_ATTRIBUTES)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        async with (
            embedded_temporal(search_attributes=attributes, binary=Settings().temporal_bin) as temporal,
            stand_ins(Path(folder)) as around,
        ):
            client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
            async with connected(around, client, address=temporal.address) as stack:
                stack.environment["STRIPE_ACTIVITIES_PER_SECOND"] = "10000"
                async with worker_process(stack):
                    await activate_policy(stack, ACCOUNT, policy)
                    yield stack


@asynccontextmanager
async def intake_side(engine: str) -> AsyncIterator[Stack]:
    """Everything that messages are taken in with, on a database of this engine; nobody works on the cases."""
    attributes = cli_types(SEARCH_ATTRIBUTES)
    async with AsyncExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        database = None
        if engine == "postgresql":
            server = running.enter_context(running_postgresql(folder))
            database = server.replace("postgresql://", "postgresql+asyncpg://")
        temporal = await running.enter_async_context(
            embedded_temporal(search_attributes=attributes, binary=Settings().temporal_bin)
        )
        around = await running.enter_async_context(stand_ins(folder))
        client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
        yield await running.enter_async_context(
            connected(around, client, address=temporal.address, database_url=database)
        )
