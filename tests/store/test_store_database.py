"""The database under the store: its schema, its address, and what its failures say."""

import asyncio
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from conftest import Databases, Postgresql
from pydantic import SecretStr
from sqlalchemy import Connection, text
from store_dispute_values import dossier
from store_values import ACCOUNT, NOW, credentials, request

from chargebacks.errors import BadInput, NeedsOperator, TryLater
from store import Store, migrations
from store.database import open_database
from store.tables import Row


async def run_sql(database_url: str, statement: str) -> None:
    database = open_database(database_url)
    await database.write(lambda connection: connection.execute(text(statement)))
    await database.close()


async def test_migrations_make_what_the_tables_say(database_url: str) -> None:
    """From an empty database; a table changed without a migration shows here."""

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Row.metadata))

    database = open_database(database_url)
    found = await database.read(differences)
    await database.close()
    assert found == []


async def to_revision(database_url: str, revision: str) -> None:
    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", migrations.__path__[0])
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    database = open_database(database_url)
    await database.write_durably(upgrade)
    await database.close()


FIRST_ROWS = """
    INSERT INTO policies VALUES ('p1', '', '{}');
    INSERT INTO accounts VALUES (7, 'shop', false, NULL, '["order_id"]', false, 'p1', 'sealed key');
    INSERT INTO policy_activations VALUES (1, 'shop', 'p1', 'ann', '2026-11-20 12:00:00');
    INSERT INTO alert_sources VALUES ('ethoca', 'ethoca', 'shop', 'https://alerts.test', '{}', 'sealed');
    INSERT INTO charge_orders VALUES (7, '1001', 'ch_1');
    INSERT INTO cases VALUES ('case-1', 'alert', 'closed', 'shop', 'ethoca', NULL, 'ch_1', 4999, 'USD',
        '2026-11-20 12:00:00', NULL, '2026-11-21 12:00:00',
        '{"case_id": "case-1", "kind": "alert", "account": "shop", "source": "ethoca", "status": "closed"}')
"""


async def test_a_database_of_the_first_release_keeps_everything(
    databases: Databases, secrets_key: SecretStr
) -> None:
    """What refers to an account still does; the new switch is off, and disputes can be kept at once."""
    url = await databases.empty()
    await to_revision(url, "0001")
    for statement in FIRST_ROWS.split(";"):
        await run_sql(url, statement)
    async with await Store.connect(url, secrets_key) as store:
        await store.migrate()
        await store.check_schema()
        facts = await store.accounts.account_facts(ACCOUNT)
        assert (facts.policy_version, facts.alert_management, facts.dispute_representment) == (
            "p1",
            False,
            False,
        )
        assert await store.accounts.number_of(ACCOUNT) == 7
        assert [source.name for source in await store.sources.list_sources()] == ["ethoca"]
        assert [case.case_id for case in await store.cases.cases_of_charge(ACCOUNT, "ch_1")] == ["case-1"]
        await store.accounts.connect_account(credentials(ACCOUNT))
        await store.evidence.keep_dossier("dispute/shop/du_1", dossier())
        assert await store.evidence.dossier("dispute/shop/du_1") == dossier()


async def test_processes_that_start_together_migrate_once(databases: Databases) -> None:
    """Worker, ingest and CLI of one release come up at the same moment."""
    url = await databases.empty()
    stores = [await Store.connect(url, None) for _ in range(4)]
    await asyncio.gather(*(store.migrate() for store in stores))
    for store in stores:
        await store.check_schema()
        await store.close()


async def test_migrating_again_keeps_everything(store: Store) -> None:
    """It is run at every start."""
    await store.cases.open_case(request(), opened_at=NOW)
    await store.migrate()
    assert len(await store.cases.list_cases()) == 1


async def test_a_database_that_is_behind_says_what_to_run(databases: Databases) -> None:
    """Before the first case fails on it, and also when nobody checked."""
    async with await Store.connect(await databases.empty(), None) as store:
        with pytest.raises(NeedsOperator, match=r"python starter.py migrate"):
            await store.check_schema()
        with pytest.raises(NeedsOperator, match=r"python starter.py migrate"):
            await store.cases.list_cases()


