"""Disputes' cases to be shown, as their workflows would tell them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chargebacks.contracts import CaseFile, CaseKind, CaseStatus
from chargebacks.dispute_case import DisputeStory, PacketRef
from chargebacks.disputes import Dispute
from chargebacks.economics import Option, SumLine, Way, Weighing
from chargebacks.evidence import Completeness, Missing, Weight
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import Provenance, Supplier, TextContent, item_of
from chargebacks.money import Money
from chargebacks.packet import LeftOut
from chargebacks.representment import Assessment, Ce3Summary, DisputeAction, DisputeDecision, DisputeWindow
from store import Store

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DUE = NOW + timedelta(days=9)
DIGEST = "1a0d97223e9d" + "0" * 52
ANYBODY = (Supplier.ACTIVITY, Supplier.ENDPOINT, Supplier.PERSON)

DISPUTE = Dispute(
    id="du_1",
    status="needs_response",
    reason="product_not_received",
    network="visa",
    network_reason_code="13.1",
    amount=Money(amount_minor=4999, currency="USD"),
    charge_id="ch_1",
    created=NOW,
    livemode=False,
    due_by=DUE,
    as_of=NOW,
)
TAKEN = SumLine(label="disputed amount, taken", amount_minor=-4999)
WON_BACK = SumLine(label="the disputed amount won back, 60 % of 49.99 USD", amount_minor=2999)
ASSESSMENT = Assessment(
    product_type=ProductType.DIGITAL,
    argument="What was bought was provided.",
    completeness=Completeness(
        percent=62,
        have=("customer_name",),
        missing=(
            Missing(
                name="access_activity_log", weight=Weight.REQUIRED, who=ANYBODY, why="Shows that it was used."
            ),
            Missing(name="usage_log", weight=Weight.HELPFUL, who=ANYBODY, why="Times and devices."),
            Missing(
                name="refund_proof", weight=Weight.HELPFUL, who=(Supplier.STRIPE,), why="Money went back."
            ),
        ),
        harmful=("refund_policy",),
    ),
    ce3=Ce3Summary(open=False, ready=False, why="Not listed for CE 3.0."),
    weighing=Weighing(
        currency="USD",
        options=(
            Option(way=Way.LEAVE, expected_minor=-4999, lines=(TAKEN,)),
            Option(way=Way.FIGHT, expected_minor=-2000, lines=(TAKEN, WON_BACK)),
        ),
        best=Way.FIGHT,
        win_percent=60,
        win_rate_from="estimates of 2026-11-01",
        notes=("A rate was assumed.",),
    ),
    decision=DisputeDecision(
        action=DisputeAction.ASK,
        proposal=Way.FIGHT,
        reason="proposed",
        explanation="Mode propose: a person approves each act.",
    ),
    window=DisputeWindow(due_by=DUE, submit_at=DUE - timedelta(days=2)),
    evidence_digest="e" * 64,
)
PACKET = PacketRef(
    digest=DIGEST,
    evidence_digest="e" * 64,
    pages=5,
    size=81_000,
    fields=("customer_name", "receipt"),
    exhibits=("Usage log", "Record of the sale"),
    left_out=(LeftOut(what="Exhibit 3", why="no room"),),
    findings=("a glyph without a font",),
    built_at=NOW,
    staged=True,
)
STORY = DisputeStory(dispute=DISPUTE, no_alert="No alert came.", assessment=ASSESSMENT, packet=PACKET)


def a_case(story: DisputeStory | None = STORY, **changes: Any) -> CaseFile:
    """A dispute's case that gathers evidence, with these facts changed."""
    given = {
        "case_id": "dispute/shop/du_1",
        "kind": CaseKind.DISPUTE,
        "account": "shop",
        "source": "stripe",
        "status": CaseStatus.GATHERING,
        "mode": "propose",
        "policy_version": "0b054f89645a6f78",
        "respond_by": DUE,
        "amount": DISPUTE.amount,
        "charge_id": "ch_1",
        "dispute": story,
    }
    return CaseFile.model_validate(given | changes)


def told(**facts: Any) -> DisputeStory:
    """The story with these facts changed."""
    return STORY.model_copy(update=facts)


PERSON_IN_EVIDENCE = "Ada Lovelace"


async def long_closed(store: Store, *, closed_at: datetime) -> str:
    """A case of long ago, with a piece of evidence about a person; its id."""
    case = a_case(case_id="dispute/shop/du_long_closed", status=CaseStatus.CLOSED, closed_at=closed_at)
    await store.cases.save_case(case)
    said = TextContent(field="access_activity_log", text=f"{PERSON_IN_EVIDENCE} signed in")
    item = item_of(said, Provenance(supplier=Supplier.PERSON, by="ana", at=closed_at))
    await store.evidence.add(case.case_id, (item,), {})
    return case.case_id
