"""Card numbers: cut to BIN and last four as they come in, wherever they come in.

A full number must not go further than the raw inbox: PCI DSS requirement 3.4
(https://www.pcisecuritystandards.org/document_library/).
"""

import re
from typing import NamedTuple

_FULL_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


class CardDigits(NamedTuple):
    """What may be kept: the first six to eight digits and the last four, where the source shows them."""

    bin: str | None
    last4: str | None


def read_card(text: str | None) -> CardDigits:
    """`512025******9493`, `123456xxxxxxx7890`, a full number, or only the last four digits."""
    compact = re.sub(r"[ -]", "", text or "")
    if re.fullmatch(r"[0-9]{4}", compact):
        return CardDigits(None, compact)
    if compact.isascii() and compact.isdigit():
        return CardDigits(compact[:6], compact[-4:]) if 13 <= len(compact) <= 19 else CardDigits(None, None)
    head, tail = re.match(r"[0-9]*", compact), re.search(r"[0-9]{4}$", compact)
    shown = head[0] if head else ""
    return CardDigits(shown[:8] if len(shown) >= 6 else None, tail[0] if tail else None)


def digits(text: str | None, *, lengths: tuple[int, ...]) -> str | None:
    """A run of digits of one of these lengths, or None: `1234`, `****1234` and `xxxx-1234` are all `1234`."""
    found = re.sub(r"[^0-9]", "", text or "")
    return found if len(found) in lengths else None


def without_card_numbers(text: str | None) -> str | None:
    """Free text with every full card number (Luhn) cut to its first six and last four digits."""
    return None if text is None else _FULL_NUMBER.sub(_cut, text)


def _cut(found: re.Match[str]) -> str:
    number = re.sub(r"[ -]", "", found[0])
    return f"{number[:6]}…{number[-4:]}" if _luhn(number) else found[0]


def _luhn(number: str) -> bool:
    doubled = [int(digit) * 2 for digit in number[-2::-2]]
    plain = [int(digit) for digit in number[-1::-2]]
    return (sum(plain) + sum(value - 9 if value > 9 else value for value in doubled)) % 10 == 0
