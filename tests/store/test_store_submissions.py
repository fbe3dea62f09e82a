"""The one submission of each round of a dispute, whatever races or dies."""

import asyncio
import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from store_dispute_values import CASE
from store_values import NOW

from chargebacks.errors import Refused
from chargebacks.submissions import Submission, SubmissionState
from store import Store
from store.database import open_database
from store.dispute_tables import SubmissionRow

HOUR = timedelta(hours=1)


async def reserve(
    store: Store,
    digest: str = "digest-a",
    *,
    case_id: str = CASE,
    dispute_id: str = "du_1",
    round: int = 1,
) -> Submission:
    return await store.submissions.reserve(
        case_id=case_id, dispute_id=dispute_id, round=round, digest=digest, approved_by="ann", now=NOW
    )


async def test_the_first_reservation_of_a_round_wins(store: Store) -> None:
    """Whatever packet is asked for later, what was reserved first comes back: it may have been sent."""
    first = await reserve(store)
    assert (first.state, first.digest, first.reserved_at) == (SubmissionState.RESERVED, "digest-a", NOW)
    assert await reserve(store, "digest-b") == first


async def test_each_round_has_its_own_submission(store: Store) -> None:
    """An appeal is reserved beside the first answer."""
    rounds = (await reserve(store), await reserve(store, "digest-b", round=2))
    assert await store.submissions.of_case(CASE) == rounds


async def test_of_two_cases_one_holds_a_round_of_a_dispute(store: Store, database_url: str) -> None:
    """Twenty reservations from two processes, for two cases: one submission, and the others are told whose it is."""
    async with await Store.connect(database_url, None) as other:
        asked = [
            reserve(each, str(number), case_id=f"case-{number % 2}")
            for number in range(10)
            for each in (store, other)
        ]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    held = {answer for answer in answers if isinstance(answer, Submission)}
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(held) == 1
    assert len(refusals) == 10
    assert {refusal.reason for refusal in refusals} == {"round_held"}
    assert all(str(refusal).endswith(f"held by {next(iter(held)).case_id}") for refusal in refusals)


async def test_the_database_itself_refuses_a_second_case(store: Store, database_url: str) -> None:
    """A program that goes round the store runs into the index."""
    second = (await reserve(store)).model_copy(update={"case_id": "case-b"})
    database = open_database(database_url)
    row = insert(SubmissionRow).values(second.model_dump())
    with pytest.raises(IntegrityError):
        await database.write(lambda connection: connection.execute(row))
    await database.close()


async def test_a_case_is_about_one_dispute(store: Store) -> None:
    """Asking for another one under its id is a mistake of ours, never a second submission."""
    await reserve(store)
    with pytest.raises(ValueError, match="about du_1, not du_2"):
        await reserve(store, dispute_id="du_2")


async def test_another_packet_gets_a_key_that_was_never_used(store: Store) -> None:
    """Also when it returns to an earlier packet: Stripe would replay what it said then."""
    first = await reserve(store)
    second = await store.submissions.replace(first, digest="digest-b", approved_by="ben")
    third = await store.submissions.replace(second, digest="digest-a", approved_by="ann")
    assert (second.digest, second.approved_by, second.state) == ("digest-b", "ben", SubmissionState.RESERVED)
    assert len({each.idempotency_key for each in (first, second, third)}) == 3
    assert await reserve(store, "digest-c") == third


async def test_a_repeated_replacement_is_one_replacement(store: Store) -> None:
    """A retried activity gets what its first attempt made."""
    first = await reserve(store)
    second = await store.submissions.replace(first, digest="digest-b", approved_by="ben")
    assert await store.submissions.replace(first, digest="digest-b", approved_by="ben") == second


async def test_a_late_replacement_changes_nothing(store: Store) -> None:
    """An attempt that was given up must not put its packet over the one that was approved since."""
    first = await reserve(store)
    second = await store.submissions.replace(first, digest="digest-b", approved_by="ben")
    with pytest.raises(Refused, match="is reserved for packet digest-b by now") as refusal:
        await store.submissions.replace(first, digest="digest-c", approved_by="cat")
    assert refusal.value.reason == "submission_changed"
    assert await store.submissions.of_case(CASE) == (second,)


