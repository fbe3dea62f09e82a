"""The one final outcome of each case: reserved before it is sent, counted before each attempt, kept as answered."""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from chargebacks.errors import Refused
from chargebacks.outcomes import Acknowledgement, Outcome, OutcomeReport
from store.database import Database
from store.statements import insert_into
from store.tables import OutcomeReportRow


class OutcomeReports:
    """Implements `activities.ports.OutcomeReports`. On disk before each method returns: a source takes the first
    final outcome for good, so a forgotten attempt could contradict it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, *, case_id: str, source: str, outcome: Outcome, now: datetime) -> OutcomeReport:
        """Reserve the outcome; the first reservation of the case wins and is returned ever after."""
        async with self._database.write_durably() as connection:
            await connection.execute(
                insert_into(connection, OutcomeReportRow)
                .values(
                    case_id=case_id,
                    source=source,
                    outcome=outcome.model_dump_json(),
                    reserved_at=now,
                    attempts=0,
                )
                .on_conflict_do_nothing()
            )
            of_case = select(OutcomeReportRow).where(col(OutcomeReportRow.case_id) == case_id)
            row = (await connection.execute(of_case)).one()
        known = row.acknowledgement
        return OutcomeReport(
            outcome=Outcome.model_validate_json(row.outcome),
            attempts=row.attempts,
            acknowledgement=Acknowledgement.model_validate_json(known) if known else None,
            acknowledged_at=row.acknowledged_at,
        )

    async def attempt(self, case_id: str, *, now: datetime) -> None:
        """Count an attempt, before it is made. Refused when no outcome was reserved."""
        counted = (
            update(OutcomeReportRow)
            .where(col(OutcomeReportRow.case_id) == case_id)
            .values(attempts=col(OutcomeReportRow.attempts) + 1, last_attempt_at=now)
        )
        async with self._database.write_durably() as connection:
            if (await connection.execute(counted)).rowcount == 0:
                raise _not_begun(case_id)

    async def finish(self, case_id: str, *, acknowledgement: Acknowledgement, now: datetime) -> None:
        """Keep the source's answer; the first one stays. Refused when no outcome was reserved."""
        acknowledged = (
            update(OutcomeReportRow)
            .where(col(OutcomeReportRow.case_id) == case_id, col(OutcomeReportRow.acknowledged_at).is_(None))
            .values(acknowledgement=acknowledgement.model_dump_json(), acknowledged_at=now)
        )
        reserved = select(col(OutcomeReportRow.case_id)).where(col(OutcomeReportRow.case_id) == case_id)
        async with self._database.write_durably() as connection:
            if (await connection.execute(acknowledged)).rowcount:
                return
            if (await connection.execute(reserved)).one_or_none() is None:
                raise _not_begun(case_id)


def _not_begun(case_id: str) -> Refused:
    return Refused(f"no outcome of {case_id} was reserved before it was sent", reason="outcome_not_reserved")
