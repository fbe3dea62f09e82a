"""The merchant's own evidence sources, their secrets sealed."""

from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, delete, select
from sqlalchemy.engine import Row
from sqlmodel import col

from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.evidence_items import SourceRef, Supplier
from runtime.connections import EvidenceSourceSettings
from store.accounts import require_account
from store.database import Database
from store.dispute_tables import EvidenceSourceRow
from store.sealing import Sealer
from store.statements import insert_or_replace


class EvidenceSources:
    """The evidence sources of every account, by name."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def connect(self, settings: EvidenceSourceSettings) -> None:
        """Store a source, or replace what is stored under its name.

        BadInput when its account is not connected, or when an endpoint has no secret to sign its requests with.
        """
        if settings.kind is Supplier.ENDPOINT and settings.secret is None:
            raise BadInput(
                f"evidence source {settings.name} is an endpoint: give the secret that signs its requests",
                reason="no_secret",
            )
        values = {**settings.model_dump(exclude={"secret"}), "sealed": self._sealed(settings)}
        await self._database.write_durably(lambda connection: _store(connection, settings, values))

    async def source(self, name: str) -> EvidenceSourceSettings:
        """The source with its secret. NeedsOperator when it is not connected or SECRETS_KEY does not fit."""
        row = await self._database.read(lambda connection: _find(connection, name))
        secret = self._sealer.unseal(_owner(name), row.sealed)["secret"] if row.sealed is not None else None
        return _settings(row, secret=secret)

    async def of_account(self, account: str) -> tuple[EvidenceSourceSettings, ...]:
        """The account's sources by name, without secrets."""
        of_account = (
            select(EvidenceSourceRow)
            .where(col(EvidenceSourceRow.account) == account)
            .order_by(col(EvidenceSourceRow.name))
        )
        return await self._database.read(
            lambda connection: tuple(_settings(row) for row in connection.execute(of_account))
        )

    async def refs_of_account(self, account: str) -> tuple[SourceRef, ...]:
        """The account's sources as a workflow names them."""
        sources = await self.of_account(account)
        return tuple(SourceRef(name=one.name, task_queue=one.task_queue) for one in sources)

    async def remove(self, name: str) -> None:
        """Its evidence stays with the cases that have it. NeedsOperator when it is not connected."""
        removed = delete(EvidenceSourceRow).where(col(EvidenceSourceRow.name) == name)

        def remove(connection: Connection) -> None:
            _find(connection, name)
            connection.execute(removed)

        await self._database.write_durably(remove)

    def _sealed(self, settings: EvidenceSourceSettings) -> str | None:
        if settings.secret is None:
            return None
        return self._sealer.seal(_owner(settings.name), {"secret": settings.secret})


def _owner(name: str) -> str:
    return f"evidence source {name}"


def _store(connection: Connection, settings: EvidenceSourceSettings, values: dict[str, Any]) -> None:
    require_account(connection, settings.account, named_by=f"evidence source {settings.name}")
    connection.execute(insert_or_replace(connection, EvidenceSourceRow), values)


def _find(connection: Connection, name: str) -> Row[Any]:
    of_name = select(EvidenceSourceRow).where(col(EvidenceSourceRow.name) == name)
    row = connection.execute(of_name).one_or_none()
    if row is None:
        every = select(col(EvidenceSourceRow.name)).order_by(col(EvidenceSourceRow.name))
        names = ", ".join(connection.execute(every).scalars())
        raise NeedsOperator(
            f'no evidence source "{name}" is connected (connected: {names or "none"})',
            reason="unknown_evidence_source",
        )
    return row


def _settings(row: Row[Any], *, secret: SecretStr | None = None) -> EvidenceSourceSettings:
    return EvidenceSourceSettings.model_validate({**row._mapping, "secret": secret})
