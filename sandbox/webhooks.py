"""Deliveries of events to webhook endpoints: which are expected, which are due, which have arrived.

Stripe repeats what was not answered with a 2xx for up to three days in live mode and three times over a few hours
in a sandbox, promises no order, and may deliver an event twice. https://docs.stripe.com/webhooks
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any


@dataclass(kw_only=True)
class WebhookSettings:
    """How deliveries behave; durations in seconds, of sandbox time except for `timeout`.

    `retry_after` is the waiting time after each failed attempt; Stripe publishes no intervals.
    """

    duplicate: bool = False
    reorder: bool = False
    delay: int = 0
    retry_after: tuple[int, ...] = (600, 3600, 10_800)
    timeout: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One POST; `status` is None and `error` says why when no answer came."""

    at: int
    status: int | None
    error: str | None

    @property
    def taken(self) -> bool:
        """Redirects count as refusals."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(kw_only=True)
class Delivery:
    """One event on its way to one endpoint; `due` None means that nothing more will be tried."""

    number: int
    account: str
    event: str
    type: str
    endpoint: str
    due: int | None
    failures: int = 0
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def status(self) -> str:
        if any(attempt.taken for attempt in self.attempts):
            return "succeeded"
        return "failed" if self.due is None else "pending"

    def listed(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "account": self.account,
            "event": self.event,
            "type": self.type,
            "endpoint": self.endpoint,
            "status": self.status,
            "attempts": [
                {"at": attempt.at, "status": attempt.status, "error": attempt.error}
                for attempt in self.attempts
            ],
            "next_at": self.due,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What an endpoint's object does not show: whose it is, its secret, whether it hears connected accounts."""

    account: str
    secret: str
    connect: bool


class Webhooks:
    """Every delivery of this sandbox, its settings, and the registrations of endpoints by their ids."""

    def __init__(self) -> None:
        self.settings = WebhookSettings()
        self.registered: dict[str, Registration] = {}
        self._deliveries: list[Delivery] = []
        self._of_event: dict[str, list[Delivery]] = {}
        self._waiting: dict[str, list[tuple[int, int, Delivery]]] = {}

    def expect(self, *, account: str, event: str, type: str, endpoint: str, now: int) -> Delivery:
        """Put an event on its way to an endpoint."""
        delivery = Delivery(
            number=len(self._deliveries) + 1,
            account=account,
            event=event,
            type=type,
            endpoint=endpoint,
            due=now + self.settings.delay,
        )
        self._deliveries.append(delivery)
        self._of_event.setdefault(event, []).append(delivery)
        self._wait(delivery)
        return delivery

    def endpoints_with_due(self, now: int) -> set[str]:
        return {endpoint for endpoint, heap in self._waiting.items() if heap and heap[0][0] <= now}

    def take_due(self, endpoint: str, now: int) -> Delivery | None:
        """The oldest delivery whose time has come; the newest while deliveries are to be reordered."""
        heap = self._waiting.get(endpoint, [])
        due: list[Delivery] = []
        while heap and heap[0][0] <= now and (self.settings.reorder or not due):
            due.append(heappop(heap)[2])
        due.sort(key=lambda one: one.number)
        for put_back in due[:-1]:
            self._wait(put_back)
        return due[-1] if due else None

    def tried(self, delivery: Delivery, attempts: Sequence[Attempt]) -> None:
        """Note attempts made at once; an answer ends the delivery, a refusal sets its next time or gives up."""
        delivery.attempts.extend(attempts)
        delivery.failures += 1
        waits = self.settings.retry_after
        if delivery.status == "succeeded" or delivery.failures > len(waits):
            delivery.due = None
            return
        delivery.due = attempts[-1].at + waits[delivery.failures - 1]
        self._wait(delivery)

    def pending(self, event: str) -> int:
        """How many endpoints an event has not reached."""
        reached = {one.endpoint for one in self._of_event.get(event, ()) if one.status == "succeeded"}
        return len({one.endpoint for one in self._of_event.get(event, ())} - reached)

    def read(self, *, endpoint: str | None, event: str | None, type: str | None) -> Iterator[Delivery]:
        """Deliveries in the order in which they were expected."""
        for one in self._deliveries:
            if endpoint in (None, one.endpoint) and event in (None, one.event) and type in (None, one.type):
                yield one

    def _wait(self, delivery: Delivery) -> None:
        if delivery.due is not None:
            heap = self._waiting.setdefault(delivery.endpoint, [])
            heappush(heap, (delivery.due, delivery.number, delivery))
