"""The refund ledger: which case may move the money of a charge, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, or_, select, update
from sqlmodel import col

from chargebacks.errors import Refused, TryLater
from chargebacks.money import Money
from chargebacks.refunds import EntryState, LedgerEntry
from store.database import Database
from store.statements import hold
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
        """Hold the charge for this case, or return the case's standing entry as it is.

        TryLater ("charge_held") while another case holds the charge.
        """
        wanted = LedgerEntry(
            account=account,
            charge_id=charge_id,
            sequence=1,
            case_id=case_id,
            provider_alert_id=provider_alert_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            state=EntryState.RESERVED,
            created_at=now,
        )
        return await self._database.write_durably(lambda connection: _reserve(connection, wanted))

    async def entries(self, *, account: str, charge_id: str) -> tuple[LedgerEntry, ...]:
        """Every entry of the charge, oldest first."""
        return await self._database.read(
            lambda connection: _entries(connection, account=account, charge_id=charge_id)
        )

    async def settle(
        self,
        entry: LedgerEntry,
        *,
        state: EntryState,
        refund_id: str | None = None,
        amount: Money | None = None,
    ) -> LedgerEntry:
        """Move an entry on; repeating a move is harmless. Refused ("illegal_transition") for a move that the ledger
        does not know, and for an entry that already names another refund."""
        return await self._database.write_durably(
            lambda connection: _move(connection, entry, state=state, refund_id=refund_id, amount=amount)
        )

    async def next_key(self, entry: LedgerEntry) -> LedgerEntry:
        """Raise `key_revision` by one from the given entry's; an entry that is already further stays as it is."""
        raised = (
            update(LedgerRow)
            .where(*_is(entry), col(LedgerRow.key_revision) == entry.key_revision)
            .values(key_revision=entry.key_revision + 1)
        )

        def raise_revision(connection: Connection) -> LedgerEntry:
            connection.execute(raised)
            return _stored(connection, entry)

        return await self._database.write_durably(raise_revision)

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
        wanted = LedgerEntry(
            account=account,
            charge_id=charge_id,
            sequence=1,
            case_id=case_id,
            provider_alert_id=provider_alert_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            state=EntryState.EXTERNAL,
            created_at=now,
        )
        return await self._database.write_durably(lambda connection: _book(connection, wanted))

    async def release_external(self, *, account: str, case_id: str) -> tuple[LedgerEntry, ...]:
        """Let go of what the network refunded by itself and has taken back; none when nothing was booked."""
        released = (
            update(LedgerRow)
            .where(
                col(LedgerRow.account) == account,
                col(LedgerRow.case_id) == case_id,
                col(LedgerRow.state) == EntryState.EXTERNAL,
            )
            .values(state=EntryState.RELEASED)
            .returning(LedgerRow)
        )
        return await self._database.write_durably(
            lambda connection: tuple(_entry(row) for row in connection.execute(released).mappings())
        )


def _reserve(connection: Connection, wanted: LedgerEntry) -> LedgerEntry:
    entries = _held_entries(connection, wanted)
    for entry in reversed(entries):
        if entry.case_id == wanted.case_id and entry.state in _STANDING:
            return entry
    for entry in entries:
        if entry.state in _HOLDING:
            raise TryLater(f"{entry.case_id} is refunding {entry.charge_id}", reason="charge_held")
    return _append(connection, wanted, sequence=len(entries) + 1)


def _book(connection: Connection, wanted: LedgerEntry) -> LedgerEntry:
    entries = _held_entries(connection, wanted)
    for entry in entries:
        if entry.case_id == wanted.case_id and entry.state is EntryState.EXTERNAL:
            return entry
    return _append(connection, wanted, sequence=len(entries) + 1)


def _move(
    connection: Connection,
    entry: LedgerEntry,
    *,
    state: EntryState,
    refund_id: str | None,
    amount: Money | None,
) -> LedgerEntry:
    changes: dict[str, Any] = {"state": state}
    allowed = [*_is(entry), col(LedgerRow.state).in_((state, *_REACHED_FROM[state]))]
    if refund_id is not None:
        changes["refund_id"] = refund_id
        allowed.append(or_(col(LedgerRow.refund_id).is_(None), col(LedgerRow.refund_id) == refund_id))
    if amount is not None:
        changes |= amount.model_dump()
    moved = connection.execute(update(LedgerRow).where(*allowed).values(changes).returning(LedgerRow))
    row = moved.mappings().one_or_none()
    if row is None:
        raise _illegal(_stored(connection, entry), state=state, refund_id=refund_id)
    return _entry(row)


def _is(entry: LedgerEntry) -> tuple[ColumnElement[bool], ...]:
    return (
        col(LedgerRow.account) == entry.account,
        col(LedgerRow.charge_id) == entry.charge_id,
        col(LedgerRow.sequence) == entry.sequence,
    )


def _held_entries(connection: Connection, wanted: LedgerEntry) -> tuple[LedgerEntry, ...]:
    """The charge's entries, which nobody else can add to until the transaction ends."""
    hold(connection, f"refund:{wanted.account}:{wanted.charge_id}")
    return _entries(connection, account=wanted.account, charge_id=wanted.charge_id)


def _entries(connection: Connection, *, account: str, charge_id: str) -> tuple[LedgerEntry, ...]:
    of_charge = (
        select(LedgerRow)
        .where(col(LedgerRow.account) == account, col(LedgerRow.charge_id) == charge_id)
        .order_by(col(LedgerRow.sequence))
    )
    return tuple(_entry(row) for row in connection.execute(of_charge).mappings())


def _stored(connection: Connection, entry: LedgerEntry) -> LedgerEntry:
    row = connection.execute(select(LedgerRow).where(*_is(entry))).mappings().one_or_none()
    if row is None:
        raise Refused(f"the ledger has no entry {entry.ledger_key}", reason="unknown_entry")
    return _entry(row)


def _append(connection: Connection, wanted: LedgerEntry, *, sequence: int) -> LedgerEntry:
    entry = wanted.model_copy(update={"sequence": sequence})
    connection.execute(insert(LedgerRow.__table__), entry.model_dump())
    return entry


def _entry(row: RowMapping) -> LedgerEntry:
    return LedgerEntry.model_validate(dict(row))


def _illegal(stored: LedgerEntry, *, state: EntryState, refund_id: str | None) -> Refused:
    if refund_id is not None and stored.refund_id not in (None, refund_id):
        said = f"{stored.ledger_key} is refund {stored.refund_id} and cannot become {refund_id}"
    else:
        said = f"{stored.ledger_key} is {stored.state} and cannot become {state}"
    return Refused(said, reason="illegal_transition")
