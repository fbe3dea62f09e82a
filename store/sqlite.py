"""SQLite in threads: one that writes, a few that read.

Worker, ingest and CLI share one file: write-ahead log, a busy timeout, and every transaction immediate, because one
that upgrades from reading to writing fails at once when another process wrote meanwhile
(https://sqlite.org/lang_transaction.html). Within a process writers queue for the one thread instead of polling.

A whole piece of work is one visit to a thread. A driver that visits its thread for every statement took three times
as long.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from store.failures import named_failures

T = TypeVar("T")

_BUSY_MILLISECONDS = 5_000
_READERS = 4


class SqliteDatabase:
    """Implements `store.database.Database` on a file."""

    def __init__(self, url: URL) -> None:
        url = url.set(drivername="sqlite+pysqlite")
        self._reads = _engine(url, synchronous="NORMAL", connections=_READERS)
        # In WAL mode NORMAL syncs at checkpoints only, FULL at each commit (https://sqlite.org/pragma.html).
        self._writes = _writing(_engine(url, synchronous="NORMAL", connections=1))
        self._durable_writes = _writing(_engine(url, synchronous="FULL", connections=1))
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="store-read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-write")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """No transaction: readers neither wait for writers nor hold them up."""
        return await _visit(self._readers, _reading, self._reads, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Survives the death of the process."""
        return await _visit(self._writer, _in_transaction, self._writes, work)

    async def write_durably(self, work: Callable[[Connection], T]) -> T:
        """Survives power loss."""
        return await _visit(self._writer, _in_transaction, self._durable_writes, work)

    async def close(self) -> None:
        """Finish what is running, then close every connection."""
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        for threads in (self._readers, self._writer):
            threads.shutdown()
        for engine in (self._reads, self._writes, self._durable_writes):
            engine.dispose()


async def _visit(
    threads: ThreadPoolExecutor,
    run: Callable[[Engine, Callable[[Connection], T]], T],
    engine: Engine,
    work: Callable[[Connection], T],
) -> T:
    with named_failures():
        return await asyncio.get_running_loop().run_in_executor(threads, run, engine, work)


def _reading(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.connect() as connection:
        return work(connection)


def _in_transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _engine(url: URL, *, synchronous: str, connections: int) -> Engine:
    engine = create_engine(url, pool_size=connections, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine, "connect")
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

    return engine


def _writing(engine: Engine) -> Engine:
    @event.listens_for(engine, "begin")
    def begin_immediately(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
