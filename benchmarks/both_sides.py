"""Ours and the yardstick side by side: one dev server, a worker process each, one client for both."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter

from benchmarks.alert_cases import ACCOUNT, POLICY, prepare_alerts, resolved, take_in
from benchmarks.bare import BARE_CASES_QUEUE, BareWorkflow
from benchmarks.bare_worker import READY
from benchmarks.case_shape import CaseShape, shape_of
from demo.processes import python_process
from demo.stack import Stack, activate_policy, connected, stand_ins, worker_process
from demo.world import World
from runtime.embedded_temporal import embedded_temporal
from runtime.search_attributes import cli_types
from runtime.settings import Settings
from workflows.attributes import ALL as SEARCH_ATTRIBUTES

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
    attributes = cli_types(SEARCH_ATTRIBUTES)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        async with (
            embedded_temporal(search_attributes=attributes, binary=Settings().temporal_bin) as temporal,
            stand_ins(Path(folder)) as around,
        ):
            client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
            async with connected(around, client, address=temporal.address) as stack, _workers(stack):
                await activate_policy(stack, ACCOUNT, POLICY)
                world = World(stack)
                yield BothSides(stack=stack, world=world, shape=await _one_shape(world))


@asynccontextmanager
async def _workers(stack: Stack) -> AsyncIterator[None]:
    """Ours as an operator runs it but for the ceiling on Stripe calls, which would be measured instead."""
    stack.environment["STRIPE_ACTIVITIES_PER_SECOND"] = "10000"
    async with (
        worker_process(stack),
        python_process(
            ["-m", "benchmarks.bare_worker"],
            ready=READY,
            log=stack.folder / "bare_worker.log",
            environment=stack.environment,
        ),
    ):
        yield


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
