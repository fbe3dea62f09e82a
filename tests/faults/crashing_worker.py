"""The real worker, except that it dies at a chosen point of a chosen case, once. LIVES of them run side by side.

    python tests/faults/crashing_worker.py PLAN LIVES

PLAN is a folder with `points.json` ({case id: point}) and one file per point that has been reached. A point is
`before NAME` or `after NAME`, where NAME is an activity or a call of an activity's collaborator, such as
`stripe.create_refund`; ` in ACTIVITY` after a call means that activity's call only, and ` again` after that its second
one. What comes piece by piece is over `after` its last piece. Dying means: at once, nothing closed, nothing told to
anybody.
"""

import asyncio
import hashlib
import inspect
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import temporalio.client
from temporalio import activity
from temporalio.client import (
    Client,
    ClientConfig,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    WorkflowHandle,
)
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor
from temporalio.worker._worker import load_default_build_id

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
        self._passed: Counter[tuple[str, int, str]] = Counter()

    def at(self, point: str) -> None:
        if not activity.in_activity():  # the worker is being put together
            return
        info = activity.info()
        case_id = info.workflow_id or ""
        passing = (f"{case_id} {info.activity_id}", info.attempt, point)
        self._passed[passing] += 1
        named = f"{point} in {info.activity_type}"
        reached = (point, named, f"{named} again" if self._passed[passing] == 2 else named)
        points = json.loads((self._plan / "points.json").read_text())
        mark = mark_of(self._plan, case_id)
        if points.get(case_id) in reached and not mark.exists():
            mark.write_text(point)
            os._exit(DIED)


class AroundCallsOfTemporal(temporalio.client.Interceptor):
    """Points around what activities ask of Temporal: `temporal.start_workflow` and `temporal.signal_workflow`."""

    def __init__(self, executioner: Executioner) -> None:
        self._executioner = executioner

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        around = partial(_around_call, name="temporal", executioner=self._executioner)

        class Around(OutboundInterceptor):
            async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
                return await around(super().start_workflow)(input)

            async def signal_workflow(self, input: SignalWorkflowInput) -> None:
                await around(super().signal_workflow)(input)

        return Around(next)


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
            return _around_call(getattr(part, method), name=name, executioner=executioner)

        def in_bulk(self) -> Any:
            return around_calls(part.in_bulk(), name, executioner)

    return Around()


def _around_call(call: Callable[..., Any], *, name: str, executioner: Executioner) -> Callable[..., Any]:
    before, after = f"before {name}.{call.__name__}", f"after {name}.{call.__name__}"

    async def called(*args: Any, **kwargs: Any) -> Any:
        executioner.at(before)
        result = await call(*args, **kwargs)
        executioner.at(after)
        return result

    async def called_piece_by_piece(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        executioner.at(before)
        async for piece in call(*args, **kwargs):
            yield piece
        executioner.at(after)

    def called_in_thread(*args: Any, **kwargs: Any) -> Any:
        executioner.at(before)
        result = call(*args, **kwargs)
        executioner.at(after)
        return result

    if inspect.isasyncgenfunction(call):
        return called_piece_by_piece
    return called if inspect.iscoroutinefunction(call) else called_in_thread


def mortal(parts: worker.Parts, executioner: Executioner) -> worker.Parts:
    """The same parts with points around every call. `sources` are named `endpoints`: the store has its own."""

    def around(part: Any, name: str) -> Any:
        return around_calls(part, name, executioner)

    kept = {name: part for name, part in vars(parts.store).items() if not name.startswith("_")}
    store: Any = SimpleNamespace(**{name: around(part, name) for name, part in kept.items()})
    return replace(
        parts,
        store=store,
        stripe=around(parts.stripe, "stripe"),
        networks=around(parts.networks, "networks"),
        sources=around(parts.sources, "endpoints"),
        renderer=around(parts.renderer, "renderer"),
        intake=around(parts.intake, "intake"),
    )


def watched(config: ClientConfig, executioner: Executioner) -> ClientConfig:
    """The same client, with points around its calls."""
    config["interceptors"] = [*config["interceptors"], AroundCallsOfTemporal(executioner)]
    return config


async def work(plan: Path) -> None:
    settings = Settings()
    executioner = Executioner(plan)
    stop = stop_requested()
    async with AsyncExitStack() as stack:
        client = Client(**watched((await connect(settings)).config(), executioner))
        parts = await worker.assemble(settings, stack)
        dying = mortal(parts, executioner)
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


class Keeper:
    """Starts each worker again when it has died, as an orchestrator does, and passes SIGTERM on to all of them."""

    def __init__(self, plan: Path, *, lives: int) -> None:
        self._plan = plan
        self._lives = lives
        self._running: set[int] = set()
        self._stopping = False

    def keep(self) -> int:
        """Until SIGTERM, or until a worker ends otherwise than by the plan; its exit code."""
        signal.signal(signal.SIGTERM, self._stop)
        load_default_build_id()  # reads every module: once here, not once in every life
        code = 0
        while self._running or not self._stopping:
            while len(self._running) < self._lives and not self._stopping:
                self._running.add(self._fork())
            child, status = os.wait()
            self._running.discard(child)
            ended = os.waitstatus_to_exitcode(status)
            if ended != DIED and not self._stopping:
                code = ended or 1
                self._stop()
        return code

    def _fork(self) -> int:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            live(self._plan)
        return child

    def _stop(self, *_: object) -> None:
        self._stopping = True
        for child in self._running:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)


if __name__ == "__main__":
    leave(Keeper(Path(sys.argv[1]), lives=int(sys.argv[2])).keep())
