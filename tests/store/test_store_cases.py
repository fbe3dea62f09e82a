"""Cases, their stories, the inbox and the reports of outcomes."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from store_values import ACCOUNT, NOW, alert, case_file, request, usd

from chargebacks.contracts import CaseKind, CaseStatus, TimelineEntry
from chargebacks.errors import BadInput, Refused
from chargebacks.outcomes import Acknowledgement, DecidedBy, Outcome, OutcomeCode
from store import InboxMessage, Store

HOUR = timedelta(hours=1)


def line(number: int, text: str) -> TimelineEntry:
    return TimelineEntry(number=number, at=NOW + number * HOUR, text=text)


async def ids_of(store: Store, **filters: object) -> list[str]:
    return [case.case_id for case in await store.cases.list_cases(**filters)]


async def test_an_opened_case_is_there_to_be_seen(store: Store) -> None:
    """Before anything was decided, its alert and deadline are known."""
    opened = request(amount=usd(4999), respond_by=NOW + HOUR)
    await store.cases.open_case(opened, opened_at=NOW)
    case = await store.cases.case_file(opened.case_id)
    assert case is not None
    assert (case.status, case.alert, case.respond_by) == (CaseStatus.WORKING, opened.alert, NOW + HOUR)


async def test_opening_a_case_again_changes_nothing(store: Store) -> None:
    """A repeated delivery must not put a decided case back to its beginning."""
    await store.cases.open_case(request(), opened_at=NOW)
    closed = case_file("alert/network/alert-1", status=CaseStatus.CLOSED, closed_at=NOW)
    await store.cases.save_case(closed)
    await store.cases.open_case(request(), opened_at=NOW + HOUR)
    assert await store.cases.case_file(closed.case_id) == closed


async def test_a_dispute_that_two_events_begin(store: Store) -> None:
    """The slower of them does not put back what the case has told since."""
    told = case_file("dispute/shop/du_1", status=CaseStatus.GATHERING, timeline=(line(1, "read"),))
    await store.cases.save_case(told)
    await store.cases.begin(case_file("dispute/shop/du_1", status=CaseStatus.WORKING), opened_at=NOW)
    assert await store.cases.case_file("dispute/shop/du_1") == told


async def test_a_saved_case_comes_back_whole(store: Store) -> None:
    """Every fact and the timeline in order; moments in UTC, wherever they were said."""
    elsewhere = NOW.astimezone(timezone(HOUR * 9))
    saved = case_file(
        "case-1",
        alert=alert(),
        respond_by=elsewhere,
        outcome=Outcome(code=OutcomeCode.REFUNDED, decided_by=DecidedBy.RULE, refunded=usd(4999)),
        amount=usd(4999),
        timeline=(line(1, "opened"), line(2, "refunded")),
    )
    await store.cases.save_case(saved)
    found = await store.cases.case_file("case-1")
    assert found == saved
    assert found.respond_by is not None
    assert found.respond_by.utcoffset() == timedelta(0)


async def test_the_timeline_grows_and_is_never_rewritten(store: Store) -> None:
    """Saving the same lines again, or only the later ones, is harmless."""
    await store.cases.save_case(case_file("case-1", timeline=(line(1, "opened"), line(2, "searching"))))
    await store.cases.save_case(case_file("case-1", timeline=(line(2, "else"), line(3, "matched"))))
    found = await store.cases.case_file("case-1")
    assert found is not None
    assert [entry.text for entry in found.timeline] == ["opened", "searching", "matched"]


async def test_an_unknown_case_is_none(store: Store) -> None:
    """Asking is no error."""
    assert await store.cases.case_file("case-1") is None


async def test_cases_are_listed_by_deadline_then_age(store: Store) -> None:
    """What is due first comes first; what is never due comes last, the older before the newer."""
    for number, due in enumerate((None, NOW + 2 * HOUR, None, NOW + HOUR)):
        opened = request(f"case-{number}", provider_alert_id=str(number), respond_by=due)
        await store.cases.open_case(opened, opened_at=NOW - number * HOUR)
    assert await ids_of(store) == ["case-3", "case-1", "case-2", "case-0"]


async def test_lists_are_narrowed(store: Store) -> None:
    """By kind, status, account, deadline and whether a person is needed, alone or together."""
    await store.cases.save_case(case_file("a", respond_by=NOW))
    await store.cases.save_case(case_file("b", account="other", attention="no key", respond_by=NOW + HOUR))
    await store.cases.save_case(case_file("c", kind=CaseKind.DISPUTE, status=CaseStatus.CLOSED))
    assert await ids_of(store, kind=CaseKind.ALERT) == ["a", "b"]
    assert await ids_of(store, status=CaseStatus.CLOSED) == ["c"]
    assert await ids_of(store, account=ACCOUNT) == ["a", "c"]
    assert await ids_of(store, due_before=NOW + HOUR) == ["a"]
    assert await ids_of(store, attention_only=True) == ["b"]
    assert await ids_of(store, attention_only=True, account=ACCOUNT) == []


async def test_pages_hold_every_case_once(store: Store) -> None:
    """Also where deadlines and ages are equal."""
    for number in range(7):
        due = NOW if number % 2 else None
        opened = request(f"case-{number}", provider_alert_id=str(number), respond_by=due)
        await store.cases.open_case(opened, opened_at=NOW)
    seen: list[str] = []
    while page := await ids_of(store, limit=3, after=seen[-1] if seen else None):
        seen += page
    assert seen == await ids_of(store)
    assert len(seen) == 7


async def test_a_list_cannot_continue_after_an_unknown_case(store: Store) -> None:
    """Starting over silently would show the first page twice."""
    with pytest.raises(BadInput, match="case-x"):
        await store.cases.list_cases(after="case-x")


async def test_cases_of_a_charge_are_found(store: Store) -> None:
    """Several alerts and disputes of one charge belong together; another account's charge does not."""
    await store.cases.save_case(case_file("a", charge_id="ch_1", timeline=(line(2, "opened"),)))
    await store.cases.save_case(case_file("b", charge_id="ch_1", timeline=(line(1, "opened"),)))
    await store.cases.save_case(case_file("c", charge_id="ch_1", account="other"))
    found = await store.cases.cases_of_charge(ACCOUNT, "ch_1")
    assert [case.case_id for case in found] == ["b", "a"]


