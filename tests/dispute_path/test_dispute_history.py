"""What a case leaves in Temporal: few events over months, and nothing of the customer."""

import base64
import json
from datetime import timedelta
from typing import Any

from dispute_shop import ACCOUNT, DisputeShop, due_in, story, story_of
from temporalio import activity
from temporalio.worker import Replayer, Worker

from chargebacks.dispute_case import Verdict
from chargebacks.evidence_items import Supplier
from runtime.codec import data_converter
from runtime.connections import EvidenceSourceSettings
from runtime.settings import Settings
from worker import workflow_runner
from workflows.dispute import DisputeWorkflow

QUEUE = "shop-evidence"
MOST_EVENTS = 150
_ANOTHER_PACKET = 20
"""Events that building and staging once more cost, at most."""
PLANTED = {
    "name": "Zebulon Quackenbush",
    "e-mail": "zebulon.quackenbush@planted.example",
    "street": "17 Planted Lane",
    "IP address": "198.51.100.77",
    "said by the customer": "planted words of a customer",
}
PERSON = {
    "name": PLANTED["name"],
    "email": PLANTED["e-mail"],
    "address": {"line1": PLANTED["street"], "city": "Springfield", "postal_code": "12345", "country": "US"},
}


async def whole_case(shop: DisputeShop) -> str:
    """75 days: a source that answers, three reminders that bring nothing new, staging, filing, the verdict, and
    Stripe's events of all that."""
    await shop.follow_policy()
    await shop.stack.store.evidence_sources.connect(
        EvidenceSourceSettings(name="warehouse", account=ACCOUNT, kind=Supplier.ACTIVITY, task_queue=QUEUE)
    )

    @activity.defn(name="collect_evidence")
    async def collect_evidence(request: dict[str, Any]) -> Any:
        return {"fields": {"shipping_carrier": "DHL Express"}}

    async with Worker(shop.stack.client, task_queue=QUEUE, activities=[collect_evidence]):
        charge = await shop.sell(
            billing_details=PERSON, receipt_email=PLANTED["e-mail"], description="Pro plan, 1 month"
        )
        await shop.at_stripe("reviews", charge=charge.id, ip_address=PLANTED["IP address"])
        async with shop.webhooks():
            dispute = await shop.disputed(charge, due_by=due_in(20), reason="fraudulent")
            assert await shop.at_hand(dispute, "shipping_carrier") == "DHL Express"
            await shop.clocks.pass_time(timedelta(days=19))
            await shop.filed(dispute)
    await shop.clocks.pass_time(timedelta(days=55), step=timedelta(hours=12))
    await shop.at_stripe(f"disputes/{dispute}/decide", status="won")
    await shop.deliver_events()
    await shop.closed(dispute)
    return dispute


async def test_a_case_of_75_days(shop: DisputeShop) -> None:
    """It stays within the budget for its history, replays, and nothing that is personal stands in it."""
    dispute = await whole_case(shop)
    case = await shop.case(dispute)
    assert story_of(case).verdict is Verdict.WON
    events = await shop.history(dispute)
    built = sum("build_packet" in json.dumps(event) for event in events)
    # A server that skips time may skip the seconds in which a quick source is waited for: then there is a packet more.
    most = MOST_EVENTS + _ANOTHER_PACKET * (built - 1)
    asked = [event for event in events if "collect_evidence" in json.dumps(event)]
    assert len(asked) == 4, story(case)
    assert len(events) < most, f"{len(events)} events, {built} packets\n{story(case)}"
    replayer = Replayer(
        workflows=[DisputeWorkflow],
        workflow_runner=workflow_runner(),
        data_converter=data_converter(Settings()),
    )
    await replayer.replay_workflow(await shop.handle(dispute).fetch_history())
    written = readable(events)
    assert "DHL Express" in written  # what the merchant's own activity returns is the exception
    assert case.case_id in written
    found = [what for what, words in PLANTED.items() if words.lower() in written.lower()]
    assert found == []


def readable(events: list[dict[str, Any]]) -> str:
    """The history as text, every payload decoded."""
    return json.dumps(events) + "\n".join(_payloads(events))


def _payloads(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for one in part for text in _payloads(one)]
    if not isinstance(part, dict):
        return []
    own = (
        [base64.b64decode(part["data"]).decode(errors="replace")] if isinstance(part.get("data"), str) else []
    )
    return own + [text for one in part.values() for text in _payloads(one)]
