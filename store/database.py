"""The database as the rest of the store sees it, and what its failures mean to a caller.

A piece of work is a plain function of a connection; the database runs it in one transaction, and off the event loop.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from chargebacks.errors import BadInput
from store.postgresql import PostgresqlDatabase
from store.sqlite import SqliteDatabase

T = TypeVar("T")


class Database(Protocol):
    """SQLite or PostgreSQL. Whatever the work raises rolls it back and comes out as it is.

    TryLater ("database_unavailable") when the database does not answer; the work may have been committed then, so
    every piece of work can be repeated. A cancelled caller does not know either.
    """

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run work whose statements only read; each sees what is committed when it runs."""
        ...

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run work in a transaction that may be lost with the machine's power, though not with the process: for what
        can be told again, such as case projections and the charge index."""
        ...

    async def write_durably(self, work: Callable[[Connection], T]) -> T:
        """Run work in a transaction that is on disk before this returns."""
        ...

    async def close(self) -> None: ...


def open_database(database_url: str) -> Database:
    """Accepts `sqlite:///FILE`, `postgresql://…` and `postgres://…`, with or without an async driver's name."""
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise _bad_url() from None
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite" and url.database and ":memory:" not in url.database:
        return SqliteDatabase(url)
    if backend in ("postgresql", "postgres"):
        return PostgresqlDatabase(url)
    raise _bad_url()


def _bad_url() -> BadInput:
    return BadInput(
        "DATABASE_URL must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE",
        reason="database_url",
    )
