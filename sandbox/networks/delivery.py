"""Deliveries of alerts to a merchant's endpoint, and their redelivery by the provider's schedule."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from sandbox.networks import chargebackhit
from sandbox.networks.memory import Alert, Memory, Refused
from sandbox.networks.outgoing import Message, signed_anew

_HOUR = 3600
SCHEDULES: dict[str, tuple[float, ...]] = {
    "chargebackhit": (),
    "ethoca": (),
    # Every 12 h until 72 h after the alert, or until it is answered.
    "reseller": tuple(float(hour * _HOUR) for hour in range(12, 73, 12)),
    # https://docs.svix.com/retries: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h after one another.
    "chargeblast": (5, 305, 2105, 9305, 27_305, 63_305, 99_305),
}
"""Seconds after the first attempt; Chargebackhit and Ethoca publish no schedule."""

TIMEOUT_SECONDS = 30.0
"""Ethoca's published limit for an acknowledgement; the others publish none."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Try:
    """One POST to the merchant, and what came back; `status` is None when nothing did."""

    at: datetime
    status: int | None
    body: str
    error: str | None
    delivered: bool


@dataclass(kw_only=True)
class Delivery:
    """An alert on its way to one URL."""

    number: int
    network: str
    alert_id: str
    url: str
    message: Message
    due: list[datetime]
    timeout_seconds: float
    attempts: list[Try] = field(default_factory=list)

    @property
    def delivered(self) -> bool:
        return any(attempt.delivered for attempt in self.attempts)

    def listed(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "network": self.network,
            "alert_id": self.alert_id,
            "url": self.url,
            "delivered": self.delivered,
            "attempts": [asdict(attempt) for attempt in self.attempts],
            "next_at": self.due[0] if self.due and not self.delivered else None,
        }


class Courier:
    """Sends alerts, and keeps sending those that were not taken."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._changed = asyncio.Event()
        self.deliveries: list[Delivery] = []

    async def deliver(
        self,
        alert: Alert,
        message: Message,
        *,
        url: str,
        copies: int = 1,
        schedule_seconds: Sequence[float] | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> Delivery:
        """Send at once, `copies` times the same message; later attempts follow by themselves."""
        started = self._memory.clock.now()
        schedule = SCHEDULES[alert.network] if schedule_seconds is None else schedule_seconds
        delivery = Delivery(
            number=len(self.deliveries) + 1,
            network=alert.network,
            alert_id=alert.id,
            url=url,
            message=message,
            due=[started + timedelta(seconds=after) for after in schedule],
            timeout_seconds=timeout_seconds,
        )
        self.deliveries.append(delivery)
        await asyncio.gather(*(self._attempt(delivery) for _ in range(copies)))
        self._changed.set()
        return delivery

    async def redeliver_due(self) -> None:
        """Make every attempt whose time has come."""
        for delivery in list(self.deliveries):
            if self._is_over(delivery):
                delivery.due.clear()
            while delivery.due and delivery.due[0] <= self._memory.clock.now() and not delivery.delivered:
                delivery.due.pop(0)
                delivery.message = signed_anew(self._memory, delivery.message)
                await self._attempt(delivery)

    async def run(self) -> None:
        """Redeliver for as long as the stand-ins run."""
        while True:
            self._changed.clear()
            await self.redeliver_due()
            try:
                await asyncio.wait_for(self._changed.wait(), self._seconds_to_next())
            except TimeoutError:
                continue

    def clock_moved(self) -> None:
        """Look again at what is due."""
        self._changed.set()

    def forget(self) -> None:
        self.deliveries.clear()
        self._changed.set()

    def _is_over(self, delivery: Delivery) -> bool:
        if delivery.delivered:
            return True
        try:
            return self._memory.find(delivery.network, delivery.alert_id).final is not None
        except Refused:
            return False

    def _seconds_to_next(self) -> float | None:
        waiting = [delivery.due[0] for delivery in self.deliveries if delivery.due and not delivery.delivered]
        if not waiting:
            return None
        return max(0.0, (min(waiting) - self._memory.clock.now()).total_seconds())

    async def _attempt(self, delivery: Delivery) -> None:
        message, at = delivery.message, self._memory.clock.now()
        try:
            async with httpx.AsyncClient(timeout=delivery.timeout_seconds, trust_env=False) as client:
                answer = await client.post(delivery.url, content=message.body, headers=message.headers)
        except httpx.HTTPError as error:
            delivery.attempts.append(Try(at, None, "", f"{type(error).__name__}: {error}", delivered=False))
            return
        delivered = _is_taken(delivery.network, answer)
        delivery.attempts.append(Try(at, answer.status_code, answer.text, None, delivered))
        if delivered and delivery.network == chargebackhit.NETWORK:
            self._take_reply(delivery.alert_id, answer)

    def _take_reply(self, alert_id: str, answer: httpx.Response) -> None:
        """The body of a 200 to a Chargebackhit webhook is an outcome, when it carries one."""
        if b'"outcome"' not in answer.content:
            return
        try:
            chargebackhit.take_outcome(self._memory, alert_id, answer.content, channel="reply")
        except Refused as refusal:
            logger.info("reply to alert %s refused: %s", alert_id, refusal.message)


def _is_taken(network: str, answer: httpx.Response) -> bool:
    if network != "ethoca":
        return answer.is_success
    try:
        acknowledgement = answer.json()
    except ValueError:
        return False
    status = acknowledgement.get("status", "") if isinstance(acknowledgement, dict) else ""
    return answer.status_code == 200 and str(status).lower() == "success"
