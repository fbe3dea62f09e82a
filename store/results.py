"""How disputes came out, one result per case, and the merchant's own win rates from them."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlmodel import col

from chargebacks.dispute_case import FiledBy, Verdict
from chargebacks.money import Money
from chargebacks.results import DisputeResult
from chargebacks.win_rates import Band, OwnResult, band_of
from store.database import Database
from store.dispute_tables import DisputeResultRow
from store.statements import insert_or_replace


class Results:
    """On disk before `record` returns: the case that could tell it again is closed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, result: DisputeResult) -> None:
        """Overwrite what was recorded for the case before."""
        row = _row(result)
        await self._database.write_durably(
            lambda connection: connection.execute(insert_or_replace(connection, DisputeResultRow), row)
        )

    async def results(
        self,
        *,
        account: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[DisputeResult, ...]:
        """Of disputes that Stripe opened in [since, until), oldest first; of every account unless one is named."""
        opened_at = col(DisputeResultRow.opened_at)
        wanted = select(DisputeResultRow).order_by(opened_at, col(DisputeResultRow.case_id))
        if account is not None:
            wanted = wanted.where(col(DisputeResultRow.account) == account)
        if since is not None:
            wanted = wanted.where(opened_at >= since)
        if until is not None:
            wanted = wanted.where(opened_at < until)
        return await self._database.read(
            lambda connection: tuple(_result(row) for row in connection.execute(wanted))
        )

    async def own_results(self, account: str) -> tuple[OwnResult, ...]:
        """How many of the account's disputes were filed by us and decided, and how many of these were won, by reason
        and band of completeness. Disputes that are open, were given up or were answered by somebody else tell nothing
        about our packets, and inquiries are not won."""
        counted = _COUNTED.where(col(DisputeResultRow.account) == account)
        rows = await self._database.read(lambda connection: connection.execute(counted).all())
        by_band: dict[tuple[str, Band], list[Row[Any]]] = {}
        for row in rows:
            by_band.setdefault((row.reason, band_of(row.completeness)), []).append(row)
        return tuple(
            OwnResult(
                reason=reason,
                band=band,
                filed=sum(row.filed for row in alike),
                won=sum(row.won for row in alike),
            )
            for (reason, band), alike in by_band.items()
        )


_COUNTED = (
    select(
        col(DisputeResultRow.reason),
        col(DisputeResultRow.completeness),
        func.count().label("filed"),
        func.sum(case((col(DisputeResultRow.verdict) == Verdict.WON, 1), else_=0)).label("won"),
    )
    .where(
        col(DisputeResultRow.filed_by) == FiledBy.US,
        col(DisputeResultRow.verdict).in_((Verdict.WON, Verdict.LOST)),
    )
    .group_by(col(DisputeResultRow.reason), col(DisputeResultRow.completeness))
    .order_by(col(DisputeResultRow.reason), col(DisputeResultRow.completeness))
)
"""One row per reason and percent: at most a hundred per reason, however many disputes there were."""


def _row(result: DisputeResult) -> dict[str, Any]:
    return {
        **result.model_dump(exclude={"evidence", "disputed"}),
        "evidence": json.dumps(result.evidence),
        "disputed_minor": result.disputed.amount_minor,
        "disputed_currency": result.disputed.currency,
    }


def _result(row: Row[Any]) -> DisputeResult:
    return DisputeResult.model_validate(
        {
            **row._mapping,
            "evidence": json.loads(row.evidence),
            "disputed": Money(amount_minor=row.disputed_minor, currency=row.disputed_currency),
        }
    )
