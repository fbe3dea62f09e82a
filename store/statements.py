"""What SQLAlchemy has no common word for in SQLite and PostgreSQL, and statements that are built once.

Values are handed to `execute`, not to the statement: building one takes several times as long as running it.
"""

from functools import lru_cache

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql, sqlite

from store.tables import Row

Insert = sqlite.Insert | postgresql.Insert


def insert_new(connection: Connection, table: type[Row]) -> Insert:
    """An INSERT that leaves a row that is already there as it is."""
    return _insert_new(connection.dialect.name, table)


def insert_or_replace(connection: Connection, table: type[Row], *, keep: tuple[str, ...] = ()) -> Insert:
    """An INSERT that overwrites a row of the same primary key, but for the columns to keep."""
    return _insert_or_replace(connection.dialect.name, table, keep)


def insert_into(dialect: str, table: type[Row]) -> Insert:
    """An INSERT that may say ON CONFLICT, in the words of the database."""
    return sqlite.insert(table.__table__) if dialect == "sqlite" else postgresql.insert(table.__table__)


def hold(connection: Connection, name: str) -> None:
    """Let no other transaction that holds `name` run until this one ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(_HOLD, {"name": name})


_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


@lru_cache
def _insert_new(dialect: str, table: type[Row]) -> Insert:
    return insert_into(dialect, table).on_conflict_do_nothing()


@lru_cache
def _insert_or_replace(dialect: str, table: type[Row], keep: tuple[str, ...]) -> Insert:
    insert = insert_into(dialect, table)
    key = [column.name for column in table.__table__.primary_key]
    replaced = [column.name for column in table.__table__.columns if column.name not in (*key, *keep)]
    changes = {name: insert.excluded[name] for name in replaced}
    return insert.on_conflict_do_update(index_elements=key, set_=changes)
