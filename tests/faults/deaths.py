"""Workers that die by a plan: one death per case, each at a point of its own, until every point was reached."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from crashing_worker import mark_of
from happenings import Case, all_problems

from demo.processes import python_process
from demo.stack import Stack

LIVES = 4
"""Workers at a time. A death stops what its worker was doing for the other cases, too: the more, the fewer."""

ROUNDS = 5
"""One case's death can take another case past its own point, which then gets a case of its own in the next round."""

Beginning = Callable[[], Awaitable[Case]]


async def die_everywhere(stack: Stack, folder: Path, points: Mapping[str, Beginning]) -> list[str]:
    """A case for each point, whose worker dies there: what is not as it must be afterwards, and the points that were
    never reached."""
    to_reach = dict(points)
    for number in range(ROUNDS):
        plan = folder / f"round-{number}"
        plan.mkdir()
        cases = {point: await begin() for point, begin in to_reach.items()}
        (plan / "points.json").write_text(json.dumps({case.case: point for point, case in cases.items()}))
        async with _dying_workers(stack, plan):
            problems = await all_problems(list(cases.values()))
        missed = [point for point, case in cases.items() if not mark_of(plan, case.case).exists()]
        to_reach = {point: to_reach[point] for point in missed}
        if problems or not to_reach:
            return problems
    return [f"{point}: never reached" for point in to_reach]


@asynccontextmanager
async def _dying_workers(stack: Stack, plan: Path) -> AsyncIterator[None]:
    """Workers that die by the plan, and are started again."""
    async with python_process(
        ["tests/faults/crashing_worker.py", str(plan), str(LIVES)],
        ready="worker_ready",
        log=stack.folder / f"{plan.parent.name}-{plan.name}.log",
        environment={**stack.environment, "PYTHONPATH": "."},
    ):
        yield
