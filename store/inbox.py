"""Messages of alert sources as they came in: kept before anything else happens, each once."""

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, select, type_coerce, update
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import col

from chargebacks.values import Instant, Value
from store.database import Database
from store.sealing import Sealer
from store.statements import insert_into
from store.tables import InboxRow


class InboxMessage(Value):
    """One authenticated message. (source, provider_message_id) is its identity."""

    source: str
    provider_message_id: str
    body: bytes
    """As received, byte for byte."""
    headers: dict[str, str] = {}
    """The few that help an inspection; never a signature or a credential."""
    received_at: Instant
    refused_reason: str | None = None
    """Why nothing was started from it; None when it was accepted."""


class StoredMessage(InboxMessage):
    """A message with its number in the inbox, and the case that was started from it."""

    id: int
    case_id: str | None = None


_NUMBER = type_coerce(col(InboxRow.id), BigInteger)


class Inbox:
    """On disk before `accept` returns: a sender that was told 2xx does not send again."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def accept(self, message: InboxMessage) -> tuple[int, bool]:
        """Keep the message; returns its number and whether it is new.

        A message that is already there stays as it is, unless it was refused then and is accepted now. The body is
        sealed: some providers send full card numbers. NeedsOperator without a SECRETS_KEY.
        """
        body = self._sealer.seal_content(_owner(message), message.body)
        row = message.model_dump(exclude={"headers"}) | {"headers": json.dumps(message.headers), "body": body}
        return await self._database.write_durably(lambda connection: _accept(connection, row))

    async def mark_started(self, message_id: int, case_id: str) -> None:
        """Note that the message led to this case."""
        started = update(InboxRow).where(col(InboxRow.id) == message_id).values(case_id=case_id)
        await self._database.write(lambda connection: connection.execute(started))

    async def pending(self, *, limit: int = 100) -> tuple[StoredMessage, ...]:
        """Accepted and not started yet, oldest first."""
        return await self._messages(
            col(InboxRow.case_id).is_(None),
            col(InboxRow.refused_reason).is_(None),
            order=col(InboxRow.id).asc(),
            limit=limit,
        )

    async def refused(self, limit: int = 100) -> tuple[StoredMessage, ...]:
        """Refused, newest first."""
        return await self._messages(
            col(InboxRow.refused_reason).is_not(None), order=col(InboxRow.id).desc(), limit=limit
        )

    async def _messages(
        self, *conditions: ColumnElement[bool], order: ColumnElement[int | None], limit: int
    ) -> tuple[StoredMessage, ...]:
        wanted = select(InboxRow).where(*conditions).order_by(order).limit(limit)
        rows = await self._database.read(lambda connection: _messages(connection, wanted))
        return tuple(
            row.model_copy(update={"body": self._sealer.unseal_content(_owner(row), row.body)})
            for row in rows
        )


def _owner(message: InboxMessage) -> str:
    return f"message {message.source}/{message.provider_message_id}"


def _accept(connection: Connection, row: dict[str, Any]) -> tuple[int, bool]:
    new = connection.execute(_insert_or_reconsider(connection.dialect.name), row).scalar_one_or_none()
    if new is not None:
        return new, True
    known = select(_NUMBER).where(
        col(InboxRow.source) == row["source"],
        col(InboxRow.provider_message_id) == row["provider_message_id"],
    )
    return connection.execute(known).scalar_one(), False


def _messages(connection: Connection, wanted: Select[*tuple[Any, ...]]) -> tuple[StoredMessage, ...]:
    rows = connection.execute(wanted).mappings()
    return tuple(StoredMessage.model_validate({**row, "headers": json.loads(row["headers"])}) for row in rows)


@lru_cache
def _insert_or_reconsider(dialect: str) -> ReturningInsert[int]:
    insert = insert_into(dialect, InboxRow)
    return insert.on_conflict_do_update(
        index_elements=["source", "provider_message_id"],
        set_={name: insert.excluded[name] for name in ("body", "headers", "received_at", "refused_reason")},
        where=col(InboxRow.refused_reason).is_not(None) & insert.excluded["refused_reason"].is_(None),
    ).returning(_NUMBER)
