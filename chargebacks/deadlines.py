"""Until when an alert must be answered, and where that is written.

The clock starts when the alert was raised, not when it arrived. Where that time is imprecise it is read as the
earliest instant it may have been, so that no time zone makes an answer late.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from chargebacks.alerts import Alert, AlertKind, NetworkProduct, TimePrecision
from chargebacks.clocks import possible_span
from chargebacks.decisions import ResponseTimes
from chargebacks.values import Instant, Value


class Window(Value):
    """The response window of one alert. Instants are UTC. Informative alerts have no `respond_by`."""

    opened_at: Instant
    respond_by: Instant | None
    aim_at: Instant | None
    """Internal target: searching ends here and a person is asked."""
    attention_at: Instant | None
    last_safe_at: Instant | None
    """The last-resort answer goes out here."""
    source: str
    """URL or document the length comes from."""
    precision: TimePrecision


class _Length(NamedTuple):
    time: timedelta
    source: str


_ETHOCA = _Length(
    timedelta(hours=24), "https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/"
)
_CDRN = _Length(timedelta(hours=72), "https://docs.payshield.ai/txalerts-dispute-alerts/")
_RESELLER = _Length(timedelta(hours=48), "https://github.com/ChargeblastLLC/api-docs")
"""Versions of its documentation say 72 and 48 hours until an alert is declined by itself: the shorter one is safe."""
_CHARGEBACKHIT = "https://doc.chargebackhit.com/integrate/manage-alerts"

_BY_PROVIDER = {
    ("chargebackhit", NetworkProduct.ETHOCA): _Length(_ETHOCA.time, _CHARGEBACKHIT),
    ("chargebackhit", NetworkProduct.CDRN): _Length(_CDRN.time, _CHARGEBACKHIT),
    ("chargeblast", NetworkProduct.CDRN): _RESELLER,
}
_BY_PRODUCT = {
    NetworkProduct.ETHOCA: _ETHOCA,
    NetworkProduct.CDRN: _CDRN,
    NetworkProduct.AMEX: _RESELLER,
    NetworkProduct.DISCOVER: _RESELLER,
    NetworkProduct.JCB: _RESELLER,
    NetworkProduct.PAYPAL: _Length(timedelta(hours=20), "reported by resellers; PayPal publishes no length"),
}
_SHORTEST = _Length(
    timedelta(hours=24), f"length unknown: the shortest window of a card network is assumed, {_ETHOCA.source}"
)

_NEEDS_ANSWER = frozenset({AlertKind.REFUND_REQUEST, AlertKind.CANCEL_ONLY, AlertKind.UNKNOWN})

_GRACE = timedelta(hours=2)
"""For an alert that is late on arrival only by the strictest reading of an imprecise time."""

_TIME_LEFT_FOR_PRIORITY = (
    (timedelta(hours=1), 1),
    (timedelta(hours=4), 2),
    (timedelta(hours=12), 3),
    (timedelta(hours=36), 4),
)
_LEAST_URGENT = 5


def window_of(alert: Alert, times: ResponseTimes) -> Window:
    """The window of an alert: by product and provider, or the source's own deadline where that is earlier."""
    opened_at = possible_span(alert.alerted_at, alert.alerted_at_precision).earliest
    if alert.kind not in _NEEDS_ANSWER:
        return Window(
            opened_at=opened_at,
            respond_by=None,
            aim_at=None,
            attention_at=None,
            last_safe_at=None,
            source=f"{alert.kind}: the source sets no time for an answer",
            precision=alert.alerted_at_precision,
        )
    length = _length_of(alert)
    respond_by, source = _derived_deadline(alert, opened_at, length), length.source
    stated = alert.respond_by
    if stated is not None and stated > opened_at and (stated <= respond_by or length is _SHORTEST):
        respond_by, source = stated, f"stated by {alert.source}"
    return _window(alert, times, opened_at=opened_at, respond_by=respond_by, source=source)


def priority_of(now: datetime, window: Window) -> int:
    """Task priority from the time left: 1 is the most urgent, 5 the least (Temporal's `Priority.priority_key`)."""
    if window.last_safe_at is None:
        return _LEAST_URGENT
    left = window.last_safe_at - now
    return next((priority for limit, priority in _TIME_LEFT_FOR_PRIORITY if left <= limit), _LEAST_URGENT)


def _length_of(alert: Alert) -> _Length:
    special = _BY_PROVIDER.get((alert.provider, alert.product))
    return special or _BY_PRODUCT.get(alert.product, _SHORTEST)


def _derived_deadline(alert: Alert, opened_at: datetime, length: _Length) -> datetime:
    """The strictest reading, unless it is over on arrival while another reading still leaves time."""
    strictest = opened_at + length.time
    latest = possible_span(alert.alerted_at, alert.alerted_at_precision).latest + length.time
    if strictest > alert.received_at or latest <= alert.received_at:
        return strictest
    return min(alert.received_at + _GRACE, latest)


def _window(
    alert: Alert, times: ResponseTimes, *, opened_at: datetime, respond_by: datetime, source: str
) -> Window:
    length = respond_by - opened_at
    last_safe_at = max(respond_by - timedelta(minutes=times.last_margin_minutes), opened_at)
    attention_at = min(opened_at + length * times.attention_percent / 100, last_safe_at)
    return Window(
        opened_at=opened_at,
        respond_by=respond_by,
        aim_at=min(opened_at + length * times.aim_percent / 100, attention_at),
        attention_at=attention_at,
        last_safe_at=last_safe_at,
        source=source,
        precision=alert.alerted_at_precision,
    )
