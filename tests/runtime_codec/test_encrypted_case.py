"""Cases on a real server: nothing of a person stands in what Temporal keeps, and a case is what it always is."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from codec_stack import KEYS, Sealed
from pydantic import SecretStr
from shops import Shop, open_shop
from temporalio import activity
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker

import worker
from chargebacks.contracts import CaseFile, CaseStatus
from chargebacks.evidence_items import Supplier
from chargebacks.scopes import Scope
from demo.stack import post
from demo.world import World
from operations.decide import approve
from operations.disputes import accept, start_dispute
from runtime.codec import data_converter
from runtime.connections import EvidenceSourceSettings
from runtime.embedded_temporal import find_binary
from runtime.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
POLICY = 'mode = "act"\n[disputes]\nmode = "act"\nproduct_type = "digital"\nfight_above = { USD = "1.00" }\n'

CUSTOMER, MAIL, MAIDEN_NAME = "Ada Lovelace", "ada@lovelace.example", "Ada Byron"
PERSON, NOTE = "Grace Hopper", "Ada telephoned from Ockham"
PLANTED = (CUSTOMER, MAIL, MAIDEN_NAME, PERSON, NOTE)

PATIENCE_SECONDS = 60


def with_keys() -> Settings:
    return Settings(payload_keys=SecretStr(KEYS))


@pytest.fixture(scope="module")
async def case_id(sealed: Sealed) -> str:
    shop = await open_shop(sealed.stack, "sealed", policy=POLICY, disputes=True)
    for queue in ("orders", "letters"):
        await sealed.stack.store.evidence_sources.connect(
            EvidenceSourceSettings(
                name=queue, account=shop.name, kind=Supplier.ACTIVITY, task_queue=f"sealed-{queue}"
            )
        )
    async with merchants_workers(sealed):
        case_id = await disputed(shop)
        await until_answered(sealed, case_id)
    await accept(sealed.stack.client, case_id, by=PERSON, note=NOTE)
    return case_id


class TestADispute:
    """One that the merchant's own workers were asked about, one of them in vain, and that a person gave up."""

    async def test_the_server_knows_nobody(self, sealed: Sealed, case_id: str) -> None:
        """Neither its answers nor a byte on its disk name the customer, who decided, or what was said."""
        seen = (await sealed.history(case_id)).SerializeToString() + await sealed.told(case_id)
        on_disk = sealed.on_disk()
        assert case_id.encode() in on_disk
        assert [one for one in PLANTED if one.encode() in seen or one.encode() in on_disk] == []

    async def test_failures_do_not_say_why(self, sealed: Sealed, case_id: str) -> None:
        """The message is inside; the type, a word of the contract, stays."""
        history = await sealed.history(case_id)
        failures = [
            event.activity_task_failed_event_attributes.failure
            for event in history.events
            if event.HasField("activity_task_failed_event_attributes")
        ]
        assert [(one.message, one.application_failure_info.type) for one in failures] == [
            ("Encoded failure", "unknown_order")
        ]

    async def test_temporals_command_line_shows_it_all_to_who_has_a_token(
        self, sealed: Sealed, case_id: str
    ) -> None:
        """Through the HTTP service; so what the test before did not find is really there."""
        allowed = await sealed.bearer("cli", Scope.CODEC)
        shown = WorkflowHistory.from_json(case_id, await printed_by_cli(sealed, case_id, allowed))
        read = b"".join(event.SerializeToString() for event in shown.events)
        assert [one for one in PLANTED if one.encode() not in read] == []

    async def test_it_replays(self, sealed: Sealed, case_id: str) -> None:
        """With the keys, like any other history."""
        await replayed(sealed, case_id)

    async def test_a_replay_without_the_key_says_so(
        self, sealed: Sealed, case_id: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The key's name is in the log; as for any failing task, a worker tries again until it has the key."""
        other = Settings(payload_keys=SecretStr(KEYS.split(",")[1]))
        with pytest.raises(RuntimeError, match="NeedsOperator"):
            await replayed(sealed, case_id, other)
        assert "encrypted under the key '2026-11', which PAYLOAD_KEYS does not hold (2026-10)" in caplog.text


async def test_a_case_from_before_goes_on_encrypted(sealed: Sealed) -> None:
    """Started by a process without keys, decided with them: one refund, and the history replays."""
    stack = sealed.stack
    address = stack.environment["TEMPORAL_ADDRESS"]
    before = await Client.connect(address, data_converter=data_converter(Settings(payload_keys=None)))
    world = World(replace(stack, client=before))
    charge = await world.sell(amount=4999)
    case_id = await world.alert("chargebackhit", charge, account="careful")
    await world.status(case_id, CaseStatus.AWAITING_PERSON)
    await approve(stack.client, case_id, by=PERSON, note=NOTE)
    await world.status(case_id, CaseStatus.WATCHING_REFUND)
    history = await sealed.history(case_id)
    [given] = history.events[0].workflow_execution_started_event_attributes.input.payloads
    assert given.metadata["encoding"] == b"json/plain"
    assert b"binary/encrypted" in history.SerializeToString()
    assert PERSON.encode() not in history.SerializeToString()
    await replayed(sealed, case_id)


async def disputed(shop: Shop) -> str:
    person = {"name": CUSTOMER, "email": MAIL}
    sale = {"amount": 4999, "billing_details": person, "metadata": {"order_id": "1001"}}
    body = {"account": shop.account, "charges": [sale]}
    made: Any = await post(shop.stack.stripe_control, "/_sandbox/charges", body)
    due = int((datetime.now(UTC) + timedelta(days=9)).timestamp())
    dispute = await shop.disputed(made["charges"][0]["id"], due_by=due, reason="product_not_received")
    started = await start_dispute(shop.stack.client, shop.stack.store, account=shop.name, dispute_id=dispute)
    return started.case_id


async def until_answered(sealed: Sealed, case_id: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not all_answered(await sealed.stack.store.cases.case_file(case_id)):
            await asyncio.sleep(0.1)


def all_answered(case: CaseFile | None) -> bool:
    sources = case.dispute.sources if case is not None and case.dispute is not None else ()
    return len(sources) == 2 and all(one.answered_at or one.problem for one in sources)


async def replayed(sealed: Sealed, case_id: str, settings: Settings | None = None) -> None:
    history = await sealed.stack.client.get_workflow_handle(case_id).fetch_history()
    replayer = Replayer(
        workflows=worker.WORKFLOWS,
        data_converter=data_converter(settings or with_keys()),
        workflow_runner=worker.workflow_runner(),
    )
    await replayer.replay_workflow(history)


async def printed_by_cli(sealed: Sealed, case_id: str, authorization: str) -> str:
    process = await asyncio.create_subprocess_exec(
        find_binary(),
        *("workflow", "show", "--workflow-id", case_id, "--output", "json"),
        *("--address", sealed.stack.environment["TEMPORAL_ADDRESS"]),
        *(
            "--codec-endpoint",
            f"{str(sealed.http.base_url).rstrip('/')}/codec",
            "--codec-auth",
            authorization,
        ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    return printed.decode()


@asynccontextmanager
async def merchants_workers(sealed: Sealed) -> AsyncIterator[None]:
    """Two workers of the merchant's, which share no code with ours but the example's codec."""
    address = sealed.stack.environment["TEMPORAL_ADDRESS"]
    client = await Client.connect(address, data_converter=converter_of_the_example())

    @activity.defn(name="collect_evidence")
    async def known(request: dict[str, Any]) -> Any:
        return {"fields": {"customer_name": CUSTOMER, "customer_email_address": MAIL}}

    @activity.defn(name="collect_evidence")
    async def unknown(request: dict[str, Any]) -> Any:
        raise ApplicationError(f"Ask for {MAIDEN_NAME}.", type="unknown_order", non_retryable=True)

    async with (
        Worker(client, task_queue="sealed-orders", activities=[known]),
        Worker(client, task_queue="sealed-letters", activities=[unknown]),
    ):
        yield


def converter_of_the_example() -> DataConverter:
    """As examples/evidence_worker.py uses it."""
    spec = importlib.util.spec_from_file_location("payload_codec", ROOT / "examples" / "payload_codec.py")
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAYLOAD_KEYS", KEYS)
        made: DataConverter = example.converter()
    return made
