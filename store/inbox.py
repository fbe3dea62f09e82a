"""Messages as they came in: kept before anything else happens, each once, until they have been delivered to cases."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    select,
    type_coerce,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import col

from chargebacks.charge_index import Span
from chargebacks.values import Instant, Value
from store.database import Database
from store.sealing import ERASED, Sealer
from store.statements import hold, insert_into
from store.tables import InboxRow

_EVENTS_OF = "stripe/"
"""Begins the source of an account's Stripe events. No alert source can be called so: names hold no slash."""


class MessageKind(StrEnum):
    ALERT = "alert"
    STRIPE_EVENT = "stripe_event"


class InboxMessage(Value):
    """One authenticated message. (source, provider_message_id) is its identity."""

    source: str
    """Name of an alert source, or what `events_of` gives for an account's Stripe events."""
    provider_message_id: str
    body: bytes
    """As received, byte for byte; empty once it was erased."""
    headers: dict[str, str] = {}
    """The few that help an inspection; never a signature or a credential."""
    received_at: Instant
    account: str = ""
    """Whose share of the work it is."""
    due_at: Instant | None = None
    """What is due sooner is delivered sooner; None: when it came."""
    refused_reason: str | None = None
    """Why nothing was started from it; None when it was accepted."""

    @property
    def kind(self) -> MessageKind:
        return MessageKind.STRIPE_EVENT if self.source.startswith(_EVENTS_OF) else MessageKind.ALERT


class StoredMessage(InboxMessage):
    """A message with its number in the inbox, and what became of it."""

    id: int
    case_id: str | None = None
    """The case that was started or told; None where the message concerned none."""
    attempts: int = 0
    last_error: str | None = None
    done_at: Instant | None = None


class Waiting(Value):
    """What is accepted and not delivered yet."""

    messages: int
    oldest: Instant | None
    failing: int
    """Of those, messages whose delivery has failed at least once."""


def events_of(account: str) -> str:
    """The source under which an account's Stripe events are kept."""
    return f"{_EVENTS_OF}{account}"


_NUMBER = type_coerce(col(InboxRow.id), BigInteger)
_WAITING = (col(InboxRow.done_at).is_(None), col(InboxRow.refused_reason).is_(None))


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
        row = message.model_dump(exclude={"headers", "due_at"}) | {
            "headers": json.dumps(message.headers),
            "body": self._sealer.seal_content(_owner(message), message.body),
            "due_at": message.due_at or message.received_at,
            "next_try_at": message.received_at,
            "attempts": 0,
        }
        return await self._database.write_durably(lambda connection: _accept(connection, row))

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> tuple[StoredMessage, ...]:
        """Take up to `limit` messages that wait to be delivered; nobody else gets them until the lease is over.

        Each account in turn, and of each what is due first: a burst for one does not hold up the others.
        """
        rows = await self._database.write(
            lambda connection: _claim(connection, now=now, until=now + lease, limit=limit)
        )
        return self._opened(rows)

    async def mark_done(self, message_id: int, *, at: datetime, case_id: str | None = None) -> None:
        """Note that the message was delivered, and to which case."""
        await self.mark_all_done({message_id: case_id}, at=at)

    async def mark_all_done(self, cases: Mapping[int, str | None], *, at: datetime) -> None:
        """The same for several messages, by their numbers: one transaction, since each costs as much as a message."""
        done = [{"number": number, "to_case": case_id, "at": at} for number, case_id in cases.items()]
        if done:
            await self._database.write(lambda connection: connection.execute(_DONE, done))

    async def mark_failed(self, message_id: int, *, next_try_at: datetime, error: str) -> None:
        """Note that it could not be delivered, and when that is tried again."""
        failed = (
            update(InboxRow)
            .where(col(InboxRow.id) == message_id)
            .values(next_try_at=next_try_at, last_error=error[:1000])
        )
        await self._database.write(lambda connection: connection.execute(failed))

    async def refuse(self, message_id: int, reason: str) -> None:
        """Note that the message can lead to nothing, found out only when it was to be delivered."""
        refused = update(InboxRow).where(col(InboxRow.id) == message_id).values(refused_reason=reason)
        await self._database.write(lambda connection: connection.execute(refused))

    async def pending(self, *, limit: int = 100) -> tuple[StoredMessage, ...]:
        """Accepted and not delivered yet, oldest first."""
        return await self._messages(*_WAITING, order=col(InboxRow.id).asc(), limit=limit)

    async def waiting(self) -> Waiting:
        """How much is not delivered yet."""
        failing = func.count().filter(col(InboxRow.last_error).is_not(None))
        wanted = select(func.count(), func.min(InboxRow.received_at), failing).where(*_WAITING)
        row = await self._database.read(lambda connection: connection.execute(wanted).one())
        return Waiting(messages=row[0], oldest=row[1], failing=row[2])

    async def last_received(self, source: str) -> datetime | None:
        """When the last message of the source came in, refused ones included."""
        last = select(func.max(InboxRow.received_at)).where(col(InboxRow.source) == source)
        return await self._database.read(lambda connection: connection.execute(last).scalar_one())

    async def first_received(self, source: str) -> datetime | None:
        """When the first message of the source came in, refused ones included."""
        first = select(func.min(InboxRow.received_at)).where(col(InboxRow.source) == source)
        return await self._database.read(lambda connection: connection.execute(first).scalar_one())

    async def received_in(self, source: str, span: Span) -> int:
        """How many messages of the source came in then, refused ones included."""
        counted = select(func.count()).where(
            col(InboxRow.source) == source,
            col(InboxRow.received_at) >= span.since,
            col(InboxRow.received_at) < span.until,
        )
        return await self._database.read(lambda connection: connection.execute(counted).scalar_one())

    async def refused(self, limit: int = 100) -> tuple[StoredMessage, ...]:
        """Refused, newest first."""
        return await self._messages(
            col(InboxRow.refused_reason).is_not(None), order=col(InboxRow.id).desc(), limit=limit
        )

    async def _messages(
        self, *conditions: ColumnElement[bool], order: ColumnElement[int | None], limit: int
    ) -> tuple[StoredMessage, ...]:
        wanted = select(InboxRow).where(*conditions).order_by(order).limit(limit)
        return self._opened(await self._database.read(lambda connection: _messages(connection, wanted)))

    def _opened(self, rows: Sequence[StoredMessage]) -> tuple[StoredMessage, ...]:
        return tuple(row.model_copy(update={"body": self._open(row)}) for row in rows)

    def _open(self, row: StoredMessage) -> bytes:
        return ERASED if row.body == ERASED else self._sealer.unseal_content(_owner(row), row.body)


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


