"""Letting time pass at Temporal and at the stand-in Stripe alike."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
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
