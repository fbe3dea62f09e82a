"""One candidate: which sets of identifiers suffice to act on it."""

from datetime import datetime

import pytest
from matching_samples import A_MONTH, AMBIGUOUS, CHARGE, MATCHED, agreement, by_card, charge, found, told, usd
from strategies import ALERTED_AT, SOLD_AT, alert

from chargebacks.alerts import NetworkProduct, TimePrecision
from chargebacks.charges import ChargeStatus
from chargebacks.matching import Agreement, Commonness


def test_everything_agrees() -> None:
    """A clean match, with its reasons."""
    about = by_card(auth_code="a1b2c3", network_transaction_id="1234 5678 9012 345")
    result = found(about, CHARGE)

    assert result.verdict is MATCHED
    assert result.charge == CHARGE
    assert result.missing == ()
    assert "ch_1 (49.99 USD" in result.explanation
    assert "network transaction id" in result.explanation


def test_auth_code_and_date_alone() -> None:
    """Without the card's digits, the exact amount stands in for them."""
    result = found(told(at=SOLD_AT, auth_code="A1B2C3"), CHARGE)

    assert result.verdict is MATCHED
    assert "last4" in result.missing


def test_auth_code_without_a_date() -> None:
    """Auth codes come round again: without a date a person decides."""
    assert found(told(auth_code="A1B2C3", last4="4242"), CHARGE).verdict is AMBIGUOUS


def test_card_amount_and_date() -> None:
    """Four digits, the exact amount and the day suffice at a quiet merchant."""
    assert found(by_card(), CHARGE).verdict is MATCHED


def test_card_amount_and_date_at_a_merchant_with_few_prices() -> None:
    """The same alert among a thousand charges of this amount: four digits agree by chance too often."""
    day = {"at": SOLD_AT.replace(hour=0, minute=0, second=0), "at_precision": TimePrecision.DATE}
    busy = Commonness(window_charges=1900, same_amount=1000)

    assert found(by_card(**day), CHARGE).verdict is MATCHED
    assert found(by_card(**day), CHARGE, common=busy).verdict is AMBIGUOUS


def test_neither_brand_nor_descriptor() -> None:
    """Card, amount and date want one more witness."""
    result = found(by_card(brand=None, descriptor=None), CHARGE)

    assert result.verdict is AMBIGUOUS
    assert "no sufficient set of identifiers" in result.explanation


def test_amount_and_date_without_the_card() -> None:
    """Such a match is for a person, however well the time fits."""
    assert found(by_card(last4=None), CHARGE).verdict is AMBIGUOUS


def test_a_wallets_other_number() -> None:
    """Apple Pay: the alert carries the device's last four digits, the charge both."""
    by_wallet = charge("ch_w", wallet="apple_pay", dynamic_last4="9911")
    result = found(by_card(last4="9911"), by_wallet)

    assert result.verdict is MATCHED
    assert agreement(result, "last4") is Agreement.AGREES


def test_a_number_that_neither_card_nor_wallet_shows() -> None:
    """The digits of a third number weigh against a plain card, little against a wallet, and never suffice."""
    plain = found(by_card(last4="0000"), CHARGE)
    by_wallet = found(by_card(last4="0000"), charge("ch_w", wallet="apple_pay", dynamic_last4="9911"))

    assert plain.verdict is not MATCHED
    assert by_wallet.verdict is not MATCHED
    assert plain.candidates[0].score < by_wallet.candidates[0].score - 5


def test_a_wallet_with_an_auth_code() -> None:
    """Behind a wallet the auth code, the exact amount and the date name the charge."""
    by_wallet = charge("ch_w", wallet="google_pay", dynamic_last4=None)

    assert found(by_card(last4="0000", auth_code="A1B2C3"), by_wallet).verdict is MATCHED


def test_an_early_fraud_warning_names_its_charge() -> None:
    """Stripe's own id needs no confirmation by card and amount."""
    warning = alert(product=NetworkProduct.EFW, transaction={"stripe_id": "ch_1"})

    assert found(warning, CHARGE, charge("ch_2")).charge == CHARGE


def test_a_reseller_that_names_a_charge() -> None:
    """A named charge is believed only when the amount, and the card where told, confirm it."""
    assert found(told(stripe_id="ch_1"), CHARGE).verdict is MATCHED
    assert found(told(stripe_id="pi_1", last4="4242"), CHARGE).verdict is MATCHED
    assert found(told(stripe_id="ch_1", last4="0000"), CHARGE).verdict is AMBIGUOUS
    assert found(told(disputed=usd(9999), stripe_id="ch_1"), CHARGE).verdict is AMBIGUOUS
    assert found(told(disputed=None, stripe_id="ch_1"), CHARGE).verdict is AMBIGUOUS


