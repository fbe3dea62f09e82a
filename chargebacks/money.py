"""Money in integer minor units, with every currency's exponent and Stripe's special cases.

Amounts are in the minor unit that Stripe's API uses for the currency
(https://docs.stripe.com/currencies#zero-decimal): USD 49.99 is 4999, JPY 500 is 500, KWD 1.250 is 1250,
and ISK 500 is 50000 because Stripe keeps two decimals for it.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from chargebacks.values import Value

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", to_upper=True)]
"""ISO 4217 code, upper case."""


class Money(Value):
    """An amount in Stripe's minor units of one currency. Never negative: direction is said in words."""

    amount_minor: Annotated[int, Field(ge=0)]
    currency: Currency
