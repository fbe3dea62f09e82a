"""Asking a network for its alerts: each is kept and has its case before the network is told that we have it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import structlog
from temporalio import activity

from chargebacks.notices import Notice, about_source
from chargebacks.pulls import PulledAlert, TakenIn
from chargebacks.values import Value

_SIZE = 25
_MOST_PAGES = 40
"""A thousand alerts; the next pull goes on."""

PULL_FAILED = "pull_failed"
"""Kind of the notice about a source that cannot be asked."""

_log = structlog.get_logger(__name__)


class PullOrder(Value):
    source: str


class Pulled(Value):
    """How many alerts were listed, and what became of them (`chargebacks.pulls.TakenIn`)."""

    listed: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0
    waiting: int = 0


class PullTrouble(Value):
    source: str
    why: str


class PulledNetworks(Protocol):
    """TryLater, Refused or NeedsOperator when the network says so."""

    async def pull(self, source: str, *, size: int) -> tuple[PulledAlert, ...]: ...

    async def acknowledge(self, source: str, alert_ids: Sequence[str]) -> None: ...


class AlertIntake(Protocol):
    async def take(self, source: str, pulled: PulledAlert, *, received_at: datetime) -> TakenIn:
        """Keep it, on disk, and start its case. Safe to repeat."""
        ...


class NoticeBoard(Protocol):
    async def raise_notice(self, notice: Notice) -> bool: ...

    async def clear(self, subject: str, kind: str, *, at: datetime) -> bool: ...


class Pulling:
    def __init__(self, *, networks: PulledNetworks, intake: AlertIntake, notices: NoticeBoard) -> None:
        self._networks = networks
        self._intake = intake
        self._notices = notices

    @activity.defn
    async def pull_alerts(self, order: PullOrder) -> Pulled:
        """Take in what the network lists, page by page, until it lists nothing new.

        What dies in between is listed again. An alert whose case could not be started is not acknowledged: it is
        delivered from the inbox, or when it is listed the next time, whichever comes first.
        """
        pulled, handled = Pulled(), set[str]()
        for _ in range(_MOST_PAGES):
            page = await self._networks.pull(order.source, size=_SIZE)
            fresh = [alert for alert in page if alert.id is None or alert.id not in handled]
            ended = [(alert.id, await self._take(order.source, alert)) for alert in fresh]
            pulled = _counted(pulled, (how for _id, how in ended))
            settled = [alert_id for alert_id, how in ended if alert_id and how is not TakenIn.WAITING]
            if settled:
                await self._networks.acknowledge(order.source, settled)
            handled.update(settled)
            if len(page) < _SIZE or not settled:
                break
        await self._notices.clear(about_source(order.source), PULL_FAILED, at=datetime.now(UTC))
        return pulled

    @activity.defn
    async def note_pull_failed(self, trouble: PullTrouble) -> None:
        """Tell people that a source cannot be asked: its alerts run out of time unseen."""
        text = f"Alerts of {trouble.source} cannot be pulled: {trouble.why}"
        await self._notices.raise_notice(
            Notice(
                subject=about_source(trouble.source),
                kind=PULL_FAILED,
                text=text,
                raised_at=datetime.now(UTC),
            )
        )

    async def _take(self, source: str, alert: PulledAlert) -> TakenIn:
        how = await self._intake.take(source, alert, received_at=datetime.now(UTC))
        _log.info("alert_pulled", source=source, provider_alert_id=alert.id, result=how.value)
        return how


def _counted(pulled: Pulled, results: Iterable[TakenIn]) -> Pulled:
    counts = Counter(how.value for how in results)
    more = {how: getattr(pulled, how) + count for how, count in counts.items()}
    return pulled.model_copy(update={"listed": pulled.listed + counts.total(), **more})
