"""What webhooks missed: disputes, early fraud warnings and charges by time, and events that could not be delivered.

Within Stripe's read budget (500 reads per transaction over 30 days, at least 10,000 a month,
https://docs.stripe.com/rate-limits): a pass makes a few list calls, and one for every hundred charges.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from temporalio import activity

from chargebacks.charges import ChargeSnapshot
from chargebacks.disputes import Dispute
from chargebacks.values import Instant, Value

_OPEN_FOR = timedelta(days=130)
"""How long a dispute can be open: 21 days to answer, 75 to decide, 120 for an inquiry."""
_OVERLAP = timedelta(days=2)
"""Warnings and events are looked for again that long: they may be listed late."""
_EVENTS_LATE = timedelta(hours=1)
"""A charge may be made while the list of its hour is read."""
_INDEXED_FOR = timedelta(days=120)
"""An older charge is hardly disputed any more."""
_A_DAY = timedelta(days=1)
_BATCH = 1_000
_EVENTS_KEPT = timedelta(days=30)
"""https://docs.stripe.com/api/events"""
_MISSED = (
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)


class SyncOrder(Value):
    account: str
    now: Instant


class Synced(Value):
    """How many were looked at, and how many of them were news."""

    seen: int
    new: int


class MissedEvent(Protocol):
    @property
    def object_id(self) -> str | None: ...


class Marks(Protocol):
    async def mark(self, account: str, what: str) -> datetime | None: ...

    async def advance(self, account: str, what: str, until: datetime) -> None: ...


class ChargeIndex(Protocol):
    async def upsert(self, account: str, charges: tuple[ChargeSnapshot, ...]) -> None: ...

    async def count(self, account: str, *, since: datetime | None = None) -> int: ...


class SyncGateway(Protocol):
    def disputes_created(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[Dispute]: ...

    def early_fraud_warnings_created(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[dict[str, Any]]: ...

    def missed_events(
        self, account: str, *, types: Sequence[str], since: datetime
    ) -> AsyncIterator[MissedEvent]: ...

    async def read_dispute(self, account: str, dispute_id: str) -> Dispute: ...

    def list_charges(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[ChargeSnapshot]: ...


class Starter(Protocol):
    """Makes sure that what was found has a case which knows of it. Each returns whether it was news."""

    async def found_dispute(self, account: str, dispute: Dispute) -> bool: ...

    async def found_warning(self, account: str, warning: dict[str, Any]) -> bool: ...


class Syncing:
    def __init__(self, *, store: Marks, stripe: SyncGateway, starter: Starter, index: ChargeIndex) -> None:
        self._marks = store
        self._index = index
        self._stripe = stripe
        self._starter = starter

    @activity.defn
    async def find_disputes(self, order: SyncOrder) -> Synced:
        """Every dispute that may still be open, compared with what its case knows."""
        seen = new = 0
        found = self._stripe.disputes_created(order.account, since=order.now - _OPEN_FOR, until=order.now)
        async for dispute in found:
            seen += 1
            new += await self._starter.found_dispute(order.account, dispute)
        return Synced(seen=seen, new=new)

    @activity.defn
    async def find_warnings(self, order: SyncOrder) -> Synced:
        """Early fraud warnings since the last pass."""
        since = await self._since(order, "early_fraud_warnings", at_most=_OPEN_FOR)
        seen = new = 0
        found = self._stripe.early_fraud_warnings_created(order.account, since=since, until=order.now)
        async for warning in found:
            seen += 1
            new += await self._starter.found_warning(order.account, warning)
        await self._marks.advance(order.account, "early_fraud_warnings", order.now)
        return Synced(seen=seen, new=new)

    @activity.defn
    async def find_missed_events(self, order: SyncOrder) -> Synced:
        """Events on disputes that no endpoint took: they also tell of disputes that are closed for long."""
        since = await self._since(order, "events", at_most=_EVENTS_KEPT)
        events = self._stripe.missed_events(order.account, types=_MISSED, since=since)
        disputes = list(dict.fromkeys([event.object_id async for event in events if event.object_id]))
        new = 0
        for dispute_id in disputes:
            dispute = await self._stripe.read_dispute(order.account, dispute_id)
            new += await self._starter.found_dispute(order.account, dispute)
        await self._marks.advance(order.account, "events", order.now)
        return Synced(seen=len(disputes), new=new)

    @activity.defn
    async def index_charges(self, order: SyncOrder) -> Synced:
        """Charges whose events did not come, a day at a time, oldest first: what is done stays done. An account that
        was never synced begins two days ago; what lies before is the filling's (`activities.backfilling`)."""
        mark = await self._marks.mark(order.account, "charges")
        begin = (mark or order.now - _OVERLAP) - _EVENTS_LATE
        since = max(begin, order.now - _INDEXED_FOR)
        before = await self._index.count(order.account, since=since)
        seen, day = 0, since
        while day < order.now:
            until = min(day + _A_DAY, order.now)
            seen += await self._index_between(order.account, day, until)
            await self._marks.advance(order.account, "charges", until)
            day = until
        after = await self._index.count(order.account, since=since)
        return Synced(seen=seen, new=max(after - before, 0))

    async def _index_between(self, account: str, since: datetime, until: datetime) -> int:
        seen, batch = 0, list[ChargeSnapshot]()
        async for charge in self._stripe.list_charges(account, since=since, until=until):
            batch.append(charge)
            if len(batch) == _BATCH:
                await self._index.upsert(account, tuple(batch))
                seen, batch = seen + len(batch), []
        await self._index.upsert(account, tuple(batch))
        return seen + len(batch)

    async def _since(self, order: SyncOrder, what: str, *, at_most: timedelta) -> datetime:
        earliest = order.now - at_most
        mark = await self._marks.mark(order.account, what)
        return max(mark - _OVERLAP, earliest) if mark is not None else earliest
