"""Which charges share an identifier with an alert: one statement of short index reads.

Each read takes at most its limit from one index of `ChargeRow`, nearest to the sale first where time decides, so the
cost hardly grows with the number of charges.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    SQLColumnExpression,
    bindparam,
    literal_column,
    select,
    union_all,
)
from sqlmodel import col

from chargebacks import identifiers
from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot, SnapshotOrigin
from chargebacks.clocks import search_span
from chargebacks.money import Money
from store.keys import network_keys, order_key
from store.tables import ChargeOrderRow, ChargeRow

_MOST_CANDIDATES = 50
_FEW = 10
_SOME = 25
_NEAREST = 12
"""On each side of the sale's time."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What an alert asks the index by: `values` of a statement's parameters. Equal `keys`, one statement."""

    keys: frozenset[str]
    values: dict[str, Any]


def question_of(account_id: int, alert: Alert, *, date_tolerance_days: int) -> Question:
    """The alert's identifiers as the index holds them, and the span of time to look in (Unix seconds)."""
    sold = alert.transaction
    span = search_span(alert, date_tolerance_days=date_tolerance_days)
    earliest, latest = int(span.earliest.timestamp()), int(span.latest.timestamp())
    amounts = _amounts(alert)
    given: dict[str, Any] = {
        "stripe_ids": _padded(_stripe_ids(alert), 2),
        "order_id": order_key(sold.merchant_order_id),
        "network_ids": _padded(network_keys(sold.network_transaction_id), 8),
        "auth_code": identifiers.auth_code(sold.auth_code),
        "last4": identifiers.last4(sold.last4),
        "amounts": _padded([amount.amount_minor for amount in amounts], 2),
    }
    for number, amount in enumerate(amounts):
        given |= {f"amount_{number}": amount.amount_minor, f"currency_{number}": amount.currency}
    asked = {key: value for key, value in given.items() if value}
    # Without a time of the sale the latest charges are the likeliest: alerts come within weeks.
    middle = (earliest + latest) // 2 if sold.at else latest
    span_values = {"earliest": earliest, "middle": middle, "latest": latest}
    return Question(keys=frozenset(asked), values={"account_id": account_id, **span_values, **asked})


def _padded(values: list[Any], length: int) -> list[Any]:
    """Lists of one length make statements of one text, which the database plans once."""
    return values + values[:1] * (length - len(values))


def _stripe_ids(alert: Alert) -> list[str]:
    """Some resellers give Stripe's id as the merchant's order id."""
    given = (alert.transaction.stripe_id, alert.transaction.merchant_order_id)
    return [text for text in given if text is not None and text.startswith(("ch_", "py_", "pi_"))]


def _amounts(alert: Alert) -> tuple[Money, ...]:
    """The sale's amount, then the disputed one where it differs. Zero is how some sources write "unknown"."""
    stated = (alert.transaction.amount, alert.amount)
    return tuple(dict.fromkeys(amount for amount in stated if amount is not None and amount.amount_minor > 0))


def find_charges(connection: Connection, question: Question) -> tuple[tuple[ChargeSnapshot, ...], bool]:
    """At most 50 charges, those that share the rarest identifier first, and whether that is all that matters.

    A read that was cut short matters only while no rarer identifier found anything: what it left out agrees with the
    alert on less than what was found.
    """
    if not question.keys:
        return (), True
    found = connection.execute(charges_statement(question.keys), question.values)
    return _gathered(_readings(question.keys), found.all())


class _Rarity(IntEnum):
    """How many charges share the identifier: one, as a rule; a few; any number."""

    UNIQUE = 0
    RARE = 1
    COMMON = 2


@dataclass(frozen=True)
class _Reading:
    """One short read of one index."""

    rarity: _Rarity
    limit: int
    rows: Select[*tuple[Any, ...]]


@lru_cache(maxsize=256)
def charges_statement(keys: frozenset[str]) -> CompoundSelect[*tuple[Any, ...]]:
    """Every read that a question of these keys allows, each row with the number of its read."""
    numbered = []
    for number, reading in enumerate(_readings(keys)):
        rows = reading.rows.subquery()
        numbered.append(select(literal_column(str(number)).label("reading"), *rows.columns))
    return union_all(*numbered)


@lru_cache(maxsize=256)
def _readings(keys: frozenset[str]) -> tuple[_Reading, ...]:
    return tuple(sorted(_every_reading(keys), key=lambda reading: reading.rarity))


