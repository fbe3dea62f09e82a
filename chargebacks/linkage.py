"""What each identifier of an alert says about one charge, in bits.

Fellegi and Sunter's model of record linkage (https://doi.org/10.1080/01621459.1969.10501049): an identifier that
agrees adds log2(m / u), one that disagrees adds log2((1 - m) / (1 - u)), a missing one adds nothing. m is how often
it agrees when the charge is the one meant, u how often it agrees by chance. The figures are our judgement, tuned with
`benchmarks/matching_quality.py`.
"""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from math import log2
from typing import NamedTuple

from chargebacks import identifiers
from chargebacks.amounts import AmountFit, amount_fit, is_partial_dispute
from chargebacks.charges import ChargeSnapshot, ChargeStatus
from chargebacks.scene import Scene
from chargebacks.values import Value
from chargebacks.wording import in_words


class Agreement(StrEnum):
    AGREES = "agrees"
    NEAR = "near"
    DIFFERS = "differs"
    MISSING = "missing"


class KeyEvidence(Value):
    """What one identifier says about one candidate."""

    key: str
    agreement: Agreement
    weight: float
    note: str = ""


class Evidence(NamedTuple):
    """As `KeyEvidence`, for the inside of the calculation."""

    key: str
    agreement: Agreement
    weight: float
    note: str = ""


def weigh(scene: Scene, charge: ChargeSnapshot) -> tuple[Evidence, ...]:
    """One entry per identifier that the alert carries, and what the merchant's volume and the charge's state say."""
    found = (look(scene, charge) for look in _LOOKS)
    return tuple(evidence for evidence in found if evidence is not None)


class _Weights(NamedTuple):
    agrees: float
    differs: float


def _model(*, m: float, u: float) -> _Weights:
    return _Weights(agrees=log2(m / u), differs=log2((1 - m) / (1 - u)))


_STRIPE_ID = _model(m=0.999, u=1e-12)
_ORDER_ID = _model(m=0.9, u=1e-8)
_NETWORK_ID = _model(m=0.97, u=1e-9)
_AUTH_CODE = _model(m=0.97, u=2e-6)
"""Six characters, mostly digits, not evenly used."""
_LAST4 = _model(m=0.99, u=1e-4)
_WALLET_LAST4 = _model(m=0.6, u=2e-4)
"""Two numbers are tried, and the alert may carry a third one, of another device."""
_BIN = _model(m=0.98, u=0.02)
_BRAND = _model(m=0.98, u=0.5)
_DESCRIPTOR = _model(m=0.9, u=0.6)
_THREE_D_SECURE = _model(m=0.8, u=0.6)

_SALE_AMOUNT_M = 0.9
_AMOUNT_WEIGHTS = {
    AmountFit.REMAINING: 0.0,
    AmountFit.PART: -3.0,
    AmountFit.NEAR: -2.0,
    AmountFit.OTHER_CURRENCY: -4.0,
    AmountFit.TOO_MUCH: -8.0,
}
_AMOUNT_NOTES = {
    AmountFit.EXACT: "",
    AmountFit.REMAINING: "equals what is left after refunds",
    AmountFit.PART: "less than the charge: perhaps a partial dispute",
    AmountFit.NEAR: "near in another currency",
    AmountFit.OTHER_CURRENCY: "in a currency in which this charge is not known",
    AmountFit.TOO_MUCH: "more than the charge",
}

_TIME_BANDS = (
    (timedelta(minutes=1), 11.0),
    (timedelta(minutes=10), 6.3),
    (timedelta(hours=2), 0.7),
    (timedelta(hours=14), -1.2),
)
"""For exact times, against a window of five days: 60 % agree to the minute, 20 % within ten minutes."""
_SPAN_M = 0.93
_WINDOW = timedelta(days=5)
_WITHIN_TOLERANCE = -3.5
_BEYOND_TOLERANCE = -12.0
_AFTER_ALERT = -20.0

_FAILED = -4.0
"""About one alert in twenty is about a failed payment
(https://chargeblast.helpjuice.com/en_US/faqs/i-received-a-faulty-alert-what-can-i-do)."""

_QUIET = 64
"""A merchant with at most this many look-alikes in the window needs no discount."""


def _compare(key: str, same: bool | None, weights: _Weights, note: str = "") -> Evidence:
    if same is None:
        return Evidence(key, Agreement.MISSING, 0.0, note)
    if same:
        return Evidence(key, Agreement.AGREES, weights.agrees, note)
    return Evidence(key, Agreement.DIFFERS, weights.differs, note)