async def test_a_database_that_is_ahead_is_not_touched(databases: Databases) -> None:
    """An older release rolled back onto a newer schema must not run."""
    url = await databases.empty()
    async with await Store.connect(url, None) as store:
        await store.migrate()
        await run_sql(url, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(NeedsOperator, match=r"ahead of this version \(revision 9999\)"):
            await store.check_schema()


async def test_moments_without_a_time_zone_are_refused(store: Store) -> None:
    """Read back as UTC they would be hours off, and a deadline missed."""
    with pytest.raises(Exception, match="without a time zone"):
        await store.cases.open_case(request(), opened_at=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "chargebacks.db", ""])
async def test_an_address_that_cannot_work_is_refused(url: str) -> None:
    """The sentence shows both forms that can."""
    with pytest.raises(BadInput, match=r"sqlite:///FILE or postgresql://"):
        await Store.connect(url, None)


async def test_a_file_that_cannot_be_opened_needs_an_operator(tmp_path: Path) -> None:
    """No retry will make its directory, or turn another file into a database."""
    with pytest.raises(NeedsOperator, match="unable to open database file"):
        await Store.connect(f"sqlite:///{tmp_path}/missing/store.db", None)
    (tmp_path / "letter").write_text("Dear customer, " * 100)
    with pytest.raises(NeedsOperator, match="file is not a database"):
        await Store.connect(f"sqlite:///{tmp_path}/letter", None)


async def test_a_server_that_is_away_is_tried_later() -> None:
    """Temporal retries; the password stays out of the message."""
    with pytest.raises(TryLater) as failure:
        await Store.connect("postgres://user:hunter2@127.0.0.1:1/db?sslmode=disable", None)
    assert failure.value.reason == "database_unavailable"
    assert "hunter2" not in str(failure.value)


async def test_a_missing_database_needs_an_operator(postgresql: Postgresql) -> None:
    """No retry will create it."""
    with pytest.raises(NeedsOperator, match="nowhere"):
        await Store.connect(postgresql.server_url.replace("/postgres?", "/nowhere?"), None)


async def test_a_text_that_cannot_be_stored_is_bad_input(postgresql: Postgresql) -> None:
    """PostgreSQL holds no NUL characters; trying again would not help."""
    async with await Store.connect(await postgresql.migrated(), None) as store:
        with pytest.raises(BadInput, match="cannot hold"):
            await store.cases.open_case(request("case\0"), opened_at=NOW)


async def test_a_lost_connection_is_tried_later_and_then_works(
    postgresql: Postgresql, secrets_key: SecretStr
) -> None:
    """A restart of the server costs a retry, not the worker."""
    async with await Store.connect(await postgresql.migrated(), secrets_key) as store:
        await store.accounts.connect_account(credentials(ACCOUNT))
        await run_sql(
            postgresql.server_url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
        )
        with pytest.raises(TryLater):
            await store.accounts.account_facts(ACCOUNT)
        assert (await store.accounts.account_facts(ACCOUNT)).name == ACCOUNT


async def test_a_writer_in_another_process_is_waited_for(tmp_path: Path) -> None:
    """SQLite has one writer at a time; the second one waits its turn instead of failing."""
    file = tmp_path / "store.db"
    async with await Store.connect(f"sqlite:///{file}", None) as store:
        await store.migrate()
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.ensure_future(store.cases.open_case(request(), opened_at=NOW))
        assert await store.cases.list_cases() == ()
        other.execute("COMMIT")
        other.close()
        await writing
        assert len(await store.cases.list_cases()) == 1


async def test_what_must_survive_power_loss_is_synced_at_commit(tmp_path: Path) -> None:
    """SQLite's FULL (2) for durable writes; NORMAL (1), which syncs at checkpoints, for the others."""
    database = open_database(f"sqlite:///{tmp_path}/store.db")
    level = text("PRAGMA synchronous")
    assert await database.write_durably(lambda connection: connection.execute(level).scalar()) == 2
    assert await database.write(lambda connection: connection.execute(level).scalar()) == 1
    mode = text("PRAGMA journal_mode")
    assert await database.read(lambda connection: connection.execute(mode).scalar()) == "wal"
    await database.close()
