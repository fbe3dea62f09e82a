"""The hard rules on top of the score: which sets of identifiers suffice to act, and what forbids it.

A high score is a sum, and a sum can be made of small things. A charge is acted on without a person only when one of
the rungs below holds as well, and nothing known about the charge contradicts the alert.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from chargebacks.alerts import NetworkProduct
from chargebacks.amounts import AmountFit, amount_fit
from chargebacks.charges import ChargeSnapshot, ChargeStatus
from chargebacks.linkage import Agreement, Evidence, weigh
from chargebacks.scene import Scene

_ONE_PURCHASE = timedelta(days=1)
"""Attempts to pay for one thing follow each other within this time."""


class Rung(IntEnum):
    """The lower the number, the stronger the set of identifiers."""

    NAMED = 1
    """The alert names the charge or the merchant's order; card and amount confirm it."""
    NETWORK_ID = 2
    """Network transaction id and card."""
    AUTH_CODE = 3
    """Auth code, card and date."""
    CARD_AND_AMOUNT = 4
    """Card, exact amount and currency, date, and brand, BIN or descriptor."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One candidate, weighed and judged."""

    charge: ChargeSnapshot
    evidence: tuple[Evidence, ...]
    score: float
    """In bits, to two decimals: what is decided on is what is shown."""
    rung: Rung | None
    contradictions: tuple[str, ...]
    """Why nobody may act on this one alone, in words."""
    fit: AmountFit
    impossible: bool
    """It cannot be the charge that is meant: no rival to anybody."""

    def weight_of(self, key: str) -> float:
        return next((evidence.weight for evidence in self.evidence if evidence.key == key), 0.0)


class _Reading:
    """Evidence by key, for rules that read like sentences."""

    def __init__(self, scene: Scene, charge: ChargeSnapshot, evidence: tuple[Evidence, ...]) -> None:
        self._agreement = {found.key: found.agreement for found in evidence}
        self.fit = amount_fit(scene.alert, charge, near_percent=scene.rules.cross_currency_tolerance_percent)
        self.from_stripe = scene.alert.product is NetworkProduct.EFW
        self.by_wallet = charge.wallet is not None or charge.dynamic_last4 is not None
        self.after_alert = charge.created > scene.latest_sale
        self.in_date = scene.span is not None and scene.span.distance(charge.created) <= timedelta(
            days=scene.rules.date_tolerance_days
        )

    def agrees(self, key: str) -> bool:
        return self._agreement.get(key) is Agreement.AGREES

    def differs(self, key: str) -> bool:
        return self._agreement.get(key) is Agreement.DIFFERS

    @property
    def card_fits(self) -> bool:
        """The same last four digits; where they cannot be compared, the exact amount stands in for them."""
        if self.agrees("last4"):
            return True
        incomparable = self.by_wallet or not self.differs("last4")
        return incomparable and self.fit is AmountFit.EXACT


def contend(scene: Scene, charge: ChargeSnapshot) -> Contender:
    evidence = weigh(scene, charge)
    reading = _Reading(scene, charge, evidence)
    return Contender(
        charge=charge,
        evidence=evidence,
        score=round(sum(found.weight for found in evidence), 2),
        rung=_rung(reading),
        contradictions=_contradictions(reading),
        fit=reading.fit,
        impossible=reading.after_alert or reading.fit is AmountFit.TOO_MUCH,
    )


def _rung(reading: _Reading) -> Rung | None:
    named_by_stripe = reading.from_stripe and reading.agrees("stripe_id")
    named = reading.agrees("stripe_id") or reading.agrees("order_id")
    if named_by_stripe or (named and reading.card_fits):
        return Rung.NAMED
    if reading.agrees("network_transaction_id") and reading.card_fits:
        return Rung.NETWORK_ID
    if reading.agrees("auth_code") and reading.card_fits and reading.in_date:
        return Rung.AUTH_CODE
    told_apart = reading.agrees("brand") or reading.agrees("bin") or reading.agrees("descriptor")
    if reading.agrees("last4") and reading.fit is AmountFit.EXACT and reading.in_date and told_apart:
        return Rung.CARD_AND_AMOUNT
    return None


def _contradictions(reading: _Reading) -> tuple[str, ...]:
    rules = (
        (reading.differs("stripe_id"), "the alert names another charge"),
        (reading.differs("network_transaction_id"), "the network transaction id is another one"),
        (reading.differs("auth_code"), "the auth code is another one"),
        (reading.differs("last4") and not reading.by_wallet, "the card number ends in other digits"),
        (reading.after_alert, "it was made after the alert"),
        (reading.fit is AmountFit.TOO_MUCH, "the alert is about more money than the charge"),
        (reading.fit is AmountFit.OTHER_CURRENCY, "the charge is not known in the alert's currency"),
        (reading.fit is AmountFit.NEAR, "the amounts are only near each other, in different currencies"),
    )
    return tuple(words for holds, words in rules if holds)


def is_failed_attempt(contender: Contender, others: tuple[Contender, ...]) -> bool:
    """A failed payment of a purchase that another candidate has paid. The paid one is meant, unless an identifier that
    it does not share names the failed one."""
    if contender.charge.status is not ChargeStatus.FAILED:
        return False
    return any(
        other.charge.status is not ChargeStatus.FAILED
        and _one_purchase(contender.charge, other.charge)
        and not _named_better(contender, other)
        for other in others
    )


def _named_better(contender: Contender, other: Contender) -> bool:
    if contender.rung is None or contender.rung is Rung.CARD_AND_AMOUNT:
        return False
    return other.rung is None or contender.rung < other.rung


def _one_purchase(one: ChargeSnapshot, other: ChargeSnapshot) -> bool:
    if one.payment_intent is not None and one.payment_intent == other.payment_intent:
        return True
    same_card = one.last4 is not None and one.last4 == other.last4 and one.fingerprint == other.fingerprint
    return same_card and one.amount == other.amount and abs(one.created - other.created) <= _ONE_PURCHASE
