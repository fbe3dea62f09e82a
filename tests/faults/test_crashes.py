"""The worker process dies at every boundary of every activity, and before and after every call it makes."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from crashing_worker import mark_of
from happenings import all_problems, begin
from shops import open_shop

from demo.processes import python_process
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

KEEPERS = 3
"""Workers at a time: each is started again by its keeper when it has died."""

ROUNDS = 5
"""One case's death can take another case past its own point, which then gets a case of its own in the next round."""


async def test_death_at_every_boundary_moves_money_once(stack: Stack, tmp_path: Path) -> None:
    """Whatever the worker was doing when it died: one refund, one outcome, the subscription ended, the case closed."""
    shop = await open_shop(stack, "mortal")
    to_reach = POINTS
    for number in range(ROUNDS):
        plan = tmp_path / f"round-{number}"
        plan.mkdir()
        trials = [await begin(shop, point, amount=1000 + at) for at, point in enumerate(to_reach)]
        (plan / "points.json").write_text(json.dumps({trial.case: trial.name for trial in trials}))
        async with dying_workers(stack, plan):
            assert await all_problems(trials) == []
        to_reach = [trial.name for trial in trials if not mark_of(plan, trial.case).exists()]
        if not to_reach:
            return
    assert to_reach == []


@asynccontextmanager
async def dying_workers(stack: Stack, plan: Path) -> AsyncIterator[None]:
    """Workers that die by the plan, each under a keeper that starts it again."""
    async with AsyncExitStack() as keepers:
        for number in range(KEEPERS):
            await keepers.enter_async_context(
                python_process(
                    ["tests/faults/crashing_worker.py", str(plan)],
                    ready="worker_ready",
                    log=stack.folder / f"{plan.name}-{number}.log",
                    environment={**stack.environment, "PYTHONPATH": "."},
                )
            )
        yield
