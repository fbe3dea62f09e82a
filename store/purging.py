"""Erasing what is personal of closed cases, and keeping what an auditor needs.

Erased: the dossier, the contents of evidence and packets, the documents that no other case needs, raw messages. Kept:
case files with their timelines, ledger, outcome reports, submissions, manifests with their hashes, results. An erased
row stays with an empty `sealed` or `body`, so that a message that comes again is still known.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlmodel import col

from chargebacks.values import Value
from store.database import Database
from store.dispute_tables import DocumentRow, DossierRow, EvidenceItemRow, PacketRow
from store.documents import DOCUMENTS
from store.evidence import Evidence
from store.packets import Packets
from store.sealing import ERASED
from store.statements import hold
from store.tables import CaseRow, InboxRow
from store.tokens import ApiRequests


class Erased(Value):
    """How much was erased. `documents` are files that no other case needed."""

    cases: int = 0
    evidence: int = 0
    packets: int = 0
    documents: int = 0
    messages: int = 0
    answers: int = 0
    """Answers to requests of the JSON API, kept for their repetition."""

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(**{name: getattr(self, name) + getattr(other, name) for name in Erased.model_fields})


class Purging:
    """Every erasure is on disk before its method returns."""

    def __init__(
        self, database: Database, evidence: Evidence, packets: Packets, api_requests: ApiRequests
    ) -> None:
        self._database = database
        self._evidence = evidence
        self._packets = packets
        self._api_requests = api_requests

    async def due(self, *, closed_before: datetime, account: str | None = None) -> tuple[str, ...]:
        """Ids of the cases that were closed before then and have not been erased, the longest closed first."""
        wanted = (
            select(col(CaseRow.case_id))
            .where(*_to_erase(closed_before))
            .order_by(col(CaseRow.closed_at), col(CaseRow.case_id))
        )
        if account is not None:
            wanted = wanted.where(col(CaseRow.account) == account)
        return await self._database.read(lambda connection: tuple(connection.execute(wanted).scalars()))

    async def purged_at(self, case_id: str) -> datetime | None:
        """When the case's personal data was erased; None while it is there, or for an unknown case."""
        of_case = select(col(CaseRow.purged_at)).where(col(CaseRow.case_id) == case_id)
        return await self._database.read(lambda connection: connection.execute(of_case).scalar_one_or_none())

    async def erase(self, case_id: str, *, closed_before: datetime, at: datetime) -> Erased:
        """Erase one case, in one transaction; nothing where it has been erased or goes on meanwhile.

        NeedsOperator where SECRETS_KEY opens neither its packets nor the account's standing documents: they say which
        files are whose.
        """
        files = await self._packets.files_of(case_id)

        def erase(connection: Connection) -> Erased:
            hold(connection, DOCUMENTS)
            mine = col(CaseRow.case_id) == case_id
            marked = update(CaseRow).where(mine, *_to_erase(closed_before)).values(purged_at=at)
            if connection.execute(marked).rowcount == 0:
                return Erased()
            given = _given_files(connection, case_id)
            connection.execute(delete(DossierRow).where(col(DossierRow.case_id) == case_id))
            return Erased(
                cases=1,
                evidence=_empty(connection, EvidenceItemRow, case_id),
                packets=_empty(connection, PacketRow, case_id),
                documents=self._forget_documents(connection, files | given),
            )

        return await self._database.write_durably(erase)

    async def erase_messages(self, *, before: datetime, account: str | None = None) -> Erased:
        """Erase raw messages that were delivered or refused before then, but for those of cases that are not erased,
        and what the JSON API keeps for repetitions."""
        open_cases = select(col(CaseRow.case_id)).where(col(CaseRow.purged_at).is_(None))
        delivered = col(InboxRow.done_at) < before
        refused = col(InboxRow.refused_reason).is_not(None) & (col(InboxRow.received_at) < before)
        nobodys = col(InboxRow.case_id).is_(None) | col(InboxRow.case_id).not_in(open_cases)
        emptied = (
            update(InboxRow)
            .where(col(InboxRow.body) != ERASED, delivered | refused, nobodys)
            .values(body=ERASED, headers="{}")
        )
        if account is not None:
            emptied = emptied.where(col(InboxRow.account) == account)
        messages = await self._database.write_durably(lambda connection: connection.execute(emptied).rowcount)
        answers = 0 if account is not None else await self._api_requests.forget(before=before)
        return Erased(messages=messages, answers=answers)

    def _forget_documents(self, connection: Connection, hashes: Collection[str]) -> int:
        """Only now, as only now nobody of this case needs them any more."""
        needed = self._evidence.standing_files(connection) | _needed_elsewhere(connection, hashes)
        gone = delete(DocumentRow).where(col(DocumentRow.sha256).in_(set(hashes) - needed))
        return connection.execute(gone).rowcount


def _to_erase(closed_before: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(CaseRow.closed_at) < closed_before, col(CaseRow.purged_at).is_(None)


def _given_files(connection: Connection, case_id: str) -> set[str]:
    files = select(col(EvidenceItemRow.sha256)).where(
        col(EvidenceItemRow.case_id) == case_id, col(EvidenceItemRow.size).is_not(None)
    )
    return set(connection.execute(files).scalars())


def _empty(connection: Connection, table: type[EvidenceItemRow] | type[PacketRow], case_id: str) -> int:
    full = update(table).where(col(table.case_id) == case_id, col(table.sealed) != ERASED)
    return connection.execute(full.values(sealed=ERASED)).rowcount


def _needed_elsewhere(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Those that evidence or packets of other cases still name."""
    evidence = select(col(EvidenceItemRow.sha256)).where(
        col(EvidenceItemRow.sha256).in_(hashes), col(EvidenceItemRow.sealed) != ERASED
    )
    named = set(connection.execute(evidence).scalars())
    for sha256 in set(hashes) - named:
        packet = select(col(PacketRow.digest)).where(
            col(PacketRow.sealed) != ERASED, col(PacketRow.manifest).contains(sha256)
        )
        if connection.execute(packet.limit(1)).first() is not None:
            named.add(sha256)
    return named