def _stripe_id(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    named = scene.alert.transaction.stripe_id
    if named is None:
        return None
    return _compare("stripe_id", named in (charge.id, charge.payment_intent), _STRIPE_ID)


def _order_id(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    if scene.order_id is None:
        return None
    known = {identifiers.order_id(text) for text in (*charge.order_ids, charge.id, charge.payment_intent)}
    return _compare("order_id", scene.order_id in known or (False if charge.order_ids else None), _ORDER_ID)


def _network_id(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    if scene.network_id is None:
        return None
    known = identifiers.network_id(charge.network_transaction_id)
    same = None if known is None else identifiers.same_network_id(scene.network_id, known)
    note = "ids of different kinds" if known is not None and same is None else ""
    return _compare("network_transaction_id", same, _NETWORK_ID, note)


def _auth_code(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    if scene.auth_code is None:
        return None
    known = identifiers.auth_code(charge.auth_code)
    return _compare("auth_code", None if known is None else scene.auth_code == known, _AUTH_CODE)


def _last4(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    if scene.last4 is None:
        return None
    card, device = identifiers.last4(charge.last4), identifiers.last4(charge.dynamic_last4)
    if charge.wallet is None and device is None:
        return _compare("last4", None if card is None else scene.last4 == card, _LAST4)
    if scene.last4 == device and scene.last4 != card:
        return _compare("last4", True, _WALLET_LAST4, "the wallet's device number")
    note = "" if scene.last4 == card else "paid by wallet: the alert may carry another device's number"
    return _compare("last4", scene.last4 == card, _WALLET_LAST4, note)


def _bin(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    given = scene.alert.transaction.bin
    if given is None or charge.bin is None:
        return None
    return _compare("bin", identifiers.same_bin(given, charge.bin), _BIN)


def _brand(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    if scene.brand is None:
        return None
    known = {identifiers.brand(text) for text in (charge.brand, charge.network) if text}
    return _compare("brand", scene.brand in known if known else None, _BRAND)


def _amount(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    fit = amount_fit(scene.alert, charge, near_percent=scene.rules.cross_currency_tolerance_percent)
    if fit is AmountFit.UNKNOWN:
        return None
    if fit is AmountFit.EXACT:
        weight = max(log2(_SALE_AMOUNT_M * max(scene.crowd, _QUIET) / scene.alike), 0.0)
        note = "a part of the sale is disputed" if is_partial_dispute(scene.alert) else ""
        return Evidence("amount", Agreement.AGREES, weight, note)
    near = fit in (AmountFit.REMAINING, AmountFit.PART, AmountFit.NEAR)
    agreement = Agreement.NEAR if near else Agreement.DIFFERS
    return Evidence("amount", agreement, _AMOUNT_WEIGHTS[fit], _AMOUNT_NOTES[fit])


def _date(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    if charge.created > scene.latest_sale:
        return Evidence("date", Agreement.DIFFERS, _AFTER_ALERT, "made after the alert")
    if scene.span is None:
        return None
    away = scene.span.distance(charge.created)
    width = scene.span.latest - scene.span.earliest
    note = f"{in_words(away)} apart" if away or not width else ""
    if away > timedelta(days=scene.rules.date_tolerance_days):
        return Evidence("date", Agreement.DIFFERS, _BEYOND_TOLERANCE, note)
    if width:
        weight = _WITHIN_TOLERANCE if away else log2(_SPAN_M / (width / _WINDOW))
    else:
        weight = next((bits for limit, bits in _TIME_BANDS if away <= limit), _WITHIN_TOLERANCE)
    return Evidence("date", Agreement.AGREES if weight > 0 else Agreement.NEAR, weight, note)


def _descriptor(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    given = scene.alert.transaction.descriptor
    if given is None:
        return None
    return _compare("descriptor", identifiers.same_descriptor(given, charge.descriptor), _DESCRIPTOR)


def _three_d_secure(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    given = scene.alert.transaction.is_3ds
    if given is None or charge.three_d_secure is None:
        return None
    return _compare("three_d_secure", given == charge.three_d_secure, _THREE_D_SECURE)


def _status(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    if charge.status is not ChargeStatus.FAILED:
        return None
    return Evidence("status", Agreement.NEAR, _FAILED, "the payment failed")


def _volume(scene: Scene, charge: ChargeSnapshot) -> Evidence | None:
    """The busier the merchant, the more charges look alike by chance."""
    if scene.crowd <= _QUIET:
        return None
    return Evidence("volume", Agreement.NEAR, -log2(scene.crowd / _QUIET), "a busy merchant")


_LOOKS: tuple[Callable[[Scene, ChargeSnapshot], Evidence | None], ...] = (
    _stripe_id,
    _order_id,
    _network_id,
    _auth_code,
    _last4,
    _bin,
    _brand,
    _amount,
    _date,
    _descriptor,
    _three_d_secure,
    _status,
    _volume,
)
