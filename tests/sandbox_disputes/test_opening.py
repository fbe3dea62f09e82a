"""The control plane opens any dispute there can be."""

from typing import Any

import pytest
from dispute_desk import DAY, Desk
from sandbox_clients import Control

STATUSES = [
    "warning_needs_response", "warning_under_review", "warning_closed", "needs_response", "under_review",
    "won", "lost", "prevented", "appeal_needs_response", "appeal_under_review",
]  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_can_be_had(desk: Desk, status: str) -> None:
    """All ten, with the money where it belongs."""
    dispute = desk.read(desk.dispute(status=status))
    assert dispute.status == status
    withdrawn = sum(one.amount for one in dispute.balance_transactions)
    assert withdrawn == (0 if status.startswith("warning_") or status == "won" else -4999)


def test_every_detail_can_be_chosen(desk: Desk, control: Control) -> None:
    """Reason, network, code, amount, deadline, eligibility, id and metadata."""
    control.post("smart_disputes", enabled=True)
    now = control.get("clock")["now"]
    id = desk.dispute(
        id="dp_chosen",
        reason="product_unacceptable",
        network="mastercard",
        network_reason_code="4853",
        amount=1234,
        due_by=now + 3 * DAY,
        created=now - DAY,
        enhanced_eligibility_types=["visa_compelling_evidence_3"],
        intended_submission_method="prefer_smart_disputes",
        metadata={"order": "7"},
    )
    dispute = desk.read(id)
    card = dispute.payment_method_details.card
    assert (dispute.id, dispute.amount, dispute.created) == ("dp_chosen", 1234, now - DAY)
    assert (card.network, card.network_reason_code) == ("mastercard", "4853")
    assert dispute.evidence_details.due_by == now + 3 * DAY
    assert dispute.intended_submission_method == "prefer_smart_disputes"
    assert dispute.metadata.to_dict() == {"order": "7"}


@pytest.mark.parametrize(
    ("reason", "brand", "code"),
    [
        ("fraudulent", "visa", "10.4"),
        ("product_not_received", "mastercard", "4855"),
        ("subscription_canceled", "amex", "C28"),
        ("duplicate", "discover", "4534"),
    ],
)
def test_the_network_code_fits_the_reason(
    desk: Desk, control: Control, reason: str, brand: str, code: str
) -> None:
    """Unless one is given, the network's usual code for the reason is taken."""
    charge = control.charge(brand=brand)["id"]
    assert desk.read(desk.dispute(charge=charge, reason=reason)).network_reason_code == code


@pytest.mark.parametrize("method", ["klarna", "paypal", "amazon_pay"])
def test_other_methods_have_no_case_type(desk: Desk, method: str) -> None:
    """Only cards tell what kind of case it is."""
    details = desk.read(desk.dispute(method=method)).payment_method_details
    assert (details.type, "card" in details) == (method, False)


@pytest.mark.parametrize(
    ("given", "status"),
    [({"case_type": "block"}, "prevented"), ({"case_type": "inquiry"}, "warning_needs_response")],
)
def test_the_case_type_is_enough(desk: Desk, given: dict[str, Any], status: str) -> None:
    """It tells the status."""
    assert desk.read(desk.dispute(**given)).status == status


def test_what_cannot_be_is_refused(desk: Desk, control: Control) -> None:
    """Nothing is opened then."""
    charge = control.charge()["id"]
    for given in ({"reason": "boredom"}, {"status": "gone"}, {"kind": "inquiry", "status": "won"}):
        answer = control.http.post("/_sandbox/disputes", json={"charge": charge, **given})
        assert answer.status_code == 400
    assert desk.v1.disputes.list({"charge": charge}).data == []


def test_customers_are_filled_in_where_wanted(desk: Desk, control: Control) -> None:
    """Stripe knows name, e-mail and billing address from the payment."""
    control.post("settings", prefill_evidence=True)
    details = {"name": "Ann", "email": "ann@example.com", "address": {"line1": "Weg 1", "city": "Ulm"}}
    charge = control.charge(billing_details=details)["id"]
    evidence = desk.read(desk.dispute(charge=charge)).evidence
    assert (evidence.customer_name, evidence.customer_email_address) == ("Ann", "ann@example.com")
    assert "Weg 1" in (evidence.billing_address or "")


def test_two_disputes_of_one_charge_are_apart(desk: Desk) -> None:
    """Answering one leaves the other waiting."""
    charge = desk.charge("createMultipleDisputes")
    first, second = desk.v1.disputes.list({"charge": charge.id}).data
    desk.update(first.id, submit=True)
    assert desk.read(second.id).status == "needs_response"


def test_a_chargeback_carries_its_events_in_order(desk: Desk) -> None:
    """Opened, withdrawn, answered, lost, under appeal."""
    id = desk.dispute(status="appeal_under_review")
    assert desk.event_types(about=id) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        "charge.dispute.updated",
        "charge.dispute.updated",
    ]
