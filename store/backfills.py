"""How far the filling of each account's charge index has come, so that it goes on where it was interrupted."""

from sqlalchemy import select
from sqlmodel import col

from chargebacks.charge_index import Backfill
from store.database import Database
from store.ingest_tables import BackfillRow
from store.statements import insert_or_replace


class Backfills:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, account: str) -> Backfill | None:
        wanted = select(BackfillRow).where(col(BackfillRow.account) == account)
        row = await self._database.read(lambda connection: connection.execute(wanted).one_or_none())
        return Backfill.model_validate(dict(row._mapping)) if row is not None else None

    async def save(self, backfill: Backfill) -> None:
        """It may be lost with the machine's power: what lies behind is read once more then."""
        row = backfill.model_dump()
        await self._database.write(
            lambda connection: connection.execute(insert_or_replace(connection, BackfillRow), row)
        )
