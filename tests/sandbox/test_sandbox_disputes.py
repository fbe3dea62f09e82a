"""Disputes and early fraud warnings, as far as refunds have to see them."""

import pytest
from sandbox_clients import Control, Shop, refusal


@pytest.mark.parametrize(
    ("card", "status", "case_type", "reason"),
    [
        ("createDispute", "needs_response", "chargeback", "fraudulent"),
        ("createDisputeProductNotReceived", "needs_response", "chargeback", "product_not_received"),
        ("createCe3EligibleDispute", "needs_response", "chargeback", "fraudulent"),
        ("createAutoRepresentmentEligibleDispute", "needs_response", "chargeback", "fraudulent"),
        ("createDisputeInquiry", "warning_needs_response", "inquiry", "fraudulent"),
        ("createComplianceDispute", "needs_response", "compliance", "noncompliant"),
        ("createMastercardComplianceDispute", "needs_response", "compliance", "noncompliant"),
        ("createRapidDisputeResolutionDispute", "prevented", "resolution", "fraudulent"),
        ("createCe3BlockDispute", "prevented", "block", "fraudulent"),
        ("createEthocaAlert", "prevented", "resolution", "fraudulent"),
    ],
)
def test_test_cards_bring_their_dispute(
    shop: Shop, card: str, status: str, case_type: str, reason: str
) -> None:
    """Each card of Stripe's list opens its kind of dispute right after the payment."""
    charge = shop.charge(card)
    [dispute] = shop.v1.disputes.list({"payment_intent": charge.payment_intent}).data
    assert (dispute.status, dispute.reason) == (status, reason)
    assert dispute.payment_method_details.card.case_type == case_type
    assert shop.v1.charges.retrieve(charge.id).disputed


def test_tokens_bring_the_same_disputes(shop: Shop) -> None:
    """tok_createDispute is the card of pm_card_createDispute."""
    data = {"type": "card", "card": {"token": "tok_createDispute"}}
    intent = {"amount": 4999, "currency": "usd", "payment_method_data": data, "confirm": True}
    charge = shop.v1.payment_intents.create(intent).latest_charge
    [dispute] = shop.v1.disputes.list({"charge": charge}).data
    assert dispute.status == "needs_response"


@pytest.mark.parametrize(
    ("card", "types"),
    [
        ("createCe3EligibleDispute", ["visa_compelling_evidence_3"]),
        ("createComplianceDispute", ["visa_compliance"]),
        ("createMastercardComplianceDispute", ["mastercard_compliance"]),
        ("createDispute", []),
    ],
)
def test_test_cards_bring_their_eligibility(shop: Shop, card: str, types: list[str]) -> None:
    """What enhanced evidence a dispute takes is told by its eligibility types."""
    [dispute] = shop.v1.disputes.list({"charge": shop.charge(card).id}).data
    assert dispute.enhanced_eligibility_types == types


def test_one_card_brings_two_disputes(shop: Shop) -> None:
    """A charge can be disputed more than once."""
    charge = shop.charge("createMultipleDisputes")
    assert len(shop.v1.disputes.list({"charge": charge.id}).data) == 2


def test_preventions_are_chargebacks_where_the_account_is_not_enrolled(shop: Shop, control: Control) -> None:
    """RDR answers only for merchants that take part."""
    control.post("settings", prevention_enrolled=False)
    charge = shop.charge("createRapidDisputeResolutionDispute")
    [dispute] = shop.v1.disputes.list({"charge": charge.id}).data
    assert dispute.status == "needs_response"


def test_a_chargeback_takes_amount_and_fee_and_a_win_returns_the_amount(shop: Shop, control: Control) -> None:
    """Stripe keeps the fee for receiving a dispute, whoever wins."""
    charge = shop.charge(amount=4200)
    dispute = control.post("disputes", charge=charge.id, amount=4200, network_reason_code="10.4")
    [withdrawn] = shop.v1.disputes.retrieve(dispute["id"]).balance_transactions
    assert (withdrawn.amount, withdrawn.fee, withdrawn.net) == (-4200, 1500, -5700)
    control.post(f"disputes/{dispute['id']}/close", status="won")
    won = shop.v1.disputes.retrieve(dispute["id"])
    assert sum(transaction.net for transaction in won.balance_transactions) == -1500
    assert shop.event_types(about=dispute["id"]) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_an_inquiry_that_escalates_blocks_refunds(shop: Shop, control: Control) -> None:
    """The same dispute turns into a chargeback."""
    charge = shop.charge()
    inquiry = control.post("disputes", charge=charge.id, kind="inquiry")
    assert inquiry["balance_transactions"] == []
    control.post(f"disputes/{inquiry['id']}/escalate")
    assert shop.v1.disputes.retrieve(inquiry["id"]).status == "needs_response"
    assert refusal(shop.v1.refunds.create, {"charge": charge.id}).error.code == "charge_disputed"


def test_a_warning_is_actionable_until_the_charge_is_refunded(shop: Shop) -> None:
    """pm_card_createIssuerFraudRecord warns; a full refund settles the warning."""
    charge = shop.charge("createIssuerFraudRecord")
    [warning] = shop.v1.radar.early_fraud_warnings.list({"charge": charge.id}).data
    assert warning.actionable
    shop.v1.refunds.create({"charge": charge.id})
    assert not shop.v1.radar.early_fraud_warnings.retrieve(warning.id).actionable
    assert shop.event_types(about=warning.id) == [
        "radar.early_fraud_warning.created",
        "radar.early_fraud_warning.updated",
    ]


def test_the_control_plane_warns_about_any_charge(shop: Shop, control: Control) -> None:
    """A warning may name its fraud type and a charge of long ago."""
    charge = control.charge(created="2026-09-01T00:00:00Z")
    control.post("early_fraud_warnings", charge=charge["id"], fraud_type="made_with_stolen_card")
    [warning] = shop.v1.radar.early_fraud_warnings.list({"payment_intent": charge["payment_intent"]}).data
    assert warning.fraud_type == "made_with_stolen_card"
