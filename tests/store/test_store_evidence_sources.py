"""The merchant's own evidence sources, and the switch for disputes."""

from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from store_values import ACCOUNT, credentials

from chargebacks.accounts import AccountFacts
from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.evidence_items import Supplier
from runtime.connections import EvidenceSourceSettings
from store import Store
from store.database import open_database

SECRET = SecretStr("quite-secret")
NO_SECRET: dict[str, Any] = {"secret": None}


def endpoint(name: str = "orders", **changes: Any) -> EvidenceSourceSettings:
    given = {"name": name, "account": ACCOUNT, "kind": "endpoint", "url": "https://shop.test/evidence"}
    return EvidenceSourceSettings.model_validate(given | {"secret": SECRET} | changes)


def activity(name: str = "warehouse", **changes: Any) -> EvidenceSourceSettings:
    given = {"name": name, "account": ACCOUNT, "kind": "activity", "task_queue": "evidence"}
    return EvidenceSourceSettings.model_validate(given | changes)


async def test_a_source_comes_back_with_its_secret_and_is_listed_without(store: Store) -> None:
    """Connecting it again replaces everything that was stored."""
    await store.evidence_sources.connect(endpoint(secret=SecretStr("old")))
    await store.evidence_sources.connect(endpoint(timeout_seconds=5))
    await store.evidence_sources.connect(activity())
    assert await store.evidence_sources.source("orders") == endpoint(timeout_seconds=5)
    assert await store.evidence_sources.source("warehouse") == activity()
    listed = (endpoint(timeout_seconds=5, **NO_SECRET), activity())
    assert await store.evidence_sources.of_account(ACCOUNT) == listed
    assert await store.evidence_sources.of_account("other") == ()


async def test_an_activity_needs_no_key(store: Store, database_url: str) -> None:
    """It has no secret: the merchant's worker is on the same Temporal. An endpoint's is sealed or not kept."""
    async with await Store.connect(database_url, None) as keyless:
        await keyless.evidence_sources.connect(activity())
        assert await keyless.evidence_sources.source("warehouse") == activity()
        with pytest.raises(NeedsOperator, match="SECRETS_KEY"):
            await keyless.evidence_sources.connect(endpoint())
    assert await store.evidence_sources.of_account(ACCOUNT) == (activity(),)


async def test_a_secret_is_not_in_the_database_in_the_clear(store: Store, database_url: str) -> None:
    """Whoever has it can ask the merchant's endpoint about any customer."""
    await store.evidence_sources.connect(endpoint())
    every = text("SELECT sealed FROM evidence_sources")
    database = open_database(database_url)
    [sealed] = await database.read(lambda connection: connection.execute(every).scalars().all())
    await database.close()
    assert sealed
    assert SECRET.get_secret_value() not in sealed
    assert SECRET.get_secret_value() not in repr(endpoint())


async def test_a_removed_source_is_asked_no_more(store: Store) -> None:
    """A slip in its name is answered with the names that are there."""
    await store.evidence_sources.connect(activity())
    await store.evidence_sources.connect(endpoint())
    await store.evidence_sources.remove("orders")
    with pytest.raises(NeedsOperator, match=r'"orders" is connected \(connected: warehouse\)'):
        await store.evidence_sources.source("orders")
    with pytest.raises(NeedsOperator, match='"orders"'):
        await store.evidence_sources.remove("orders")
    assert await store.evidence_sources.of_account(ACCOUNT) == (activity(),)


async def test_a_source_needs_a_connected_account(store: Store) -> None:
    """It would never be asked."""
    with pytest.raises(BadInput, match=r'evidence source warehouse names the account "shpo"'):
        await store.evidence_sources.connect(activity(account="shpo"))


async def test_an_endpoint_needs_a_secret(store: Store) -> None:
    """Unsigned, anybody could ask it for a customer's data."""
    with pytest.raises(BadInput, match="orders is an endpoint: give the secret"):
        await store.evidence_sources.connect(endpoint(**NO_SECRET))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.test/evidence",
        "http://127.0.0.1.shop.test/",
        "http://10.0.0.7/",
        "ftp://shop.test/",
        "https://",
        "https://ann:hunter2@shop.test/",
        "https://shop.test/#part",
        "https://[shop.test/",
        "shop.test",
    ],
)
def test_an_endpoint_is_reached_without_being_overheard(url: str) -> None:
    """Questions and answers are about customers; the sentence says what is allowed, and repeats no password."""
    with pytest.raises(BadInput, match="must begin with https://") as refusal:
        endpoint(url=url)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("url", ["http://localhost:8000/e", "http://127.0.0.9/", "http://[::1]:8000/e"])
def test_an_endpoint_on_the_machine_itself_may_be_plain(url: str) -> None:
    """Nothing crosses a network: for a sidecar, a demo and tests."""
    assert endpoint(url=url).url == url


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "activity"},
        {"kind": "activity", "task_queue": ""},
        {"kind": "activity", "task_queue": "q", "url": "https://shop.test/"},
        {"kind": "activity", "task_queue": "q", "secret": SECRET},
        {"kind": "endpoint"},
        {"kind": "endpoint", "url": "https://shop.test/", "task_queue": "q", "secret": SECRET},
    ],
)
def test_a_source_has_what_its_kind_needs_and_nothing_else(wrong: dict[str, Any]) -> None:
    """A setting that is ignored would be a surprise later."""
    with pytest.raises(BadInput, match="an activity its task queue and nothing else"):
        EvidenceSourceSettings.model_validate({"name": "orders", "account": ACCOUNT} | wrong)


def test_a_source_names_the_supplier_of_its_evidence() -> None:
    """Its kind stands in the provenance of every item."""
    assert endpoint().kind is Supplier.ENDPOINT
    assert activity().kind is Supplier.ACTIVITY


async def test_a_new_account_files_nothing_by_itself(store: Store) -> None:
    """Representing disputes is switched on, per account, and off again."""
    assert not (await store.accounts.account_facts(ACCOUNT)).dispute_representment
    await store.accounts.set_dispute_representment(ACCOUNT, True)
    assert (await store.accounts.account_facts(ACCOUNT)).dispute_representment
    await store.accounts.set_dispute_representment(ACCOUNT, False)
    assert not (await store.accounts.account_facts(ACCOUNT)).dispute_representment
    with pytest.raises(NeedsOperator, match="shpo"):
        await store.accounts.set_dispute_representment("shpo", True)


async def test_connecting_again_leaves_the_switch_for_disputes(store: Store) -> None:
    """Rotating a key neither begins nor ends the filing of evidence."""
    await store.accounts.connect_account(credentials("other"), dispute_representment=True)
    await store.accounts.connect_account(credentials("other"))
    facts = await store.accounts.account_facts("other")
    assert (facts.alert_management, facts.dispute_representment) == (True, True)


def test_an_account_in_an_old_history_files_nothing() -> None:
    """Cases that opened before disputes were handled hold their account without the switch."""
    old = '{"name": "shop", "livemode": true, "alert_management": true, "policy_version": "1"}'
    assert AccountFacts.model_validate_json(old).dispute_representment is False
