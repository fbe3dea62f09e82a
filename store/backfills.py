"""How far the filling of each account's charge index has come, so that it goes on where it was interrupted."""

from sqlalchemy import select
from sqlmodel import col

from chargebacks.values import Instant, Value
from store.database import Database
from store.ingest_tables import BackfillRow
from store.statements import insert_or_replace


class Backfill(Value):
    """The last or present filling of one account. Charges come newest first: from `reached` on all are indexed."""

    account: str
    since: Instant
    until: Instant
    reached: Instant
    charges: int = 0
    linked: int = 0
    """Of those, charges whose subscription is known."""
    calls: int = 0
    """List calls made at Stripe."""
    finished_at: Instant | None = None


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
