"""The kinds of values that sections of the policy share, and how each is written in the file."""

from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from chargebacks.errors import BadInput
from chargebacks.money import Money, parse_major

Word = TypeVar("Word", bound=str)


def as_set(values: tuple[Word, ...]) -> tuple[Word, ...]:
    """Sorted, each once: the order has no meaning."""
    return tuple(sorted(set(values)))


def checked_country(country: str) -> str:
    """ValueError unless it is written like US."""
    if len(country) != 2 or not country.isalpha() or not country.isupper():
        raise ValueError(f"{country!r} is not a two-letter country code in upper case, such as US")
    return country


def _upper(values: tuple[str, ...]) -> tuple[str, ...]:
    return as_set(tuple(value.upper() for value in values))


def _pairs(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        key, equals, wanted = value.partition("=")
        if not (key and equals and wanted):
            raise ValueError(f"{value!r} must be written as key=value")
    return as_set(values)


def _amounts(table: object) -> object:
    """`{USD = "150.00"}` as money; amounts that are money already (a policy read back from JSON) pass."""
    if isinstance(table, list | tuple) and all(isinstance(amount, dict | Money) for amount in table):
        return table
    if not isinstance(table, dict):
        raise ValueError('write a table of amounts, such as { USD = "49.99" }')
    try:
        return tuple(_amount(major, currency).model_dump() for currency, major in sorted(table.items()))
    except BadInput as problem:
        raise ValueError(str(problem)) from problem


def _amount(major: object, currency: str) -> Money:
    if not isinstance(major, str):
        raise ValueError(f'the amount in {currency} must be a string in major units, such as "49.99"')
    return parse_major(major, _upper_case(currency))


def _upper_case(currency: str) -> str:
    if currency != currency.upper():
        raise ValueError(f"write the currency {currency} in upper case")
    return currency


def _currencies(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        _known_currency(value)
    return _upper(values)


def _known_currency(currency: str) -> None:
    try:
        parse_major("0", currency)
    except BadInput as problem:
        raise ValueError(str(problem)) from problem


def _rates(table: object) -> object:
    """`{EUR = "0.92"}`, each in its shortest spelling: the same rate is the same policy."""
    if not isinstance(table, dict):
        return table
    return {currency: _rate(rate, currency) for currency, rate in sorted(table.items())}


def _rate(rate: object, currency: str) -> str:
    _known_currency(_upper_case(currency))
    if currency == "USD":
        raise ValueError("leave USD out: the rates say how many units one US dollar is worth")
    if not isinstance(rate, str):
        raise ValueError(f'the rate of {currency} must be a string, such as "0.92"')
    digits = rate.replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 15) or Decimal(rate) == 0:
        raise ValueError(
            f'the rate of {currency} must be a plain decimal number above 0, such as "0.92", not "{rate[:30]}"'
        )
    return format(Decimal(rate).normalize(), "f")


Texts = Annotated[tuple[str, ...], AfterValidator(as_set)]
"""A set of texts: the order has no meaning. In the file, a single text stands for a list of one."""

Codes = Annotated[tuple[str, ...], AfterValidator(_upper)]
Currencies = Annotated[tuple[str, ...], AfterValidator(_currencies)]
Pairs = Annotated[tuple[str, ...], AfterValidator(_pairs)]
"""`key=value` of a charge's metadata."""

Amounts = Annotated[tuple[Money, ...], BeforeValidator(_amounts)]
"""At most one amount per currency, from a table of major-unit strings."""

Country = Annotated[str, AfterValidator(checked_country)]
"""ISO 3166-1, two letters in upper case."""

Rates = Annotated[dict[str, str], BeforeValidator(_rates)]
"""Currency → units of it that one US dollar is worth, as decimal strings."""

RuleName = Annotated[str, Field(min_length=1, max_length=80)]


def amount_in(amounts: tuple[Money, ...], currency: str) -> Money | None:
    """The amount given for the currency, if any."""
    return next((amount for amount in amounts if amount.currency == currency), None)


def within(amount: Money, *, above: tuple[Money, ...], up_to: tuple[Money, ...]) -> bool:
    """Whether the amount lies between; never in a currency that a given bound does not list."""
    if above:
        floor = amount_in(above, amount.currency)
        if floor is None or amount <= floor:
            return False
    if up_to:
        most = amount_in(up_to, amount.currency)
        if most is None or amount > most:
            return False
    return True
