"""Everything running for real with PAYLOAD_KEYS set, Temporal's whole database in a file that can be searched."""

from collections.abc import AsyncIterator

import httpx
import pytest
from codec_stack import KEYS, UI, Sealed
from temporalio.client import Client

from demo.stack import connected, ingest_process, stand_ins, worker_process
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES


@pytest.fixture(scope="session")
async def sealed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sealed]:
    folder = tmp_path_factory.mktemp("sealed")
    database = folder / "temporal.db"
    attributes = cli_types(SEARCH_ATTRIBUTES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAYLOAD_KEYS", KEYS)
        async with (
            embedded_temporal(search_attributes=attributes, database=database) as temporal,
            stand_ins(folder) as around,
        ):
            client = await Client.connect(temporal.address, data_converter=data_converter(Settings()))
            async with (
                connected(around, client, address=temporal.address) as stack,
                worker_process(stack),
                ingest_process(stack, temporal_ui_url=f"{UI}/namespaces") as url,
                httpx.AsyncClient(base_url=url, timeout=60) as http,
            ):
                patch.delenv("PAYLOAD_KEYS")  # the processes have it; no other test of this process shall
                yield Sealed(stack=stack, http=http, database=database)
