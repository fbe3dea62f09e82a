"""Filling the charge index from Stripe's lists, a few seconds of reading at a time, never faster than it may.

Charges first, newest first: what alerts are about is there soon. Then the paid invoices, which tell of each payment
which subscription it was for; that is a list of its own at Stripe.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from temporalio import activity

from chargebacks.charge_index import (
    READ_WINDOW,
    Backfill,
    ChargePage,
    LinkPage,
    Span,
    joined,
    links_of,
    missing,
    read_allowance,
)
from chargebacks.charges import ChargeSnapshot
from chargebacks.errors import TryLater
from chargebacks.notices import Notice, about_account
from chargebacks.values import Instant, Value

_PAID_LATER = timedelta(days=3)
"""A payment of an invoice is on record before its charge is made: an hour before, or days when it is retried. A link
that is missed costs one more call when an alert comes, nothing else."""

STOPPED = "backfill_stopped"
"""Kind of the notice about a filling that ended too soon."""


class ListKind(StrEnum):
    CHARGES = "charges"
    LINKS = "subscription links"


class Task(Value):
    """One of Stripe's lists to be read through, newest first."""

    list: ListKind
    span: Span
    after: str | None = None
    """The object that was read last."""
    reached: Instant | None = None
    """When that one was made."""

    @property
    def left(self) -> timedelta:
        """How much of the span is still to be read."""
        reached = min(max(self.reached or self.span.until, self.span.since), self.span.until)
        return reached - self.span.since


class PlanOrder(Value):
    account: str
    wanted: Span
    again: bool
    """Read what is indexed already, too."""


class BackfillPlan(Value):
    """What is to be read, in order, and the record of it."""

    backfill: Backfill
    tasks: tuple[Task, ...]


class LegOrder(Value):
    """Read a few pages of the first task."""

    backfill: Backfill
    task: Task
    then_reached: Instant
    """How far back the index goes once the task is done."""
    pages: int
    calls_per_second: float


class Leg(Value):
    """How far it came. `task`: what is left of it; None: it is done."""

    backfill: Backfill
    task: Task | None
    allowance: int
    """List calls that the account may spend on this in thirty days, as far as it is known now."""


class BackfillEnd(Value):
    """`stopped`: why it ended too soon; None when everything was read."""

    backfill: Backfill
    stopped: str | None = None


class Index(Protocol):
    async def upsert(self, account: str, charges: tuple[ChargeSnapshot, ...]) -> None: ...

    async def link(self, account: str, subscriptions: Mapping[str, str]) -> int: ...

    async def count(self, account: str, *, since: datetime | None = None) -> int: ...


class Lists(Protocol):
    """Stripe, through the gateway."""

    async def charges_page(
        self, account: str, *, since: datetime, until: datetime, after: str | None
    ) -> ChargePage: ...

    async def subscription_links_page(
        self, account: str, *, since: datetime, until: datetime, after: str | None
    ) -> LinkPage: ...


class Records(Protocol):
    async def of(self, account: str) -> Backfill | None: ...

    async def save(self, backfill: Backfill) -> None: ...


class NoticeBoard(Protocol):
    """Notices about connections, for people."""

    async def raise_notice(self, notice: Notice) -> bool: ...

    async def clear(self, subject: str, kind: str, *, at: datetime) -> bool: ...


