"""Disputes as far as refunds see them: listed, retrieved, closed. https://docs.stripe.com/api/disputes"""

from typing import Any

from sandbox import funds
from sandbox.errors import invalid
from sandbox.ledger import Movement
from sandbox.parameters import created_filter, text
from sandbox.resource import Resource, changed
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

EVIDENCE_FIELDS = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation",
    "duplicate_charge_explanation", "duplicate_charge_id", "product_description", "receipt", "refund_policy",
    "refund_policy_disclosure", "refund_refusal_explanation", "service_date", "service_documentation",
    "shipping_address", "shipping_carrier", "shipping_date", "shipping_documentation",
    "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip

DISPUTES = Resource(
    "dispute",
    table="disputes",
    prefixes=("dp", "du"),
    indexes=("charge", "payment_intent"),
    expandable=("charge", "payment_intent", *(f"evidence.{field}" for field in EVIDENCE_FIELDS)),
)
DISPUTES.retrieval("/v1/disputes/{id}", permission="dispute")
DISPUTES.listing(
    "/v1/disputes", permission="dispute", charge=text(), payment_intent=text(), created=created_filter()
)


def shape(
    id: str,
    charge: Object,
    *,
    created: int,
    amount: int,
    reason: str,
    status: str,
    case_type: str,
    network_reason_code: str | None,
    due_by: int | None,
    eligibility: tuple[str, ...],
) -> Object:
    card = charge["payment_method_details"]["card"]
    return {
        "id": id,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": list(eligibility),
        "evidence": dict.fromkeys(EVIDENCE_FIELDS) | {"enhanced_evidence": {}},
        "evidence_details": _evidence_details(due_by, eligibility),
        "intended_submission_method": "prefer_manual",
        "is_charge_refundable": case_type == "inquiry" and not charge["refunded"],
        "livemode": False,
        "metadata": {},
        "network_reason_code": network_reason_code,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card["brand"],
                "case_type": case_type,
                "network": card["network"],
                "network_reason_code": network_reason_code,
            },
            "type": "card",
        },
        "reason": reason,
        "status": status,
    }


def _evidence_details(due_by: int | None, eligibility: tuple[str, ...]) -> dict[str, Any]:
    return {
        "due_by": due_by,
        "enhanced_eligibility": {name: _eligibility(name) for name in eligibility},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
        "submission_method": "not_submitted",
    }


def _eligibility(type: str) -> dict[str, Any]:
    if type == "visa_compelling_evidence_3":
        return {"required_actions": ["missing_customer_identifiers"], "status": "requires_action"}
    return {"status": "requires_fee_acknowledgement"}


def of_charge(account: Account, charge: Object) -> list[Object]:
    """Every dispute of a charge, newest first."""
    rows = DISPUTES.rows(account)
    return [rows.peek(id) for _, _, id in reversed(rows.entries({"charge": charge["id"]}))]


def block_refund(account: Account, charge: Object) -> bool:
    """Whether a dispute forbids refunding the charge; an inquiry never does, nor does one that was won."""
    return any(
        not dispute["is_charge_refundable"] and not dispute["status"].startswith("warning_")
        for dispute in of_charge(account, charge)
    )


def refunded(sandbox: Sandbox, account: Account, charge: Object) -> None:
    """A full refund ends an inquiry. https://docs.stripe.com/disputes/how-disputes-work#inquiries"""
    for dispute in of_charge(account, charge):
        if dispute["status"].startswith("warning_") and dispute["status"] != "warning_closed":
            close(sandbox, account, dispute, status="warning_closed")


def close(sandbox: Sandbox, account: Account, dispute: Object, *, status: str) -> None:
    """The issuer decides. A win returns the amount and the fee; `lost` may still turn into `won` later."""
    if dispute["status"].startswith("warning_") is not (status == "warning_closed"):
        message = f"Dispute {dispute['id']} is {dispute['status']} and cannot become {status}."
        raise invalid(message, param="status")
    before = dict(dispute)
    dispute["status"] = status
    charge = account.tables["charges"].peek(dispute["charge"])
    dispute["is_charge_refundable"] = status != "lost" and not charge["refunded"]
    if status == "won":
        _reinstate(sandbox, account, dispute)
    previous = changed(before, dispute, ("status", "is_charge_refundable", "balance_transactions"))
    sandbox.emit(account, "charge.dispute.closed", dispute, previous=previous)


def withdraw(sandbox: Sandbox, account: Account, dispute: Object, *, fee: int) -> None:
    """Take the disputed amount and the fee from the balance."""
    _book(sandbox, account, dispute, sign=-1, fee=fee)
    sandbox.emit(account, "charge.dispute.funds_withdrawn", dispute)


def _reinstate(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    if dispute["balance_transactions"]:
        _book(sandbox, account, dispute, sign=1, fee=-dispute["balance_transactions"][0]["fee"])
        sandbox.emit(account, "charge.dispute.funds_reinstated", dispute)


def _book(sandbox: Sandbox, account: Account, dispute: Object, *, sign: int, fee: int) -> None:
    charge = account.tables["charges"].peek(dispute["charge"])
    transaction = funds.book(
        sandbox,
        account,
        type="adjustment",
        amount=sign * dispute["amount"],
        fee=fee,
        currency=dispute["currency"],
        source=dispute["id"],
        reporting_category="dispute" if sign < 0 else "dispute_reversal",
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], transaction]
    kind = Movement.DISPUTE_WITHDRAWN if sign < 0 else Movement.DISPUTE_REINSTATED
    funds.record(sandbox, account, kind, charge=charge, amount=dispute["amount"], dispute=dispute["id"])
