"""How disputes begin: the kinds that test cards and the control plane open, and what each does to the charge."""

from dataclasses import dataclass

from sandbox import funds, refund_settlement
from sandbox.errors import invalid
from sandbox.resources import disputes, early_fraud_warnings
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

DAY = 86_400
DAYS_TO_ANSWER = 9
NETWORK_CODES = {
    "fraudulent": {"visa": "10.4", "mastercard": "4837", "amex": "F29", "discover": "7030"},
    "product_not_received": {"visa": "13.1", "mastercard": "4855", "amex": "C08", "discover": "4755"},
    "noncompliant": {"visa": "C028"},
}
"""https://docs.stripe.com/disputes/categories"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a dispute of one kind starts."""

    status: str
    reason: str = "fraudulent"
    case_type: str
    withdraws: bool
    fee: int = funds.DISPUTE_FEE
    eligibility: tuple[str, ...] = ()


CHARGEBACK = Kind(status="needs_response", case_type="chargeback", withdraws=True)
KINDS = {
    "chargeback": CHARGEBACK,
    "inquiry": Kind(status="warning_needs_response", case_type="inquiry", withdraws=False),
    "compliance": Kind(
        status="needs_response",
        reason="noncompliant",
        case_type="compliance",
        withdraws=True,
        eligibility=("visa_compliance",),
    ),
    "resolution": Kind(status="prevented", case_type="resolution", withdraws=True, fee=0),
    "block": Kind(status="prevented", case_type="block", withdraws=False),
}
TEST_CARD_KINDS = KINDS | {
    "fraudulent": CHARGEBACK,
    "product_not_received": Kind(
        status="needs_response", reason="product_not_received", case_type="chargeback", withdraws=True
    ),
    "ce3_eligible": Kind(
        status="needs_response",
        case_type="chargeback",
        withdraws=True,
        eligibility=("visa_compelling_evidence_3",),
    ),
    "visa_compliance": KINDS["compliance"],
    "mastercard_compliance": Kind(
        status="needs_response",
        reason="noncompliant",
        case_type="compliance",
        withdraws=True,
        eligibility=("mastercard_compliance",),
    ),
}


def open_by_test_card(sandbox: Sandbox, account: Account, charge: Object, *, kind: str) -> Object:
    """Open what a test card stands for; preventions only where the account is enrolled for them."""
    if kind in ("resolution", "block") and not sandbox.settings.prevention_enrolled:
        kind = "fraudulent"
    return open_dispute(sandbox, account, charge, TEST_CARD_KINDS[kind])


def open_dispute(
    sandbox: Sandbox,
    account: Account,
    charge: Object,
    kind: Kind,
    *,
    reason: str | None = None,
    amount: int | None = None,
    network_reason_code: str | None = None,
    due_by: int | None = None,
    created: int | None = None,
) -> Object:
    """Open a dispute on a charge; what is not given is what the kind and the card's network suggest."""
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise invalid(f"Charge {charge['id']} took no money and cannot be disputed.", param="charge")
    opened = created or sandbox.clock.now()
    reason = reason or kind.reason
    network = charge["payment_method_details"]["card"]["brand"]
    dispute = disputes.shape(
        sandbox.ids.next("du"),
        charge,
        created=opened,
        amount=amount or charge["amount"],
        reason=reason,
        status=kind.status,
        case_type=kind.case_type,
        network_reason_code=network_reason_code or NETWORK_CODES.get(reason, {}).get(network),
        due_by=None if kind.status == "prevented" else due_by or _end_of_day(opened + DAYS_TO_ANSWER * DAY),
        eligibility=kind.eligibility,
    )
    disputes.DISPUTES.rows(account).add(dispute)
    charge["disputed"] = True
    sandbox.emit(account, "charge.dispute.created", dispute)
    if kind.withdraws:
        disputes.withdraw(sandbox, account, dispute, fee=kind.fee)
    if kind.case_type != "inquiry":
        refund_settlement.disputed(sandbox, account, charge)
    early_fraud_warnings.review(sandbox, account, charge)
    return dispute


def escalate(sandbox: Sandbox, account: Account, dispute: Object) -> None:
    """An inquiry becomes a chargeback: the same dispute, now with money withdrawn."""
    if not dispute["status"].startswith("warning_") or dispute["status"] == "warning_closed":
        raise invalid(f"Dispute {dispute['id']} is no open inquiry.", param="id")
    previous = {"status": dispute["status"], "is_charge_refundable": dispute["is_charge_refundable"]}
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    dispute["evidence_details"]["due_by"] = _end_of_day(sandbox.clock.now() + DAYS_TO_ANSWER * DAY)
    sandbox.emit(account, "charge.dispute.updated", dispute, previous=previous)
    disputes.withdraw(sandbox, account, dispute, fee=funds.DISPUTE_FEE)
    charge = account.tables["charges"].get(dispute["charge"])
    if charge is not None:
        refund_settlement.disputed(sandbox, account, charge)


def _end_of_day(moment: int) -> int:
    """The last second of a UTC day, which is where Stripe's deadlines lie."""
    return moment // DAY * DAY + DAY - 1
