"""A database and a Temporal server of a test's own, on which nobody works: cases stay as they were started."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from demo.stack import Stack, StandIns, connected
from runtime.codec import data_converter
from runtime.embedded_temporal import TemporalServer, embedded_temporal, free_port
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


@dataclass(frozen=True)
class OwnTemporal:
    """A server that can be stopped and started again: what it knew is on disk."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[TemporalServer]:
        async with embedded_temporal(
            search_attributes=cli_types(SEARCH_ATTRIBUTES),
            database=self.folder / "temporal.db",
            port=self.port,
        ) as server:
            yield server


@asynccontextmanager
async def quiet_stack(
    beside: Stack, folder: Path, *, database_url: str | None = None
) -> AsyncIterator[tuple[Stack, OwnTemporal]]:
    """Connected to the same stand-ins. The caller runs the Temporal server, or does not."""
    around = StandIns(
        folder=folder,
        stripe_url=beside.environment["STRIPE_API_BASE"],
        networks_url=str(beside.networks_control.base_url),
    )
    temporal = OwnTemporal(folder=folder, port=free_port())
    client = await Client.connect(temporal.address, data_converter=data_converter(Settings()), lazy=True)
    async with connected(around, client, address=temporal.address, database_url=database_url) as stack:
        yield stack, temporal
