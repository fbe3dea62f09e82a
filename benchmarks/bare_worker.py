"""The yardstick's worker process: laid out as `worker.py` is, with nothing to do.

python -m benchmarks.bare_worker
"""

import asyncio
from contextlib import AsyncExitStack

from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.bare import BARE_CASES_QUEUE, BareWorkflow, do_nothing, queue_of
from chargebacks.contracts import NETWORKS_QUEUE, STRIPE_QUEUE
from runtime.process import leave, stop_requested
from runtime.settings import Settings
from runtime.temporal import connect
from worker import workflow_runner

READY = "bare_worker_ready"

_CALLS_AT_ONCE = 50


def _workers(client: Client) -> list[Worker]:
    cases = Worker(
        client,
        task_queue=BARE_CASES_QUEUE,
        workflows=[BareWorkflow],
        activities=[do_nothing],
        no_remote_activities=True,
        workflow_runner=workflow_runner(),
    )
    others = [
        Worker(
            client,
            task_queue=queue_of(queue),
            activities=[do_nothing],
            max_concurrent_activities=_CALLS_AT_ONCE,
        )
        for queue in (STRIPE_QUEUE, NETWORKS_QUEUE)
    ]
    return [cases, *others]


async def run() -> None:
    """Work until SIGTERM or SIGINT."""
    stop = stop_requested()
    async with AsyncExitStack() as stack:
        client = await connect(Settings())
        for worker in _workers(client):
            await stack.enter_async_context(worker)
        print(READY, flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(run())
    leave(0)
