"""Disputes at the stand-in Stripe, taken in as the ingest service takes them in, until their packet is staged there."""

import asyncio
from datetime import datetime
from itertools import count
from typing import Any

from benchmarks.alert_cases import ACCOUNT, in_lanes
from chargebacks.contracts import CaseFile, DisputeChanged
from demo.stack import ACCOUNTS, Stack, post
from operations.disputes import dispute_changed

POLICY = """
mode = "act"

[refund]
limits = { USD = "500.00" }

[disputes]
mode = "act"
product_type = "digital"
fight_above = { USD = "1.00" }
"""
"""Fights everything by itself; files two days before the time to answer ends, so that what is staged stays open."""

_AT_A_TIME = 200
"""Charges made by one call."""
_OPENED_AT_ONCE = 8
_PATIENCE_SECONDS = 120.0
_GLANCE_SECONDS = 0.1

_numbers = count(1)


async def disputes_at_stripe(stack: Stack, how_many: int, *, due_by: datetime | None = None) -> list[str]:
    """Sell, and have every sale disputed: ids of disputes that nobody here has heard of. Without `due_by` the time to
    answer is the stand-in's."""
    charges: list[str] = []
    while len(charges) < how_many:
        sales = [_sale(next(_numbers)) for _ in range(min(_AT_A_TIME, how_many - len(charges)))]
        made: Any = await post(stack.stripe_control, "/_sandbox/charges", {"charges": sales})
        charges += [charge["id"] for charge in made["charges"]]
    return await in_lanes(charges, lambda charge: _disputed(stack, charge, due_by), lanes=_OPENED_AT_ONCE)


async def take_in_dispute(stack: Stack, dispute_id: str) -> str:
    """What the ingest service does at `charge.dispute.created`; the id of its case."""
    started = await dispute_changed(
        stack.client, stack.store, account=ACCOUNT, dispute_id=dispute_id, change=DisputeChanged()
    )
    return started.case_id


async def staged(stack: Stack, case_id: str) -> CaseFile:
    """The case when its packet stands at Stripe. RuntimeError when it needs a person, or takes too long."""
    give_up = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while True:
        case = await stack.store.cases.case_file(case_id)
        story = case.dispute if case is not None else None
        if case is not None and story is not None and story.packet is not None and story.packet.staged:
            return case
        trouble = case.attention if case is not None else None
        if trouble is not None or asyncio.get_running_loop().time() > give_up:
            raise RuntimeError(f"{case_id} has no packet at Stripe: {trouble or 'it takes too long'}")
        await asyncio.sleep(_GLANCE_SECONDS)


async def check_at_stripe(stack: Stack, dispute_id: str) -> None:
    """RuntimeError unless the stand-in holds evidence for the dispute, and none was submitted."""
    answer = await stack.stripe_control.get(
        f"/v1/disputes/{dispute_id}", headers={"Authorization": f"Bearer {ACCOUNTS[ACCOUNT][0]}"}
    )
    details: dict[str, Any] = answer.raise_for_status().json()["evidence_details"]
    if not details["has_evidence"] or details["submission_count"] != 0:
        raise RuntimeError(f"{dispute_id} should be staged and not submitted: {details}")


async def _disputed(stack: Stack, charge_id: str, due_by: datetime | None) -> str:
    wishes: dict[str, Any] = {"charge": charge_id, "reason": "product_not_received"}
    if due_by is not None:
        wishes["due_by"] = int(due_by.timestamp())
    made = await post(stack.stripe_control, "/_sandbox/disputes", wishes)
    return str(made["id"])


def _sale(number: int) -> dict[str, Any]:
    """No two buyers are the same: none has a history."""
    return {
        "amount": (999, 1999, 2999, 4999)[number % 4],
        "last4": f"{number * 7919 % 10_000:04}",
        "description": f"Pro plan, month {number}",
        "billing_details": {
            "name": f"Jane Doe {number}",
            "email": f"jane.{number}@example.com",
            "address": {
                "line1": f"{number} Main St",
                "city": "Springfield",
                "postal_code": "62701",
                "country": "US",
            },
        },
    }
