"""PostgreSQL through asyncpg and a pool of connections."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from store.failures import named_failures

T = TypeVar("T")

_CONNECTIONS = 10
_CALL_SECONDS = 15


class PostgresqlDatabase:
    """Implements `store.database.Database` on a server. Its commits are durable unless the server says otherwise."""

    def __init__(self, url: URL) -> None:
        query = dict(url.query)
        if "sslmode" in query:  # libpq's word, in most providers' URLs; asyncpg calls it `ssl`
            query["ssl"] = query.pop("sslmode")
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg", query=query),
            pool_size=_CONNECTIONS,
            max_overflow=_CONNECTIONS,
            pool_timeout=_CALL_SECONDS,
            hide_parameters=True,
            connect_args={
                "timeout": _CALL_SECONDS,
                "command_timeout": _CALL_SECONDS,
                # Our statements want the same plan whatever their values; planning them anew took longer than they do.
                "server_settings": {"plan_cache_mode": "force_generic_plan"},
            },
        )
        self._reads = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Each statement is its own transaction: one round trip each."""
        with named_failures():
            async with self._reads.connect() as connection:
                return await connection.run_sync(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """The same as `write_durably` here."""
        return await self.write_durably(work)

    async def write_durably(self, work: Callable[[Connection], T]) -> T:
        """One transaction, READ COMMITTED."""
        with named_failures():
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()
