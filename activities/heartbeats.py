"""Lets Temporal notice within seconds that a worker has died, however long an attempt may take.

Steps that give their activity a heartbeat timeout are kept alive from here; the activities themselves need not know.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

_BEATS_PER_TIMEOUT = 3


class Heartbeats(Interceptor):
    """Install on every worker that runs our activities."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Beat(next)


class _Beat(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        timeout = activity.info().heartbeat_timeout
        if not timeout:
            return await super().execute_activity(input)
        async with _beating(timeout / _BEATS_PER_TIMEOUT):
            return await super().execute_activity(input)


@asynccontextmanager
async def _beating(every: timedelta) -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            await asyncio.sleep(every.total_seconds())
            activity.heartbeat()

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        beats.cancel()
