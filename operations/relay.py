"""Works off the inbox: every accepted message is delivered to its cases, however often something dies meanwhile."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from chargebacks.errors import BadInput, CaseError, NeedsOperator, Refused, TryLater
from store import StoredMessage
from store.inbox import Inbox

_LEASE = timedelta(minutes=2)
"""Longer than a batch takes while Temporal does not answer; what a dead process had taken waits that long."""
_BATCH = 32
_AT_ONCE = 16
_LOOK_EVERY_SECONDS = 1.0
_LONGEST_WAIT = timedelta(minutes=5)

_log = structlog.get_logger(__name__)


class Deliverer(Protocol):
    async def deliver(self, message: StoredMessage) -> str | None: ...


class Relay:
    """One per process; several processes share the work. `delivered` is told how each attempt ended."""

    def __init__(
        self,
        inbox: Inbox,
        delivery: Deliverer,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        delivered: Callable[[StoredMessage, str], None] = lambda message, result: None,
    ) -> None:
        self._inbox = inbox
        self._delivery = delivery
        self._clock = clock
        self._delivered = delivered
        self._something = asyncio.Event()

    def wake(self) -> None:
        """Something was accepted: do not wait for the next look."""
        self._something.set()

    async def run(self) -> None:
        """Deliver for ever; cancel to stop. What is under way then is delivered again later, which is harmless."""
        while True:
            self._something.clear()
            try:
                taken = await self.work_off()
            except CaseError as error:
                _log.warning("inbox_unavailable", reason=error.reason, error=str(error))
                taken = 0
            if taken < _BATCH:
                await self._wait()

    async def work_off(self) -> int:
        """Deliver one batch of what is due; returns how many messages were taken."""
        batch = await self._inbox.claim(now=self._clock(), lease=_LEASE, limit=_BATCH)
        room = asyncio.Semaphore(_AT_ONCE)
        done: dict[int, str | None] = {}

        async def one(message: StoredMessage) -> None:
            async with room:
                try:
                    await self._deliver(message, done)
                except (
                    CaseError
                ) as error:  # how it ended could not be noted: its lease runs out, and it comes again
                    _log.warning("inbox_unavailable", reason=error.reason, message_id=message.id)

        async with asyncio.TaskGroup() as group:
            for message in batch:
                group.create_task(one(message))
        await self._inbox.mark_all_done(done, at=self._clock())
        for message in batch:
            if message.id in done:
                self._delivered(message, "delivered")
        return len(batch)

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._something.wait(), _LOOK_EVERY_SECONDS)
        except TimeoutError:
            return

    async def _deliver(self, message: StoredMessage, done: dict[int, str | None]) -> None:
        """One message's trouble is never another's: whatever goes wrong, it waits or is refused by itself. What is
        delivered is added to `done` with its case."""
        try:
            case_id = await self._delivery.deliver(message)
        except (BadInput, Refused) as refusal:
            await self._refuse(message, refusal)
        except (TryLater, NeedsOperator) as trouble:
            await self._later(message, str(trouble), reason=trouble.reason)
        except Exception as bug:
            _log.exception("delivery_broke", source=message.source, message_id=message.id)
            await self._later(message, f"{type(bug).__name__} in our own code", reason="bug")
        else:
            done[message.id] = case_id

    async def _refuse(self, message: StoredMessage, refusal: CaseError) -> None:
        await self._inbox.refuse(message.id, f"{refusal.reason}: {refusal}")
        _log.warning("message_refused", source=message.source, message_id=message.id, reason=refusal.reason)
        self._delivered(message, "refused")

    async def _later(self, message: StoredMessage, error: str, *, reason: str) -> None:
        """Accepted is accepted: it is tried for as long as it takes, at longer and longer intervals."""
        wait = min(timedelta(seconds=2.0 ** min(message.attempts, 10)), _LONGEST_WAIT)
        await self._inbox.mark_failed(
            message.id, next_try_at=self._clock() + wait, error=f"{reason}: {error}"
        )
        _log.warning(
            "delivery_failed",
            source=message.source,
            message_id=message.id,
            reason=reason,
            attempts=message.attempts,
            next_try_in_seconds=int(wait.total_seconds()),
        )
        self._delivered(message, "later")
