"""The charge index: what it keeps of a charge, and which charges it offers for an alert."""

import asyncio
import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Executable, text
from store_values import ACCOUNT, NOW, SOLD, alert, charge, credentials, usd

from chargebacks.alerts import TimePrecision
from chargebacks.charges import SnapshotOrigin, SubscriptionSnapshot
from chargebacks.matching import Candidates
from chargebacks.money import Money
from store import Store
from store.candidates import charges_statement, question_of
from store.commonness import counts_statement
from store.database import open_database
from store.keys import network_key, network_keys

DAY = timedelta(days=1)
EVERY_KEY = {
    "stripe_id": "ch_1",
    "merchant_order_id": "order-1",
    "network_transaction_id": "123456789012345",
    "auth_code": "012345",
    "last4": "4242",
    "at": SOLD,
    "amount": usd(4999),
}


async def ask(store: Store, *, disputed: Money | None = None, **sold: Any) -> Candidates:
    asked = alert(amount=disputed, transaction=sold)
    return await store.charges.candidates(ACCOUNT, asked, date_tolerance_days=2)


async def ids_for(store: Store, **sold: Any) -> list[str]:
    return [found.id for found in (await ask(store, **sold)).charges]


async def test_a_charge_comes_back_as_it_was_read(store: Store) -> None:
    """Every fact of it, marked as the index's; the customer's subscriptions are left out, they would be stale."""
    given = charge(
        "ch_1",
        payment_intent="pi_1",
        presentment=Money(amount_minor=4600, currency="EUR"),
        metadata={"order_id": "77"},
        live_subscriptions=(SubscriptionSnapshot(id="sub_1", status="active"),),
    )
    await store.charges.upsert(ACCOUNT, (given,))
    (found,) = (await ask(store, stripe_id="ch_1")).charges
    expected = given.model_copy(update={"origin": SnapshotOrigin.INDEX, "live_subscriptions": None})
    assert found == expected.model_copy(update={"metadata": {}})
    assert await store.charges.with_metadata(ACCOUNT, found) == expected


async def test_metadata_lies_sealed(store: Store, database_url: str) -> None:
    """A merchant may keep anything in it; the newest reading counts, also when nothing is left."""
    await store.charges.upsert(ACCOUNT, (charge("ch_1", metadata={"buyer": "Ada Lovelace"}),))
    database = open_database(database_url)
    rows = await database.read(lambda connection: connection.execute(text("SELECT * FROM charges")).all())
    await database.close()
    assert "Lovelace" not in str(rows)
    (found,) = (await ask(store, stripe_id="ch_1")).charges
    assert (await store.charges.with_metadata(ACCOUNT, found)).metadata == {"buyer": "Ada Lovelace"}
    await store.charges.upsert(ACCOUNT, (charge("ch_1", as_of=NOW + DAY),))
    assert (await store.charges.with_metadata(ACCOUNT, found)).metadata == {}


async def test_a_link_makes_the_subscription_of_a_payment_known(store: Store) -> None:
    """A payment that turns out to be for two is unknown again; what was not named stays as it was."""
    one, other = charge("ch_1", payment_intent="pi_1"), charge("ch_2", payment_intent="pi_2")
    await store.charges.upsert(ACCOUNT, (one, other))

    async def known(charge_id: str) -> tuple[bool, str | None]:
        (found,) = (await ask(store, stripe_id=charge_id)).charges
        return found.subscription_known, found.subscription

    assert await store.charges.link(ACCOUNT, {"pi_1": "sub_1", "pi_9": "sub_9"}) == 1
    assert await store.charges.link(ACCOUNT, {"pi_1": "sub_1"}) == 0
    assert (await known("ch_1"), await known("ch_2")) == ((True, "sub_1"), (False, None))
    assert await store.charges.link(ACCOUNT, {"pi_1": "sub_2"}) == 0
    assert await known("ch_1") == (False, None)


async def test_charges_are_counted_from_a_moment_on(store: Store) -> None:
    """The first second counts; without a moment all of them do."""
    await store.charges.upsert(
        ACCOUNT, (charge("ch_1", created=SOLD), charge("ch_2", created=SOLD - timedelta(seconds=1)))
    )
    assert await store.charges.count(ACCOUNT, since=SOLD) == 1
    assert await store.charges.count(ACCOUNT) == 2


async def test_an_older_reading_never_overwrites_a_newer_one(store: Store) -> None:
    """Events come late and in any order; within one call, too."""
    newest = charge("ch_1", refunded_minor=4999, as_of=NOW + DAY)
    await store.charges.upsert(ACCOUNT, (newest, charge("ch_1", refunded_minor=100)))
    await store.charges.upsert(ACCOUNT, (charge("ch_1"),))
    (found,) = (await ask(store, stripe_id="ch_1")).charges
    assert (found.refunded_minor, found.as_of) == (4999, NOW + DAY)