def _claim(
    connection: Connection, *, now: datetime, until: datetime, limit: int
) -> tuple[StoredMessage, ...]:
    hold(connection, "inbox delivery")
    numbers = list(connection.execute(_next_in_turn(), {"now": now, "most": limit}).scalars())
    if not numbers:
        return ()
    connection.execute(_TAKEN, {"numbers": numbers, "until": until})
    rows = {row.id: row for row in _messages(connection, _NUMBERED, {"numbers": numbers})}
    return tuple(rows[number] for number in numbers)


@lru_cache
def _next_in_turn() -> Select[*tuple[Any, ...]]:
    in_turn = func.row_number().over(
        partition_by=col(InboxRow.account), order_by=(col(InboxRow.due_at), col(InboxRow.id))
    )
    free = select(col(InboxRow.id), col(InboxRow.due_at), in_turn.label("turn")).where(
        *_WAITING, col(InboxRow.next_try_at) <= bindparam("now")
    )
    queue = free.subquery()
    in_order = select(queue.c.id).order_by(queue.c.turn, queue.c.due_at, queue.c.id)
    return in_order.limit(bindparam("most"))


_IS_NUMBERED = col(InboxRow.id).in_(bindparam("numbers", expanding=True))
_NUMBERED = select(InboxRow).where(_IS_NUMBERED)
_TAKEN = (
    update(InboxRow)
    .where(_IS_NUMBERED)
    .values(next_try_at=bindparam("until"), attempts=InboxRow.attempts + 1)
)
_DONE = (
    update(InboxRow)
    .where(col(InboxRow.id) == bindparam("number"))
    .values(case_id=bindparam("to_case"), done_at=bindparam("at"), last_error=None)
)


def _messages(
    connection: Connection, wanted: Select[*tuple[Any, ...]], values: dict[str, Any] | None = None
) -> tuple[StoredMessage, ...]:
    rows = connection.execute(wanted, values or {}).mappings()
    return tuple(StoredMessage.model_validate({**row, "headers": json.loads(row["headers"])}) for row in rows)


@lru_cache
def _insert_or_reconsider(dialect: str) -> ReturningInsert[int]:
    insert = insert_into(dialect, InboxRow)
    changed = ("body", "headers", "received_at", "refused_reason", "due_at", "next_try_at", "account")
    return insert.on_conflict_do_update(
        index_elements=["source", "provider_message_id"],
        set_={name: insert.excluded[name] for name in changed},
        where=col(InboxRow.refused_reason).is_not(None) & insert.excluded["refused_reason"].is_(None),
    ).returning(_NUMBER)
