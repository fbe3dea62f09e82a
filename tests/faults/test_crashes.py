"""The worker process dies at every boundary of every activity, and before and after every call it makes."""

import asyncio
import json
from pathlib import Path

from crashing_worker import DIED, mark_of
from happenings import Trial, all_problems, begin
from shops import open_shop

from demo.processes import end, python_process
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

MOST_DEATHS = 3 * len(POINTS)


async def test_death_at_every_boundary_moves_money_once(stack: Stack, tmp_path: Path) -> None:
    """Whatever the worker was doing when it died: one refund, one outcome, the subscription ended, the case closed."""
    shop = await open_shop(stack, "mortal")
    trials = [await begin(shop, point, amount=1000 + number) for number, point in enumerate(POINTS)]
    (tmp_path / "points.json").write_text(json.dumps({trial.case: trial.name for trial in trials}))
    keeper = asyncio.create_task(keep_alive(stack, tmp_path))
    try:
        problems = await all_problems(trials)
    finally:
        keeper.cancel()
        deaths = await asyncio.gather(keeper, return_exceptions=True)
    assert problems == []
    assert [trial.name for trial in trials if not reached(tmp_path, trial)] == [], deaths


def reached(plan: Path, trial: Trial) -> bool:
    return mark_of(plan, trial.case).exists()


async def keep_alive(stack: Stack, plan: Path) -> None:
    """Start the worker again whenever it has died, as an orchestrator does."""
    for life in range(MOST_DEATHS):
        log = stack.folder / f"life-{life}.log"
        arguments = ["tests/faults/crashing_worker.py", str(plan)]
        environment = {**stack.environment, "PYTHONPATH": "."}
        async with python_process(arguments, ready="", log=log, environment=environment) as process:
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                await end(process)
                raise
        assert code == DIED, log.read_text()[-2000:]
