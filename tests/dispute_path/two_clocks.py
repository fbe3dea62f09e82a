"""Letting time pass at Temporal and at the stand-in Stripe alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from temporalio.api.testservice.v1 import LockTimeSkippingRequest, UnlockTimeSkippingRequest
from temporalio.testing import WorkflowEnvironment

from demo.stack import post

_STEP = timedelta(hours=2)
"""One long leap outlasts the server's answer when much happens on the way."""


@dataclass(frozen=True)
class TwoClocks:
    """Temporal goes first, Stripe follows at most a step behind."""

    temporal: WorkflowEnvironment
    stripe: httpx.AsyncClient

    async def pass_time(self, span: timedelta, *, step: timedelta = _STEP) -> None:
        while span > timedelta(0):
            part = min(span, step)
            await self.temporal.sleep(part)
            await post(self.stripe, "/_sandbox/clock", {"advance": part.total_seconds()})
            span -= part

    async def pass_until(self, moment: datetime, *, step: timedelta = _STEP) -> None:
        await self.pass_time(moment - await self.now(), step=step)

    async def now(self) -> datetime:
        return (await self.temporal.get_current_time()).astimezone(UTC)

    @asynccontextmanager
    async def beyond_the_next_timer(self) -> AsyncIterator[None]:
        """Without a worker: go to the only case's next timer, and let time pass although nobody takes what that leaves
        to be done.

        The server counts who holds its clock: the test does, and every workflow task that waits. While both do, `sleep`
        takes as long as it says. Here the test lets go, so that the waiting task holds the clock in its place.
        """
        held_at, held = await self.now(), self.temporal.client.test_service
        await held.unlock_time_skipping(UnlockTimeSkippingRequest())
        try:
            gone = await self.now() - held_at
            await post(self.stripe, "/_sandbox/clock", {"advance": gone.total_seconds()})
            yield
        finally:
            await held.lock_time_skipping(LockTimeSkippingRequest())