async def test_a_newer_reading_is_found_by_its_new_values_only(store: Store) -> None:
    """Stripe fills in the authorization code after the charge was made."""
    await store.charges.upsert(ACCOUNT, (charge("ch_1", auth_code="OLD123"),))
    await store.charges.upsert(ACCOUNT, (charge("ch_1", auth_code="NEW456", as_of=NOW + DAY),))
    assert await ids_for(store, auth_code="NEW456", at=SOLD) == ["ch_1"]
    assert await ids_for(store, auth_code="OLD123", at=SOLD) == []


async def test_a_known_subscription_survives_readings_that_did_not_look(store: Store) -> None:
    """Looking it up costs Stripe calls; a charge's subscription does not change."""
    await store.charges.upsert(ACCOUNT, (charge("ch_1", subscription="sub_1", subscription_known=True),))
    await store.charges.upsert(ACCOUNT, (charge("ch_1", disputed=True, as_of=NOW + DAY),))
    (found,) = (await ask(store, stripe_id="ch_1")).charges
    assert (found.disputed, found.subscription, found.subscription_known) == (True, "sub_1", True)


async def test_many_charges_at_once_are_all_kept(store: Store) -> None:
    """More than fit into one transaction."""
    await store.charges.upsert(ACCOUNT, tuple(charge(f"ch_{number}") for number in range(2500)))
    assert await store.charges.count(ACCOUNT) == 2500


async def test_writers_of_the_same_charges_do_not_lock_each_other_out(store: Store) -> None:
    """Two workers index the same page of events, in opposite order."""
    charges = tuple(charge(f"ch_{number}", order_ids=(f"order-{number}",)) for number in range(300))
    calls = (store.charges.upsert(ACCOUNT, order) for order in (charges, charges[::-1]) * 3)
    await asyncio.gather(*calls)
    assert await store.charges.count(ACCOUNT) == 300


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ({}, {"stripe_id": "ch_1"}),
        ({"payment_intent": "pi_1"}, {"stripe_id": "pi_1"}),
        ({"payment_intent": "pi_1"}, {"merchant_order_id": "pi_1"}),
        ({"order_ids": ("Order-77", "x")}, {"merchant_order_id": " #order-77"}),
        ({"network_transaction_id": "123456789012345"}, {"network_transaction_id": "1234 5678 9012 345"}),
        ({"network_transaction_id": "123456789012345"}, {"network_transaction_id": "1234567890123451109"}),
        (
            {"network_transaction_id": "123456789012345"},
            {"network_transaction_id": "20261109123456789012345"},
        ),
        ({"network_transaction_id": "MDSABC1230910"}, {"network_transaction_id": "MDSABC123"}),
        ({"network_transaction_id": "MDSABC123"}, {"network_transaction_id": "MDSABC1230910"}),
        ({"auth_code": "012a45"}, {"auth_code": "012A45", "at": SOLD}),
        ({"auth_code": "012345"}, {"auth_code": "12345", "at": SOLD}),
        ({"last4": "4242"}, {"last4": "424242******4242", "at": SOLD}),
        ({"last4": "1881", "dynamic_last4": "4242"}, {"last4": "4242", "at": SOLD}),
        ({"last4": "1881", "dynamic_last4": "4242"}, {"last4": "4242", "at": SOLD, "amount": usd(4999)}),
        ({}, {"amount": usd(4999), "at": SOLD}),
        ({"presentment": {"amount_minor": 4600, "currency": "EUR"}}, {"amount": "EUR", "at": SOLD}),
        ({"last4": "4242"}, {"last4": "4242"}),
    ],
)
async def test_a_charge_is_found_by_each_identifier(
    store: Store, written: dict[str, Any], asked: dict[str, Any]
) -> None:
    """However the network writes it; other charges and other accounts' charges stay out."""
    if asked.get("amount") == "EUR":
        asked = asked | {"amount": Money(amount_minor=4600, currency="EUR")}
    await store.accounts.connect_account(credentials("other"))
    await store.charges.upsert("other", (charge("ch_1", **written), charge("ch_3", **written)))
    await store.charges.upsert(ACCOUNT, (charge("ch_1", **written), charge("ch_2", amount=usd(1))))
    assert await ids_for(store, **asked) == ["ch_1"]


async def test_the_disputed_amount_is_asked_for_as_well(store: Store) -> None:
    """Where it differs from the sale's, either may be what Stripe knows."""
    await store.charges.upsert(ACCOUNT, (charge("ch_1"), charge("ch_2", amount=usd(700))))
    found = await ask(store, disputed=usd(700), at=SOLD)
    assert [each.id for each in found.charges] == ["ch_2"]
    found = await ask(store, disputed=usd(700), at=SOLD, amount=usd(4999))
    assert {each.id for each in found.charges} == {"ch_1", "ch_2"}


