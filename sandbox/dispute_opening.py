"""How disputes begin: the kinds that test cards and the control plane open, and what each does to the charge."""

from dataclasses import dataclass, field

from sandbox import (
    dispute_course,
    dispute_deadlines,
    dispute_submission,
    refund_settlement,
)
from sandbox.errors import invalid
from sandbox.resources import disputes, early_fraud_warnings, reviews
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

NETWORK_CODES = {
    "credit_not_processed": {"visa": "13.6", "mastercard": "4860", "amex": "C02", "discover": "8002"},
    "duplicate": {"visa": "12.6.1", "mastercard": "4834", "amex": "C14", "discover": "4534"},
    "fraudulent": {"visa": "10.4", "mastercard": "4837", "amex": "F29", "discover": "7030"},
    "general": {"visa": "12.5", "mastercard": "4831", "amex": "P01", "discover": "4553"},
    "noncompliant": {"visa": "C028"},
    "product_not_received": {"visa": "13.1", "mastercard": "4855", "amex": "C08", "discover": "4755"},
    "product_unacceptable": {"visa": "13.3", "mastercard": "4853", "amex": "C31"},
    "subscription_canceled": {"visa": "13.2", "mastercard": "4841", "amex": "C28", "discover": "4541"},
    "unrecognized": {"mastercard": "4863", "amex": "127"},
}
"""One code of each network per reason. https://docs.stripe.com/disputes/categories"""
REASONS = (
    "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated",
    "debit_not_authorized", "duplicate", "fraudulent", "general", "incorrect_account_details",
    "insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable",
    "subscription_canceled", "unrecognized",
)  # fmt: skip
STATUSES = (
    "warning_needs_response", "warning_under_review", "warning_closed", "needs_response", "under_review",
    "won", "lost", "prevented", "appeal_needs_response", "appeal_under_review",
)  # fmt: skip
METHODS = ("card", "klarna", "paypal", "amazon_pay")
ELIGIBILITY_TYPES = ("visa_compelling_evidence_3", "visa_compliance", "mastercard_compliance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a dispute of one kind starts."""

    status: str = "needs_response"
    reason: str = "fraudulent"
    case_type: str = "chargeback"
    withdraws: bool = True
    costs: bool = True
    eligibility: tuple[str, ...] = ()


CHARGEBACK = Kind()
KINDS = {
    "chargeback": CHARGEBACK,
    "inquiry": Kind(status="warning_needs_response", case_type="inquiry", withdraws=False),
    "compliance": Kind(reason="noncompliant", case_type="compliance", eligibility=("visa_compliance",)),
    "resolution": Kind(status="prevented", case_type="resolution", costs=False),
    "block": Kind(status="prevented", case_type="block", withdraws=False),
}
TEST_CARD_KINDS = KINDS | {
    "fraudulent": CHARGEBACK,
    "product_not_received": Kind(reason="product_not_received"),
    "ce3_eligible": Kind(eligibility=("visa_compelling_evidence_3",)),
    "visa_compliance": KINDS["compliance"],
    "mastercard_compliance": Kind(
        reason="noncompliant", case_type="compliance", eligibility=("mastercard_compliance",)
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the control plane asks for; None leaves a thing to the kind, the charge and its card.

    `due_by` 0 stays 0: the bank allows no response.
    """

    id: str | None = None
    reason: str | None = None
    amount: int | None = None
    currency: str | None = None
    method: str = "card"
    network: str | None = None
    network_reason_code: str | None = None
    due_by: int | None = None
    created: int | None = None
    eligibility: tuple[str, ...] | None = None
    intended_submission_method: str | None = None
    smart_disputes_available: bool | None = None
    metadata: dict[str, str] = field(default_factory=dict)


NOTHING_SPECIAL = Wishes()


def open_by_test_card(sandbox: Sandbox, account: Account, charge: Object, *, kind: str) -> Object:
    """Open what a test card stands for; preventions only where the account is enrolled for them."""
    if kind in ("resolution", "block") and not sandbox.settings.prevention_enrolled:
        kind = "fraudulent"
    return open_dispute(sandbox, account, charge, TEST_CARD_KINDS[kind])


def open_dispute(
    sandbox: Sandbox, account: Account, charge: Object, kind: Kind, wishes: Wishes = NOTHING_SPECIAL
) -> Object:
    """Open a dispute on a charge; what is not wished for is what the kind and the card's network suggest."""
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise invalid(f"Charge {charge['id']} took no money and cannot be disputed.", param="charge")
    facts = _facts(sandbox, account, charge, kind, wishes)
    dispute = disputes.shape(wishes.id or sandbox.ids.next("du"), charge, facts)
    account.dispute_records[dispute["id"]].smart_disputes_available = wishes.smart_disputes_available
    if sandbox.settings.prefill_evidence:
        _prefill(dispute, charge)
    dispute_submission.assess(sandbox, account, dispute)
    disputes.DISPUTES.rows(account).add(dispute)
    charge["disputed"] = True
    sandbox.emit(account, "charge.dispute.created", dispute)
    if kind.withdraws:
        fee = sandbox.settings.dispute_received_fee if kind.costs else 0
        dispute_course.withdraw(sandbox, account, dispute, fee=fee)
    if kind.case_type == "inquiry":
        dispute_deadlines.watch_inquiry(sandbox, account, dispute)
    else:
        refund_settlement.disputed(sandbox, account, charge)
    early_fraud_warnings.review(sandbox, account, charge)
    reviews.close_of(sandbox, account, charge, reason="disputed")
    dispute_deadlines.watch(sandbox, account, dispute)
    return dispute


def _facts(sandbox: Sandbox, account: Account, charge: Object, kind: Kind, wishes: Wishes) -> disputes.Facts:
    opened = wishes.created or sandbox.clock.now()
    reason, card = wishes.reason or kind.reason, charge["payment_method_details"]["card"]
    network = wishes.network or card["network"]
    due_by = wishes.due_by
    if due_by is None and kind.status != "prevented":
        due_by = dispute_course.end_of_day(opened + dispute_course.DAYS_TO_ANSWER * dispute_course.DAY)
    return disputes.Facts(
        created=opened,
        amount=wishes.amount or charge["amount"],
        currency=wishes.currency or charge["currency"],
        reason=reason,
        status=kind.status,
        method=wishes.method,
        case_type=kind.case_type,
        network=network,
        network_reason_code=wishes.network_reason_code or NETWORK_CODES.get(reason, {}).get(network),
        due_by=due_by,
        eligibility=kind.eligibility if wishes.eligibility is None else wishes.eligibility,
        intended_submission_method=(wishes.intended_submission_method or "prefer_manual")
        if account.smart_disputes
        else None,
        metadata=wishes.metadata,
    )


def _prefill(dispute: Object, charge: Object) -> None:
    """What Stripe itself knows of the customer. https://docs.stripe.com/disputes/responding"""
    details = charge["billing_details"]
    address = ", ".join(line for line in details["address"].values() if line)
    dispute["evidence"] |= {
        "billing_address": address or None,
        "customer_email_address": details["email"] or charge["receipt_email"],
        "customer_name": details["name"],
    }
