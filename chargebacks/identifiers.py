"""Identifiers as networks, resellers and Stripe write them, brought to one spelling so that they can be compared."""

import re
from functools import lru_cache

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]")
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_GLUED_DATE_LENGTHS = (4, 6, 8)
_SHORTEST_NETWORK_ID = 9
"""Mastercard's reference has nine characters, Visa's and American Express's fifteen."""
_AUTH_CODE_LENGTH = 6
_DESCRIPTOR_LENGTH = 22
"""Longest descriptor that Stripe sends (https://docs.stripe.com/get-started/account/statement-descriptors)."""
_SHORTEST_ORDER_ID = 4
_SHORTEST_DESCRIPTOR = 3

_BRANDS = {
    "VISA": "visa",
    "VISAELECTRON": "visa",
    "MASTERCARD": "mastercard",
    "MC": "mastercard",
    "MAESTRO": "mastercard",
    "AMEX": "amex",
    "AMERICANEXPRESS": "amex",
    "DISCOVER": "discover",
    "DISC": "discover",
    "DINERS": "diners",
    "DINERSCLUB": "diners",
    "JCB": "jcb",
    "UNIONPAY": "unionpay",
    "CUP": "unionpay",
    "CARTESBANCAIRES": "cartes_bancaires",
    "CB": "cartes_bancaires",
}


def network_id(text: str | None) -> str | None:
    """Letters and digits in upper case; None when too short to be a network transaction id."""
    plain = _plain(text)
    return plain if len(plain) >= _SHORTEST_NETWORK_ID else None


def same_network_id(one: str, other: str) -> bool | None:
    """Whether two normalised ids are the same, a date glued to either end aside
    (https://doc.chargebackhit.com/integrate/matching-alerts). None when they are ids of different kinds: some
    sources put an id of their own into this field."""
    shorter, longer = sorted((one, other), key=len)
    glued = len(longer) - len(shorter)
    if glued == 0:
        return one == other or _date_moved(one, other) or _date_moved(other, one)
    if glued not in _GLUED_DATE_LENGTHS:
        return None
    before, after = longer[:glued], longer[-glued:]
    return (longer == shorter + after and after.isdigit()) or (
        longer == before + shorter and before.isdigit()
    )


def _date_moved(one: str, other: str) -> bool:
    """The same date, before the id on one side and after it on the other."""
    return any(one[:cut].isdigit() and other == one[cut:] + one[:cut] for cut in _GLUED_DATE_LENGTHS)


def auth_code(text: str | None) -> str | None:
    """Six characters in upper case, with leading zeros restored; None for placeholders such as 000000."""
    plain = _plain(text)
    if not plain or len(set(plain)) == 1 or len(plain) > _AUTH_CODE_LENGTH + 2:
        return None
    return plain.zfill(_AUTH_CODE_LENGTH) if plain.isdigit() else plain


def last4(text: str | None) -> str | None:
    """The last four digits of whatever the source shows of a card number."""
    digits = _NOT_A_DIGIT.sub("", text or "")
    return digits[-4:] if len(digits) >= 4 else None


def same_bin(one: str, other: str) -> bool:
    """BINs have six or eight digits: compared over the shorter one."""
    shared = min(len(one), len(other))
    return shared >= 6 and one[:shared] == other[:shared]


@lru_cache(maxsize=1024)
def brand(text: str | None) -> str | None:
    """Stripe's word for a card brand (https://docs.stripe.com/api/charges/object), or the word as given."""
    plain = _plain(text)
    return _BRANDS.get(plain, plain.lower()) or None


def order_id(text: str | None) -> str | None:
    """Case, spaces and a leading # aside; None when too short to tell orders apart."""
    plain = (text or "").strip().lstrip("#").casefold()
    return plain if len(plain) >= _SHORTEST_ORDER_ID else None


def same_descriptor(one: str | None, other: str | None) -> bool | None:
    """Whether two descriptors may be the same merchant's; None when one is missing.

    The part before `*` names the merchant, what follows varies by sale. Case, spaces and punctuation are noise, and
    either side may be cut off.
    """
    first, second = _merchant_part(one), _merchant_part(other)
    if first is None or second is None:
        return None
    shorter, longer = sorted((first, second), key=len)
    return longer.startswith(shorter)


@lru_cache(maxsize=4096)
def _merchant_part(descriptor: str | None) -> str | None:
    shown = (descriptor or "").strip()[:_DESCRIPTOR_LENGTH]
    name = _plain(shown.partition("*")[0])
    whole = name if len(name) >= _SHORTEST_DESCRIPTOR else _plain(shown)
    return whole if len(whole) >= _SHORTEST_DESCRIPTOR else None


def _plain(text: str | None) -> str:
    return _NOT_ALPHANUMERIC.sub("", (text or "").upper())