def _every_reading(keys: frozenset[str]) -> Iterator[_Reading]:
    if "stripe_ids" in keys:
        for column in (ChargeRow.charge_id, ChargeRow.payment_intent):
            yield _reading(_Rarity.UNIQUE, _FEW, col(column).in_(bindparam("stripe_ids", expanding=True)))
    if "network_ids" in keys:
        ids: BindParameter[Any] = bindparam("network_ids", expanding=True)
        yield _reading(_Rarity.UNIQUE, _FEW, col(ChargeRow.network_transaction_id).in_(ids))
    if "order_id" in keys:
        yield _reading(_Rarity.RARE, _FEW, *_IS_OF_ORDER)
    if "auth_code" in keys:
        yield _reading(_Rarity.RARE, _SOME, col(ChargeRow.auth_code) == bindparam("auth_code"), IN_SPAN)
    if "last4" in keys:
        for number in (ChargeRow.last4, ChargeRow.dynamic_last4):
            yield from _by_card_number(col(number) == bindparam("last4"), with_amount="amounts" in keys)
    for which in ("0", "1"):
        if f"amount_{which}" in keys:
            for minor, currency in AMOUNT_COLUMNS:
                yield from _nearest(*is_amount(minor, currency, which=which))


IN_ACCOUNT = col(ChargeRow.account_id) == bindparam("account_id")
IN_SPAN = col(ChargeRow.created).between(bindparam("earliest"), bindparam("latest"))
_IS_OF_ORDER = (
    col(ChargeOrderRow.account_id) == bindparam("account_id"),
    col(ChargeOrderRow.order_id) == bindparam("order_id"),
    col(ChargeOrderRow.charge_id) == col(ChargeRow.charge_id),
)
AMOUNT_COLUMNS = (
    (col(ChargeRow.amount_minor), col(ChargeRow.currency)),
    (col(ChargeRow.presentment_minor), col(ChargeRow.presentment_currency)),
)


def _reading(rarity: _Rarity, limit: int, *conditions: ColumnElement[bool]) -> _Reading:
    """One row more than the limit, to see whether something was cut off."""
    columns = (ChargeRow.charge_id, ChargeRow.document, ChargeRow.subscription, ChargeRow.subscription_known)
    return _Reading(rarity, limit, select(*map(col, columns)).where(IN_ACCOUNT, *conditions).limit(limit + 1))


def _by_card_number(same_number: ColumnElement[bool], *, with_amount: bool) -> Iterator[_Reading]:
    if with_amount:
        same_amount = col(ChargeRow.amount_minor).in_(bindparam("amounts", expanding=True))
        yield _reading(_Rarity.RARE, _SOME, same_number, same_amount, IN_SPAN)
    yield from _nearest(same_number)


def _nearest(*conditions: ColumnElement[bool]) -> Iterator[_Reading]:
    """The charges nearest to the middle of the span, on both sides of it."""
    created = col(ChargeRow.created)
    middle: BindParameter[int] = bindparam("middle")
    before = (created >= bindparam("earliest")) & (created <= middle)
    after = (created > middle) & (created <= bindparam("latest"))
    for side, order in ((before, created.desc()), (after, created.asc())):
        reading = _reading(_Rarity.COMMON, _NEAREST, *conditions, side)
        yield replace(reading, rows=reading.rows.order_by(order))


def is_amount(
    minor: SQLColumnExpression[Any], currency: SQLColumnExpression[Any], *, which: str
) -> tuple[ColumnElement[bool], ...]:
    return minor == bindparam(f"amount_{which}"), currency == bindparam(f"currency_{which}")


def _gathered(
    readings: Sequence[_Reading], found: Iterable[Row[Any]]
) -> tuple[tuple[ChargeSnapshot, ...], bool]:
    rows_of: dict[int, list[Row[Any]]] = {}
    for row in found:
        rows_of.setdefault(row.reading, []).append(row)
    charges: dict[str, Row[Any]] = {}
    rarest: _Rarity | None = None
    complete = True
    for number, reading in enumerate(readings):
        rows = rows_of.get(number, [])
        if rows and rarest is None:
            rarest = reading.rarity
        kept = [row for row in rows[: reading.limit] if row.charge_id not in charges]
        room = _MOST_CANDIDATES - len(charges)
        charges |= {row.charge_id: row for row in kept[:room]}
        if reading.rarity == rarest and (len(rows) > reading.limit or len(kept) > room):
            complete = False
    return tuple(snapshot_of(row) for row in charges.values()), complete


def snapshot_of(row: Row[Any]) -> ChargeSnapshot:
    charge = ChargeSnapshot.model_validate_json(row.document)
    known = {"subscription": row.subscription, "subscription_known": row.subscription_known}
    return charge.model_copy(update={**known, "origin": SnapshotOrigin.INDEX})
