"""A Stripe dispute as a value of ours at one moment, and what its words mean to us.

https://docs.stripe.com/api/disputes/object (version 2026-10-28.endive). Words of Stripe's enumerations stay plain
strings: new ones may arrive at any time and must never break a case that is followed for months.
"""

import hashlib
from datetime import timedelta
from enum import StrEnum
from typing import Any

from chargebacks.charges import MinorUnits
from chargebacks.money import Currency, Money
from chargebacks.values import Instant, Value


class DisputeStatus(StrEnum):
    """Stripe's ten statuses (https://docs.stripe.com/api/disputes/object#dispute_object-status)."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"
    APPEAL_NEEDS_RESPONSE = "appeal_needs_response"
    APPEAL_UNDER_REVIEW = "appeal_under_review"


class Stage(StrEnum):
    """What a dispute is to us.

    INQUIRY: the issuer asks; no money has moved, and the charge can still be refunded. COMPLIANCE: contesting costs
    a network fee. PREVENTED: settled by the network before it became a chargeback: never refund it, never fight it.
    APPEAL: the second round after a loss.
    """

    INQUIRY = "inquiry"
    CHARGEBACK = "chargeback"
    COMPLIANCE = "compliance"
    PREVENTED = "prevented"
    APPEAL = "appeal"


class SubmissionMethod(StrEnum):
    """Who is to file: https://docs.stripe.com/api/disputes/update#update_dispute-intended_submission_method"""

    MANUAL = "manual"
    PREFER_MANUAL = "prefer_manual"
    PREFER_SMART_DISPUTES = "prefer_smart_disputes"
    SMART_DISPUTES = "smart_disputes"


class BalanceMovement(Value):
    """One balance transaction of a dispute. Signed minor units of the settlement currency; `net` is amount less fee
    (https://docs.stripe.com/api/balance_transactions/object)."""

    amount_minor: int
    fee_minor: int
    net_minor: int
    currency: Currency
    created: Instant


CE3 = "visa_compelling_evidence_3"
_CLOCKS_APART = timedelta(minutes=5)
"""How far Stripe's clock and ours may be apart, at most: what Stripe's webhook signatures are allowed, too
(https://docs.stripe.com/webhooks#replay-attacks)."""
_AWAITS = (
    DisputeStatus.WARNING_NEEDS_RESPONSE,
    DisputeStatus.NEEDS_RESPONSE,
    DisputeStatus.APPEAL_NEEDS_RESPONSE,
)
_UNDER_REVIEW = (
    DisputeStatus.WARNING_UNDER_REVIEW,
    DisputeStatus.UNDER_REVIEW,
    DisputeStatus.APPEAL_UNDER_REVIEW,
)
_DECIDED = (
    DisputeStatus.WON,
    DisputeStatus.LOST,
    DisputeStatus.WARNING_CLOSED,
    DisputeStatus.PREVENTED,
)