async def test_a_message_is_kept_once(store: Store) -> None:
    """The same id from the same source is the same message; from another source it is another."""
    first = await store.inbox.accept(message("1"))
    assert first[1]
    assert await store.inbox.accept(message("1", body=b"again")) == (first[0], False)
    assert (await store.inbox.accept(message("1", source="other")))[1]
    assert [kept.body for kept in await store.inbox.pending()] == [b"\x00raw", b"\x00raw"]


async def test_of_simultaneous_deliveries_one_is_new(store: Store) -> None:
    """Providers do send twice at the same moment."""
    answers = await asyncio.gather(*(store.inbox.accept(message("1")) for _ in range(10)))
    assert len({number for number, _ in answers}) == 1
    assert sum(is_new for _, is_new in answers) == 1


async def test_messages_wait_until_they_are_started(store: Store) -> None:
    """Oldest first; a relay finds what was accepted while Temporal was away."""
    first, _ = await store.inbox.accept(message("1"))
    second, _ = await store.inbox.accept(message("2"))
    await store.inbox.mark_done(first, at=datetime.now(UTC), case_id="case-1")
    (waiting,) = await store.inbox.pending()
    assert (waiting.id, waiting.headers, waiting.received_at) == (second, {"content-type": "text/x"}, NOW)


async def test_a_refused_message_is_kept_and_not_started(store: Store) -> None:
    """For inspection, with its reason, newest first."""
    await store.inbox.accept(message("1", refused_reason="unknown currency"))
    await store.inbox.accept(message("2", refused_reason="too old"))
    assert await store.inbox.pending() == ()
    assert [kept.refused_reason for kept in await store.inbox.refused()] == ["too old", "unknown currency"]


async def test_a_refused_message_may_come_again_and_be_accepted(store: Store) -> None:
    """The provider mended it under the same id; it is new then, and waits to be started."""
    await store.inbox.accept(message("1", refused_reason="unknown currency"))
    assert (await store.inbox.accept(message("1", body=b"mended")))[1]
    assert await store.inbox.refused() == ()
    assert [kept.body for kept in await store.inbox.pending()] == [b"mended"]


async def test_the_first_reserved_outcome_is_the_outcome(store: Store) -> None:
    """Whatever is asked later, in whatever order, what was reserved first comes back."""
    asked = [outcome(code) for code in (OutcomeCode.REFUNDED, OutcomeCode.NOT_FOUND)] * 5
    reports = await asyncio.gather(*(begin(store, each) for each in asked))
    assert len({report.outcome.code for report in reports}) == 1
    assert (await begin(store, outcome(OutcomeCode.DUPLICATE))).outcome == reports[0].outcome


async def test_attempts_are_counted_before_they_are_made(store: Store) -> None:
    """A later reader learns that one may have reached the source."""
    assert (await begin(store, outcome())).attempts == 0
    await store.reports.attempt("case-1", now=NOW)
    await store.reports.attempt("case-1", now=NOW)
    report = await begin(store, outcome())
    assert (report.attempts, report.acknowledgement) == (2, None)


async def test_the_first_acknowledgement_stays(store: Store) -> None:
    """What the source said first about the final outcome is what it holds."""
    await begin(store, outcome())
    for number in (1, 2):
        answer = Acknowledgement(provider_code="reversed", reference=str(number))
        await store.reports.finish("case-1", acknowledgement=answer, now=NOW + number * HOUR)
    report = await begin(store, outcome())
    assert report.acknowledgement is not None
    assert (report.acknowledgement.reference, report.acknowledged_at) == ("1", NOW + HOUR)


async def test_no_attempt_without_a_reserved_outcome(store: Store) -> None:
    """Sending first and reserving later could send two."""
    with pytest.raises(Refused, match="case-1"):
        await store.reports.attempt("case-1", now=NOW)
    with pytest.raises(Refused):
        await store.reports.finish("case-1", acknowledgement=Acknowledgement(provider_code="x"), now=NOW)


def message(provider_message_id: str, **changes: object) -> InboxMessage:
    given = {"source": "network", "provider_message_id": provider_message_id, "body": b"\x00raw"}
    given |= {"headers": {"content-type": "text/x"}, "received_at": NOW}
    return InboxMessage.model_validate(given | changes)


def outcome(code: OutcomeCode = OutcomeCode.REFUNDED) -> Outcome:
    return Outcome(code=code, decided_by=DecidedBy.RULE)


async def begin(store: Store, wanted: Outcome):
    return await store.reports.begin(case_id="case-1", source="network", outcome=wanted, now=NOW)
