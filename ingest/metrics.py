"""What the service counts, for Prometheus (https://prometheus.io/docs/practices/naming/)."""

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from store import StoredMessage
from store.inbox import Waiting

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """A registry of its own, so that several services may live in one process."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._messages = Counter(
            "chargebacks_ingest_messages",
            "Messages by receiver and what was answered.",
            ["receiver", "answer"],
            registry=registry,
        )
        self._deliveries = Counter(
            "chargebacks_ingest_deliveries",
            "Attempts to deliver accepted messages to cases.",
            ["kind", "result"],
            registry=registry,
        )
        self._lag = Histogram(
            "chargebacks_ingest_delivery_lag_seconds",
            "From acceptance to delivery.",
            buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200),
            registry=registry,
        )
        self._waiting = Gauge(
            "chargebacks_ingest_waiting_messages", "Accepted and not delivered yet.", registry=registry
        )
        self._failing = Gauge(
            "chargebacks_ingest_failing_messages",
            "Of those, delivered in vain at least once.",
            registry=registry,
        )
        self._oldest = Gauge(
            "chargebacks_ingest_oldest_waiting_seconds", "Age of the oldest of those.", registry=registry
        )

    def received(self, receiver: str, answer: str) -> None:
        self._messages.labels(receiver, answer).inc()

    def delivered(self, message: StoredMessage, result: str) -> None:
        self._deliveries.labels(message.kind.value, result).inc()
        if result == "delivered":
            self._lag.observe(max(0.0, (datetime.now(UTC) - message.received_at).total_seconds()))

    def expose(self, waiting: Waiting) -> bytes:
        """The text that a scrape gets."""
        age = (datetime.now(UTC) - waiting.oldest).total_seconds() if waiting.oldest else 0.0
        self._waiting.set(waiting.messages)
        self._failing.set(waiting.failing)
        self._oldest.set(max(0.0, age))
        return generate_latest(self._registry)
