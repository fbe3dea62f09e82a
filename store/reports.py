"""The one final outcome of each case: reserved before it is sent, counted before each attempt, kept as answered."""

from datetime import datetime

from sqlalchemy import Connection, Update, case, func, select, update
from sqlmodel import col

from chargebacks.errors import Refused
from chargebacks.outcomes import Acknowledgement, Outcome, OutcomeReport
from store.database import Database
from store.statements import insert_new
from store.tables import OutcomeReportRow


class OutcomeReports:
    """Implements `activities.ports.OutcomeReports`. On disk before each method returns: a source takes the first
    final outcome for good, so a forgotten attempt could contradict it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, *, case_id: str, source: str, outcome: Outcome, now: datetime) -> OutcomeReport:
        """Reserve the outcome; the first reservation of the case wins and is returned ever after."""
        values = {
            "case_id": case_id,
            "source": source,
            "outcome": outcome.model_dump_json(),
            "reserved_at": now,
            "attempts": 0,
        }

        def reserve(connection: Connection) -> OutcomeReport:
            connection.execute(insert_new(connection, OutcomeReportRow), values)
            return _report(connection, case_id)

        return await self._database.write_durably(reserve)

    async def attempt(self, case_id: str, *, now: datetime) -> None:
        """Count an attempt, before it is made. Refused when no outcome was reserved."""
        counted = _of(case_id).values(attempts=col(OutcomeReportRow.attempts) + 1, last_attempt_at=now)
        await self._database.write_durably(lambda connection: _change(connection, counted, case_id))

    async def finish(self, case_id: str, *, acknowledgement: Acknowledgement, now: datetime) -> None:
        """Keep the source's answer; the first one stays. Refused when no outcome was reserved."""
        first = col(OutcomeReportRow.acknowledged_at).is_(None)
        acknowledged = _of(case_id).values(
            acknowledgement=case(
                (first, acknowledgement.model_dump_json()), else_=col(OutcomeReportRow.acknowledgement)
            ),
            acknowledged_at=func.coalesce(col(OutcomeReportRow.acknowledged_at), now),
        )
        await self._database.write_durably(lambda connection: _change(connection, acknowledged, case_id))


def _of(case_id: str) -> Update:
    return update(OutcomeReportRow).where(col(OutcomeReportRow.case_id) == case_id)


def _change(connection: Connection, change: Update, case_id: str) -> None:
    if connection.execute(change).rowcount == 0:
        raise Refused(
            f"no outcome of {case_id} was reserved before it was sent", reason="outcome_not_reserved"
        )


def _report(connection: Connection, case_id: str) -> OutcomeReport:
    of_case = select(OutcomeReportRow).where(col(OutcomeReportRow.case_id) == case_id)
    row = connection.execute(of_case).one()
    answer = row.acknowledgement
    return OutcomeReport(
        outcome=Outcome.model_validate_json(row.outcome),
        attempts=row.attempts,
        acknowledgement=Acknowledgement.model_validate_json(answer) if answer else None,
        acknowledged_at=row.acknowledged_at,
    )
