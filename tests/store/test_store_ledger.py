"""The refund ledger: one holder per charge, whatever races or dies."""

import asyncio
import itertools
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from store_values import ACCOUNT, NOW, usd

from chargebacks.errors import Refused, TryLater
from chargebacks.refunds import EntryState, LedgerEntry
from store import Store
from store.database import open_database
from store.tables import LedgerRow

HOLDING = {EntryState.RESERVED, EntryState.PENDING}
STANDING = {*HOLDING, EntryState.SUCCEEDED}
ALLOWED = {
    (EntryState.RESERVED, EntryState.PENDING),
    (EntryState.RESERVED, EntryState.SUCCEEDED),
    (EntryState.RESERVED, EntryState.FAILED),
    (EntryState.RESERVED, EntryState.RELEASED),
    (EntryState.PENDING, EntryState.SUCCEEDED),
    (EntryState.PENDING, EntryState.FAILED),
    (EntryState.SUCCEEDED, EntryState.FAILED),
}


async def reserve(store: Store, case_id: str, *, charge_id: str = "ch_1") -> LedgerEntry:
    return await store.ledger.reserve(
        account=ACCOUNT,
        charge_id=charge_id,
        case_id=case_id,
        provider_alert_id=f"alert of {case_id}",
        amount=usd(4999),
        now=NOW,
    )


async def book(store: Store, case_id: str) -> LedgerEntry:
    return await store.ledger.book_external(
        account=ACCOUNT,
        charge_id="ch_1",
        case_id=case_id,
        provider_alert_id="rdr",
        amount=usd(4999),
        now=NOW,
    )


async def test_a_reservation_says_who_holds_the_charge_and_for_what(store: Store) -> None:
    """The entry that comes back is the one that is stored, its moment in UTC."""
    entry = await reserve(store, "case-a")
    assert entry.ledger_key == "refund:shop:ch_1:1"
    assert (entry.state, entry.amount_minor, entry.created_at) == (EntryState.RESERVED, 4999, NOW)
    assert await store.ledger.entries(account=ACCOUNT, charge_id="ch_1") == (entry,)


@pytest.mark.parametrize("state", sorted(STANDING))
async def test_a_case_gets_its_standing_entry_back(store: Store, state: EntryState) -> None:
    """However often a case reserves, its entry and its idempotency key stay the same."""
    entry = await store.ledger.settle(await reserve(store, "case-a"), state=state, refund_id="re_1")
    assert await reserve(store, "case-a") == entry


@pytest.mark.parametrize("state", sorted(HOLDING))
async def test_a_held_charge_is_refused_to_another_case(store: Store, state: EntryState) -> None:
    """A second case must wait while the first one's refund may still happen."""
    await store.ledger.settle(await reserve(store, "case-a"), state=state)
    with pytest.raises(TryLater) as refusal:
        await reserve(store, "case-b")
    assert refusal.value.reason == "charge_held"


@pytest.mark.parametrize("state", [EntryState.SUCCEEDED, EntryState.FAILED, EntryState.RELEASED])
async def test_a_finished_refund_frees_the_charge(store: Store, state: EntryState) -> None:
    """Whether more may be refunded is for Stripe's present state to say, not for the ledger."""
    await store.ledger.settle(await reserve(store, "case-a"), state=state)
    assert (await reserve(store, "case-b")).sequence == 2


async def test_a_failed_refund_is_tried_under_a_new_key(store: Store) -> None:
    """A new attempt of the same case is a new entry: Stripe would replay the failure under the old key."""
    first = await reserve(store, "case-a")
    await store.ledger.settle(first, state=EntryState.FAILED, refund_id="re_1")
    second = await reserve(store, "case-a")
    assert second.idempotency_key != first.idempotency_key


async def test_settling_keeps_the_refund_and_the_amount_that_was_paid(store: Store) -> None:
    """The amount may turn out smaller than what was reserved."""
    entry = await reserve(store, "case-a")
    await store.ledger.settle(entry, state=EntryState.PENDING, refund_id="re_1", amount=usd(1000))
    settled = await store.ledger.settle(entry, state=EntryState.SUCCEEDED)
    assert (settled.refund_id, settled.amount_minor) == ("re_1", 1000)


async def test_an_entry_keeps_to_its_refund(store: Store) -> None:
    """A second refund id for one entry would be a second refund."""
    entry = await store.ledger.settle(
        await reserve(store, "case-a"), state=EntryState.PENDING, refund_id="re_1"
    )
    with pytest.raises(Refused, match="is refund re_1 and cannot become re_2"):
        await store.ledger.settle(entry, state=EntryState.SUCCEEDED, refund_id="re_2")


async def test_an_entry_that_was_never_made_cannot_be_settled(store: Store) -> None:
    """An entry of another database, say, is refused by its key."""
    made_up = (await reserve(store, "case-a")).model_copy(update={"sequence": 7})
    with pytest.raises(Refused, match="refund:shop:ch_1:7"):
        await store.ledger.settle(made_up, state=EntryState.SUCCEEDED)


async def test_a_key_is_raised_once_however_often_it_is_asked(store: Store) -> None:
    """A retried activity gets the key that its first attempt made."""
    entry = await reserve(store, "case-a")
    raised = await store.ledger.next_key(entry)
    assert (raised.key_revision, await store.ledger.next_key(entry)) == (2, raised)
    assert (await store.ledger.next_key(raised)).key_revision == 3


