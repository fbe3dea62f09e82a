"""An alert and a dispute about one sale know each other: why the one did not prevent the other."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from dispute_shop import POLICY, DisputeShop, due_in, story, story_of

from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import CaseStatus
from chargebacks.dispute_case import Verdict
from chargebacks.linking import NO_ALERT
from demo.stack import post
from networks.registry import ADAPTERS
from operations.start import start_alert

DECLINING = POLICY.replace(
    '[refund]\nlimits = { USD = "500.00" }',
    '[refund]\nlimits = { USD = "500.00" }\n[refund.deny]\nmetadata = ["contract=enterprise"]\nthen = "decline"\n',
)


async def alerted(shop: DisputeShop, charge: ChargeSnapshot, network: str = "ethoca", **more: Any) -> str:
    """An alert about the charge, taken in; its case."""
    said = {
        "network": network,
        "amount": charge.amount.major_string(),
        "currency": charge.amount.currency,
        "transaction_at": charge.created.isoformat(),
        "last4": charge.last4,
        "auth_code": charge.auth_code,
        "network_transaction_id": charge.network_transaction_id,
        "descriptor": charge.descriptor,
        **more,
    }
    message = await post(shop.stack.networks_control, "/_networks/alerts/generate", said)
    source = await shop.stack.store.sources.source(shop.stack.source(network, "shop"))
    [started] = await start_alert(
        shop.stack.client,
        shop.stack.store,
        source,
        ADAPTERS[source.kind],
        message["body"].encode(),
        received_at=datetime.now(UTC),
    )
    return started.case_id


async def test_a_refund_that_crossed_with_the_dispute(shop: DisputeShop) -> None:
    """The alert's refund is the argument: its id stands in the letter, and credit is what the packet proves."""
    await shop.follow_policy()
    charge = await shop.sell()
    alert = await alerted(shop, charge)
    await shop.until_case(alert, lambda case: case.outcome_sent_at is not None)
    assert await shop.refunds(charge.id) == (1, 4999)
    [refund] = (await shop.stack.stripe.read_charge("shop", charge.id)).refunds
    dispute = await shop.opened(charge, due_by=due_in(8))
    case = await shop.staged(dispute)
    linked = story_of(case).alert
    assert linked is not None
    assert (linked.case_id, linked.refund_id) == (alert, refund.id)
    assert "crossed with the dispute" in linked.why_not_prevented
    assert story_of(case).assessment is not None
    assert "credit_issued" in story(case)
    packet = story_of(case).packet
    assert packet is not None
    texts = await shop.stack.store.packets.texts(case.case_id, packet.digest)
    assert refund.id in json.dumps(texts)
    assert await shop.refunds(charge.id) == (1, 4999)


async def test_an_alert_that_was_declined_by_rule(shop: DisputeShop) -> None:
    """The dispute's case says so, with the rule's reason."""
    await shop.follow_policy(DECLINING)
    charge = await shop.sell(metadata={"contract": "enterprise"})
    alert = await alerted(shop, charge)
    await shop.until_case(alert, lambda case: case.outcome_sent_at is not None)
    linked = story_of(await shop.staged(await shop.opened(charge, due_by=due_in(8)))).alert
    assert linked is not None
    assert linked.refund_id is None
    assert "declined" in linked.why_not_prevented


async def test_a_sale_without_an_alert(shop: DisputeShop) -> None:
    """The case says that none came, and why that may be."""
    await shop.follow_policy()
    case = await shop.staged(await shop.opened(due_by=due_in(8)))
    assert story_of(case).alert is None
    assert story_of(case).no_alert == NO_ALERT


async def test_an_alert_that_matched_no_sale(shop: DisputeShop) -> None:
    """It belongs to no dispute: that of another sale is told to have had none."""
    await shop.follow_policy()
    charge = await shop.sell(amount=7777)
    unknown: dict[str, Any] = {
        "last4": "9999",
        "amount": "12.34",
        "auth_code": "000000",
        "network_transaction_id": None,
    }
    await alerted(shop, charge, **unknown)
    case = await shop.staged(await shop.opened(charge, due_by=due_in(8)))
    assert story_of(case).alert is None


async def test_rdr_with_its_alert(shop: DisputeShop) -> None:
    """Settled by the network: linked to the alert, closed, no refund of ours and no write to Stripe's disputes."""
    await shop.follow_policy()
    charge = await shop.sell(brand="visa", network="visa")
    alert = await alerted(shop, charge, network="chargeblast", type="RDR")
    await shop.until_case(alert, lambda case: case.charge_id == charge.id)
    dispute = await shop.opened(charge, kind="resolution", reason="fraudulent")
    case = await shop.closed(dispute)
    assert story_of(case).verdict is Verdict.NETWORK_SETTLED
    linked = story_of(case).alert
    assert linked is not None
    assert linked.case_id == alert
    assert await shop.refunds(charge.id) == (0, 0)
    assert await shop.written("^/v1/disputes") == []


async def test_a_dispute_on_an_open_alert(shop: DisputeShop) -> None:
    """Both cases end: the alert does not refund what is disputed, and the dispute is fought."""
    await shop.follow_policy()
    charge = await shop.sell()
    dispute = await shop.disputed(charge, due_by=due_in(8))
    alert = await alerted(shop, charge)
    await shop.until_case(alert, lambda case: case.outcome_sent_at is not None)
    await shop.start(dispute)
    case = await shop.staged(dispute)
    assert story_of(case).alert is not None
    assert await shop.refunds(charge.id) == (0, 0)
    await shop.clocks.pass_time(timedelta(days=6, hours=1))
    assert (await shop.filed(dispute)).status in (CaseStatus.UNDER_REVIEW, CaseStatus.GATHERING)
