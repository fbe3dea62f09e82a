"""The one submission of each round of a dispute: reserved before it is made, so that it is made once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from sqlmodel import col

from chargebacks.errors import Refused
from chargebacks.submissions import Submission, SubmissionState
from store.database import Database
from store.dispute_tables import SubmissionRow
from store.statements import insert_new


class Submissions:
    """Implements `activities.dispute_ports.SubmissionStore`. Every write is on disk before its method returns: a
    reservation that a power cut forgot could be made a second time, with another packet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(
        self, *, case_id: str, dispute_id: str, round: int, digest: str, approved_by: str, now: datetime
    ) -> Submission:
        """Reserve the round's one submission. The first reservation wins: a repeat returns what was reserved then,
        whatever its packet. Refused ("round_held") when another case holds that round of the dispute."""
        wanted = Submission(
            case_id=case_id,
            dispute_id=dispute_id,
            round=round,
            digest=digest,
            approved_by=approved_by,
            reserved_at=now,
        )
        return await self._database.write_durably(lambda connection: _reserve(connection, wanted))

    async def replace(self, submission: Submission, *, digest: str, approved_by: str) -> Submission:
        """Reserve the round for another packet, under a key that was never used, where Stripe has surely not seen
        the given one. Repeating it is harmless.

        Refused ("illegal_transition") once the round is filed or spent elsewhere, and ("submission_changed") when
        it is reserved for something else than the given one by now.
        """
        revision = submission.key_revision + 1
        wanted = {"digest": digest, "approved_by": approved_by, "key_revision": revision}

        def changes(stored: Submission) -> dict[str, Any]:
            if stored.state is not SubmissionState.RESERVED:
                raise _illegal(stored, SubmissionState.RESERVED)
            if (stored.digest, stored.key_revision) == (submission.digest, submission.key_revision):
                return wanted
            if (stored.digest, stored.key_revision) == (digest, revision):
                return {}
            raise _changed(stored)

        return await self._change(submission, changes)

    async def next_key(self, submission: Submission) -> Submission:
        """Raise `key_revision` by one from the given one's; a submission that is already further, filed or spent
        elsewhere stays as it is."""

        def changes(stored: Submission) -> dict[str, Any]:
            reserved = stored.state is SubmissionState.RESERVED
            if reserved and stored.key_revision == submission.key_revision:
                return {"key_revision": stored.key_revision + 1}
            return {}

        return await self._change(submission, changes)

    async def filed(self, submission: Submission, *, at: datetime) -> Submission:
        """Stripe has taken it, for good: the first moment stays, and nothing leads away from it.

        Refused ("submission_changed") when the round is reserved for another packet by now.
        """

        def changes(stored: Submission) -> dict[str, Any]:
            if stored.digest != submission.digest:
                raise _changed(stored)
            if stored.state is SubmissionState.FILED:
                return {}
            return {"state": SubmissionState.FILED, "filed_at": at}

        return await self._change(submission, changes)

    async def elsewhere(self, submission: Submission) -> Submission:
        """Somebody else spent the round's submission. Refused ("illegal_transition") when ours was filed."""

        def changes(stored: Submission) -> dict[str, Any]:
            if stored.state is SubmissionState.FILED:
                raise _illegal(stored, SubmissionState.ELSEWHERE)
            return {"state": SubmissionState.ELSEWHERE}

        return await self._change(submission, changes)

    async def of_case(self, case_id: str) -> tuple[Submission, ...]:
        """Every round's, in order."""
        of_case = (
            select(SubmissionRow)
            .where(col(SubmissionRow.case_id) == case_id)
            .order_by(col(SubmissionRow.round))
        )
        rows = await self._database.read(lambda connection: connection.execute(of_case).mappings().all())
        return tuple(Submission.model_validate(dict(row)) for row in rows)

    async def _change(
        self, submission: Submission, changes_of: Callable[[Submission], dict[str, Any]]
    ) -> Submission:
        """Change what is stored, while nobody else can. Refused when the round was never reserved."""
        is_it = _is(submission)

        def change(connection: Connection) -> Submission:
            stored = _find(connection, *is_it, held=True)
            if stored is None:
                raise Refused(
                    f"{_named(submission)} was never reserved for {submission.case_id}",
                    reason="unknown_submission",
                )
            changes = changes_of(stored)
            if changes:
                connection.execute(update(SubmissionRow).where(*is_it).values(changes))
            return Submission.model_validate(stored.model_dump() | changes)

        return await self._database.write_durably(change)


def _reserve(connection: Connection, wanted: Submission) -> Submission:
    connection.execute(insert_new(connection, SubmissionRow), wanted.model_dump())
    stored = _find(connection, *_is(wanted))
    if stored is None:
        in_the_way = (
            col(SubmissionRow.dispute_id) == wanted.dispute_id,
            col(SubmissionRow.round) == wanted.round,
        )
        holder = _find(connection, *in_the_way)
        raise Refused(
            f"round {wanted.round} of {wanted.dispute_id} is held by {holder.case_id if holder else 'another case'}",
            reason="round_held",
        )
    if stored.dispute_id != wanted.dispute_id:
        raise ValueError(f"{wanted.case_id} is about {stored.dispute_id}, not {wanted.dispute_id}")
    return stored


def _find(connection: Connection, *conditions: ColumnElement[bool], held: bool = False) -> Submission | None:
    """`held`: nobody else can change it until the transaction ends. SQLite has one writer anyway."""
    wanted = select(SubmissionRow).where(*conditions)
    row = connection.execute(wanted.with_for_update() if held else wanted).mappings().one_or_none()
    return None if row is None else Submission.model_validate(dict(row))


def _is(submission: Submission) -> tuple[ColumnElement[bool], ...]:
    return (
        col(SubmissionRow.case_id) == submission.case_id,
        col(SubmissionRow.round) == submission.round,
    )


def _illegal(stored: Submission, state: SubmissionState) -> Refused:
    return Refused(
        f"the submission of {_named(stored)} is {stored.state.value} and cannot become {state.value}",
        reason="illegal_transition",
    )


def _changed(stored: Submission) -> Refused:
    return Refused(
        f"{_named(stored)} is reserved for packet {stored.digest} by now, under key revision {stored.key_revision}",
        reason="submission_changed",
    )


def _named(submission: Submission) -> str:
    return f"round {submission.round} of {submission.dispute_id}"
