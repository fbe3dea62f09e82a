"""Cases as their workflows last told them, for lists and for the full story of one."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, select, tuple_
from sqlmodel import col

from chargebacks.contracts import AlertRequest, CaseFile, CaseKind, CaseStatus, TimelineEntry
from chargebacks.errors import BadInput
from store.database import Database
from store.statements import insert_new, insert_or_replace
from store.tables import CaseRow, TimelineRow

_NEVER_DUE = datetime(9999, 1, 1, tzinfo=UTC)


class Cases:
    """Implements `activities.ports.CaseStore`, and answers what people ask about cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_case(self, request: AlertRequest, *, opened_at: datetime) -> None:
        """Insert the case's row; a case that is already there stays as it is."""
        opening = CaseFile(
            case_id=request.case_id,
            kind=CaseKind.ALERT,
            account=request.account,
            source=request.alert.source,
            status=CaseStatus.WORKING,
            alert=request.alert,
            respond_by=request.alert.respond_by,
            amount=request.alert.amount,
        )
        await self.begin(opening, opened_at=opened_at)

    async def begin(self, case: CaseFile, *, opened_at: datetime) -> None:
        """The same for a case file; what the case itself has told meanwhile is never overwritten."""
        row = _facts(case) | {"opened_at": opened_at}

        def insert(connection: Connection) -> None:
            connection.execute(insert_new(connection, CaseRow), row)

        await self._database.write(insert)

    async def save_case(self, case: CaseFile) -> None:
        """Overwrite the case's facts and add the timeline entries that are not stored yet."""
        opened_at = case.timeline[0].at if case.timeline else datetime.now(UTC)
        row = _facts(case) | {"opened_at": opened_at}
        lines = [{"case_id": case.case_id, **entry.model_dump()} for entry in case.timeline]

        def save(connection: Connection) -> None:
            connection.execute(insert_or_replace(connection, CaseRow, keep=("opened_at",)), row)
            if lines:
                connection.execute(insert_new(connection, TimelineRow), lines)

        await self._database.write(save)

    async def case_file(self, case_id: str) -> CaseFile | None:
        """The whole story of one case, timeline included."""
        return await self._database.read(lambda connection: _case_file(connection, case_id))

    async def list_cases(
        self,
        *,
        kind: CaseKind | None = None,
        status: CaseStatus | None = None,
        account: str | None = None,
        due_before: datetime | None = None,
        attention_only: bool = False,
        limit: int = 100,
        after: str | None = None,
    ) -> tuple[CaseFile, ...]:
        """Cases without their timelines: nearest deadline first, then the oldest. `after` is the id of the last case
        of the page before; BadInput when it is unknown."""
        wanted = select(col(CaseRow.document)).order_by(*_ORDER).limit(limit)
        for column, value in ((CaseRow.kind, kind), (CaseRow.status, status), (CaseRow.account, account)):
            if value is not None:
                wanted = wanted.where(col(column) == value)
        if due_before is not None:
            wanted = wanted.where(col(CaseRow.due_at) < due_before)
        if attention_only:
            wanted = wanted.where(col(CaseRow.attention).is_not(None))
        return await self._database.read(lambda connection: _page(connection, wanted, after=after))

    async def cases_of_charge(self, account: str, charge_id: str) -> tuple[CaseFile, ...]:
        """Every case about the charge, without timelines, oldest first."""
        about = (
            select(col(CaseRow.document))
            .where(col(CaseRow.account) == account, col(CaseRow.charge_id) == charge_id)
            .order_by(col(CaseRow.opened_at), col(CaseRow.case_id))
        )
        return await self._database.read(lambda connection: _case_files(connection, about))


_ORDER = (col(CaseRow.due_at), col(CaseRow.opened_at), col(CaseRow.case_id))


def _facts(case: CaseFile) -> dict[str, Any]:
    """The row of a case but for `opened_at`, which only its opening knows."""
    return {
        "case_id": case.case_id,
        "kind": case.kind,
        "status": case.status,
        "account": case.account,
        "source": case.source,
        "attention": case.attention,
        "charge_id": case.charge_id,
        "amount_minor": case.amount.amount_minor if case.amount else None,
        "currency": case.amount.currency if case.amount else None,
        "closed_at": case.closed_at,
        "due_at": case.respond_by or _NEVER_DUE,
        "document": case.model_dump_json(exclude={"timeline"}),
    }


def _case_file(connection: Connection, case_id: str) -> CaseFile | None:
    of_case = select(col(CaseRow.document)).where(col(CaseRow.case_id) == case_id)
    document = connection.execute(of_case).scalar_one_or_none()
    if document is None:
        return None
    story = select(TimelineRow).where(col(TimelineRow.case_id) == case_id).order_by(col(TimelineRow.number))
    lines = connection.execute(story).mappings()
    timeline = tuple(TimelineEntry.model_validate(dict(line)) for line in lines)
    return CaseFile.model_validate_json(document).model_copy(update={"timeline": timeline})


def _page(connection: Connection, wanted: Select[str], *, after: str | None) -> tuple[CaseFile, ...]:
    if after is None:
        return _case_files(connection, wanted)
    last = connection.execute(select(*_ORDER).where(col(CaseRow.case_id) == after)).one_or_none()
    if last is None:
        raise BadInput(f"there is no case {after} to continue after", reason="unknown_case")
    return _case_files(connection, wanted.where(tuple_(*_ORDER) > tuple(last)))


def _case_files(connection: Connection, wanted: Select[str]) -> tuple[CaseFile, ...]:
    documents = connection.execute(wanted).scalars()
    return tuple(CaseFile.model_validate_json(document) for document in documents)
