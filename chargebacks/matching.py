"""Which charge an alert is about: probabilistic record linkage with an explanation."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chargebacks.charges import ChargeSnapshot
from chargebacks.money import Money
from chargebacks.values import Instant, Value


class MatchRules(Value):
    """Thresholds of matching. Weights are in bits (log2 of the likelihood ratio)."""

    accept_score: float = 20.0
    """A charge below this is never acted on without a person."""
    review_score: float = 8.0
    """A candidate below this is not worth a person's time."""
    clear_margin: float = 10.0
    """The winner must lead the runner-up by this much."""
    date_tolerance_days: Annotated[int, Field(ge=0, le=14)] = 2
    cross_currency_tolerance_percent: Annotated[int, Field(ge=0, le=10)] = 2


class MatchVerdict(StrEnum):
    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"


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


class RankedCandidate(Value):
    """One charge that may be meant, for a person to compare."""

    charge_id: str
    amount: Money
    created: Instant
    last4: str | None = None
    brand: str | None = None
    descriptor: str | None = None
    customer: str | None = None
    refunded_minor: int = 0
    score: float
    evidence: tuple[KeyEvidence, ...]


class Commonness(Value):
    """How common the alert's values are at this merchant within the date window; counts may be capped."""

    window_charges: int = 0
    """Charges of the account in the window (capped)."""
    same_amount: int = 0
    """Of those, charges of the alert's amount and currency (capped)."""
    capped_at: int = 2000


class Candidates(Value):
    """What the index or Stripe offered for an alert. `complete` is False when a list was cut short."""

    charges: tuple[ChargeSnapshot, ...] = ()
    commonness: Commonness = Commonness()
    complete: bool = True


class Match(Value):
    """The verdict with everything that led to it. `charge` is set only when `verdict` is MATCHED."""

    verdict: MatchVerdict
    charge: ChargeSnapshot | None = None
    candidates: tuple[RankedCandidate, ...] = ()
    """Best first, at most five."""
    missing: tuple[str, ...] = ()
    """Identifiers the alert did not carry."""
    explanation: str
    """Sentences for the analyst: why this one, why not the runner-up, what would have settled it."""
