"""The worker process dies at every boundary of every activity, and before and after every call it makes."""

from functools import partial
from pathlib import Path

from deaths import die_everywhere
from happenings import begin
from shops import open_shop

from demo.stack import Stack

ACTIVITIES = (
    "open_case",
    "match_in_index",
    "decide",
    "refund_charge",
    "cancel_subscriptions",
    "report_outcome",
    "save_case",
)

CALLS = (
    "cases.open_case",
    "charges.candidates",
    "ledger.reserve",
    "stripe.read_charge",
    "stripe.list_disputes",
    "ledger.entries",
    "stripe.create_refund",
    "ledger.settle",
    "stripe.subscription_of",
    "stripe.cancel_subscription",
    "reports.begin",
    "reports.attempt",
    "networks.report",
    "reports.finish",
    "cases.save_case",
)

POINTS = [f"{when} {name}" for name in (*ACTIVITIES, *CALLS) for when in ("before", "after")]


async def test_death_at_every_boundary_moves_money_once(stack: Stack, tmp_path: Path) -> None:
    """Whatever the worker was doing when it died: one refund, one outcome, the subscription ended, the case closed."""
    shop = await open_shop(stack, "mortal")
    points = {point: partial(begin, shop, point, amount=1000 + at) for at, point in enumerate(POINTS)}
    assert await die_everywhere(stack, tmp_path, points) == []
