"""What the networks know: alerts, what they were told about them, credentials, settings and the clock."""

import heapq
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.networks.credentials import Credentials, EthocaKeys

JsonObject = dict[str, Any]

NETWORKS = ("chargebackhit", "ethoca", "reseller", "chargeblast")


class Refused(Exception):
    """An outcome, or a whole call, that a network does not take; each network words it in its own shape."""

    def __init__(
        self, *, status: int, code: str, message: str, constraints: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.constraints = constraints or {}


@dataclass
class Clock:
    """Real time plus an offset in seconds that only the control plane moves."""

    offset_seconds: float = 0.0

    def now(self) -> datetime:
        return self.real() + timedelta(seconds=self.offset_seconds)

    @staticmethod
    def real() -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One outcome a network was told, accepted or not. `body` is the parsed JSON, `raw` the bytes as text."""

    number: int
    network: str
    alert_id: str | None
    channel: str
    outcome: str | None
    body: Any
    raw: str
    accepted: bool
    reason: str | None
    status: int
    final: bool
    repeat: bool
    late: bool | None
    at: datetime


@dataclass(kw_only=True)
class Alert:
    """An alert as its network knows it. `window` is the time to answer; `expires` says it closes by itself then."""

    network: str
    id: str
    type: str
    product: str
    amount: Decimal | None = None
    currency: str | None = None
    alert_at: datetime
    window: timedelta | None = None
    expires: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pullable: bool = False
    acknowledged: bool = False
    parked: Attempt | None = None
    final: Attempt | None = None

    @property
    def answer_by(self) -> datetime | None:
        return None if self.window is None else self.alert_at + self.window

    @property
    def state(self) -> str:
        if self.final is not None:
            return "final"
        return "parked" if self.parked is not None else "open"


@dataclass
class Settings:
    """How a network behaves where its documentation is silent or contradicts itself."""

    repeat: dict[str, str] = field(default_factory=lambda: dict.fromkeys(NETWORKS, "reject"))
    amount_minimum: Decimal = Decimal(0)


class Memory:
    """Everything the stand-ins remember, with the rules that all networks share: one final outcome per alert."""

    def __init__(self, keys: EthocaKeys) -> None:
        self._keys = keys
        self.reset()

    def reset(self) -> None:
        """Back to the state at start; only the Ethoca key pair stays."""
        self.clock = Clock()
        self.settings = Settings()
        self.credentials = Credentials.default(self._keys)
        self.attempts: list[Attempt] = []
        self.requests: deque[JsonObject] = deque(maxlen=20_000)
        self._alerts: dict[tuple[str, str], Alert] = {}
        self._expiring: list[tuple[datetime, str, str]] = []
        self._told = 0

    def register(self, alert: Alert) -> None:
        """Make an alert known; the same id again replaces what was known."""
        self._alerts[alert.network, alert.id] = alert
        if alert.expires and alert.answer_by is not None:
            heapq.heappush(self._expiring, (alert.answer_by, alert.network, alert.id))

    def find(self, network: str, alert_id: str) -> Alert:
        """The alert, or `Refused` 404."""
        alert = self._alerts.get((network, alert_id))
        if alert is None:
            raise Refused(status=404, code="not_found", message=f"no alert {alert_id}")
        return alert

    def alerts(self, network: str | None = None) -> Iterator[Alert]:
        return (alert for alert in self._alerts.values() if network in (None, alert.network))

    def due_for_expiry(self) -> Iterator[Alert]:
        """Alerts whose window has passed without a final answer, each handed out once."""
        while self._expiring and self._expiring[0][0] <= self.clock.now():
            answer_by, network, alert_id = heapq.heappop(self._expiring)
            alert = self._alerts.get((network, alert_id))
            if alert is not None and alert.final is None and alert.answer_by == answer_by:
                yield alert

    def accept(
        self,
        alert: Alert,
        *,
        outcome: str,
        body: Any,
        raw: str,
        final: bool,
        channel: str = "api",
        at: datetime | None = None,
    ) -> Attempt:
        """Record an outcome that is in order. Raises `Refused` 409 when the alert is closed already."""
        at = at or self.clock.now()
        closed = alert.final
        repeat = closed is not None and closed.outcome == outcome and closed.body == body
        if closed is not None and not (repeat and self.settings.repeat[alert.network] == "accept"):
            message = f"alert {alert.id} is closed with {closed.outcome}"
            raise Refused(status=409, code="outcome_already_final", message=message)
        attempt = self._note(
            network=alert.network,
            alert_id=alert.id,
            channel=channel,
            outcome=outcome,
            body=body,
            raw=raw,
            accepted=True,
            reason=None,
            status=200,
            final=final and not repeat,
            repeat=repeat,
            late=_late(alert, at),
            at=at,
        )
        if attempt.final:
            alert.final = attempt
        return attempt

    def refuse(
        self,
        *,
        network: str,
        alert_id: str | None,
        body: Any,
        raw: str,
        refusal: Refused,
        outcome: str | None = None,
        channel: str = "api",
    ) -> Attempt:
        """Record an outcome that was not taken, and why."""
        alert, at = self._alerts.get((network, alert_id or "")), self.clock.now()
        details = "; ".join(f"{name}: {text}" for name, text in refusal.constraints.items())
        return self._note(
            network=network,
            alert_id=alert_id,
            channel=channel,
            outcome=outcome,
            body=body,
            raw=raw,
            accepted=False,
            reason=f"{refusal.code}: {details or refusal.message}",
            status=refusal.status,
            final=False,
            repeat=False,
            late=None if alert is None else _late(alert, at),
            at=at,
        )

    def _note(self, **attempt: Any) -> Attempt:
        self._told += 1
        noted = Attempt(number=self._told, **attempt)
        self.attempts.append(noted)
        return noted


def _late(alert: Alert, at: datetime) -> bool | None:
    return None if alert.answer_by is None else at > alert.answer_by


def parse_json(raw: bytes) -> JsonObject:
    """A JSON object with exact decimals, or `Refused` 400."""
    try:
        parsed = json.loads(raw, parse_float=Decimal)
    except ValueError as error:
        raise Refused(status=400, code="validation_error", message="the body is not JSON") from error
    if not isinstance(parsed, dict):
        raise Refused(status=400, code="validation_error", message="the body is not a JSON object")
    return parsed


def plain(value: Any) -> Any:
    """The JSON form of a value with decimals and times; 15 digits survive the way through a float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
