"""Dossiers, evidence and standing documents: sealed, with only what lists need beside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, or_, select
from sqlmodel import col

from chargebacks.dossier import Dossier
from chargebacks.errors import BadInput
from chargebacks.evidence_items import EvidenceItem, FileContent, Supplier, TextContent
from chargebacks.values import Instant, Value
from store.accounts import require_account
from store.database import Database
from store.dispute_tables import DossierRow, EvidenceItemRow, StandingDocumentRow
from store.documents import DOCUMENTS, Documents, missing_documents
from store.sealing import ERASED, Sealer
from store.statements import hold, insert_or_replace


class ItemFacts(Value):
    """What lists show of an evidence item: nothing personal of the customer's."""

    id: str
    type: str
    field: str | None = None
    """Stripe's evidence field, where the item is meant for one."""
    supplier: Supplier
    by: str
    at: Instant
    sha256: str
    size: int | None = None
    """Bytes of a file."""


class StandingDocument(Value):
    """An item for every dispute whose sale was made while it was in force; an end that is None is open."""

    item: EvidenceItem
    in_force_from: Instant | None = None
    in_force_until: Instant | None = None
    """The first moment at which it no longer was."""


class Evidence:
    """Implements `activities.dispute_ports.EvidenceStore`. Every write is on disk before its method returns: a
    workflow's history says that the evidence is here.

    NeedsOperator where something is sealed or unsealed without a fitting SECRETS_KEY.
    """

    def __init__(self, database: Database, sealer: Sealer, documents: Documents) -> None:
        self._database = database
        self._sealer = sealer
        self._documents = documents

    async def keep_dossier(self, case_id: str, dossier: Dossier) -> None:
        """Replace the case's dossier."""
        sealed = await self._sealer.seal_value(_dossier_owner(case_id), dossier)
        row = {"case_id": case_id, "read_at": dossier.read_at, "sealed": sealed}
        await self._database.write_durably(
            lambda connection: connection.execute(insert_or_replace(connection, DossierRow), row)
        )

    async def dossier(self, case_id: str) -> Dossier | None:
        """As it was last kept."""
        of_case = select(col(DossierRow.sealed)).where(col(DossierRow.case_id) == case_id)
        sealed = await self._database.read(
            lambda connection: connection.execute(of_case).scalar_one_or_none()
        )
        if sealed is None:
            return None
        return await self._sealer.unseal_value(_dossier_owner(case_id), sealed, Dossier)

    async def add(
        self, case_id: str, items: tuple[EvidenceItem, ...], documents: Mapping[str, bytes]
    ) -> None:
        """Keep items, and the bytes of their files by sha256. An item that is already there stays as it is.

        Files first, then all items in one transaction: whoever reads an item can read its file. ValueError for an
        item whose file was neither given nor kept before, and for bytes that are not those of their hash.
        """
        await self._documents.keep(documents)
        first_of: dict[str, EvidenceItem] = {}
        for item in items:
            first_of.setdefault(item.id, item)
        rows = [await self._item_row(case_id, item) for item in first_of.values()]
        files = _files_of(*items)
        await self._database.write_durably(lambda connection: _add(connection, case_id, rows, files))

    async def remove(self, case_id: str, item_id: str) -> bool:
        """Take one item of the case back. False when it has no such item. Its file stays for packets that hold it."""
        gone = delete(EvidenceItemRow).where(
            col(EvidenceItemRow.case_id) == case_id, col(EvidenceItemRow.item_id) == item_id
        )
        return await self._database.write_durably(lambda connection: connection.execute(gone).rowcount > 0)

    async def items(self, case_id: str) -> tuple[EvidenceItem, ...]:
        """In the order in which they came; those that were erased are gone."""
        of_case = (
            select(col(EvidenceItemRow.item_id), col(EvidenceItemRow.sealed))
            .where(col(EvidenceItemRow.case_id) == case_id, col(EvidenceItemRow.sealed) != ERASED)
            .order_by(col(EvidenceItemRow.number))
        )
        rows = await self._database.read(lambda connection: connection.execute(of_case).all())
        return tuple([await self._item(_item_owner(case_id, row.item_id), row.sealed) for row in rows])

    async def item_facts(self, case_id: str) -> tuple[ItemFacts, ...]:
        """In the order in which they came; needs no SECRETS_KEY."""
        return await self._database.read(lambda connection: _item_facts(connection, case_id))

    async def document(self, sha256: str) -> bytes:
        """NeedsOperator ("document_gone") when it is not kept."""
        return await self._documents.read(sha256)

    async def add_standing(
        self,
        account: str,
        item: EvidenceItem,
        documents: Mapping[str, bytes],
        *,
        in_force_from: datetime | None = None,
        in_force_until: datetime | None = None,
    ) -> None:
        """Keep a document for the account; an item that is already there gets its new time in force.

        BadInput when the account is not connected or the time ends before it begins; ValueError as for `add`.
        """
        standing = StandingDocument(item=item, in_force_from=in_force_from, in_force_until=in_force_until)
        _check_order(standing)
        await self._documents.keep(documents)
        row = {
            "account": account,
            "item_id": item.id,
            "in_force_from": standing.in_force_from,
            "in_force_until": standing.in_force_until,
            "sealed": await self._sealer.seal_value(_standing_owner(account, item.id), item),
        }
        files = _files_of(item)

        def add(connection: Connection) -> None:
            require_account(connection, account, named_by=f"standing document {item.id}")
            hold(connection, DOCUMENTS)
            _require_kept(connection, files)
            connection.execute(insert_or_replace(connection, StandingDocumentRow), row)

        await self._database.write_durably(add)

    async def standing(self, account: str, *, at: datetime) -> tuple[EvidenceItem, ...]:
        """The account's standing documents that were in force then, in the order of `list_standing`."""
        begins, ends = col(StandingDocumentRow.in_force_from), col(StandingDocumentRow.in_force_until)
        in_force = _standing_of(account).where(
            or_(begins.is_(None), begins <= at), or_(ends.is_(None), ends > at)
        )
        return tuple(one.item for one in await self._standing(account, in_force))

    async def list_standing(self, account: str) -> tuple[StandingDocument, ...]:
        """All of the account's, by the beginning of their time in force; those of always come first."""
        return await self._standing(account, _standing_of(account))

    async def remove_standing(self, account: str, item_id: str) -> None:
        """For disputes that gather their evidence from now on; packets that show it keep it. BadInput when there is
        none of that id."""
        removed = delete(StandingDocumentRow).where(
            col(StandingDocumentRow.account) == account, col(StandingDocumentRow.item_id) == item_id
        )

        def remove(connection: Connection) -> None:
            if connection.execute(removed).rowcount == 0:
                raise BadInput(
                    f"account {account} has no standing document {item_id}: see the list for their ids",
                    reason="unknown_document",
                )

        await self._database.write_durably(remove)

    def standing_files(self, connection: Connection) -> set[str]:
        """Hashes of the files among the standing documents of all accounts, as this transaction sees them."""
        every = select(
            col(StandingDocumentRow.account),
            col(StandingDocumentRow.item_id),
            col(StandingDocumentRow.sealed),
        )
        owned = [(_standing_owner(row.account, row.item_id), row.sealed) for row in connection.execute(every)]
        return _files_of(
            *(
                EvidenceItem.model_validate_json(self._sealer.unseal_content(owner, sealed))
                for owner, sealed in owned
            )
        )

    async def _item_row(self, case_id: str, item: EvidenceItem) -> dict[str, Any]:
        content, provenance = item.content, item.provenance
        return {
            "case_id": case_id,
            "item_id": item.id,
            "type": content.type,
            "field": content.field if isinstance(content, TextContent | FileContent) else None,
            "supplier": provenance.supplier,
            "supplied_by": provenance.by,
            "supplied_at": provenance.at,
            "sha256": item.sha256,
            "size": content.size if isinstance(content, FileContent) else None,
            "sealed": await self._sealer.seal_value(_item_owner(case_id, item.id), item),
        }

    async def _standing(self, account: str, wanted: Select[Any]) -> tuple[StandingDocument, ...]:
        rows = await self._database.read(lambda connection: connection.execute(wanted).all())
        return tuple(
            [
                StandingDocument(
                    item=await self._item(_standing_owner(account, row.item_id), row.sealed),
                    in_force_from=row.in_force_from,
                    in_force_until=row.in_force_until,
                )
                for row in rows
            ]
        )

    async def _item(self, owner: str, sealed: bytes) -> EvidenceItem:
        return await self._sealer.unseal_value(owner, sealed, EvidenceItem)


