"""Money: decimals by currency, strict reading of amounts, and what must never be mixed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import currencies, money

from chargebacks.currencies import CURRENCIES, most_minor
from chargebacks.errors import BadInput
from chargebacks.money import Money, exponent, parse_major, parse_minor, stripe_exponent, stripe_step


@pytest.mark.parametrize(
    ("major", "currency", "minor", "written"),
    [
        ("49.99", "USD", 4999, "49.99"),
        ("0049.9", "usd", 4990, "49.90"),
        ("500", "JPY", 500, "500"),
        ("500.00", "JPY", 500, "500"),
        ("1.250", "KWD", 1250, "1.250"),
        ("1.25", "KWD", 1250, "1.250"),
        ("500", "ISK", 50_000, "500"),
        ("500.0", "UGX", 50_000, "500"),
        ("10.45", "HUF", 1045, "10.45"),
        ("800.45", "TWD", 80_045, "800.45"),
        ("500.00", "MGA", 500, "500.00"),
        ("0.0001", "CLF", 1, "0.0001"),
        ("9999999999.99", "IDR", 999_999_999_999, "9999999999.99"),
        (Decimal("49.990"), "USD", 4999, "49.99"),
        (Decimal("1E+2"), "USD", 10_000, "100.00"),
        (7, "EUR", 700, "7.00"),
        ("0", "USD", 0, "0.00"),
    ],
)
def test_major_units_become_stripes_minor_units_and_back(
    major: str | Decimal | int, currency: str, minor: int, written: str
) -> None:
    """Networks write ISO decimals; Stripe counts ISK, UGX and MGA otherwise."""
    amount = parse_major(major, currency)

    assert amount == Money(amount_minor=minor, currency=currency)
    assert amount.major_string() == written


@pytest.mark.parametrize(
    ("major", "currency", "reason"),
    [
        ("-1.00", "USD", "negative_amount"),
        (Decimal("-0.01"), "USD", "negative_amount"),
        (-1, "USD", "negative_amount"),
        ("+1.00", "USD", "bad_amount"),
        ("1e3", "USD", "bad_amount"),
        ("1,000.00", "USD", "bad_amount"),
        ("1 000", "USD", "bad_amount"),
        ("1_000", "USD", "bad_amount"),
        ("٤٩", "USD", "bad_amount"),
        (".99", "USD", "bad_amount"),
        ("49.", "USD", "bad_amount"),
        ("", "USD", "bad_amount"),
        ("$49.99", "USD", "bad_amount"),
        ("NaN", "USD", "bad_amount"),
        (Decimal("NaN"), "USD", "bad_amount"),
        (Decimal("Infinity"), "USD", "bad_amount"),
        (Decimal("1E+999999"), "USD", "bad_amount"),
        (Decimal("1E-999999"), "USD", "bad_amount"),
        (49.99, "USD", "bad_amount"),
        (True, "USD", "bad_amount"),
        (None, "USD", "bad_amount"),
        ("49.999", "USD", "too_many_decimals"),
        ("500.5", "JPY", "too_many_decimals"),
        ("500.50", "ISK", "too_many_decimals"),
        ("500.50", "MGA", "too_many_decimals"),
        ("1.2505", "KWD", "too_many_decimals"),
        ("100000000.00", "USD", "absurd_amount"),
        ("10000000000.00", "IDR", "absurd_amount"),
        ("49.99", "XYZ", "unknown_currency"),
        ("49.99", "XXX", "unknown_currency"),
        ("49.99", "", "unknown_currency"),
        ("49.99", "US DOLLAR" * 50, "unknown_currency"),
    ],
)
def test_doubtful_amounts_are_refused_with_one_sentence(major: object, currency: str, reason: str) -> None:
    """Nothing is guessed about money: signs, exponents, separators, floats and odd decimals are refused."""
    with pytest.raises(BadInput) as refusal:
        parse_major(major, currency)  # type: ignore[arg-type]

    assert refusal.value.reason == reason
    assert 0 < len(str(refusal.value)) < 150


@pytest.mark.parametrize(
    ("minor", "currency", "reason"),
    [
        (-1, "USD", "negative_amount"),
        (True, "USD", "bad_amount"),
        (49.99, "USD", "bad_amount"),
        (10**12, "USD", "absurd_amount"),
        (1, "AAA", "unknown_currency"),
    ],
)
def test_doubtful_minor_units_are_refused(minor: object, currency: str, reason: str) -> None:
    """Stripe's own numbers are checked, too."""
    with pytest.raises(BadInput) as refusal:
        parse_minor(minor, currency)  # type: ignore[arg-type]

    assert refusal.value.reason == reason