class Backfilling:
    def __init__(self, *, index: Index, stripe: Lists, records: Records, notices: NoticeBoard) -> None:
        self._index = index
        self._stripe = stripe
        self._records = records
        self._notices = notices

    @activity.defn
    async def plan_backfill(self, order: PlanOrder) -> BackfillPlan:
        """What is indexed already is not read again, unless it is asked for."""
        earlier = None if order.again else await self._records.of(order.account)
        known = earlier.indexed if earlier is not None else None
        linked = known if earlier is not None and earlier.finished_at is not None else None
        whole = joined(order.wanted, known)
        spans = missing(order.wanted, known)
        links = (
            Span(since=span.since - _PAID_LATER, until=span.until) for span in missing(order.wanted, linked)
        )
        backfill = Backfill(
            account=order.account,
            since=whole.since,
            until=whole.until,
            reached=spans[0].until if spans else whole.since,
        )
        await self._records.save(backfill)
        return BackfillPlan(
            backfill=backfill,
            tasks=(
                *(Task(list=ListKind.CHARGES, span=span) for span in spans),
                *(Task(list=ListKind.LINKS, span=span) for span in links),
            ),
        )

    @activity.defn
    async def read_leg(self, order: LegOrder) -> Leg:
        """Read pages and keep what they hold. Repeating is harmless: a page is read and kept once more.

        Where Stripe asks to come back later, what was read until then is a leg of its own; the next one meets the
        trouble at its first page, and is retried.
        """
        read_page = self._charges if order.task.list is ListKind.CHARGES else self._links
        backfill, task = order.backfill, order.task
        pace = _Pace(order.calls_per_second)
        for _ in range(order.pages):
            try:
                backfill, task = await read_page(backfill, task)
            except TryLater:
                if task == order.task:
                    raise
                break
            await pace.keep()
            if task.after is None:
                done = backfill.model_copy(update={"reached": order.then_reached})
                return await self._saved(done, None)
        return await self._saved(backfill, task)

    @activity.defn
    async def end_backfill(self, end: BackfillEnd) -> None:
        """Record that everything was read, or tell people why not."""
        now, account = datetime.now(UTC), end.backfill.account
        if end.stopped is None:
            await self._records.save(end.backfill.model_copy(update={"finished_at": now}))
            await self._notices.clear(about_account(account), STOPPED, at=now)
            return
        text = (
            f"The charge index of {account} is filled back to {end.backfill.reached:%Y-%m-%d %H:%M} UTC only: "
            f"{end.stopped} Mend it and run `starter.py backfill` again, which goes on from there."
        )
        await self._notices.raise_notice(
            Notice(subject=about_account(account), kind=STOPPED, text=text, raised_at=now)
        )

    async def _saved(self, backfill: Backfill, task: Task | None) -> Leg:
        await self._records.save(backfill)
        recent = await self._index.count(backfill.account, since=datetime.now(UTC) - READ_WINDOW)
        return Leg(backfill=backfill, task=task, allowance=read_allowance(recent))

    async def _charges(self, backfill: Backfill, task: Task) -> tuple[Backfill, Task]:
        page = await self._stripe.charges_page(
            backfill.account, since=task.span.since, until=task.span.until, after=task.after
        )
        await self._index.upsert(backfill.account, page.charges)
        oldest = page.charges[-1].created if page.charges else None
        read: dict[str, object] = {
            "charges": backfill.charges + len(page.charges),
            "calls": backfill.calls + 1,
        }
        if oldest is not None:  # all of its second may not be read yet
            read["reached"] = min(backfill.reached, oldest + timedelta(seconds=1))
        return backfill.model_copy(update=read), _after(task, page.after, oldest)

    async def _links(self, backfill: Backfill, task: Task) -> tuple[Backfill, Task]:
        page = await self._stripe.subscription_links_page(
            backfill.account, since=task.span.since, until=task.span.until, after=task.after
        )
        new = await self._index.link(backfill.account, links_of(page.links))
        read = {"linked": backfill.linked + new, "calls": backfill.calls + 1}
        return backfill.model_copy(update=read), _after(task, page.after, page.oldest)


def _after(task: Task, after: str | None, oldest: datetime | None) -> Task:
    return task.model_copy(update={"after": after, "reached": oldest or task.reached})


class _Pace:
    """At most so many calls a second, also across one leg's end and the next one's beginning."""

    def __init__(self, calls_per_second: float) -> None:
        self._interval = 1 / calls_per_second
        self._next = asyncio.get_running_loop().time() + self._interval

    async def keep(self) -> None:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, self._next - now))
        self._next = max(self._next, now) + self._interval
