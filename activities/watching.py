"""Senders that have gone quiet: a webhook that was switched off, a proxy that lets nothing through any more."""

from datetime import datetime
from typing import Protocol

from temporalio import activity

from activities.syncing import Synced, SyncOrder
from chargebacks.charge_index import Span
from chargebacks.notices import Notice
from chargebacks.silence import Silence, spans_to_compare, unusual_silence
from chargebacks.values import Instant, Value

NO_EVENTS = "no_events"
"""Kind of the notice about a sender from whom nothing comes any more."""


class Sender(Value):
    """Somebody whose messages are waited for, and when the first and the last one came."""

    source: str
    """As the inbox calls it."""
    subject: str
    """As notices call it."""
    name: str
    remedy: str
    """What to look at when nothing comes, as a sentence."""
    first: Instant
    last: Instant


class SenderLog(Protocol):
    async def senders_of(self, account: str) -> tuple[Sender, ...]:
        """Those of whom at least one message has come."""
        ...

    async def received_in(self, source: str, span: Span) -> int: ...


class NoticeBoard(Protocol):
    async def raise_notice(self, notice: Notice) -> bool: ...

    async def clear(self, subject: str, kind: str, *, at: datetime) -> bool: ...


class Watching:
    def __init__(self, *, senders: SenderLog, notices: NoticeBoard) -> None:
        self._senders = senders
        self._notices = notices

    @activity.defn
    async def find_silence(self, order: SyncOrder) -> Synced:
        """Raise a notice about each sender that is unusually quiet, and take back those about senders that are not."""
        senders = await self._senders.senders_of(order.account)
        new = 0
        for sender in senders:
            silence = await self._silence(sender, order.now)
            if silence is None:
                await self._notices.clear(sender.subject, NO_EVENTS, at=order.now)
            else:
                new += await self._notices.raise_notice(_notice(sender, silence, order.now))
        return Synced(seen=len(senders), new=new)

    async def _silence(self, sender: Sender, now: datetime) -> Silence | None:
        spans = spans_to_compare(first=sender.first, last=sender.last, now=now)
        counts = [await self._senders.received_in(sender.source, span) for span in spans]
        return unusual_silence(last=sender.last, counts=counts)


def _notice(sender: Sender, silence: Silence, now: datetime) -> Notice:
    text = (
        f"Nothing has come from {sender.name} since {silence.since:%Y-%m-%d %H:%M} UTC; in the same hours of the week, "
        f"{silence.compared} times before, at least {silence.usual} messages came each time. {sender.remedy}"
    )
    return Notice(subject=sender.subject, kind=NO_EVENTS, text=text, raised_at=now)
