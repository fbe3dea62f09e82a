"""Every store test runs on SQLite and on PostgreSQL, each on a migrated database without rows."""

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
from cryptography.fernet import Fernet
from postgresql_server import database_on, running_server
from pydantic import SecretStr
from store_values import ACCOUNT, credentials

from store import Store
from store.tables import Row


@dataclass
class Sqlite:
    """Databases as copies of a migrated file."""

    directory: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def empty(self) -> str:
        return f"sqlite:///{self.directory}/empty{next(self.numbers)}.db"

    async def migrated(self) -> str:
        template = self.directory / "template.db"
        if not template.exists():
            async with await Store.connect(f"sqlite:///{template}", None) as store:
                await store.migrate()
        file = self.directory / f"store{next(self.numbers)}.db"
        shutil.copy(template, file)
        return f"sqlite:///{file}"


@dataclass
class Postgresql:
    """One migrated database, emptied for each test: making one for each takes too long."""

    server_url: str
    numbers: Iterator[int] = field(default_factory=itertools.count)
    shared: str | None = None

    async def empty(self) -> str:
        name = f"store{next(self.numbers)}"
        await self._run(self.server_url, f"CREATE DATABASE {name}")
        return database_on(self.server_url, name)

    async def migrated(self) -> str:
        if self.shared is None:
            self.shared = await self.empty()
            async with await Store.connect(self.shared, None) as store:
                await store.migrate()
        tables = ", ".join(table.name for table in Row.metadata.sorted_tables)
        await self._run(self.shared, f"TRUNCATE {tables} RESTART IDENTITY")
        return self.shared

    async def _run(self, url: str, statement: str) -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


Databases = Sqlite | Postgresql


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgresql]:
    with running_server(tmp_path_factory.mktemp("postgresql")) as server_url:
        yield Postgresql(server_url)


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    found: Databases = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def database_url(databases: Databases) -> str:
    return await databases.migrated()


@pytest.fixture(scope="session")
def secrets_key() -> SecretStr:
    return SecretStr(Fernet.generate_key().decode())


@pytest.fixture
async def store(database_url: str, secrets_key: SecretStr) -> AsyncIterator[Store]:
    async with await Store.connect(database_url, secrets_key) as store:
        await store.accounts.connect_account(credentials(ACCOUNT))
        yield store
