"""What changes on the way: evidence taken back, regimes that close, words that come late, parts that fail for hours."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dispute_shop import ACCOUNT, POLICY, DisputeShop, due_in, story, story_of
from other_parts import BreakingRenderer, ChangingStripe
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from test_ce3_in_time import CE3, disputed_regular, filed_evidence
from two_clocks import TwoClocks
from workers_here import Rewiring, running_worker

from chargebacks.contracts import CaseFile, CaseStatus
from chargebacks.dispute_case import PacketRef
from chargebacks.evidence_items import Provenance, Supplier, TextContent, item_of
from demo.stack import StandIns, connected
from operations.decide import decline
from operations.disputes import evidence_added, submit
from operations.evidence import remove_evidence
from runtime.connections import EvidenceSourceSettings

HOUR = timedelta(hours=1)
TRACKING = "1Z999AA10123456784"
ASKING = 'ask_above = { USD = "10.00" }\nsilence = "file"\n'
PHYSICAL = POLICY.replace('product_type = "digital"', 'product_type = "physical"')


@asynccontextmanager
async def shop_with(
    around: StandIns, skipping: WorkflowEnvironment, rewiring: Callable[[DisputeShop], Rewiring]
) -> AsyncIterator[DisputeShop]:
    """A shop whose worker has another part in the place of a real one."""
    address = str(skipping.client.service_client.config.target_host)
    async with connected(around, skipping.client, address=address) as stack:
        shop = DisputeShop(stack=stack, clocks=TwoClocks(skipping, stack.stripe_control))
        async with running_worker(stack, rewiring(shop)):
            yield shop


async def keep(shop: DisputeShop, case_id: str, field: str, text: str) -> str:
    """Evidence of a person's, kept with the case; its id."""
    said = Provenance(supplier=Supplier.PERSON, by="ann", at=datetime.now(UTC))
    item = item_of(TextContent(field=field, text=text), said)
    await shop.stack.store.evidence.add(case_id, (item,), {})
    return item.id


async def add(shop: DisputeShop, case_id: str, field: str, text: str) -> str:
    """The same, with the case told."""
    item = await keep(shop, case_id, field, text)
    await evidence_added(shop.stack.client, case_id, (item,))
    return item


async def packet_of(shop: DisputeShop, dispute: str) -> PacketRef:
    packet = story_of(await shop.case(dispute)).packet
    assert packet is not None
    return packet


async def staged_for_today(shop: DisputeShop) -> tuple[str, CaseFile]:
    """A dispute that is due in twelve hours, its packet staged: its hours of failure are few."""
    dispute = await shop.opened(due_by=due_in(0.5))
    return dispute, await shop.staged(dispute)


def planned(case: CaseFile) -> datetime:
    """When the packet is filed by plan."""
    assessment = story_of(case).assessment
    assert assessment is not None
    assert assessment.window.submit_at is not None
    return assessment.window.submit_at


async def test_a_field_that_the_newer_packet_lacks_is_cleared(shop: DisputeShop) -> None:
    """A wrong tracking number is taken back: it leaves Stripe with the next staging, and is not filed."""
    await shop.follow_policy(PHYSICAL)
    dispute = await shop.opened(due_by=due_in(8))
    case = await shop.staged(dispute)
    item = await add(shop, case.case_id, "shipping_tracking_number", TRACKING)
    assert await shop.at_hand(dispute, "shipping_tracking_number") == TRACKING
    await shop.told(dispute, "staged packet", times=2)
    assert await remove_evidence(shop.stack.store, shop.stack.client, case.case_id, item)
    await shop.told(dispute, "staged packet", times=3)
    assert (await shop.read(dispute))["evidence"]["shipping_tracking_number"] is None
    await shop.clocks.pass_time(timedelta(days=6, hours=1))
    await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    assert "shipping_tracking_number" not in sent["evidence"]


async def test_a_field_that_was_never_staged_again_is_cleared_when_filing(shop: DisputeShop) -> None:
    """Staging of the newer packet fails up to the moment to file: what is filed holds nothing of the older one."""
    await shop.follow_policy(PHYSICAL)
    dispute, case = await staged_for_today(shop)
    item = await add(shop, case.case_id, "shipping_tracking_number", TRACKING)
    await shop.told(dispute, "staged packet", times=2)
    fault = await shop.at_stripe("faults", method="POST", path=f"^/v1/disputes/{dispute}$", action="503")
    assert await remove_evidence(shop.stack.store, shop.stack.client, case.case_id, item)
    await shop.clocks.pass_until(planned(case) + HOUR)
    assert (await shop.read(dispute))["evidence"]["shipping_tracking_number"] == TRACKING
    await shop.stack.stripe_control.delete(f"/_sandbox/faults/{fault['id']}")
    await shop.clocks.pass_time(HOUR)
    await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    assert "shipping_tracking_number" not in sent["evidence"]


async def test_compelling_evidence_that_is_refused_at_staging(
    around: StandIns, skipping: WorkflowEnvironment
) -> None:
    """Stripe closes CE 3.0 between our reading and our sending: the ordinary evidence stands staged all the same, and
    is filed without it."""

    def rewiring(shop: DisputeShop) -> Rewiring:
        async def close_ce3(dispute: str) -> None:
            await shop.at_stripe(f"disputes/{dispute}/eligibility", types=[])

        stripe = ChangingStripe(shop.stack, before_ce3=close_ce3)
        return lambda parts: replace(parts, stripe=stripe)

    async with shop_with(around, skipping, rewiring) as shop:
        dispute = await disputed_regular(shop, enhanced_eligibility_types=[CE3])
        refused = [call for call in await shop.written("^/v1/disputes/") if call["status"] == 400]
        assert [CE3 in str(call["parameters"]) for call in refused] == [True]
        assert (await shop.read(dispute))["evidence"]["uncategorized_text"]
        evidence = await filed_evidence(shop, dispute)
        assert evidence["uncategorized_text"]
        assert "enhanced_evidence" not in evidence


