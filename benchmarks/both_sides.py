"""Ours and the yardstick side by side: one dev server, a worker process each, one client for both."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count

from temporalio.client import WorkflowHandle

from benchmarks.alert_cases import POLICY, prepare_alerts, resolved, take_in
from benchmarks.bare import BARE_CASES_QUEUE, BareWorkflow
from benchmarks.bare_worker import READY
from benchmarks.case_shape import CaseShape, shape_of
from benchmarks.our_side import our_side
from demo.processes import python_process
from demo.stack import Stack
from demo.world import World

_numbers = count(1)


@dataclass(frozen=True)
class BothSides:
    """What is running. `shape` is what one of our alerts has just done: the yardstick makes the same calls."""

    stack: Stack
    world: World
    shape: CaseShape

    async def start_bare(self) -> WorkflowHandle[BareWorkflow, int]:
        """Start the yardstick's workflow."""
        return await self.stack.client.start_workflow(
            BareWorkflow.run,
            list(self.shape.calls),
            id=f"bare/{next(_numbers)}",
            task_queue=BARE_CASES_QUEUE,
        )


@asynccontextmanager
async def both_sides() -> AsyncIterator[BothSides]:
    """Start everything, resolve one alert to learn its shape, and stop everything at the end."""
    async with our_side(policy=POLICY) as stack, _bare_worker(stack):
        world = World(stack)
        yield BothSides(stack=stack, world=world, shape=await _one_shape(world))


def _bare_worker(stack: Stack) -> AbstractAsyncContextManager[object]:
    return python_process(
        ["-m", "benchmarks.bare_worker"],
        ready=READY,
        log=stack.folder / "bare_worker.log",
        environment=stack.environment,
    )


async def _one_shape(world: World) -> CaseShape:
    """Of a sale and of a subscription's payment: both make the same calls, or one yardstick would not do."""
    shapes = []
    for alert in await prepare_alerts(world, 2):
        case_id = await take_in(world.stack, alert)
        await resolved(world.stack, case_id)
        shapes.append(shape_of(await world.stack.client.get_workflow_handle(case_id).fetch_history()))
    if shapes[0].calls != shapes[1].calls:
        raise RuntimeError(f"two alerts made different calls: {shapes[0].calls} and {shapes[1].calls}")
    return shapes[1]
