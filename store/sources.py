"""Configured alert sources, their secrets sealed."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row
from sqlmodel import col

from chargebacks.errors import BadInput, NeedsOperator
from runtime.connections import SourceSettings
from store.database import Database
from store.sealing import Sealer
from store.statements import insert_into
from store.tables import AccountRow, AlertSourceRow


class Sources:
    """The alert sources of every account, by name."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def connect_source(self, settings: SourceSettings) -> None:
        """Store a source, or replace what is stored under its name. BadInput when its account is not connected."""
        values = {
            **settings.model_dump(include={"kind", "account", "base_url"}),
            "options": json.dumps(settings.options),
            "sealed": self._sealer.seal(_owner(settings.name), settings.secrets),
        }
        accounts = select(col(AccountRow.name)).order_by(col(AccountRow.name))
        async with self._database.write_durably() as connection:
            connected = (await connection.execute(accounts)).scalars().all()
            if settings.account not in connected:
                raise BadInput(
                    f'source {settings.name} names the account "{settings.account}", which is not connected '
                    f"(connected: {', '.join(connected) or 'none'})",
                    reason="unknown_account",
                )
            insert = insert_into(connection, AlertSourceRow).values({"name": settings.name, **values})
            await connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=values))

    async def source(self, name: str) -> SourceSettings:
        """The source with its secrets. NeedsOperator when it is not connected or SECRETS_KEY does not fit."""
        of_name = select(AlertSourceRow).where(col(AlertSourceRow.name) == name)
        names = select(col(AlertSourceRow.name)).order_by(col(AlertSourceRow.name))
        async with self._database.read() as connection:
            row = (await connection.execute(of_name)).one_or_none()
            if row is None:
                connected = (await connection.execute(names)).scalars().all()
                raise NeedsOperator(
                    f'no alert source "{name}" is connected (connected: {", ".join(connected) or "none"})',
                    reason="unknown_source",
                )
        secrets = self._sealer.unseal(_owner(name), row.sealed)
        return _settings(row).model_copy(update={"secrets": secrets})

    async def list_sources(self) -> tuple[SourceSettings, ...]:
        """Every source by name, without secrets."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(AlertSourceRow).order_by(col(AlertSourceRow.name)))
            return tuple(_settings(row) for row in rows)


def _owner(name: str) -> str:
    return f"alert source {name}"


def _settings(row: Row[Any]) -> SourceSettings:
    return SourceSettings.model_validate({**row._mapping, "options": json.loads(row.options)})
