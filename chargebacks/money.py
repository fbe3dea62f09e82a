"""Money in integer minor units, with every currency's exponent and Stripe's special cases.

Amounts are in the minor unit that Stripe's API uses for the currency
(https://docs.stripe.com/currencies#zero-decimal): USD 49.99 is 4999, JPY 500 is 500, KWD 1.250 is 1250,
and ISK 500 is 50000 because Stripe keeps two decimals for it.
"""

import re
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from chargebacks.currencies import CURRENCIES, exponent, most_minor, stripe_exponent, stripe_step
from chargebacks.errors import BadInput
from chargebacks.values import Value

__all__ = [
    "Currency",
    "Money",
    "exponent",
    "parse_major",
    "parse_minor",
    "signed",
    "stripe_exponent",
    "stripe_step",
]

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$", to_upper=True)]
"""ISO 4217 code: any case on the way in, upper case ever after."""

_PLAIN_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")
_MOST_DIGITS = 15


class Money(Value):
    """An amount in Stripe's minor units of one currency. Never negative: direction is said in words.

    Comparing or subtracting amounts of different currencies raises ValueError: there is no rate in here.
    """

    amount_minor: Annotated[int, Field(ge=0)]
    currency: Currency

    @property
    def major_decimal(self) -> Decimal:
        """The amount in major units, exact. BadInput when the currency is unknown."""
        return Decimal(self.major_string())

    @property
    def payable(self) -> Self:
        """The largest amount not above this one that Stripe can move
        (https://docs.stripe.com/currencies#special-cases)."""
        rest = self.amount_minor % stripe_step(self.currency)
        return self.model_copy(update={"amount_minor": self.amount_minor - rest})

    def major_string(self) -> str:
        """Major units with the currency's ISO decimals, as networks want them: "49.99", "500", "1.250".

        A fraction that ISO 4217 does not know is shown, never cut off. BadInput when the currency is unknown.
        """
        decimals, at_stripe = exponent(self.currency), stripe_exponent(self.currency)
        digits = str(self.amount_minor).zfill(at_stripe + 1)
        whole, fraction = digits[: len(digits) - at_stripe], digits[len(digits) - at_stripe :]
        shown = fraction if fraction[decimals:].strip("0") else fraction[:decimals].ljust(decimals, "0")
        return f"{whole}.{shown}" if shown else whole

    def __str__(self) -> str:
        if self.currency not in CURRENCIES:
            return f"{self.amount_minor} minor units of {self.currency}"
        return f"{self.major_string()} {self.currency}"

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._alike(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._alike(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount_minor > self._alike(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount_minor >= self._alike(other)

    def minus(self, other: "Money") -> Self:
        """What is left. ValueError when more would be taken than there is, or in another currency."""
        left = self.amount_minor - self._alike(other)
        if left < 0:
            raise ValueError(f"{other} cannot be taken from {self}")
        return self.model_copy(update={"amount_minor": left})

    def _alike(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self} and {other} are in different currencies")
        return other.amount_minor


def signed(minor: int, currency: str) -> str:
    """A gain or a loss in minor units for people: "12.50 USD", "-3.00 USD"."""
    return f"{'-' if minor < 0 else ''}{Money(amount_minor=abs(minor), currency=currency)}"


def parse_major(major: str | Decimal | int, currency: str) -> Money:
    """Money from major units as networks write them: plain digits with a decimal point, nothing else.

    BadInput for signs, exponents, separators, floats, unknown currencies, absurd amounts, and decimals that the
    currency or Stripe does not have unless they are zero ("500.00" JPY is 500).
    """
    code = _known(currency)
    whole, _, fraction = _plain(major).partition(".")
    at_stripe = stripe_exponent(code)
    allowed = min(exponent(code), at_stripe)
    if fraction[allowed:].strip("0"):
        raise BadInput(f"{whole}.{fraction} has more decimals than {code} has.", reason="too_many_decimals")
    return _believable(int(whole + fraction[:at_stripe].ljust(at_stripe, "0")), code)


def parse_minor(minor: int, currency: str) -> Money:
    """Money from Stripe's minor units. BadInput when it is not a whole number, negative, absurd, or of no currency."""
    code = _known(currency)
    if isinstance(minor, bool) or not isinstance(minor, int):
        raise BadInput("An amount in minor units is a whole number, such as 4999.", reason="bad_amount")
    if minor < 0:
        raise BadInput("The amount is negative; an amount has no sign.", reason="negative_amount")
    return _believable(minor, code)


def _known(currency: str) -> str:
    code = str(currency).upper()
    exponent(code)
    return code


def _plain(major: str | Decimal | int) -> str:
    if isinstance(major, bool | float) or not isinstance(major, str | Decimal | int):
        raise BadInput("An amount is a decimal string such as 49.99, never a float.", reason="bad_amount")
    value = Decimal(major) if isinstance(major, int) else major
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= _MOST_DIGITS:
        value = format(value, "f")
    text = str(value)
    if text.startswith("-"):
        raise BadInput(
            f"The amount {text[:30]} is negative; an amount has no sign.", reason="negative_amount"
        )
    if not _PLAIN_DECIMAL.fullmatch(text):
        raise BadInput(f"{text[:30]!r} is not a plain decimal amount such as 49.99.", reason="bad_amount")
    return text


def _believable(minor: int, code: str) -> Money:
    if minor > most_minor(code):
        raise BadInput(f"The amount is too large to be a payment in {code}.", reason="absurd_amount")
    return Money(amount_minor=minor, currency=code)
