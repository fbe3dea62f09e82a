"""How far the bringing in of what Stripe has has come, by account and kind."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, select
from sqlmodel import col

from store.database import Database
from store.dispute_tables import SyncMarkRow
from store.statements import Insert, insert_into


class SyncMarks:
    """`what` is a word of the caller's, such as `disputes`. Everything up to the mark has been brought in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark(self, account: str, what: str) -> datetime | None:
        """UTC; None when nothing of the kind was ever brought in."""
        return await self._database.read(lambda connection: _mark(connection, account, what))

    async def advance(self, account: str, what: str, until: datetime) -> None:
        """Move the mark on; one that is already further stays. The account must be connected.

        It may be lost with the machine's power: what lies behind it is brought in once more then, which is harmless.
        """
        row = {"account": account, "what": what, "until": until}
        await self._database.write(
            lambda connection: connection.execute(_insert_or_advance(connection.dialect.name), row)
        )


def _mark(connection: Connection, account: str, what: str) -> datetime | None:
    wanted = select(col(SyncMarkRow.until)).where(
        col(SyncMarkRow.account) == account, col(SyncMarkRow.what) == what
    )
    return connection.execute(wanted).scalar_one_or_none()


@lru_cache
def _insert_or_advance(dialect: str) -> Insert:
    insert = insert_into(dialect, SyncMarkRow)
    return insert.on_conflict_do_update(
        index_elements=["account", "what"],
        set_={"until": insert.excluded["until"]},
        where=insert.excluded["until"] > col(SyncMarkRow.until),
    )
