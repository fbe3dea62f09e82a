"""Notices about connections: what a person should see although no case waits for it."""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from chargebacks.notices import Notice
from store.database import Database
from store.ingest_tables import NoticeRow
from store.statements import insert_new


class Notices:
    """One open notice per subject and kind: raising it again changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def raise_notice(self, notice: Notice) -> bool:
        """True when it was not open already."""
        row = notice.model_dump()
        return await self._database.write_durably(
            lambda connection: connection.execute(insert_new(connection, NoticeRow), row).rowcount == 1
        )

    async def clear(self, subject: str, kind: str, *, at: datetime) -> bool:
        """True when there was one to clear."""
        cleared = (
            update(NoticeRow)
            .where(
                col(NoticeRow.subject) == subject,
                col(NoticeRow.kind) == kind,
                col(NoticeRow.cleared_at).is_(None),
            )
            .values(cleared_at=at)
        )
        return await self._database.write(lambda connection: connection.execute(cleared).rowcount > 0)

    async def open(self) -> tuple[Notice, ...]:
        """Newest first."""
        wanted = (
            select(col(NoticeRow.subject), col(NoticeRow.kind), col(NoticeRow.text), col(NoticeRow.raised_at))
            .where(col(NoticeRow.cleared_at).is_(None))
            .order_by(col(NoticeRow.id).desc())
        )
        rows = await self._database.read(lambda connection: connection.execute(wanted).mappings().all())
        return tuple(Notice.model_validate(dict(row)) for row in rows)
