"""Reading what providers send: lenient about names, extra fields and missing ones, strict about money and ids.

Every failure is `BadInput` with one sentence that names the field.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from chargebacks import strict_json
from chargebacks.errors import BadInput
from chargebacks.money import Money, parse_major
from networks.adapter import MAX_BODY_BYTES
from networks.cards import without_card_numbers

MOST_FIELDS = 500
LONGEST_ID = 512
LONGEST_TEXT = 300

_NOTHING = frozenset({"", "null", "none", "n/a", "not_available"})


def read_json(body: bytes) -> Any:
    """The JSON value in a body, with decimals kept exact. A name given twice in one object is refused."""
    check_size(body)
    return strict_json.read_json(body)


def read_form(body: bytes) -> dict[str, str]:
    """The fields of an x-www-form-urlencoded body. A field given twice is refused."""
    check_size(body)
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise BadInput("The body is not a form in UTF-8.", reason="unparseable") from error
    return strict_json.unambiguous(pairs)


def check_size(body: bytes) -> None:
    if len(body) > MAX_BODY_BYTES:
        raise BadInput(
            f"The body has {len(body)} bytes; an alert has at most {MAX_BODY_BYTES}.", reason="oversized"
        )


class Fields:
    """One object of a payload. A name matches whatever its case, underscores, dashes and spaces.

    Where several names are asked for, the first that holds something counts.
    """

    def __init__(self, given: object, *, where: str = "the body") -> None:
        if not isinstance(given, Mapping):
            raise BadInput(f"{where} must be an object with fields.", reason="unparseable")
        self._where = where
        self._values: dict[str, Any] = {}
        for name, value in given.items():
            known = self._values.setdefault(_plain(str(name)), value)
            if known != value:
                raise BadInput(f"{where} gives {str(name)[:40]!r} twice.", reason="ambiguous_field")

    def has(self, name: str) -> bool:
        return self._first(name) is not None

    def inner(self, name: str) -> "Fields":
        """An object inside this one; empty when it is missing."""
        value = self._first(name)
        return Fields({} if value is None else value, where=self._path(name))

    def items(self, name: str) -> tuple[Any, ...]:
        """A list inside this object."""
        value = self._first(name)
        if not isinstance(value, list):
            raise BadInput(f"{self._path(name)} must be a list.", reason="unparseable")
        return tuple(value)

    def raw(self, *names: str) -> Any:
        """A value as it came, or None."""
        return self._first(*names)

    def text(self, *names: str) -> str | None:
        """A text or number as clean text of at most 300 characters, or None."""
        value = self._first(*names)
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            return None
        return clean_text(str(value))

    def free_text(self, *names: str) -> str | None:
        """As `text`, for words that people typed: full card numbers in it are cut."""
        return without_card_numbers(self.text(*names))

    def word(self, *names: str) -> str:
        """A code in lower case with dashes for spaces and underscores; empty when missing."""
        return re.sub(r"[\s_]+", "-", (self.text(*names) or "").lower())

    def identifier(self, *names: str) -> str:
        """An opaque id that must be there, exactly as it came."""
        value = self._first(*names)
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not text or len(text) > LONGEST_ID or not text.isprintable():
            raise BadInput(
                f"{self._path(names[0])} must be an id of 1 to {LONGEST_ID} printable characters.",
                reason="bad_id",
            )
        return text

    def flag(self, *names: str) -> bool | None:
        value = self._first(*names)
        if isinstance(value, bool):
            return value
        return {"yes": True, "true": True, "no": False, "false": False}.get(str(value).lower())

    def money(self, amounts: tuple[str, ...], currencies: tuple[str, ...]) -> Money | None:
        """An amount in major units with its currency, beside it or inside it (`{value, currencyCode}`).

        None when there is no amount; zero counts as none.
        """
        amount, currency = self._first(*amounts), self.text(*currencies)
        field = self._path(amounts[0])
        if isinstance(amount, Mapping):
            inside = Fields(amount, where=field)
            amount, currency = (
                inside.raw("value", "amount"),
                inside.text("currencyCode", "currency") or currency,
            )
        if amount is None:
            return None
        if currency is None:
            raise BadInput(f"{field} has no currency beside it.", reason="bad_currency")
        try:
            money = parse_major(amount.strip() if isinstance(amount, str) else amount, currency.upper())
        except BadInput as error:
            raise BadInput(f"{field}: {without_card_numbers(str(error))}", reason=error.reason) from None
        return money if money.amount_minor else None

    def needed_money(self, amounts: tuple[str, ...], currencies: tuple[str, ...]) -> Money:
        """An amount above zero that must be there."""
        money = self.money(amounts, currencies)
        if money is None:
            raise BadInput(f"{self._path(amounts[0])} must be an amount above zero.", reason="bad_amount")
        return money

    def _first(self, *names: str) -> Any:
        for name in names:
            value = self._values.get(_plain(name))
            if value is not None and not (isinstance(value, str) and value.strip().lower() in _NOTHING):
                return value
        return None

    def _path(self, name: str) -> str:
        return name if self._where == "the body" else f"{self._where}.{name}"


def clean_text(text: str) -> str | None:
    """One line without control characters or half surrogates, which neither databases nor UTF-8 can hold."""
    kept = "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs") else character for character in text
    )
    return " ".join(kept.split())[:LONGEST_TEXT] or None


def note_of(*remarks: str | None) -> str | None:
    """What an analyst should see, in one line; words of the provider in it show no full card number."""
    return without_card_numbers("; ".join(filter(None, remarks))) or None


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()