async def test_a_key_is_raised_once_however_often_it_is_asked(store: Store) -> None:
    """A retried activity gets the key that its first attempt made."""
    first = await reserve(store)
    raised = await store.submissions.next_key(first)
    assert raised.idempotency_key != first.idempotency_key
    assert (raised.key_revision, await store.submissions.next_key(first)) == (2, raised)
    assert (await store.submissions.next_key(raised)).key_revision == 3


async def test_what_is_filed_stays_filed(store: Store) -> None:
    """Nothing leads away from it, and its first moment stays."""
    reserved = await reserve(store)
    filed = await store.submissions.filed(reserved, at=NOW)
    assert (filed.state, filed.filed_at) == (SubmissionState.FILED, NOW)
    assert await store.submissions.filed(reserved, at=NOW + HOUR) == filed
    assert await store.submissions.next_key(filed) == filed
    for leading_away in (
        store.submissions.elsewhere(filed),
        store.submissions.replace(filed, digest="digest-b", approved_by="ben"),
    ):
        with pytest.raises(Refused, match=r"round 1 of du_1 is filed and cannot become") as refusal:
            await leading_away
        assert refusal.value.reason == "illegal_transition"
    assert await reserve(store, "digest-b") == filed


async def test_only_the_reserved_packet_can_have_been_filed(store: Store) -> None:
    """Another one as filed would be a lie about what the bank has."""
    first = await reserve(store)
    await store.submissions.replace(first, digest="digest-b", approved_by="ben")
    with pytest.raises(Refused, match="digest-b"):
        await store.submissions.filed(first, at=NOW)


async def test_a_round_spent_elsewhere_takes_no_packet(store: Store) -> None:
    """It can only turn out to have been ours after all."""
    reserved = await reserve(store)
    spent = await store.submissions.elsewhere(reserved)
    assert await store.submissions.elsewhere(reserved) == spent
    assert await store.submissions.next_key(spent) == spent
    with pytest.raises(Refused, match="is elsewhere and cannot become reserved"):
        await store.submissions.replace(spent, digest="digest-b", approved_by="ben")
    assert (await store.submissions.filed(spent, at=NOW)).state is SubmissionState.FILED


async def test_a_submission_that_was_never_reserved_cannot_be_filed(store: Store) -> None:
    """One of another database, say, is refused by its dispute."""
    made_up = (await reserve(store)).model_copy(update={"round": 7})
    with pytest.raises(Refused, match="round 7 of du_1 was never reserved"):
        await store.submissions.filed(made_up, at=NOW)


numbers = itertools.count()
steps = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.sampled_from("abc")),
        st.tuples(st.just("replace"), st.sampled_from("abc")),
        st.tuples(st.sampled_from(["next_key", "filed", "elsewhere"]), st.just("")),
    ),
    max_size=10,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, stale=st.randoms(use_true_random=False))
def test_no_order_of_steps_unfiles_or_reuses_a_key(database_url: str, steps: list, stale) -> None:
    """Whatever is asked, also about a state that has passed: filed is final, and one key stands for one packet."""
    asyncio.run(_follow(database_url, f"du_model_{next(numbers)}", steps, stale))


async def _follow(database_url: str, dispute_id: str, steps: list, stale) -> None:
    seen: list[Submission] = []
    async with await Store.connect(database_url, None) as store:
        for what, digest in [("reserve", "a"), *steps]:
            try:
                seen.append(
                    await _step(store, what, digest, dispute_id, stale.choice(seen) if seen else None)
                )
            except Refused:
                continue
    filed = [number for number, each in enumerate(seen) if each.state is SubmissionState.FILED]
    assert len({each.digest for each in seen[filed[0] :]} if filed else {""}) == 1
    assert all(each.state is SubmissionState.FILED for each in (seen[filed[0] :] if filed else ()))
    assert [each.key_revision for each in seen] == sorted(each.key_revision for each in seen)
    packets = {each.idempotency_key: each.digest for each in seen}
    assert all(packets[each.idempotency_key] == each.digest for each in seen)


async def _step(
    store: Store, what: str, digest: str, dispute_id: str, known: Submission | None
) -> Submission:
    if what == "reserve" or known is None:
        return await reserve(store, digest, case_id=dispute_id, dispute_id=dispute_id)
    if what == "replace":
        return await store.submissions.replace(known, digest=digest, approved_by="ann")
    if what == "filed":
        return await store.submissions.filed(known, at=NOW)
    return await getattr(store.submissions, what)(known)
