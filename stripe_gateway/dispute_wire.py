"""The parts of Stripe's dispute that we read, checked for type.

https://docs.stripe.com/api/disputes/object (version 2026-10-28.endive).
"""

from collections.abc import Mapping
from typing import Any

from stripe_gateway.wire import Currency, Id, Wire


class DisputedCard(Wire):
    brand: str | None = None
    network: str | None = None
    """Since 2026-07-29
    (https://docs.stripe.com/changelog/dahlia/2026-07-29/dispute-payment-method-details-card-network)."""
    case_type: str | None = None
    network_reason_code: str | None = None


class DisputedMethod(Wire):
    type: str
    card: DisputedCard | None = None


class Ce3Eligibility(Wire):
    status: str | None = None
    required_actions: tuple[str, ...] = ()


class EnhancedEligibility(Wire):
    visa_compelling_evidence_3: Ce3Eligibility | None = None


class EvidenceDetails(Wire):
    due_by: int | None = None
    """0 or null where the bank takes no answer."""
    past_due: bool = False
    has_evidence: bool = False
    submission_count: int
    submission_method: str | None = None
    enhanced_eligibility: EnhancedEligibility | None = None


class BalanceTransaction(Wire):
    amount: int
    fee: int
    net: int
    currency: Currency
    created: int


class AppealCard(Wire):
    reason_for_filing: str | None = None
    supporting_files: tuple[Id, ...] | None = None


class Appeal(Wire):
    card: AppealCard | None = None


class Dispute(Wire):
    id: str
    status: str
    reason: str
    amount: int
    currency: Currency
    charge: Id
    payment_intent: Id | None = None
    created: int
    livemode: bool
    is_charge_refundable: bool
    network_reason_code: str | None = None
    intended_submission_method: str | None = None
    enhanced_eligibility_types: tuple[str, ...] = ()
    payment_method_details: DisputedMethod | None = None
    network_details: Any = None
    """Not in the public specification; its shape is not documented."""
    evidence_details: EvidenceDetails
    evidence: Mapping[str, Any] = {}
    """Read by the names in `chargebacks.evidence_fields`."""
    balance_transactions: tuple[BalanceTransaction, ...] = ()
    """Stripe gives them whole, not as ids."""
    metadata: dict[str, str] = {}