@given(money())
def test_every_payable_amount_survives_the_way_to_the_network_and_back(amount: Money) -> None:
    """What is written in major units is read as the same money, in every currency."""
    assert parse_major(amount.major_string(), amount.currency) == amount
    assert parse_major(amount.major_decimal, amount.currency) == amount
    assert parse_minor(amount.amount_minor, amount.currency) == amount


@given(money())
def test_written_amounts_have_exactly_the_decimals_of_iso_4217(amount: Money) -> None:
    """A network rejects 49.9 and 500.00 where it expects 49.90 and 500."""
    _, _, fraction = amount.major_string().partition(".")

    assert len(fraction) == exponent(amount.currency)


@given(currencies, st.integers(min_value=0, max_value=10**9))
def test_the_payable_part_is_what_stripe_can_move(currency: str, minor: int) -> None:
    """Whole units of ISK and UGX, no third decimal in BHD, JOD, KWD, OMR and TND; never more than asked."""
    payable = Money(amount_minor=minor, currency=currency).payable

    assert payable.amount_minor % stripe_step(currency) == 0
    assert 0 <= minor - payable.amount_minor < stripe_step(currency)


def test_a_fraction_unknown_to_iso_4217_is_shown_and_not_cut_off() -> None:
    """Half a krona cannot be charged, but it must not silently become none."""
    assert Money(amount_minor=50_050, currency="ISK").major_string() == "500.50"


def test_stripe_differs_from_iso_4217_in_three_currencies_only() -> None:
    """https://docs.stripe.com/currencies#special-cases, and the ariary without decimals."""
    different = {code for code in CURRENCIES if exponent(code) != stripe_exponent(code)}

    assert different == {"ISK", "UGX", "MGA"}


@given(currencies)
def test_the_largest_believable_amount_is_within_stripes_twelve_digits(currency: str) -> None:
    """And one more than it is refused."""
    assert most_minor(currency) <= 999_999_999_999
    with pytest.raises(BadInput):
        parse_minor(most_minor(currency) + 1, currency)


@given(money(), money())
def test_amounts_compare_and_subtract_in_one_currency_only(one: Money, other: Money) -> None:
    """There is no rate in here, so euros and dollars have no order and no difference."""
    if one.currency != other.currency:
        for mix in (Money.__lt__, Money.__le__, Money.__gt__, Money.__ge__, Money.minus):
            with pytest.raises(ValueError, match="different currencies"):
                mix(one, other)
        other = other.model_copy(update={"currency": one.currency})
    larger, smaller = (one, other) if one >= other else (other, one)
    assert (larger > smaller) == (smaller < larger) == (larger.amount_minor > smaller.amount_minor)
    assert larger.minus(smaller).amount_minor == larger.amount_minor - smaller.amount_minor


def test_more_than_there_is_cannot_be_taken() -> None:
    """Money never becomes negative."""
    with pytest.raises(ValueError, match="cannot be taken"):
        Money(amount_minor=1, currency="USD").minus(Money(amount_minor=2, currency="USD"))


def test_money_of_an_unknown_currency_can_still_be_shown() -> None:
    """A list of candidates must not fail because Stripe knows a currency that we do not."""
    assert str(Money(amount_minor=4999, currency="QQQ")) == "4999 minor units of QQQ"
    assert str(Money(amount_minor=4999, currency="USD")) == "49.99 USD"
