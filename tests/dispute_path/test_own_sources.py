"""The merchant's own evidence: from an endpoint, from a worker, from a person; early, late, never, and wrong."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dispute_shop import ACCOUNT, DisputeShop, due_in, has, story, story_of
from processes import started
from pydantic import SecretStr
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker
from workers_here import running_worker

from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import CaseFile, CaseStatus
from chargebacks.evidence_items import (
    FactsContent,
    Provenance,
    Supplier,
    TextContent,
    item_of,
)
from operations.disputes import evidence_added
from runtime.connections import EvidenceSourceSettings

QUEUE = "shop-evidence"
SECRET = "whsec_evidence"


def days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


PARCEL = {
    "carrier": "UPS",
    "tracking_number": "1Z999AA10123456784",
    "shipped_at": days_ago(18).isoformat(),
    "delivered_at": days_ago(15).isoformat(),
}


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """What the merchant's endpoint answers from: a folder with one folder per order."""
    folder = tmp_path / "orders"
    folder.mkdir()
    return folder


@asynccontextmanager
async def endpoint(shop: DisputeShop, orders: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The example endpoint as a process, connected as the source `back office`."""
    command = [sys.executable, "examples/evidence_endpoint.py", "--orders", str(orders), "--port", "0"]
    monkeypatch.setitem(os.environ, "EVIDENCE_SECRETS", SECRET)
    with started(command, ready=r"evidence endpoint on (\S+)") as url:
        await shop.stack.store.evidence_sources.connect(
            EvidenceSourceSettings(
                name="back office",
                account=ACCOUNT,
                kind=Supplier.ENDPOINT,
                url=url,
                secret=SecretStr(SECRET),
            )
        )
        yield


async def connect_queue(shop: DisputeShop) -> None:
    await shop.stack.store.evidence_sources.connect(
        EvidenceSourceSettings(name="warehouse", account=ACCOUNT, kind=Supplier.ACTIVITY, task_queue=QUEUE)
    )


Collect = Callable[[dict[str, Any]], Awaitable[Any]]


def merchants_worker(shop: DisputeShop, collect: Collect) -> Worker:
    """As in examples/evidence_worker.py, in this process."""

    @activity.defn(name="collect_evidence")
    async def collect_evidence(request: dict[str, Any]) -> Any:
        return await collect(request)

    return Worker(shop.stack.client, task_queue=QUEUE, activities=[collect_evidence])


async def sold(shop: DisputeShop) -> ChargeSnapshot:
    bought = int(days_ago(20).timestamp())
    return await shop.sell(created=bought, metadata={"order_id": "1001", "product_type": "physical"})


def answered(case: CaseFile) -> bool:
    return has(case, lambda it: it.sources and it.sources[0].answered_at and it.packet and it.packet.staged)


async def test_an_endpoint_that_answers_at_once(
    shop: DisputeShop, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it knows of the parcel is in the packet days before the deadline, and is what is filed."""
    await shop.follow_policy()
    (orders / "1001").mkdir()
    (orders / "1001" / "supply.json").write_text('{"fields": {"shipping_carrier": "DHL Express"}}')
    async with endpoint(shop, orders, monkeypatch):
        dispute = await shop.opened(await sold(shop), due_by=due_in(8))
        assert await shop.at_hand(dispute, "shipping_carrier") == "DHL Express"
        await shop.clocks.pass_time(timedelta(days=7))
        await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    assert sent["evidence"]["shipping_carrier"] == "DHL Express"


async def test_a_file_that_cannot_be_used(
    shop: DisputeShop, orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused with the reason, told on the case by its name; the rest of the answer is kept."""
    await shop.follow_policy()
    (orders / "1001" / "shipping_documentation").mkdir(parents=True)
    (orders / "1001" / "supply.json").write_text('{"fields": {"shipping_carrier": "DHL Express"}}')
    (orders / "1001" / "shipping_documentation" / "label.pdf").write_bytes(b"\x00\x01 no PDF")
    async with endpoint(shop, orders, monkeypatch):
        dispute = await shop.opened(await sold(shop), due_by=due_in(8))
        case = await shop.until(dispute, answered)
    [source] = story_of(case).sources
    assert source.items == 1
    assert "label.pdf" in (source.problem or "")
    assert "refused label.pdf" in story(case)
    assert await shop.at_hand(dispute, "shipping_carrier") == "DHL Express"


async def test_a_worker_that_answers_days_later(shop: DisputeShop) -> None:
    """It says `not_ready` until the parcel has arrived; then the packet is built again and staged with it."""
    await shop.follow_policy()
    await connect_queue(shop)
    arrived = False

    async def collect(request: dict[str, Any]) -> Any:
        if not arrived:
            raise ApplicationError("On its way.", type="not_ready", next_retry_delay=timedelta(hours=6))
        return {"deliveries": [PARCEL]}

    async with merchants_worker(shop, collect):
        dispute = await shop.opened(await sold(shop), due_by=due_in(10))
        first = await shop.staged(dispute)
        assert "warehouse" in (first.waits_for or "")
        await shop.clocks.pass_time(timedelta(days=2))
        arrived = True
        await shop.clocks.pass_time(timedelta(hours=8))
        assert await shop.at_hand(dispute, "shipping_tracking_number") == "1Z999AA10123456784"
        assert await shop.at_hand(dispute, "shipping_documentation")
    case = await shop.staged(dispute)
    assert story_of(case).packet != story_of(first).packet


async def test_sources_that_never_answer(shop: DisputeShop) -> None:
    """A worker that never has it, an endpoint that is down: asked to the end, and the rest is filed without them."""
    await shop.follow_policy()
    await connect_queue(shop)
    await shop.stack.store.evidence_sources.connect(
        EvidenceSourceSettings(
            name="back office",
            account=ACCOUNT,
            kind=Supplier.ENDPOINT,
            url="http://127.0.0.1:9/evidence",
            secret=SecretStr(SECRET),
        )
    )

    async def collect(request: dict[str, Any]) -> Any:
        raise ApplicationError("On its way.", type="not_ready", next_retry_delay=timedelta(hours=6))

    async with merchants_worker(shop, collect):
        dispute = await shop.opened(await sold(shop), due_by=due_in(8))
        await shop.staged(dispute)
        await shop.clocks.pass_time(timedelta(days=6, hours=1))
        case = await shop.filed(dispute)
    assert story(case).count("gave nothing (unreachable)") == 1
    assert story(case).count("gave nothing (not_ready): On its way.") == 1
    assert all(source.problem for source in story_of(case).sources)
    assert len(await shop.submissions(dispute)) == 1


async def test_a_queue_without_a_worker(idle_shop: DisputeShop) -> None:
    """Nobody polls the merchant's queue: the dispute is filed when it is time."""
    shop = idle_shop
    await shop.follow_policy()
    await connect_queue(shop)
    async with running_worker(shop.stack):
        dispute = await shop.opened(await sold(shop), due_by=due_in(0) + 1808)
        case = await shop.staged(dispute)
        assert case.waits_for is None or "warehouse" in case.waits_for
        await shop.filed(dispute)
    assert len(await shop.submissions(dispute)) == 1


async def test_a_source_is_reminded_of_what_is_missing(shop: DisputeShop) -> None:
    """It had nothing at first: it is asked again ten and seven days before the end, and what it has then counts."""
    await shop.follow_policy()
    await connect_queue(shop)
    asked: list[datetime] = []

    async def collect(request: dict[str, Any]) -> Any:
        asked.append(datetime.now(UTC))
        assert request["wanted"]
        return {"deliveries": [PARCEL]} if len(asked) > 2 else {}

    async with merchants_worker(shop, collect):
        dispute = await shop.opened(await sold(shop), due_by=due_in(12))
        await shop.staged(dispute)
        await shop.clocks.pass_time(timedelta(days=5, hours=2))
        assert await shop.at_hand(dispute, "shipping_tracking_number") == "1Z999AA10123456784"
    assert len(asked) >= 3


@pytest.mark.parametrize(
    "answer", ["a sentence", {"deliveries": [{"carrier": 7}]}, {"fields": {"nonsense": "x"}}]
)
async def test_an_answer_that_breaks_the_contract(shop: DisputeShop, answer: Any) -> None:
    """It is told on the case and harms nothing else."""
    await shop.follow_policy()
    await connect_queue(shop)

    async def collect(request: dict[str, Any]) -> Any:
        return answer

    async with merchants_worker(shop, collect):
        dispute = await shop.opened(await sold(shop), due_by=due_in(5))
        await shop.until(dispute, lambda case: has(case, lambda it: it.sources and it.sources[0].problem))
        await shop.clocks.pass_time(timedelta(days=4))
        await shop.filed(dispute)
    assert len(await shop.submissions(dispute)) == 1


async def test_an_answer_that_is_too_large_for_a_history(shop: DisputeShop) -> None:
    """Told on the case in one line; the case goes on, where Temporal would end it by force."""
    await shop.follow_policy()
    await connect_queue(shop)

    async def collect(request: dict[str, Any]) -> Any:
        return {"deliveries": [PARCEL], "newer": ["x" * 10_000] * 180}

    async with merchants_worker(shop, collect):
        dispute = await shop.opened(await sold(shop), due_by=due_in(5))
        case = await shop.until(
            dispute, lambda case: has(case, lambda it: it.sources and it.sources[0].problem)
        )
        assert "give files by their URL" in (story_of(case).sources[0].problem or "")
        await shop.clocks.pass_time(timedelta(days=4))
        await shop.filed(dispute)


async def test_evidence_that_a_person_adds(shop: DisputeShop) -> None:
    """The case weighs it, builds the packet again and stages it; what was added is filed."""
    await shop.follow_policy()
    dispute = await shop.opened(await sold(shop), due_by=due_in(8))
    first = await shop.staged(dispute)
    said = Provenance(supplier=Supplier.PERSON, by="ann", at=datetime.now(UTC), reference="by hand")
    tracking = item_of(TextContent(field="shipping_tracking_number", text="1Z999AA10123456784"), said)
    facts = item_of(FactsContent(order_id="1001"), said)
    await shop.stack.store.evidence.add(first.case_id, (tracking, facts), {})
    assert await evidence_added(shop.stack.client, first.case_id, (tracking.id, facts.id))
    await shop.told(dispute, "staged packet", times=2)
    case = await shop.case(dispute)
    before, after = story_of(first).assessment, story_of(case).assessment
    assert before is not None
    assert after is not None
    assert after.completeness.percent > before.completeness.percent
    await shop.clocks.pass_time(timedelta(days=6, hours=1))
    await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    assert sent["evidence"]["shipping_tracking_number"] == "1Z999AA10123456784"


async def test_evidence_that_comes_after_filing(shop: DisputeShop) -> None:
    """It changes nothing any more: Stripe takes one submission."""
    await shop.follow_policy()
    dispute = await shop.opened(await sold(shop), due_by=due_in(6))
    await shop.clocks.pass_time(timedelta(days=4, hours=1))
    case = await shop.filed(dispute)
    said = Provenance(supplier=Supplier.PERSON, by="ann", at=datetime.now(UTC))
    late = item_of(TextContent(field="shipping_carrier", text="UPS"), said)
    await shop.stack.store.evidence.add(case.case_id, (late,), {})
    await evidence_added(shop.stack.client, case.case_id, (late.id,))
    await shop.clocks.pass_time(timedelta(days=1))
    assert (await shop.live(dispute)).status is CaseStatus.UNDER_REVIEW
    assert len(await shop.submissions(dispute)) == 1
