"""Disputes for operations: cases as they stand in the store, results, and a sale at the stand-in to be disputed."""

from datetime import UTC, datetime
from typing import Any

import httpx
from operations_samples import fresh

from chargebacks.contracts import CaseFile, CaseKind, CaseStatus, dispute_case_id
from chargebacks.dispute_case import DisputeStory, FiledBy, Verdict
from chargebacks.disputes import Dispute
from chargebacks.economics import Option, SumLine, Way, Weighing
from chargebacks.evidence import Completeness, Missing, Weight
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import Supplier
from chargebacks.money import Money
from chargebacks.representment import (
    Assessment,
    Ce3Summary,
    DisputeAction,
    DisputeDecision,
    DisputeWindow,
)
from chargebacks.results import DisputeResult
from store import Store

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_ANYBODY = (Supplier.ACTIVITY, Supplier.ENDPOINT, Supplier.PERSON)
USD = Money(amount_minor=4999, currency="USD")


def a_dispute(dispute_id: str, **changes: Any) -> Dispute:
    """A Visa chargeback that awaits an answer."""
    given = {
        "id": dispute_id,
        "status": "needs_response",
        "reason": "fraudulent",
        "network": "visa",
        "amount": USD,
        "charge_id": "ch_1",
        "created": NOW,
        "livemode": False,
        "as_of": NOW,
    }
    return Dispute.model_validate(given | changes)


async def keep_dispute(store: Store, **changes: Any) -> CaseFile:
    """A dispute's case in the store, without a workflow."""
    dispute_id = f"du_{fresh()}"
    given = {
        "case_id": dispute_case_id(account="shop", dispute_id=dispute_id),
        "kind": CaseKind.DISPUTE,
        "account": "shop",
        "source": "stripe",
        "status": CaseStatus.GATHERING,
        "amount": USD,
        "charge_id": "ch_1",
        "dispute": DisputeStory(dispute=a_dispute(dispute_id)),
    }
    case = CaseFile.model_validate(given | changes)
    await store.cases.save_case(case)
    return case


def a_result(dispute_id: str, **changes: Any) -> DisputeResult:
    """A filed dispute of 49.99 USD that was won."""
    given = {
        "case_id": dispute_case_id(account="shop", dispute_id=dispute_id),
        "account": "shop",
        "dispute_id": dispute_id,
        "reason": "fraudulent",
        "network": "visa",
        "evidence": ("receipt",),
        "filed_by": FiledBy.US,
        "filed_at": NOW,
        "verdict": Verdict.WON,
        "disputed": USD,
        "recovered_minor": 4999,
        "fees_minor": 1500,
        "settlement_currency": "USD",
        "opened_at": NOW,
    }
    return DisputeResult.model_validate(given | changes)


async def disputed_sale(stripe_url: str, **dispute: Any) -> str:
    """A charge at the stand-in and its dispute; the dispute's id."""
    async with httpx.AsyncClient(base_url=stripe_url, timeout=60) as control:
        sold = await control.post("/_sandbox/charges", json={"charges": [{"amount": 4999}]})
        charge_id = sold.raise_for_status().json()["charges"][0]["id"]
        opened = await control.post("/_sandbox/disputes", json={"charge": charge_id, **dispute})
        return str(opened.raise_for_status().json()["id"])


def weighed_story(dispute_id: str, **changes: Any) -> DisputeStory:
    """A dispute that lacks two pieces of evidence and is not worth fighting yet."""
    missing = (
        Missing(
            name="access_activity_log", weight=Weight.REQUIRED, who=_ANYBODY, why="Shows that it was used."
        ),
        Missing(name="receipt", weight=Weight.HELPFUL, who=(Supplier.STRIPE,), why="Shows the sale."),
    )
    lines = (SumLine(label="disputed amount, taken", amount_minor=-4999),)
    won = SumLine(label="won back, 12 % of 49.99 USD", amount_minor=600)
    options = (
        Option(way=Way.LEAVE, expected_minor=-4999, lines=lines),
        Option(way=Way.FIGHT, expected_minor=-4399, lines=(*lines, won)),
    )
    assessment = Assessment(
        product_type=ProductType.DIGITAL,
        argument="It was used.",
        completeness=Completeness(percent=40, have=("customer_name",), missing=missing),
        ce3=Ce3Summary(open=False, ready=False, why="Not listed for CE 3.0."),
        weighing=Weighing(
            currency="USD", options=options, best=Way.FIGHT, win_percent=12, win_rate_from="estimates"
        ),
        decision=DisputeDecision(
            action=DisputeAction.ASK,
            proposal=Way.FIGHT,
            reason="proposed",
            explanation="Mode propose: a person approves each act.",
        ),
        window=DisputeWindow(),
        evidence_digest="e" * 64,
    )
    given = {"dispute": a_dispute(dispute_id), "assessment": assessment}
    return DisputeStory.model_validate(given | changes)