async def test_a_word_to_submit_an_older_packet_is_void(idle_shop: DisputeShop) -> None:
    """New evidence reaches the case together with the word: the packet that was looked at is not the one there is now,
    and nothing is filed."""
    shop = idle_shop
    await shop.follow_policy(PHYSICAL)
    async with running_worker(shop.stack):
        dispute = await shop.opened(due_by=due_in(8))
        case = await shop.staged(dispute)
    looked_at = await packet_of(shop, dispute)
    await add(shop, case.case_id, "shipping_carrier", "DHL Express")
    client, patience = shop.stack.client, timedelta(seconds=30)
    word = asyncio.create_task(
        submit(client, case.case_id, by="ann", packet=looked_at.digest, patience=patience)
    )
    async with running_worker(shop.stack):
        assert "ann" in await word
        await shop.told(dispute, "ordered by ann of another packet: void")
        await shop.told(dispute, "staged packet", times=2)
        assert await shop.at_hand(dispute, "shipping_carrier") == "DHL Express"
    assert (await packet_of(shop, dispute)).digest != looked_at.digest
    assert await shop.submissions(dispute) == []


async def test_a_decline_outlives_new_evidence(shop: DisputeShop) -> None:
    """Evidence that comes after a decline is weighed and asked about again; silence then files nothing, whatever the
    policy says of silence."""
    await shop.follow_policy(PHYSICAL, more=ASKING)
    dispute = await shop.opened(due_by=due_in(8))
    case = await shop.status(dispute, CaseStatus.AWAITING_PERSON)
    await shop.heard(lambda: decline(shop.stack.client, case.case_id, by="ann"))
    await shop.status(dispute, CaseStatus.UNDER_REVIEW)
    await add(shop, case.case_id, "shipping_carrier", "DHL Express")
    await shop.status(dispute, CaseStatus.AWAITING_PERSON)
    await shop.clocks.pass_time(timedelta(days=6, hours=1))
    left = await shop.status(dispute, CaseStatus.UNDER_REVIEW)
    assert "declined by ann before" in (story_of(left).left or ""), story(left)
    await shop.clocks.pass_time(timedelta(days=2))
    assert await shop.submissions(dispute) == []


async def test_staging_that_fails_for_hours_is_made_up_for(shop: DisputeShop) -> None:
    """Uploads fail across the planned moment, and a person is told: the newer packet goes out within minutes of Stripe
    taking files again, nobody resuming anything."""
    await shop.follow_policy(PHYSICAL)
    dispute, case = await staged_for_today(shop)
    fault = await shop.at_stripe("faults", method="POST", path="^/v1/files$", action="503")
    await add(shop, case.case_id, "product_description", "The printed guide")
    await shop.clocks.pass_until(planned(case) + HOUR / 2)
    await shop.told(dispute, "needs attention")
    assert await shop.submissions(dispute) == []
    await shop.stack.stripe_control.delete(f"/_sandbox/faults/{fault['id']}")
    await shop.clocks.pass_time(HOUR / 2, step=HOUR / 4)
    await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    assert sent["evidence"]["product_description"] == "The printed guide"


async def test_a_packet_that_cannot_be_built_again_leaves_the_one_there_is(
    around: StandIns, skipping: WorkflowEnvironment
) -> None:
    """Building fails for hours after new evidence came, to the end: the packet that stands is filed in time."""
    renderer = BreakingRenderer()

    def rewiring(shop: DisputeShop) -> Rewiring:
        return lambda parts: replace(parts, renderer=renderer)

    async with shop_with(around, skipping, rewiring) as shop:
        await shop.follow_policy(PHYSICAL)
        dispute, case = await staged_for_today(shop)
        first = await packet_of(shop, dispute)
        renderer.broken = True
        await add(shop, case.case_id, "shipping_carrier", "DHL Express")
        assert case.respond_by is not None
        await shop.clocks.pass_until(planned(case) + HOUR, step=HOUR / 2)
        case = await shop.filed(dispute)
        assert [one.digest for one in story_of(case).filings] == [first.digest]
        [sent] = await shop.submissions(dispute)
        assert "shipping_carrier" not in sent["evidence"]


async def test_sources_are_left_in_peace_after_filing(shop: DisputeShop) -> None:
    """A source that is still looking is asked every six hours, and not once more when the packet has been filed."""
    await shop.follow_policy(PHYSICAL)
    await shop.stack.store.evidence_sources.connect(
        EvidenceSourceSettings(
            name="warehouse", account=ACCOUNT, kind=Supplier.ACTIVITY, task_queue="shop-evidence"
        )
    )
    asked: list[datetime] = []

    @activity.defn(name="collect_evidence")
    async def collect(request: dict[str, Any]) -> Any:
        asked.append(datetime.now(UTC))
        raise ApplicationError("Still looking.", type="not_ready", next_retry_delay=6 * HOUR)

    async with Worker(shop.stack.client, task_queue="shop-evidence", activities=[collect]):
        dispute = await shop.opened(due_by=due_in(12))
        case = await shop.staged(dispute)
        await shop.clocks.pass_time(timedelta(days=1))
        assert len(asked) > 2
        await submit(shop.stack.client, case.case_id, by="ann")
        await shop.filed(dispute)
        before = len(asked)
        await shop.clocks.pass_time(timedelta(days=11))
        assert len(asked) == before
