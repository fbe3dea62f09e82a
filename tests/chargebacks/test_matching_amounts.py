"""What the amount of an alert may say about a charge."""

import pytest
from matching_samples import AMBIGUOUS, CHARGE, MATCHED, agreement, by_card, charge, found, usd

from chargebacks.matching import Agreement
from chargebacks.money import Money


@pytest.mark.parametrize(("minor", "currency"), [(500, "JPY"), (1250, "KWD"), (50_000, "ISK")])
def test_every_currency_is_compared_in_its_own_minor_units(minor: int, currency: str) -> None:
    """Yen have no cents, dinars have a thousand fils."""
    amount = Money(amount_minor=minor, currency=currency)
    result = found(
        by_card(disputed=amount),
        charge("ch_c", amount=amount, captured_minor=minor),
    )

    assert result.verdict is MATCHED


def test_a_partial_dispute_that_names_the_whole() -> None:
    """20.00 of a sale of 49.99 is disputed: the sale's amount finds the charge."""
    result = found(by_card(disputed=usd(2000), amount=usd(4999)), CHARGE)

    assert result.verdict is MATCHED
    assert agreement(result, "amount") is Agreement.AGREES


def test_less_than_the_charge_without_the_whole() -> None:
    """It may be a partial dispute: an auth code settles it, the card alone does not."""
    part = by_card(disputed=usd(2000))
    with_code = by_card(disputed=usd(2000), auth_code="A1B2C3")

    assert found(part, CHARGE).verdict is AMBIGUOUS
    assert found(with_code, CHARGE).verdict is MATCHED


def test_more_than_the_charge() -> None:
    """No identifier outweighs an amount that the charge never had."""
    about = by_card(auth_code="A1B2C3", network_transaction_id="123456789012345")
    result = found(about.model_copy(update={"amount": usd(5000)}), CHARGE)

    assert result.verdict is AMBIGUOUS
    assert "more money than the charge" in result.explanation


def test_more_than_the_sale_that_the_alert_itself_names() -> None:
    """The disputed amount is checked even where the sale's amount agrees."""
    result = found(by_card(disputed=usd(9999), amount=usd(4999)), CHARGE)

    assert result.verdict is AMBIGUOUS


def test_what_the_customer_saw_in_another_currency() -> None:
    """Stripe localised the price: the network knows euros, the charge dollars."""
    euros = Money(amount_minor=4600, currency="EUR")
    localised = charge("ch_e", presentment=euros)

    assert found(by_card(disputed=euros), localised).verdict is MATCHED


@pytest.mark.parametrize("minor", [4650, 4550])
def test_near_in_another_currency_is_for_a_person(minor: int) -> None:
    """Within two per cent of what the customer saw, and everything else agrees: still nobody refunds alone."""
    about = by_card(auth_code="A1B2C3", network_transaction_id="123456789012345")
    result = found(
        about.model_copy(update={"amount": Money(amount_minor=minor, currency="EUR")}),
        charge("ch_e", presentment=Money(amount_minor=4600, currency="EUR")),
    )

    assert result.verdict is AMBIGUOUS
    assert agreement(result, "amount") is Agreement.NEAR


def test_a_currency_in_which_the_charge_is_not_known() -> None:
    """There is no rate here, so a person compares."""
    about = by_card(network_transaction_id="123456789012345")
    result = found(about.model_copy(update={"amount": Money(amount_minor=4600, currency="EUR")}), CHARGE)

    assert result.verdict is AMBIGUOUS


def test_the_cardholders_currency_beside_the_merchants() -> None:
    """The disputed amount is in the issuer's currency, the sale's is ours: the sale's finds the charge."""
    about = by_card(amount=usd(4999)).model_copy(update={"amount": Money(amount_minor=4612, currency="EUR")})

    assert found(about, CHARGE).verdict is MATCHED


def test_a_partial_capture() -> None:
    """Authorised 49.99, captured 30.00: the network cleared 30.00."""
    captured = charge("ch_p", captured_minor=3000)

    assert found(by_card(disputed=usd(3000)), captured).verdict is MATCHED