async def test_what_the_network_refunded_is_booked_once_per_case(store: Store) -> None:
    """A repeated booking returns the first; another case's alert about the same refund gets its own line."""
    booking = await book(store, "case-a")
    assert (booking.state, await book(store, "case-a")) == (EntryState.EXTERNAL, booking)
    assert (await book(store, "case-b")).sequence == 2


async def test_a_network_refund_is_booked_even_while_a_case_holds_the_charge(store: Store) -> None:
    """It has happened, whoever was about to refund."""
    await reserve(store, "case-a")
    assert (await book(store, "case-b")).state is EntryState.EXTERNAL


async def test_what_the_network_takes_back_is_let_go(store: Store) -> None:
    """Only what was booked for that case, and only once; what was reserved meanwhile stays."""
    booking, other = await book(store, "case-a"), await book(store, "case-b")
    held = await reserve(store, "case-a")
    [released] = await store.ledger.release_external(account=ACCOUNT, case_id="case-a")
    assert (released.sequence, released.state) == (booking.sequence, EntryState.RELEASED)
    assert await store.ledger.release_external(account=ACCOUNT, case_id="case-a") == ()
    assert await store.ledger.entries(account=ACCOUNT, charge_id="ch_1") == (released, other, held)


async def test_the_database_itself_refuses_a_second_holder(store: Store, database_url: str) -> None:
    """A program that goes round the ledger runs into the index."""
    entry = await reserve(store, "case-a")
    second = entry.model_copy(update={"sequence": 2, "case_id": "case-b"})
    database = open_database(database_url)
    row = insert(LedgerRow).values(second.model_dump())
    with pytest.raises(IntegrityError):
        await database.write(lambda connection: connection.execute(row))
    await database.close()


async def test_of_many_cases_at_once_one_holds_the_charge(store: Store, database_url: str) -> None:
    """Two processes' worth of stores, forty reservations of one charge: one entry, thirty-nine told to wait."""
    async with await Store.connect(database_url, None) as other:
        asked = [reserve(each, f"case-{number}") for number in range(20) for each in (store, other)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    entries = await store.ledger.entries(account=ACCOUNT, charge_id="ch_1")
    winners = [answer for answer in answers if isinstance(answer, LedgerEntry)]
    assert {*winners} == {*entries}
    assert len(entries) == 1
    assert len(winners) + sum(isinstance(answer, TryLater) for answer in answers) == 40


async def test_charges_do_not_wait_for_each_other(store: Store) -> None:
    """Forty charges are forty holders."""
    entries = await asyncio.gather(*(reserve(store, "case-a", charge_id=f"ch_{n}") for n in range(40)))
    assert {entry.sequence for entry in entries} == {1}


async def test_a_process_killed_after_reserving_leaves_its_reservation(
    store: Store, database_url: str, pytestconfig: pytest.Config
) -> None:
    """The case finds its entry again, and nobody else got in between."""
    script = Path(__file__).with_name("reserve_and_wait.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        script,
        database_url,
        stdout=PIPE,
        env=os.environ | {"PYTHONPATH": str(pytestconfig.rootpath)},
    )
    assert process.stdout is not None
    ledger_key = (await process.stdout.readline()).decode().strip()
    process.kill()
    await process.wait()
    with pytest.raises(TryLater):
        await reserve(store, "case-b")
    entry = await reserve(store, "case-a")
    assert (entry.ledger_key, entry.state) == (ledger_key, EntryState.RESERVED)


charge_numbers = itertools.count()
steps = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.sampled_from(["case-a", "case-b", "case-c"])),
        st.tuples(st.just("settle"), st.sampled_from(sorted(EntryState)), st.integers(0, 3)),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_no_order_of_steps_gives_a_charge_two_holders(database_url: str, steps: list[tuple]) -> None:
    """Against a model in a few lines: the same entries, the same refusals, whatever the order."""
    asyncio.run(_follow_model(database_url, f"ch_model_{next(charge_numbers)}", steps))


async def _follow_model(database_url: str, charge_id: str, steps: list[tuple]) -> None:
    model: list[tuple[str, EntryState]] = []
    async with await Store.connect(database_url, None) as store:
        for kind, *rest in steps:
            if kind == "reserve":
                await _reserve_both(store, charge_id, model, case_id=rest[0])
            elif rest[1] < len(model):
                await _settle_both(store, charge_id, model, to=rest[0], index=rest[1])
        entries = await store.ledger.entries(account=ACCOUNT, charge_id=charge_id)
    assert [(entry.case_id, entry.state) for entry in entries] == model
    assert [entry.sequence for entry in entries] == list(range(1, len(model) + 1))
    assert sum(state in HOLDING for _, state in model) <= 1


async def _reserve_both(
    store: Store, charge_id: str, model: list[tuple[str, EntryState]], *, case_id: str
) -> None:
    own = any(case == case_id and state in STANDING for case, state in model)
    held = any(state in HOLDING for _, state in model)
    try:
        await reserve(store, case_id, charge_id=charge_id)
    except TryLater:
        assert held
        assert not own
        return
    assert own or not held
    if not own:
        model.append((case_id, EntryState.RESERVED))


async def _settle_both(
    store: Store, charge_id: str, model: list[tuple[str, EntryState]], *, to: EntryState, index: int
) -> None:
    case_id, state = model[index]
    entry = (await store.ledger.entries(account=ACCOUNT, charge_id=charge_id))[index]
    try:
        await store.ledger.settle(entry, state=to)
    except Refused:
        assert state != to
        assert (state, to) not in ALLOWED
        return
    assert state == to or (state, to) in ALLOWED
    model[index] = (case_id, to)
