"""How Stripe Billing describes a subscription's line on an invoice: `1 × Pro plan (at $15.99 / month)`."""

from decimal import Decimal

from sandbox.networks.checks import exponent
from sandbox.tables import Object

_SIGNS = {"AUD": "A$", "CAD": "CA$", "EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "USD": "$"}


def period(item: Object, product: Object) -> str:
    """A period of a subscription item; `every 3 months` where the price is for several intervals."""
    price, recurring = item["price"], item["price"]["recurring"]
    count = recurring["interval_count"]
    interval = recurring["interval"] if count == 1 else f"every {count} {recurring['interval']}s"
    return f"{item['quantity']} × {product['name']} (at {_amount(price)} / {interval})"


def trial(product: Object) -> str:
    return f"Trial period for {product['name']}"


def _amount(price: Object) -> str:
    currency = price["currency"].upper()
    digits = exponent(currency)
    return (
        f"{_SIGNS.get(currency, currency + ' ')}{Decimal(price['unit_amount']).scaleb(-digits):,.{digits}f}"
    )