def _item_facts(connection: Connection, case_id: str) -> tuple[ItemFacts, ...]:
    item = EvidenceItemRow
    shown = (item.type, item.field, item.supplier, item.sha256, item.size)
    of_case = (
        select(col(item.item_id), col(item.supplied_by), col(item.supplied_at), *map(col, shown))
        .where(col(item.case_id) == case_id)
        .order_by(col(item.number))
    )
    return tuple(
        ItemFacts.model_validate(
            {**row._mapping, "id": row.item_id, "by": row.supplied_by, "at": row.supplied_at}
        )
        for row in connection.execute(of_case)
    )


def _add(connection: Connection, case_id: str, rows: Sequence[dict[str, Any]], files: set[str]) -> None:
    hold(connection, f"evidence:{case_id}")
    hold(connection, DOCUMENTS)
    _require_kept(connection, files)
    number, known = col(EvidenceItemRow.number), col(EvidenceItemRow.item_id)
    of_case = select(known, number).where(col(EvidenceItemRow.case_id) == case_id)
    numbers = {row.item_id: row.number for row in connection.execute(of_case)}
    new = [row for row in rows if row["item_id"] not in numbers]
    first = max(numbers.values(), default=0) + 1
    if new:
        numbered = [row | {"number": place} for place, row in enumerate(new, start=first)]
        connection.execute(insert(EvidenceItemRow.__table__), numbered)


def _files_of(*items: EvidenceItem) -> set[str]:
    return {item.content.sha256 for item in items if isinstance(item.content, FileContent)}


def _require_kept(connection: Connection, files: set[str]) -> None:
    missing = missing_documents(connection, files) if files else ()
    if missing:
        raise ValueError(f"evidence names documents that were never given: {', '.join(sorted(missing))}")


def _standing_of(account: str) -> Select[Any]:
    return (
        select(StandingDocumentRow)
        .where(col(StandingDocumentRow.account) == account)
        .order_by(col(StandingDocumentRow.in_force_from).nulls_first(), col(StandingDocumentRow.item_id))
    )


def _check_order(standing: StandingDocument) -> None:
    begins, ends = standing.in_force_from, standing.in_force_until
    if begins is not None and ends is not None and ends <= begins:
        raise BadInput(
            f"the document is in force from {begins:%Y-%m-%d %H:%M} until {ends:%Y-%m-%d %H:%M} UTC: "
            "the end must lie after the beginning",
            reason="bad_period",
        )


def _dossier_owner(case_id: str) -> str:
    return f"dossier of {case_id}"


def _item_owner(case_id: str, item_id: str) -> str:
    return f"evidence {item_id} of {case_id}"


def _standing_owner(account: str, item_id: str) -> str:
    return f"standing document {item_id} of {account}"
