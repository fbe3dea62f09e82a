"""Configured alert sources, their secrets sealed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, select, update
from sqlalchemy.engine import Row
from sqlmodel import col

from chargebacks.errors import NeedsOperator
from runtime.connections import SourceSettings
from store.accounts import require_account
from store.database import Database
from store.sealing import Sealer
from store.statements import insert_or_replace
from store.tables import AlertSourceRow


class Sources:
    """The alert sources of every account, by name."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def connect_source(self, settings: SourceSettings) -> None:
        """Store a source, or replace what is stored under its name. BadInput when its account is not connected."""
        values = {
            **settings.model_dump(include={"name", "kind", "account", "base_url"}),
            "options": json.dumps(settings.options),
            "sealed": self._sealer.seal(_owner(settings.name), settings.secrets),
        }
        await self._database.write_durably(lambda connection: _store(connection, settings, values))

    async def rotate(self, name: str, secrets: Mapping[str, SecretStr], *, previous_until: datetime) -> None:
        """Give the source new secrets; what is signed with the present ones is taken until that moment.

        NeedsOperator when the source is not connected.
        """
        sealed = self._sealer.seal(_owner(name), secrets)

        def rotate(connection: Connection) -> None:
            row = _find(connection, name)
            _change(
                connection,
                name,
                {"sealed": sealed, "previous_sealed": row.sealed, "previous_until": previous_until},
            )

        await self._database.write_durably(rotate)

    async def remove(self, name: str) -> None:
        """Erase the source's secrets: nothing of it is taken any more, its cases stay. NeedsOperator when it is not
        connected."""

        def remove(connection: Connection) -> None:
            _find(connection, name)
            _change(connection, name, {"sealed": "", "previous_sealed": None, "previous_until": None})

        await self._database.write_durably(remove)

    async def source(self, name: str) -> SourceSettings:
        """The source with its secrets. NeedsOperator when it is not connected, was removed, or SECRETS_KEY does not
        fit."""
        row = await self._database.read(lambda connection: _find(connection, name))
        if not row.sealed:
            raise NeedsOperator(
                f"The alert source {name} was removed: connect it again.", reason="source_removed"
            )
        previous = row.previous_sealed
        return _settings(row).model_copy(
            update={
                "secrets": self._sealer.unseal(_owner(name), row.sealed),
                "previous_secrets": self._sealer.unseal(_owner(name), previous) if previous else {},
            }
        )

    async def names_of(self, account: str, *, kind: str) -> tuple[str, ...]:
        """Names of the account's sources of that kind that are still connected, in alphabetical order."""
        of_kind = (
            select(col(AlertSourceRow.name))
            .where(
                col(AlertSourceRow.account) == account,
                col(AlertSourceRow.kind) == kind,
                col(AlertSourceRow.sealed) != "",
            )
            .order_by(col(AlertSourceRow.name))
        )
        return await self._database.read(lambda connection: tuple(connection.execute(of_kind).scalars()))

    async def list_sources(self) -> tuple[SourceSettings, ...]:
        """Every connected source by name, without secrets."""
        every = (
            select(AlertSourceRow).where(col(AlertSourceRow.sealed) != "").order_by(col(AlertSourceRow.name))
        )
        return await self._database.read(
            lambda connection: tuple(_settings(row) for row in connection.execute(every))
        )


def _owner(name: str) -> str:
    return f"alert source {name}"


def _store(connection: Connection, settings: SourceSettings, values: dict[str, Any]) -> None:
    require_account(connection, settings.account, named_by=f"source {settings.name}")
    connection.execute(insert_or_replace(connection, AlertSourceRow), values)


def _find(connection: Connection, name: str) -> Row[Any]:
    of_name = select(AlertSourceRow).where(col(AlertSourceRow.name) == name)
    row = connection.execute(of_name).one_or_none()
    if row is None:
        every = select(col(AlertSourceRow.name)).order_by(col(AlertSourceRow.name))
        names = ", ".join(connection.execute(every).scalars())
        raise NeedsOperator(
            f'no alert source "{name}" is connected (connected: {names or "none"})', reason="unknown_source"
        )
    return row


def _change(connection: Connection, name: str, values: dict[str, Any]) -> None:
    connection.execute(update(AlertSourceRow).where(col(AlertSourceRow.name) == name).values(values))


def _settings(row: Row[Any]) -> SourceSettings:
    return SourceSettings.model_validate({**row._mapping, "options": json.loads(row.options)})
