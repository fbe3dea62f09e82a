"""The refund ledger: which case may move the money of a charge, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from chargebacks.errors import Refused, TryLater
from chargebacks.money import Money
from chargebacks.refunds import EntryState, LedgerEntry
from store.database import Database
from store.tables import LedgerRow

_HOLDING = (EntryState.RESERVED, EntryState.PENDING)
_STANDING = (*_HOLDING, EntryState.SUCCEEDED)
_REACHED_FROM = {
    EntryState.RESERVED: (),
    EntryState.PENDING: (EntryState.RESERVED,),
    EntryState.SUCCEEDED: (EntryState.RESERVED, EntryState.PENDING),
    EntryState.FAILED: (EntryState.RESERVED, EntryState.PENDING, EntryState.SUCCEEDED),
    EntryState.RELEASED: (EntryState.RESERVED,),
    EntryState.EXTERNAL: (),
}
"""From which states an entry may come into a state; to itself it may always come again."""


class RefundLedger:
    """Implements `activities.ports.RefundLedger`. Every write is on disk before its method returns: a reservation
    that a power cut forgot would let a second case refund the same charge."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(
        self,
        *,
        account: str,
        charge_id: str,
        case_id: str,
        provider_alert_id: str,
        amount: Money,
        now: datetime,
    ) -> LedgerEntry:
        """Hold the charge for this case, or return the case's standing entry as it is."""
        async with self._database.write_durably() as connection:
            entries = await self._held_entries(connection, account=account, charge_id=charge_id)
            for entry in reversed(entries):
                if entry.case_id == case_id and entry.state in _STANDING:
                    return entry
            for entry in entries:
                if entry.state in _HOLDING:
                    raise TryLater(f"{entry.case_id} is refunding {charge_id}", reason="charge_held")
            reservation = LedgerEntry(
                account=account,
                charge_id=charge_id,
                sequence=len(entries) + 1,
                case_id=case_id,
                provider_alert_id=provider_alert_id,
                amount_minor=amount.amount_minor,
                currency=amount.currency,
                state=EntryState.RESERVED,
                created_at=now,
            )
            await _append(connection, reservation)
            return reservation

    async def entries(self, *, account: str, charge_id: str) -> tuple[LedgerEntry, ...]:
        """Every entry of the charge, oldest first."""
        async with self._database.read() as connection:
            return await _entries(connection, account=account, charge_id=charge_id)

    async def settle(
        self,
        entry: LedgerEntry,
        *,
        state: EntryState,
        refund_id: str | None = None,
        amount: Money | None = None,
    ) -> LedgerEntry:
        """Move an entry on; repeating a move is harmless. Refused for a move that the ledger does not know, and for
        an entry that already names another refund."""
        changes: dict[str, Any] = {"state": state.value}
        move = (
            update(LedgerRow)
            .where(*_is(entry), col(LedgerRow.state).in_([state, *_REACHED_FROM[state]]))
            .returning(LedgerRow)
        )
        if refund_id is not None:
            changes["refund_id"] = refund_id
            move = move.where(or_(col(LedgerRow.refund_id).is_(None), col(LedgerRow.refund_id) == refund_id))
        if amount is not None:
            changes |= amount.model_dump()
        async with self._database.write_durably() as connection:
            moved = (await connection.execute(move.values(changes))).mappings().one_or_none()
            if moved is None:
                raise _illegal_move(await _stored(connection, entry), state=state, refund_id=refund_id)
            return _entry(moved)

    async def next_key(self, entry: LedgerEntry) -> LedgerEntry:
        """Raise `key_revision` by one from the given entry's; an entry that is already further stays as it is."""
        raised = (
            update(LedgerRow)
            .where(*_is(entry), col(LedgerRow.key_revision) == entry.key_revision)
            .values(key_revision=entry.key_revision + 1)
        )
        async with self._database.write_durably() as connection:
            await connection.execute(raised)
            return await _stored(connection, entry)

    async def book_external(
        self,
        *,
        account: str,
        charge_id: str,
        case_id: str,
        provider_alert_id: str,
        amount: Money,
        now: datetime,
    ) -> LedgerEntry:
        """Book what the network refunded by itself, once per case; a later call returns the first booking."""
        async with self._database.write_durably() as connection:
            entries = await self._held_entries(connection, account=account, charge_id=charge_id)
            for entry in entries:
                if entry.case_id == case_id and entry.state is EntryState.EXTERNAL:
                    return entry
            booking = LedgerEntry(
                account=account,
                charge_id=charge_id,
                sequence=len(entries) + 1,
                case_id=case_id,
                provider_alert_id=provider_alert_id,
                amount_minor=amount.amount_minor,
                currency=amount.currency,
                state=EntryState.EXTERNAL,
                created_at=now,
            )
            await _append(connection, booking)
            return booking

    async def _held_entries(
        self, connection: AsyncConnection, *, account: str, charge_id: str
    ) -> tuple[LedgerEntry, ...]:
        """The charge's entries, which nobody else can add to until the transaction ends."""
        await self._database.hold(connection, f"refund:{account}:{charge_id}")
        return await _entries(connection, account=account, charge_id=charge_id)


def _is(entry: LedgerEntry) -> tuple[ColumnElement[bool], ...]:
    return (
        col(LedgerRow.account) == entry.account,
        col(LedgerRow.charge_id) == entry.charge_id,
        col(LedgerRow.sequence) == entry.sequence,
    )


async def _entries(connection: AsyncConnection, *, account: str, charge_id: str) -> tuple[LedgerEntry, ...]:
    of_charge = (
        select(LedgerRow)
        .where(col(LedgerRow.account) == account, col(LedgerRow.charge_id) == charge_id)
        .order_by(col(LedgerRow.sequence))
    )
    return tuple(_entry(row) for row in (await connection.execute(of_charge)).mappings())


async def _stored(connection: AsyncConnection, entry: LedgerEntry) -> LedgerEntry:
    row = (await connection.execute(select(LedgerRow).where(*_is(entry)))).mappings().one_or_none()
    if row is None:
        raise Refused(f"the ledger has no entry {entry.ledger_key}", reason="unknown_entry")
    return _entry(row)


async def _append(connection: AsyncConnection, entry: LedgerEntry) -> None:
    await connection.execute(insert(LedgerRow).values(entry.model_dump()))


def _entry(row: RowMapping) -> LedgerEntry:
    return LedgerEntry.model_validate(dict(row))


def _illegal_move(stored: LedgerEntry, *, state: EntryState, refund_id: str | None) -> Refused:
    if refund_id is not None and stored.refund_id not in (None, refund_id):
        return Refused(
            f"{stored.ledger_key} is refund {stored.refund_id} and cannot become {refund_id}",
            reason="illegal_transition",
        )
    return Refused(
        f"{stored.ledger_key} is {stored.state} and cannot become {state}", reason="illegal_transition"
    )
