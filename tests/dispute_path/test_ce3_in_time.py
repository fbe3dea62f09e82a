"""Visa Compelling Evidence 3.0: sent where Stripe lists it and only there, whenever that changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dispute_shop import DisputeShop, due_in, story_of

CE3 = "visa_compelling_evidence_3"
CARD = {"brand": "visa", "network": "visa", "fingerprint": "fp_regular", "last4": "4242"}
KNOWN = {"customer_purchase_ip": "203.0.113.7", "device_fingerprint": "fingerprint-of-twenty-and-more"}


async def sold_before(shop: DisputeShop, *, days: int) -> None:
    created = int((datetime.now(UTC) - timedelta(days=days)).timestamp())
    await shop.sell(created=created, metadata=KNOWN, customer=await customer_of(shop), **CARD)


async def customer_of(shop: DisputeShop) -> str:
    found = (await shop.dashboard("GET", "/v1/customers"))["data"]
    return str(
        found[0]["id"] if found else (await shop.dashboard("POST", "/v1/customers", name="Jane"))["id"]
    )


async def disputed_regular(shop: DisputeShop, **wishes: Any) -> str:
    """A fraud dispute of somebody who has paid twice before from the same device."""
    await shop.follow_policy()
    for days in (300, 200):
        await sold_before(shop, days=days)
    charge = await shop.sell(metadata=KNOWN, customer=await customer_of(shop), **CARD)
    dispute = await shop.opened(charge, reason="fraudulent", due_by=due_in(8), **wishes)
    await shop.staged(dispute)
    return dispute


async def filed_evidence(shop: DisputeShop, dispute: str) -> dict[str, Any]:
    await shop.clocks.pass_time(timedelta(days=6, hours=1))
    await shop.filed(dispute)
    [sent] = await shop.submissions(dispute)
    evidence: dict[str, Any] = sent["evidence"]
    return evidence


async def test_it_is_sent_where_it_is_listed(shop: DisputeShop) -> None:
    """Two earlier payments with the same identifiers: staged, found qualified by Stripe, and filed."""
    dispute = await disputed_regular(shop, enhanced_eligibility_types=[CE3])
    eligibility = (await shop.read(dispute))["evidence_details"]["enhanced_eligibility"]
    assert eligibility[CE3]["status"] == "qualified"
    payload = (await filed_evidence(shop, dispute))["enhanced_evidence"][CE3]
    assert len(payload["prior_undisputed_transactions"]) == 2
    assert payload["disputed_transaction"]["customer_purchase_ip"] == "203.0.113.7"


async def test_it_is_not_sent_where_it_is_not_listed(shop: DisputeShop) -> None:
    """The same history on a dispute that Stripe does not list: no call holds it, and the rest is filed."""
    dispute = await disputed_regular(shop)
    assert "enhanced_evidence" not in await filed_evidence(shop, dispute)
    sent = [call["parameters"] for call in await shop.written("^/v1/disputes/")]
    assert not [call for call in sent if CE3 in str(call)]


async def test_eligibility_that_arrives_a_day_later(shop: DisputeShop) -> None:
    """Stripe's update makes a new packet, staged with it; that one is filed."""
    dispute = await disputed_regular(shop)
    first = story_of(await shop.case(dispute)).packet
    await shop.clocks.pass_time(timedelta(days=1))
    await shop.at_stripe(f"disputes/{dispute}/eligibility", types=[CE3])
    await shop.deliver_events()
    case = await shop.told(dispute, "staged packet", times=2)
    second = story_of(case).packet
    assert first is not None
    assert second is not None
    assert f"enhanced_evidence.{CE3}" in set(second.fields) - set(first.fields)
    assert CE3 in (await filed_evidence(shop, dispute))["enhanced_evidence"]


async def test_eligibility_that_is_taken_away_after_staging(shop: DisputeShop) -> None:
    """Unseen until the moment to file: the ordinary evidence is filed all the same, once and in time."""
    dispute = await disputed_regular(shop, enhanced_eligibility_types=[CE3])
    await shop.at_stripe(f"disputes/{dispute}/eligibility", types=[])
    evidence = await filed_evidence(shop, dispute)
    assert evidence["uncategorized_text"]
    submits = [call for call in await shop.written() if call["parameters"].get("submit") == "true"]
    assert [call["status"] for call in submits] == [200]
