"""Disputes: listed, retrieved, answered, accepted. https://docs.stripe.com/api/disputes"""

from dataclasses import dataclass
from typing import Any

from sandbox import dispute_answers, dispute_course, evidence
from sandbox.errors import ApiError
from sandbox.parameters import Parameters, created_filter, text
from sandbox.resource import Call, Resource
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

DISPUTES = Resource(
    "dispute",
    table="disputes",
    prefixes=("dp", "du"),
    indexes=("charge", "payment_intent"),
    expandable=("charge", "payment_intent", *(f"evidence.{field}" for field in evidence.FILES)),
)
DISPUTES.retrieval("/v1/disputes/{id}", permission="dispute")
DISPUTES.listing(
    "/v1/disputes", permission="dispute", charge=text(), payment_intent=text(), created=created_filter()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What distinguishes one dispute from another when it is opened; None for `due_by` means no answer."""

    created: int
    amount: int
    currency: str
    reason: str
    status: str
    method: str
    case_type: str
    network: str
    network_reason_code: str | None
    due_by: int | None
    eligibility: tuple[str, ...]
    intended_submission_method: str | None
    metadata: dict[str, str]


def shape(id: str, charge: Object, facts: Facts) -> Object:
    """The object; its eligibility for enhanced evidence is yet to be assessed."""
    return {
        "id": id,
        "object": "dispute",
        "amount": facts.amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": facts.created,
        "currency": facts.currency,
        "enhanced_eligibility_types": list(facts.eligibility),
        "evidence": evidence.none_yet(),
        "evidence_details": {
            "due_by": facts.due_by,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": facts.intended_submission_method,
        "is_charge_refundable": facts.status.startswith("warning_") and not charge["refunded"],
        "livemode": False,
        "metadata": facts.metadata,
        "network_reason_code": facts.network_reason_code,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {facts.method: _method(charge, facts), "type": facts.method},
        "reason": facts.reason,
        "status": facts.status,
    }


def _method(charge: Object, facts: Facts) -> dict[str, Any]:
    """The part of `payment_method_details` that the method fills; only cards have a case type."""
    if facts.method == "card":
        return {
            "brand": charge["payment_method_details"]["card"]["brand"],
            "case_type": facts.case_type,
            "network": facts.network,
            "network_reason_code": facts.network_reason_code,
        }
    if facts.method == "amazon_pay":
        return {"dispute_type": "chargeback"}
    case = {"case_id": f"PP-{charge['id'][-9:]}"} if facts.method == "paypal" else {}
    return case | {"reason_code": facts.network_reason_code}


def of_charge(account: Account, charge: Object) -> list[Object]:
    """Every dispute of a charge, newest first."""
    rows = DISPUTES.rows(account)
    return [rows.peek(id) for _, _, id in reversed(rows.entries({"charge": charge["id"]}))]


def block_refund(account: Account, charge: Object) -> bool:
    """Whether a dispute forbids refunding the charge; an inquiry never does, nor does one that was won."""
    return any(
        not dispute["is_charge_refundable"] and not dispute_course.is_inquiry(dispute)
        for dispute in of_charge(account, charge)
    )


def refunded(sandbox: Sandbox, account: Account, charge: Object) -> None:
    """A full refund ends an inquiry. https://docs.stripe.com/disputes/how-disputes-work#inquiries"""
    for dispute in of_charge(account, charge):
        if dispute_course.is_inquiry(dispute) and dispute["status"] != "warning_closed":
            dispute_course.close(sandbox, account, dispute, status="warning_closed")


@DISPUTES.post("/v1/disputes/{id}", permission="dispute", parameters=Parameters(dispute_answers.PARAMETERS))
def update(call: Call) -> Object:
    dispute = DISPUTES.find(call.account, call.path["id"], param="id")
    dispute_answers.update(call.sandbox, call.account, dispute, call.given)
    return dispute


@DISPUTES.post("/v1/disputes/{id}/close", permission="dispute")
def accept(call: Call) -> Object:
    """Accepting a chargeback (or giving up an appeal) loses it, for good.

    Of an inquiry it only says that there is no answer: the bank may still escalate it.
    """
    dispute = DISPUTES.find(call.account, call.path["id"], param="id")
    if dispute["status"] in dispute_course.ANSWERS.values():
        raise ApiError(400, "Evidence was submitted for this dispute; it can no longer be closed.")
    if dispute["status"] not in dispute_course.ANSWERS:
        raise ApiError(400, "This dispute is already closed.")
    status = "warning_closed" if dispute_course.is_inquiry(dispute) else "lost"
    dispute_course.close(call.sandbox, call.account, dispute, status=status)
    return dispute
