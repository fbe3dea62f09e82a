"""The connection to SQLite or PostgreSQL: engines, transactions, and what a failing database means to a caller.

SQLite is shared by worker, ingest and CLI as one file: write-ahead log, a busy timeout, and every transaction
immediate, because one that upgrades from reading to writing fails at once when another process wrote meanwhile
(https://sqlite.org/lang_transaction.html). Inside a process, writers queue for one lock instead of polling.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import Any

import asyncpg
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chargebacks.errors import BadInput, CaseError, NeedsOperator, TryLater

_BUSY_MILLISECONDS = 5_000
_SQLITE_READERS = 4
_POSTGRESQL_CONNECTIONS = 10
_CALL_SECONDS = 15
_SCHEMA_MISSING = "the database has no tables of this version: run `python starter.py migrate`"


class Database:
    """Three ways in: `read` (no transaction), `write`, and `write_durably`, whose commit survives power loss.

    A commit of `write` on SQLite survives the death of the process, and may be lost with the machine's power: it is
    for what can be told again (case projections, the charge index). PostgreSQL commits durably either way.
    """

    def __init__(self, database_url: str) -> None:
        url = _checked_url(database_url)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._reads = _sqlite_reader(url)
            self._writes = _sqlite_writer(url, synchronous="NORMAL")
            self._durable_writes = _sqlite_writer(url, synchronous="FULL")
        else:
            engine = _postgresql_engine(url)
            self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")
            self._writes = self._durable_writes = engine
        self._one_writer = asyncio.Lock() if self.is_sqlite else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement stands alone."""
        with _failures_named():
            async with self._reads.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction for what can be told again; committed at the end, rolled back by any exception."""
        with _failures_named():
            async with self._turn(), self._writes.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write_durably(self) -> AsyncIterator[AsyncConnection]:
        """One transaction whose commit is on disk before this returns."""
        with _failures_named():
            async with self._turn(), self._durable_writes.begin() as connection:
                yield connection

    def _turn(self) -> AbstractAsyncContextManager[Any]:
        return self._one_writer if self._one_writer is not None else nullcontext()

    async def hold(self, connection: AsyncConnection, name: str) -> None:
        """Let no other transaction that holds `name` run until this one ends. SQLite has one writer anyway."""
        if not self.is_sqlite:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
            )

    async def close(self) -> None:
        for engine in (self._reads, self._writes, self._durable_writes):
            await engine.dispose()


def _checked_url(database_url: str) -> URL:
    """Accepts `sqlite:///file`, `postgresql://…` and `postgres://…`, with or without the async driver's name."""
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise _bad_url() from None
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite" and url.database and ":memory:" not in url.database:
        return url.set(drivername="sqlite+aiosqlite")
    if backend in ("postgresql", "postgres"):
        query = dict(url.query)
        if "sslmode" in query:  # libpq's word, in most providers' URLs; asyncpg calls it `ssl`
            query["ssl"] = query.pop("sslmode")
        return url.set(drivername="postgresql+asyncpg", query=query)
    raise _bad_url()


def _bad_url() -> BadInput:
    return BadInput(
        "DATABASE_URL must be sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE",
        reason="database_url",
    )


def _sqlite_reader(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_size=_SQLITE_READERS,
        max_overflow=0,
        pool_timeout=_CALL_SECONDS,
    )
    _prepare_sqlite(engine, synchronous="NORMAL")
    return engine


def _sqlite_writer(url: URL, *, synchronous: str) -> AsyncEngine:
    """In WAL mode NORMAL syncs at checkpoints only, FULL at each commit (https://sqlite.org/pragma.html)."""
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=_CALL_SECONDS)
    _prepare_sqlite(engine, synchronous=synchronous)

    @event.listens_for(engine.sync_engine, "begin")
    def begin_immediately(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _prepare_sqlite(engine: AsyncEngine, *, synchronous: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        for setting in (
            f"busy_timeout = {_BUSY_MILLISECONDS}",  # first: switching to WAL may have to wait as well
            "journal_mode = WAL",
            f"synchronous = {synchronous}",
            "foreign_keys = ON",
            "cache_size = -65536",
            "temp_store = MEMORY",
        ):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()


def _postgresql_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=_POSTGRESQL_CONNECTIONS,
        max_overflow=_POSTGRESQL_CONNECTIONS,
        pool_timeout=_CALL_SECONDS,
        pool_pre_ping=True,
        connect_args={"timeout": _CALL_SECONDS, "command_timeout": _CALL_SECONDS},
    )


@contextmanager
def _failures_named() -> Iterator[None]:
    try:
        yield
    except (CaseError, IntegrityError):
        raise
    except (DBAPIError, PoolTimeout, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise _named(error) from error


def _named(error: Exception) -> Exception:
    """What a failure means to the caller; a wrong statement of ours stays what it is."""
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    if "no such table" in said or "UndefinedTable" in said:
        return NeedsOperator(_SCHEMA_MISSING, reason="schema_behind")
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError | asyncpg.InvalidCatalogNameError):
        return NeedsOperator(f"the database refuses the connection: {said}", reason="database_refused")
    if isinstance(error, ProgrammingError):
        return error
    return TryLater(f"the database does not answer: {said}", reason="database_unavailable")
