"""The example worker is called by a workflow over a real Temporal server, as a case calls it."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from processes import started
from supply_samples import question
from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from chargebacks.contracts import COLLECT_EVIDENCE
from chargebacks.evidence_items import Supply, SupplyRequest
from chargebacks.supply_reading import read_supply
from runtime.codec import data_converter
from runtime.embedded_temporal import embedded_temporal
from runtime.settings import Settings

QUEUE = "shop-evidence"


@workflow.defn
class AskForEvidence:
    @workflow.run
    async def run(self, request: SupplyRequest) -> Any:
        return await workflow.execute_activity(
            COLLECT_EVIDENCE,
            request,
            task_queue=QUEUE,
            start_to_close_timeout=timedelta(minutes=2),
            schedule_to_close_timeout=timedelta(minutes=3),
        )


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    async with embedded_temporal(search_attributes={"CaseStatus": "Keyword"}) as server:
        connected = await Client.connect(server.address, data_converter=data_converter(Settings()))
        async with Worker(
            connected,
            task_queue="asking",
            workflows=[AskForEvidence],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            yield connected


@pytest.fixture(scope="module")
def running(client: Client) -> Iterator[None]:
    """The example as a process of its own, with nothing but Temporal's settings."""
    command = [sys.executable, "examples/evidence_worker.py", "--queue", QUEUE]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "TEMPORAL_ADDRESS", client.service_client.config.target_host)  # type: ignore[arg-type]
        with started(command, ready=r"evidence worker on (\S+)"):
            yield


async def ask(client: Client, order: str) -> Supply:
    given = await client.execute_workflow(
        AskForEvidence.run, question(order_ids=(order,)), id=f"ask-{order}", task_queue="asking"
    )
    return read_supply(given)


@pytest.mark.usefixtures("running")
class TestExample:
    async def test_what_it_knows_is_a_supply(self, client):
        """The parcel, and the label by its address."""
        supply = await ask(client, "1001")
        assert [parcel.tracking_number for parcel in supply.deliveries] == ["1Z999AA10123456784"]
        assert [file.url for file in supply.files] == ["https://files.shop.example/labels/1001.pdf"]

    async def test_what_it_does_not_know_is_an_empty_supply(self, client):
        """No error: nothing is wrong."""
        assert await ask(client, "9999") == Supply()

    async def test_what_it_will_know_later_says_when_to_ask_again(self, client):
        """A wait beyond the time for the answer ends the asking with the reason."""
        with pytest.raises(WorkflowFailureError) as failure:
            await ask(client, "1002")
        assert isinstance(failure.value.cause, ActivityError)
        told = failure.value.cause.cause
        assert isinstance(told, ApplicationError)
        assert (told.type, told.message) == ("not_ready", "The parcel is on its way.")
