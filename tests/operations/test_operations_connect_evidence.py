"""Evidence sources and the switch for disputes: kept sealed, refused with one sentence, never switched by accident."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from chargebacks.errors import BadInput, NeedsOperator
from chargebacks.evidence_items import Supplier
from operations.connect import connect_evidence_source, connect_stripe, switch_dispute_representment
from store import Store
from stripe_gateway.gateway import Gateway

KEY = SecretStr("sk_test_sandbox")
SECRET = SecretStr("endpoint-secret-value")
ENDPOINT: dict[str, Any] = {
    "kind": Supplier.ENDPOINT,
    "url": "https://shop.example/evidence",
    "secret": SECRET,
}


async def connect(store: Store, **given: Any) -> None:
    await connect_evidence_source(store, **({"name": "desk", "account": "shop"} | given))


async def test_an_endpoint_is_kept_with_its_secret_sealed(store: Store, tmp_path: Path) -> None:
    """The secret signs the questions; it is on disk in no readable form."""
    await connect(store, **ENDPOINT)
    kept = await store.evidence_sources.source("desk")
    assert (kept.url, kept.secret) == (ENDPOINT["url"], SECRET)
    on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert SECRET.get_secret_value().encode() not in on_disk


async def test_an_activity_is_kept_by_its_queue(store: Store) -> None:
    """A known name is replaced."""
    await connect(store, **ENDPOINT)
    await connect(store, kind=Supplier.ACTIVITY, task_queue="evidence")
    [kept] = await store.evidence_sources.of_account("shop")
    assert (kept.kind, kept.task_queue, kept.url) == (Supplier.ACTIVITY, "evidence", None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": Supplier.ACTIVITY}, "give an activity its task queue"),
        ({"kind": Supplier.ACTIVITY, "task_queue": "q", "url": "https://shop.example"}, "nothing else"),
        (ENDPOINT | {"secret": None}, "give the secret that signs"),
        (ENDPOINT | {"url": "http://shop.example"}, "must begin with https"),
        (ENDPOINT | {"account": "nowhere"}, "not connected"),
        (ENDPOINT | {"name": "a/b"}, "A name has"),
    ],
)
async def test_a_source_that_cannot_be_asked_is_refused(
    store: Store, given: dict[str, Any], said: str
) -> None:
    """What is wrong is said when it is configured, and nothing is kept."""
    with pytest.raises(BadInput, match=said):
        await connect(store, **given)
    assert await store.evidence_sources.of_account("shop") == ()


async def test_a_fresh_account_files_nothing(store: Store, stripe: Gateway) -> None:
    """Its disputes are followed until somebody switches representment on."""
    await connect_stripe(store, stripe, name="fresh", api_key=KEY)
    facts = await store.accounts.account_facts("fresh")
    assert (facts.alert_management, facts.dispute_representment) == (True, False)


async def test_switches_that_are_given_hold_and_others_stay(store: Store, stripe: Gateway) -> None:
    """For a new account and for a known one alike."""
    await connect_stripe(
        store, stripe, name="new", api_key=KEY, alert_management=False, dispute_representment=True
    )
    await connect_stripe(store, stripe, name="new", api_key=KEY)
    facts = await store.accounts.account_facts("new")
    assert (facts.alert_management, facts.dispute_representment) == (False, True)
    await connect_stripe(store, stripe, name="new", api_key=KEY, dispute_representment=False)
    facts = await store.accounts.account_facts("new")
    assert (facts.alert_management, facts.dispute_representment) == (False, False)


async def test_representment_is_switched_by_itself(store: Store) -> None:
    """Alerts go on as before; an unknown account is said to be unknown."""
    await switch_dispute_representment(store, "shop", on=True)
    facts = await store.accounts.account_facts("shop")
    assert (facts.alert_management, facts.dispute_representment) == (True, True)
    with pytest.raises(NeedsOperator, match='no account "shpo"'):
        await switch_dispute_representment(store, "shpo", on=True)
