"""Identifiers in the form in which the charge index holds them.

Keys may meet by chance: the index offers a charge too many rather than hide one, and matching judges.
"""

import re

from chargebacks import identifiers

_LONGEST_ORDER_ID = 100
_GLUED_DATE_LENGTHS = (4, 6, 8)
_MASTERCARD_REFERENCE = re.compile(r"[A-Z]{3}[0-9A-Z]{6}")
"""Network code and reference; in Stripe's charges the settlement date (MMDD) follows."""


def network_key(text: str | None) -> str | None:
    """A Mastercard id without the date that may follow it; any other as it is."""
    whole = identifiers.network_id(text)
    if whole is None:
        return None
    reference = _MASTERCARD_REFERENCE.match(whole)
    return reference.group() if reference else whole


def network_keys(text: str | None) -> list[str]:
    """Every key that an alert's id may have in the index: a date may be glued to either end of it."""
    whole = identifiers.network_id(text) or ""
    spellings = [whole]
    for length in _GLUED_DATE_LENGTHS:
        spellings += [whole[length:]] * whole[:length].isdigit() + [whole[:-length]] * whole[
            -length:
        ].isdigit()
    return list(dict.fromkeys(key for key in map(network_key, spellings) if key))


def order_key(text: str | None) -> str | None:
    """None for texts too long to be an order id, such as a description in prose."""
    key = identifiers.order_id(text)
    return key if key is not None and len(key) <= _LONGEST_ORDER_ID else None
