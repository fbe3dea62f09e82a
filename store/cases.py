"""Cases as their workflows last told them, for lists and for the full story of one."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from chargebacks.contracts import AlertRequest, CaseFile, CaseKind, CaseStatus, TimelineEntry
from chargebacks.errors import BadInput
from store.database import Database
from store.statements import insert_into
from store.tables import CaseRow, TimelineRow

_NEVER_DUE = datetime(9999, 1, 1, tzinfo=UTC)


class Cases:
    """Implements `activities.ports.CaseStore`, and answers what people ask about cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_case(self, request: AlertRequest, *, opened_at: datetime) -> None:
        """Insert the case's row; a case that is already there stays as it is."""
        case = CaseFile(
            case_id=request.case_id,
            kind=CaseKind.ALERT,
            account=request.account,
            source=request.alert.source,
            status=CaseStatus.WORKING,
            alert=request.alert,
            respond_by=request.alert.respond_by,
            amount=request.alert.amount,
        )
        async with self._database.write() as connection:
            await connection.execute(
                insert_into(connection, CaseRow)
                .values(_facts(case) | {"opened_at": opened_at})
                .on_conflict_do_nothing()
            )

    async def save_case(self, case: CaseFile) -> None:
        """Overwrite the case's facts and add the timeline entries that are not stored yet."""
        facts = _facts(case)
        opened_at = case.timeline[0].at if case.timeline else datetime.now(UTC)
        async with self._database.write() as connection:
            insert = insert_into(connection, CaseRow).values(facts | {"opened_at": opened_at})
            await connection.execute(insert.on_conflict_do_update(index_elements=["case_id"], set_=facts))
            if case.timeline:
                lines = [{"case_id": case.case_id, **entry.model_dump()} for entry in case.timeline]
                await connection.execute(insert_into(connection, TimelineRow).on_conflict_do_nothing(), lines)

    async def case_file(self, case_id: str) -> CaseFile | None:
        """The whole story of one case, timeline included."""
        story = (
            select(TimelineRow).where(col(TimelineRow.case_id) == case_id).order_by(col(TimelineRow.number))
        )
        of_case = select(col(CaseRow.document)).where(col(CaseRow.case_id) == case_id)
        async with self._database.read() as connection:
            document = (await connection.execute(of_case)).scalar_one_or_none()
            if document is None:
                return None
            lines = (await connection.execute(story)).mappings().all()
        timeline = tuple(TimelineEntry.model_validate(dict(line)) for line in lines)
        return CaseFile.model_validate_json(document).model_copy(update={"timeline": timeline})

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
        async with self._database.read() as connection:
            if after is not None:
                wanted = await _continued(connection, wanted, after=after)
            return _case_files((await connection.execute(wanted)).scalars())

    async def cases_of_charge(self, account: str, charge_id: str) -> tuple[CaseFile, ...]:
        """Every case about the charge, without timelines, oldest first."""
        about = (
            select(col(CaseRow.document))
            .where(col(CaseRow.account) == account, col(CaseRow.charge_id) == charge_id)
            .order_by(col(CaseRow.opened_at), col(CaseRow.case_id))
        )
        async with self._database.read() as connection:
            return _case_files((await connection.execute(about)).scalars())


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


async def _continued(connection: AsyncConnection, wanted: Select[str], *, after: str) -> Select[str]:
    last = (await connection.execute(select(*_ORDER).where(col(CaseRow.case_id) == after))).one_or_none()
    if last is None:
        raise BadInput(f"there is no case {after} to continue after", reason="unknown_case")
    return wanted.where(tuple_(*_ORDER) > tuple(last))


def _case_files(documents: Iterable[str]) -> tuple[CaseFile, ...]:
    return tuple(CaseFile.model_validate_json(document) for document in documents)