@pytest.mark.parametrize(
    ("precision", "earliest", "latest"),
    [
        (TimePrecision.INSTANT, -2 * DAY, 2 * DAY),
        (TimePrecision.LOCAL, -2 * DAY - timedelta(hours=14), 2 * DAY + timedelta(hours=12)),
        (TimePrecision.DATE, -2 * DAY - timedelta(hours=14), 3 * DAY + timedelta(hours=12)),
    ],
)
async def test_the_search_reaches_as_far_as_the_sale_may_lie(
    store: Store, precision: TimePrecision, earliest: timedelta, latest: timedelta
) -> None:
    """Tolerance on both sides, more where the alert's time may be another zone's or a bare date."""
    second = timedelta(seconds=1)
    moments = {
        "ch_too_early": SOLD + earliest - second,
        "ch_first": SOLD + earliest,
        "ch_last": SOLD + latest,
        "ch_too_late": SOLD + latest + second,
    }
    await store.charges.upsert(
        ACCOUNT, tuple(charge(name, created=moment, last4="4242") for name, moment in moments.items())
    )
    found = await ids_for(store, last4="4242", at=SOLD, at_precision=precision)
    assert set(found) == {"ch_first", "ch_last"}


async def test_without_a_date_the_months_before_the_alert_are_searched(store: Store) -> None:
    """Not the years before, and nothing that was sold after it."""
    for name, sold in (("ch_old", NOW - 400 * DAY), ("ch_right", NOW - 100 * DAY), ("ch_new", NOW + DAY)):
        await store.charges.upsert(ACCOUNT, (charge(name, created=sold, auth_code="A1B2C3"),))
    assert await ids_for(store, auth_code="A1B2C3") == ["ch_right"]
    assert await ids_for(store, amount=usd(4999)) == ["ch_right"]


async def test_an_alert_without_identifiers_gets_no_candidates(store: Store) -> None:
    """There is nothing to look up."""
    await store.charges.upsert(ACCOUNT, (charge("ch_1"),))
    assert (await ask(store, descriptor="SHOP", amount=usd(0))).charges == ()


async def test_of_many_look_alikes_the_nearest_in_time_are_offered(store: Store) -> None:
    """Bounded, and marked as cut short: a charge left out may be the right one."""
    charges = tuple(charge(f"ch_{n}", created=SOLD + timedelta(minutes=n - 500)) for n in range(1000))
    await store.charges.upsert(ACCOUNT, charges)
    found = await ask(store, amount=usd(4999), at=SOLD)
    assert not found.complete
    assert {each.id for each in found.charges} >= {f"ch_{n}" for n in range(490, 511)}
    assert len(found.charges) <= 50


async def test_a_weak_list_cut_short_does_not_matter_beside_a_strong_find(store: Store) -> None:
    """What was left out agrees on the amount alone, what was found on more."""
    charges = tuple(charge(f"ch_{number}") for number in range(100))
    await store.charges.upsert(ACCOUNT, (*charges, charge("ch_right", last4="4242")))
    found = await ask(store, amount=usd(4999), at=SOLD, last4="4242")
    assert found.complete
    assert found.charges[0].id == "ch_right"


async def test_a_strong_list_cut_short_does_matter(store: Store) -> None:
    """A hundred charges of one card and amount: the right one may be missing."""
    charges = tuple(charge(f"ch_{number}", last4="4242") for number in range(100))
    await store.charges.upsert(ACCOUNT, charges)
    found = await ask(store, amount=usd(4999), at=SOLD, last4="4242")
    assert not found.complete
    assert len(found.charges) <= 50


async def test_commonness_counts_the_window_and_stops(store: Store) -> None:
    """Charges in the window, those of the amount (charged or shown to the customer), capped."""
    near = tuple(charge(f"ch_{n}", amount=usd(4999 if n < 30 else 100)) for n in range(2100))
    seen = charge("ch_seen", amount=usd(1), presentment=usd(4999))
    euro = charge("ch_euro", amount=Money(amount_minor=4999, currency="EUR"))
    await store.charges.upsert(ACCOUNT, (*near, seen, euro, charge("ch_far", created=SOLD - 9 * DAY)))
    common = (await ask(store, amount=usd(4999), at=SOLD)).commonness
    assert (common.window_charges, common.same_amount, common.capped_at) == (2000, 31, 2000)
    assert (await ask(store, stripe_id="ch_1", at=SOLD)).commonness.same_amount == 0


