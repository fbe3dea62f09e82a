"""The real worker, except that it dies at a chosen point of a chosen case, once.

    python tests/faults/crashing_worker.py PLAN

PLAN is a folder with `points.json` ({case id: point}) and one file per point that has been reached. A point is
`before NAME` or `after NAME`, where NAME is an activity or a call of an activity's collaborator, such as
`stripe.create_refund`. Dying means: at once, nothing closed, nothing told to anybody.
"""

import asyncio
import hashlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

import worker
from runtime.logs import configure_logging
from runtime.process import leave, stop_requested
from runtime.settings import Settings
from runtime.temporal import connect

DIED = 77


def mark_of(plan: Path, case_id: str) -> Path:
    """The file that says that the case's point was reached."""
    return plan / hashlib.sha256(case_id.encode()).hexdigest()


class Executioner:
    """Ends the process when the running activity's case has reached its point."""

    def __init__(self, plan: Path) -> None:
        self._plan = plan

    def at(self, point: str) -> None:
        case_id = activity.info().workflow_id or ""
        points = json.loads((self._plan / "points.json").read_text())
        mark = mark_of(self._plan, case_id)
        if points.get(case_id) == point and not mark.exists():
            mark.write_text(point)
            os._exit(DIED)


class AroundActivities(Interceptor):
    def __init__(self, executioner: Executioner) -> None:
        self._executioner = executioner

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        executioner = self._executioner

        class Around(ActivityInboundInterceptor):
            async def execute_activity(self, input: ExecuteActivityInput) -> Any:
                name = activity.info().activity_type
                executioner.at(f"before {name}")
                result = await super().execute_activity(input)
                executioner.at(f"after {name}")
                return result

        return Around(next)


def around_calls(part: Any, name: str, executioner: Executioner) -> Any:
    """The same collaborator, with a point before and after each of its calls."""

    class Around:
        def __getattr__(self, method: str) -> Any:
            call: Callable[..., Awaitable[Any]] = getattr(part, method)

            async def called(*args: Any, **kwargs: Any) -> Any:
                executioner.at(f"before {name}.{method}")
                result = await call(*args, **kwargs)
                executioner.at(f"after {name}.{method}")
                return result

            return called

    return Around()


async def work(plan: Path) -> None:
    settings = Settings()
    executioner = Executioner(plan)
    stop = stop_requested()
    async with AsyncExitStack() as stack:
        client = await connect()
        parts = await worker.assemble(settings, stack)
        store = SimpleNamespace(
            **{
                name: around_calls(getattr(parts.store, name), name, executioner)
                for name in ("accounts", "cases", "charges", "ledger", "reports")
            }
        )
        dying: Any = SimpleNamespace(
            store=store,
            stripe=around_calls(parts.stripe, "stripe", executioner),
            networks=around_calls(parts.networks, "networks", executioner),
        )
        interceptors = [AroundActivities(executioner)]
        for each in worker.workers(client, dying, settings, interceptors=interceptors):
            await stack.enter_async_context(each)
        print("worker_ready", flush=True)
        await stop.wait()


def live(plan: Path) -> NoReturn:
    """One life of the worker: a process of its own, forked where everything is imported and nothing is running."""
    configure_logging(Settings())
    asyncio.run(work(plan))
    leave(0)


def keep_alive(plan: Path) -> int:
    """Start the worker again whenever it has died, as an orchestrator does; pass SIGTERM on to it."""
    while True:
        child = os.fork()
        if child == 0:
            live(plan)
        signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))  # noqa: B023
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code != DIED:
            return code


if __name__ == "__main__":
    leave(keep_alive(Path(sys.argv[1])))