class Dispute(Value):
    """One dispute as read from Stripe. Holds no personal data: it may stand in histories and logs."""

    id: str
    status: str
    """A `DisputeStatus`, or a newer word of Stripe's."""
    reason: str
    """One of Stripe's 15 words (`fraudulent`, `product_not_received` …), or a newer one."""
    amount: Money
    charge_id: str
    payment_intent: str | None = None
    created: Instant
    livemode: bool
    method: str = "card"
    """Payment method type: card, klarna, paypal, amazon_pay …"""
    network: str | None = None
    """visa, mastercard, amex, discover …; None for other methods."""
    network_reason_code: str | None = None
    case_type: str | None = None
    """Cards only: block, chargeback, compliance, inquiry, resolution."""
    network_settled: bool = False
    """Settled outside: status `prevented`, case type resolution or block, or an RDR mark."""
    is_charge_refundable: bool = False
    due_by: Instant | None = None
    """The end of the time to answer; None where no answer is possible (Stripe's null or 0)."""
    past_due: bool = False
    has_evidence: bool = False
    """Something is staged."""
    submission_count: int = 0
    submission_method: str | None = None
    """Who filed: manual, smart_disputes, not_submitted; of the original round even after an appeal."""
    intended_submission_method: str | None = None
    """A `SubmissionMethod`; None where the account has no Smart Disputes."""
    enhanced_types: tuple[str, ...] = ()
    """Special regimes open to this dispute now; may change after it was created."""
    ce3_status: str | None = None
    """not_qualified, qualified or requires_action, where Visa's CE 3.0 is open."""
    ce3_required_actions: tuple[str, ...] = ()
    staged: dict[str, str] = {}
    """Non-empty evidence fields: file fields with their file id, text fields with their `text_mark`. Whoever filled
    them, Stripe's own pre-filling included."""
    movements: tuple[BalanceMovement, ...] = ()
    fees_beside_minor: int = 0
    """Fees that were booked for the dispute apart from `movements` (countering, compliance), less what was returned;
    read once the dispute is decided. Minor units of the movements' currency."""
    metadata: dict[str, str] = {}
    as_of: Instant

    @property
    def stage(self) -> Stage:
        if self.network_settled or self.status == DisputeStatus.PREVENTED:
            return Stage.PREVENTED
        if self.status.startswith("appeal_"):
            return Stage.APPEAL
        if self.is_compliance:
            return Stage.COMPLIANCE
        return Stage.INQUIRY if self.status.startswith("warning_") else Stage.CHARGEBACK

    @property
    def is_compliance(self) -> bool:
        """https://docs.stripe.com/disputes/api/visa-compliance: contesting costs 500 USD."""
        named = any(kind.endswith("_compliance") for kind in self.enhanced_types)
        return named or self.case_type == "compliance" or self.reason == "noncompliant"

    @property
    def awaits_answer(self) -> bool:
        """Whether Stripe takes evidence now. An unknown status takes none, and what the network has settled is never
        touched, whatever its status says."""
        return self.status in _AWAITS and not self.network_settled

    @property
    def under_review(self) -> bool:
        return self.status in _UNDER_REVIEW

    @property
    def decided(self) -> bool:
        """Won, lost, closed or prevented. Not for good: `lost` may still become `won`
        (https://docs.stripe.com/disputes/how-disputes-work)."""
        return self.status in _DECIDED

    @property
    def ce3_open(self) -> bool:
        """CE 3.0 evidence may be sent: sent elsewhere, it is refused with everything else in the call."""
        return CE3 in self.enhanced_types

    @property
    def net_minor(self) -> int:
        """What the dispute has moved on the balance so far, fees included. The sum tells the truth where `status`
        lags behind the money."""
        return sum(movement.net_minor for movement in self.movements) - self.fees_beside_minor

    def differs_from(self, other: "Dispute") -> tuple[str, ...]:
        """Names of the fields that tell something new. Left out: `as_of`, and what events do not show."""
        mine, theirs = self._telling(), other._telling()
        return tuple(name for name, value in mine.items() if value != theirs[name])

    def is_news_to(self, known: "Dispute") -> bool:
        """Whether this reading, or what an event shows, tells what `known` does not. Events may come late and out of
        order: one from well before `known` was read tells nothing, as far as two clocks can be compared."""
        return self.as_of + _CLOCKS_APART >= known.as_of and bool(self.differs_from(known))

    def _telling(self) -> dict[str, Any]:
        return self.model_dump(exclude={"as_of", "fees_beside_minor"})


def text_mark(text: str) -> str:
    """A text without its words: `sha256:` and a hash that does not care for line ends or trailing spaces."""
    lines = (line.rstrip() for line in text.strip().splitlines())
    return f"sha256:{hashlib.sha256(chr(10).join(lines).encode()).hexdigest()}"


class LinkedAlert(Value):
    """An alert case about the same charge, and why it did not prevent the dispute."""

    case_id: str
    outcome: str | None = None
    refund_id: str | None = None
    refund_state: str | None = None
    refunded_at: Instant | None = None
    refunded_minor: MinorUnits | None = None
    why_not_prevented: str = ""
    """One sentence."""
