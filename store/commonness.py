"""How common an alert's values are at the merchant: counts that stop early and read only an index."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from chargebacks.matching import Commonness
from store.candidates import AMOUNT_COLUMNS, IN_ACCOUNT, IN_SPAN, Question, is_amount

_STOP_AT = 2000


def count_common(connection: Connection, question: Question) -> Commonness:
    """Charges in the question's span, and those of the sale's amount, in the currency charged or shown."""
    statement = counts_statement(with_amount="amount_0" in question.keys)
    window, *same_amount = connection.execute(statement, question.values).one()
    return Commonness(window_charges=window, same_amount=min(sum(same_amount), _STOP_AT), capped_at=_STOP_AT)


@lru_cache(maxsize=2)
def counts_statement(*, with_amount: bool) -> Select[*tuple[Any, ...]]:
    counts = [_count()]
    if with_amount:
        counts += [_count(*is_amount(minor, currency, which="0")) for minor, currency in AMOUNT_COLUMNS]
    return select(*counts)


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    counted = select(literal_column("1")).where(IN_ACCOUNT, IN_SPAN, *conditions).limit(_STOP_AT).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()
