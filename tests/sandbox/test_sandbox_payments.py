"""Payments at the Stripe stand-in: customers, cards, intents, charges."""

from typing import Any

import pytest
import stripe
from sandbox_clients import Control, Shop, refusal


def test_a_confirmed_intent_makes_a_captured_charge(shop: Shop) -> None:
    """Confirming takes the money: the charge, the intent and the balance transaction agree on the amount."""
    charge = shop.charge(amount=4999, expand=["latest_charge.balance_transaction"])
    assert (charge.status, charge.captured, charge.amount_captured) == ("succeeded", True, 4999)
    assert charge.balance_transaction.net == 4999 - 174
    assert shop.v1.payment_intents.retrieve(charge.payment_intent).latest_charge == charge.id


def test_a_charge_carries_what_alerts_are_matched_by(shop: Shop) -> None:
    """Authorisation code, network transaction id, last4, brand, fingerprint and descriptor are there."""
    charge = shop.charge("mastercard", statement_descriptor_suffix="ORDER 7")
    card = charge.payment_method_details.card
    assert (card.last4, card.brand, card.network) == ("4444", "mastercard", "mastercard")
    assert card.authorization_code == charge.authorization_code
    assert len(card.authorization_code) == 6
    assert len(card.network_transaction_id) == 13
    assert card.transaction_link_id
    assert card.fingerprint == shop.charge("mastercard").payment_method_details.card.fingerprint
    assert charge.calculated_statement_descriptor == "SANDBOX SH* ORDER 7"


def test_manual_capture_takes_part_of_what_was_authorised(shop: Shop) -> None:
    """Capturing less than authorised takes just that, and the rest can be neither captured nor refunded."""
    intent = shop.pay(amount=5000, capture_method="manual")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 5000)
    assert shop.v1.payment_intents.capture(intent.id, {"amount_to_capture": 3000}).amount_received == 3000
    assert shop.v1.refunds.create({"payment_intent": intent.id}).amount == 3000
    again = refusal(shop.v1.payment_intents.capture, intent.id)
    assert again.error.code == "payment_intent_unexpected_state"


def test_cancelling_an_authorisation_moves_no_money(shop: Shop, control: Control) -> None:
    """A cancelled authorisation is over, and the ledger knows of nothing taken or given back."""
    intent = shop.pay(capture_method="manual")
    canceled = shop.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "fraudulent"})
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "fraudulent")
    charge = shop.v1.charges.retrieve(canceled.latest_charge)
    assert (charge.captured, charge.refunded) == (False, True)
    assert control.movements(charge.id) == []
    assert shop.event_types(about=intent.id)[-1] == "payment_intent.canceled"


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("chargeDeclined", "card_declined", "generic_decline"),
        ("chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_declined_cards_leave_a_failed_charge(
    shop: Shop, control: Control, card: str, code: str, decline_code: str | None
) -> None:
    """A decline is a CardError that names the failed charge; the intent waits for another card."""
    error = refusal(shop.pay, card)
    assert isinstance(error, stripe.CardError)
    assert (error.error.code, error.error.decline_code) == (code, decline_code)
    assert shop.v1.charges.retrieve(error.error.charge).status == "failed"
    assert error.error.payment_intent.status == "requires_payment_method"
    assert control.movements(error.error.charge) == []


def test_a_card_that_wants_authentication_is_not_charged(shop: Shop) -> None:
    """3-D Secure cards stop at requires_action."""
    intent = shop.pay("threeDSecure2Required")
    assert (intent.status, intent.latest_charge) == ("requires_action", None)


def test_numbers_that_are_no_test_cards_are_declined(shop: Shop) -> None:
    """A card number that Stripe does not publish for tests is refused."""
    card: Any = {"number": "4111111111111111", "exp_month": 1, "exp_year": 2031}
    error = refusal(shop.v1.payment_methods.create, {"type": "card", "card": card})
    assert error.error.decline_code == "test_mode_live_card"


def test_a_customer_keeps_cards_until_deleted(shop: Shop) -> None:
    """Cards are attached from tokens, listed per customer, and leave with the customer."""
    customer = shop.v1.customers.create({"email": "ann@example.com", "payment_method": "pm_card_visa"})
    token: Any = {"type": "card", "card": {"token": "tok_mastercard"}}
    second = shop.v1.payment_methods.create(token)
    shop.v1.payment_methods.attach(second.id, {"customer": customer.id})
    cards = shop.v1.payment_methods.list({"customer": customer.id}).data
    assert [card.card.brand for card in cards] == ["mastercard", "visa"]
    assert shop.v1.customers.delete(customer.id).deleted
    assert shop.v1.customers.retrieve(customer.id).deleted
    assert shop.v1.payment_methods.retrieve(second.id).customer is None
    assert shop.v1.customers.list({"email": "ann@example.com"}).data == []


def test_updates_change_only_what_is_given(shop: Shop) -> None:
    """Metadata is merged key by key, an empty value deletes its key, other fields stay."""
    customer = shop.v1.customers.create({"name": "Ann", "metadata": {"a": "1", "b": "2"}})
    updated = shop.v1.customers.update(customer.id, {"metadata": {"b": "", "c": "3"}})
    assert updated.metadata.to_dict() == {"a": "1", "c": "3"}
    assert updated.name == "Ann"


def test_zero_decimal_amounts_are_taken_as_they_are(shop: Shop) -> None:
    """JPY amounts are whole yen."""
    charge = shop.charge(amount=500, currency="jpy")
    assert (charge.amount, charge.currency) == (500, "jpy")


def test_the_account_says_who_it_is(shop: Shop) -> None:
    """GET /v1/account answers for the key's own account."""
    account = shop.v1.accounts.retrieve_current()
    assert (account.id, account.charges_enabled) == ("acct_1Sandbox", True)