async def test_every_question_is_answered_from_an_index(store: Store, database_url: str) -> None:
    """No plan, for any combination of identifiers, reads a table from end to end."""
    charges = (
        charge(
            f"ch_{n}",
            payment_intent=f"pi_{n}",
            order_ids=(f"order-{n}",),
            last4=f"{n:04}",
            amount=usd(100 + n % 50),
            created=SOLD - n * timedelta(hours=3),
        )
        for n in range(3000)
    )
    await store.charges.upsert(ACCOUNT, tuple(charges))
    account_id = await store.accounts.number_of(ACCOUNT)
    database = open_database(database_url)
    plans = await database.write(lambda connection: _plans(connection, account_id))
    await database.close()
    scans = {line for line in plans if "SEQ SCAN" in line or line.startswith(("SCAN CHARGE", "SCAN TABLE"))}
    assert scans == set()
    assert sum("INDEX" in line for line in plans) >= 20


def _plans(connection: Connection, account_id: int) -> list[str]:
    connection.execute(text("ANALYZE"))
    plans = []
    for missing in (*EVERY_KEY, "nothing"):
        sold = {key: value for key, value in EVERY_KEY.items() if key != missing}
        question = question_of(account_id, alert(amount=usd(700), transaction=sold), date_tolerance_days=2)
        plans += _plan(connection, charges_statement(question.keys), question.values)
    plans += _plan(connection, counts_statement(with_amount=True), question.values)
    return [line.strip(" ->").upper() for line in plans]


def _plan(connection: Connection, statement: Executable, values: dict[str, Any]) -> list[str]:
    """As planned without knowing the values: on PostgreSQL that is the plan that is kept and used."""
    compiled = statement.compile(dialect=connection.dialect)
    expanded = compiled.construct_expanded_state(values)
    explain = "EXPLAIN (GENERIC_PLAN) " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    rows = connection.exec_driver_sql(explain + expanded.statement, expanded.positional_parameters)
    return [str(row[-1]) for row in rows]


network_ids = st.one_of(
    st.from_regex(r"[0-9]{15}", fullmatch=True),
    st.from_regex(r"M[A-Z]{2}[0-9A-Z]{6}([0-9]{4})?", fullmatch=True),
)


@given(network_id=network_ids, date=st.sampled_from(["1109", "261109", "20261109"]), before=st.booleans())
def test_a_date_glued_to_a_network_id_hides_nothing(network_id: str, date: str, before: bool) -> None:
    """Whatever the date's length and the end it hangs on, alert and charge have a key in common."""
    glued = date + network_id if before else network_id + date
    for asked in (network_id, glued, network_id.lower()):
        assert network_key(network_id) in network_keys(asked)
    assert len(network_keys(glued)) <= 8


charge_numbers = itertools.count()
few = {
    "amount": st.sampled_from([100, 4999]),
    "last4": st.sampled_from(["4242", "1881", None]),
    "dynamic_last4": st.sampled_from(["4242", "9999", None]),
    "auth_code": st.sampled_from(["A1B2C3", "000123", None]),
    "hours": st.integers(-80, 80),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.lists(st.fixed_dictionaries(few), max_size=8), sold=st.fixed_dictionaries(few))
def test_the_index_offers_exactly_what_shares_an_identifier(
    database_url: str, secrets_key: Any, facts: list[dict[str, Any]], sold: dict[str, Any]
) -> None:
    """Against a plain reading of every charge."""
    asyncio.run(_compare_with_reading(database_url, secrets_key, facts, sold))


async def _compare_with_reading(
    database_url: str, secrets_key: Any, facts: list[dict[str, Any]], sold: dict[str, Any]
) -> None:
    account = f"account-{next(charge_numbers)}"
    charges = tuple(_charge_of(f"ch_{number}", fact) for number, fact in enumerate(facts))
    # Never at midnight: that would be read as a bare date, and the search reach further.
    at: datetime = SOLD + timedelta(hours=sold["hours"], minutes=7)
    expected = {
        each.id
        for each in charges
        if abs(each.created - at) <= 2 * DAY
        and (
            each.amount.amount_minor == sold["amount"]
            or (sold["last4"] is not None and sold["last4"] in (each.last4, each.dynamic_last4))
            or (sold["auth_code"] is not None and sold["auth_code"] == each.auth_code)
        )
    }
    asked = alert(
        transaction={
            "at": at,
            "amount": usd(sold["amount"]),
            "last4": sold["last4"],
            "auth_code": sold["auth_code"],
        }
    )
    async with await Store.connect(database_url, secrets_key) as store:
        await store.accounts.connect_account(credentials(account))
        await store.charges.upsert(account, charges)
        found = await store.charges.candidates(account, asked, date_tolerance_days=2)
    assert {each.id for each in found.charges} == expected
    assert found.complete


def _charge_of(charge_id: str, fact: dict[str, Any]) -> Any:
    created = SOLD + timedelta(hours=fact["hours"])
    numbers = {key: fact[key] for key in ("last4", "dynamic_last4", "auth_code")}
    return charge(charge_id, amount=usd(fact["amount"]), created=created, **numbers)
