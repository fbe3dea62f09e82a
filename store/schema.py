"""The database's schema: brought up to date by Alembic, and checked before anything runs on it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from chargebacks.errors import NeedsOperator
from store.database import Database
from store.statements import hold

_MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(database: Database) -> None:
    """Bring the schema to this version, in one transaction. Processes that start together take turns."""
    await database.write_durably(_upgrade)


async def check_schema(database: Database) -> None:
    """NeedsOperator unless the schema is exactly this version's."""
    found = await database.read(_revision)
    scripts = ScriptDirectory.from_config(_config())
    if found == scripts.get_current_head():
        return
    if found is None or found in {script.revision for script in scripts.walk_revisions()}:
        raise NeedsOperator(
            "the database is behind this version: run `python starter.py migrate`", reason="schema_behind"
        )
    raise NeedsOperator(
        f"the database is ahead of this version (revision {found}): run the version that migrated it, or a newer one",
        reason="schema_ahead",
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _upgrade(connection: Connection) -> None:
    hold(connection, "schema migration")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
