"""The final answer to an alert, in neutral words."""

from enum import StrEnum

from chargebacks.money import Money
from chargebacks.values import Instant, Value


class OutcomeCode(StrEnum):
    """Neutral outcome codes. Each network's own words for them are in `vocabulary`."""

    REFUNDED = "refunded"
    REFUNDED_PARTIAL = "refunded_partial"
    ALREADY_REFUNDED = "already_refunded"
    DUPLICATE = "duplicate"
    NOT_FOUND = "not_found"
    PAYMENT_UNSUCCESSFUL = "payment_unsuccessful"
    NOT_SETTLED = "not_settled"
    """Authorised but never captured: the payment was cancelled instead of refunded."""
    ALREADY_DISPUTED = "already_disputed"
    DECLINED_BY_RULE = "declined_by_rule"
    DECLINED_3DS = "declined_3ds"
    FULFILLED_CANNOT_STOP = "fulfilled_cannot_stop"
    REFUND_FAILED = "refund_failed"
    ACKNOWLEDGED = "acknowledged"


class DecidedBy(StrEnum):
    RULE = "rule"
    PERSON = "person"
    SILENCE = "silence"


class Outcome(Value):
    """What is reported, once. `refunded` and `refunded_at` only where money really went back."""

    code: OutcomeCode
    decided_by: DecidedBy
    refunded: Money | None = None
    refunded_at: Instant | None = None
    refund_id: str | None = None
    refund_arn: str | None = None
    charge_id: str | None = None
    order_id: str | None = None
    """The merchant's own order id where the charge carries one."""
    duplicate_of: str | None = None
    """Provider alert id of the earlier alert for the same charge."""
    comment: str = ""
    """One plain sentence for the network's comment field; no personal data."""


class Acknowledgement(Value):
    """The source took the outcome."""

    provider_code: str
    """The word that was sent, such as `reversed` or `100.001`."""
    reference: str | None = None
    already_known: bool = False
    """The source says that it already holds a final outcome for this alert."""
    answer: str = ""
    """Its reply, shortened, without secrets."""


class OutcomeReport(Value):
    """How far the report of a case's one final outcome has come."""

    outcome: Outcome
    """As reserved before the first attempt; it never changes."""
    attempts: int = 0
    """Attempts counted before they were made: any of them may have reached the source."""
    acknowledgement: Acknowledgement | None = None
    acknowledged_at: Instant | None = None
