"""Refunds at the Stripe stand-in: once, in part, pending, failing, refused."""

import stripe
from sandbox_clients import Control, Shop, refusal

DAY = 86_400


def test_a_full_refund_returns_the_money_once(shop: Shop, control: Control) -> None:
    """The second refund is refused with charge_already_refunded, and the ledger shows one."""
    charge = shop.charge(amount=4999)
    refund = shop.v1.refunds.create({"charge": charge.id, "metadata": {"alert_id": "al_1"}})
    assert (refund.status, refund.amount, refund.metadata["alert_id"]) == ("succeeded", 4999, "al_1")
    assert refusal(shop.v1.refunds.create, {"charge": charge.id}).error.code == "charge_already_refunded"
    refunded = shop.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (refunded.refunded, refunded.amount_refunded) == (True, 4999)
    assert [listed.id for listed in refunded.refunds.data] == [refund.id]
    assert control.movements(charge.id) == [
        ("charge", 4999),
        ("refund_created", 4999),
        ("refund_succeeded", 4999),
    ]


def test_partial_refunds_add_up_to_the_charge(shop: Shop) -> None:
    """Parts may be refunded, by charge or by intent, up to what is left."""
    charge = shop.charge(amount=5000)
    shop.v1.refunds.create({"payment_intent": charge.payment_intent, "amount": 2000})
    too_much = refusal(shop.v1.refunds.create, {"charge": charge.id, "amount": 3001})
    assert too_much.error.code == "amount_too_large"
    assert "greater than unrefunded amount" in str(too_much.user_message)
    assert shop.v1.refunds.create({"charge": charge.id}).amount == 3000
    listed = shop.v1.refunds.list({"payment_intent": charge.payment_intent}).data
    assert [refund.amount for refund in listed] == [3000, 2000]


def test_an_uncaptured_charge_cannot_be_refunded(shop: Shop) -> None:
    """Authorisations are cancelled, not refunded."""
    intent = shop.pay(capture_method="manual")
    error = refusal(shop.v1.refunds.create, {"payment_intent": intent.id})
    assert error.error.code == "charge_not_refundable"


def test_a_charged_back_charge_cannot_be_refunded(shop: Shop) -> None:
    """charge_disputed, in Stripe's words."""
    charge = shop.charge("createDispute")
    error = refusal(shop.v1.refunds.create, {"charge": charge.id})
    assert isinstance(error, stripe.InvalidRequestError)
    assert error.error.code == "charge_disputed"
    assert error.user_message == f"Charge {charge.id} has been charged back; cannot issue a refund."


def test_a_full_refund_ends_an_inquiry_and_a_partial_one_does_not(shop: Shop) -> None:
    """Inquiries leave the charge refundable."""
    charge = shop.charge("createDisputeInquiry", amount=4000)
    [inquiry] = shop.v1.disputes.list({"charge": charge.id}).data
    assert (inquiry.status, inquiry.is_charge_refundable) == ("warning_needs_response", True)
    shop.v1.refunds.create({"charge": charge.id, "amount": 1000})
    assert shop.v1.disputes.retrieve(inquiry.id).status == "warning_needs_response"
    shop.v1.refunds.create({"charge": charge.id})
    assert shop.v1.disputes.retrieve(inquiry.id).status == "warning_closed"


def test_the_pending_card_settles_on_the_sandbox_clock(shop: Shop, control: Control) -> None:
    """pm_card_pendingRefund: pending, then succeeded with refund.updated."""
    refund = shop.v1.refunds.create({"charge": shop.charge("pendingRefund").id})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    control.post("clock", advance=60)
    settled = shop.v1.refunds.retrieve(refund.id)
    assert settled.status == "succeeded"
    assert "pending_reason" not in settled
    assert shop.event_types(about=refund.id) == ["refund.created", "refund.updated", "charge.refund.updated"]


def test_the_failing_card_fails_after_it_succeeded(shop: Shop, control: Control) -> None:
    """pm_card_refundFail: succeeded first, then failed; the charge is unrefunded and the money is back."""
    charge = shop.charge("refundFail", amount=4000)
    refund = shop.v1.refunds.create({"charge": charge.id})
    assert refund.status == "succeeded"
    control.post("clock", advance=5 * DAY)
    failed = shop.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert shop.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert control.get("ledger", charge=charge.id)["charges"][charge.id] == {
        "captured": 4000,
        "refunded": 0,
        "refund_pending": 0,
        "refund_failed": 4000,
        "currency": "usd",
        "refunds": [refund.id],
    }
    assert shop.event_types(about=refund.id)[-1] == "refund.failed"


def test_a_refund_waits_for_funds_and_is_released_by_them(shop: Shop, control: Control) -> None:
    """A balance that does not cover a refund holds it pending until it is topped up."""
    charge = shop.charge(amount=3000)
    control.post("balance", available={"usd": 2999})
    refund = shop.v1.refunds.create({"charge": charge.id})
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    assert refund.balance_transaction is None
    control.post("balance", available={"usd": 3000})
    assert shop.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert shop.v1.balance.retrieve().available[0].amount == 0


def test_a_chargeback_beats_a_refund_that_waits_for_funds(shop: Shop, control: Control) -> None:
    """The held refund fails with charge_for_pending_refund_disputed and never moved money."""
    charge = shop.charge(amount=3000)
    control.post("balance", available={"usd": 0})
    refund = shop.v1.refunds.create({"charge": charge.id})
    control.post("disputes", charge=charge.id)
    failed = shop.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "charge_for_pending_refund_disputed")
    kinds = [kind for kind, _ in control.movements(charge.id)]
    assert kinds == ["charge", "refund_created", "dispute_withdrawn", "refund_failed"]


def test_the_reference_of_a_late_refund_arrives_days_later(shop: Shop, control: Control) -> None:
    """A refund within two hours is a reversal without ARN; a later one gets its ARN by refund.updated."""
    early = shop.v1.refunds.create({"charge": shop.charge().id})
    assert early.destination_details.card.type == "reversal"
    charge = control.charge(created="2026-10-01T09:00:00Z")
    refund = shop.v1.refunds.create({"charge": charge["id"]})
    assert refund.destination_details.card.reference_status == "pending"
    control.post("clock", advance=3 * DAY)
    card = shop.v1.refunds.retrieve(refund.id).destination_details.card
    assert (card.reference_status, len(card.reference)) == ("available", 23)


def test_the_control_plane_settles_and_fails_refunds(shop: Shop, control: Control) -> None:
    """settle brings the reference along; fail returns the money whatever the card."""
    charge = control.charge(created="2026-10-01T09:00:00Z")
    control.post("balance", available={"usd": 0})
    refund = shop.v1.refunds.create({"charge": charge["id"]})
    settled = control.post(f"refunds/{refund.id}/settle")
    assert (settled["status"], settled["destination_details"]["card"]["reference_status"]) == (
        "succeeded",
        "available",
    )
    assert control.post(f"refunds/{refund.id}/fail", failure_reason="declined")["status"] == "failed"
    assert shop.v1.charges.retrieve(charge["id"]).refunded is False


def test_only_metadata_of_a_refund_can_change(shop: Shop) -> None:
    """Anything else is an unknown parameter."""
    refund = shop.v1.refunds.create({"charge": shop.charge().id, "metadata": {"case": "1"}})
    updated = shop.v1.refunds.update(refund.id, {"metadata": {"note": "x"}})
    assert updated.metadata.to_dict() == {"case": "1", "note": "x"}
    error = refusal(shop.v1.refunds.update, refund.id, {"amount": 1})
    assert (error.error.code, error.error.param) == ("parameter_unknown", "amount")
