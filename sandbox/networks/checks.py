"""Small checks of fields that several networks make: amounts, currencies, times, texts."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_DECIMAL = re.compile(r"\d{1,12}(\.\d{1,3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ZERO_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def exponent(currency: str) -> int:
    """Digits after the point by ISO 4217 (https://www.six-group.com/en/products-services/financial-information)."""
    if currency in _ZERO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def currency_fault(value: Any) -> str | None:
    """What is wrong with an ISO 4217 code in capitals, or None."""
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        return "must be an ISO 4217 code in capitals"
    return None


def decimal_string_fault(value: Any, currency: Any) -> str | None:
    """What is wrong with an amount given as a decimal string in major units above 0, or None."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        return "must be a decimal string in major units"
    return _places_fault(Decimal(value), currency) or ("must be above 0" if Decimal(value) == 0 else None)


def number_fault(value: Any, currency: Any, *, minimum: Decimal, maximum: Decimal) -> str | None:
    """What is wrong with an amount given as a JSON number in major units, or None."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "must be a number in major units"
    if not minimum <= value <= maximum:
        return f"must be between {minimum} and {maximum}"
    return _places_fault(Decimal(value), currency)


def _places_fault(amount: Decimal, currency: Any) -> str | None:
    if currency_fault(currency) is None and amount != round(amount, exponent(currency)):
        return f"has more decimals than {currency} has"
    return None


def text_fault(value: Any, *, shortest: int = 1, longest: int) -> str | None:
    """What is wrong with a text of a given length, or None."""
    if not isinstance(value, str) or not shortest <= len(value) <= longest:
        return f"must be a text of {shortest} to {longest} characters"
    return None


def time_fault(value: Any, *, date_allowed: bool = True) -> str | None:
    """What is wrong with an ISO 8601 time with an offset (or a bare date), or None."""
    wrong = "must be ISO 8601 with an offset" + (", or a date" if date_allowed else "")
    if not isinstance(value, str):
        return wrong
    try:
        if date_allowed and len(value) == 10:
            date.fromisoformat(value)
            return None
        return None if datetime.fromisoformat(value).tzinfo is not None else wrong
    except ValueError:
        return wrong