def test_the_merchants_order_id() -> None:
    """Order ids count whatever their case, confirmed by card and amount."""
    assert found(told(merchant_order_id="#ORDER-1001", last4="4242"), CHARGE).verdict is MATCHED
    assert found(told(merchant_order_id="order-1002", last4="4242"), CHARGE).verdict is not MATCHED


@pytest.mark.parametrize("spelling", ["MCC1AB2C3", "MCC1AB2C3 0301", "0301MCC1AB2C3", "mcc1ab2c30301"])
def test_mastercards_id_with_a_date_glued_on(spelling: str) -> None:
    """The date may be on either end, on either side, or missing."""
    known = charge("ch_m", brand="mastercard", network_transaction_id="MCC1AB2C30301")

    assert found(told(network_transaction_id=spelling, last4="4242"), known).verdict is MATCHED
    assert found(told(network_transaction_id="MCC1AB2C30302", last4="4242"), known).verdict is not MATCHED


def test_an_id_of_another_kind_is_no_contradiction() -> None:
    """Some sources put an id of their own into the field."""
    result = found(by_card(network_transaction_id="7f3a" * 8), CHARGE)

    assert agreement(result, "network_transaction_id") is Agreement.MISSING
    assert result.verdict is MATCHED


@pytest.mark.parametrize(
    "other",
    [{"auth_code": "ZZZ999"}, {"network_transaction_id": "999999999999999"}, {"stripe_id": "ch_other"}],
)
def test_a_strong_identifier_that_is_another_one(other: dict[str, str]) -> None:
    """Card, amount and minute agree, but the alert names another payment."""
    result = found(by_card(**other), CHARGE)

    assert result.verdict is AMBIGUOUS
    assert "another" in result.explanation


def test_an_auth_code_that_lost_its_zeros() -> None:
    """Spreadsheets eat leading zeros."""
    result = found(by_card(auth_code="1234"), charge("ch_0", auth_code="001234"))

    assert agreement(result, "auth_code") is Agreement.AGREES


def test_a_placeholder_is_no_auth_code() -> None:
    """000000 agrees with every terminal in the world."""
    result = found(told(at=SOLD_AT, auth_code="000000"), charge("ch_0", auth_code="000000"))

    assert agreement(result, "auth_code") is None
    assert result.verdict is not MATCHED


def test_a_charge_made_after_the_alert() -> None:
    """An alert is about the past."""
    result = found(
        by_card(at=None, network_transaction_id="123456789012345"),
        charge("ch_l", created=ALERTED_AT + A_MONTH),
    )

    assert result.verdict is not MATCHED


def test_live_and_test_never_meet() -> None:
    """An alert that states its mode finds no charge of the other, not even for a person."""
    test_charge = charge("ch_t", livemode=False)

    assert found(by_card().model_copy(update={"livemode": True}), test_charge).candidates == ()
    assert found(by_card().model_copy(update={"livemode": False}), test_charge).verdict is MATCHED


def test_a_failed_payment_is_found_too() -> None:
    """One alert in twenty is about a payment that never succeeded; the answer needs to know that."""
    failed = charge("ch_f", status=ChargeStatus.FAILED, captured=False, captured_minor=0, auth_code=None)

    assert found(by_card(), failed).charge == failed


def test_an_uncaptured_payment_is_found_too() -> None:
    """It is cancelled instead of refunded."""
    authorised = charge("ch_u", captured=False, captured_minor=0)

    assert found(by_card(), authorised).charge == authorised


def test_a_cut_list_needs_an_id_that_is_unique_by_itself() -> None:
    """What was cut off may fit as well, unless a network id or a name says otherwise."""
    assert found(by_card(), CHARGE, complete=False).verdict is AMBIGUOUS
    assert found(by_card(network_transaction_id="123456789012345"), CHARGE, complete=False).verdict is MATCHED


def test_midnight_is_read_as_a_bare_date() -> None:
    """Several sources write dates as midnight UTC; the sale was any time that day."""
    midnight = datetime.combine(SOLD_AT.date(), datetime.min.time(), SOLD_AT.tzinfo)

    assert found(by_card(at=midnight), CHARGE).verdict is MATCHED
