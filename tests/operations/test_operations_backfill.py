"""Filling the charge index from the Stripe stand-in, over real HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from operations_samples import fresh
from pydantic import SecretStr

from chargebacks.charges import ChargeSnapshot
from chargebacks.errors import CaseError
from operations.backfill import Progress, fill_index
from runtime.connections import StripeCredentials
from store import Store
from stripe_gateway.gateway import Gateway

UNTIL = datetime.now(UTC).replace(microsecond=0)
SINCE = UNTIL - timedelta(days=70)


class Shop:
    """A Stripe account of its own for each test."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self.name = fresh().lower()
        self._account, self.key = f"acct_{self.name}", f"sk_test_{self.name}"
        self.post("accounts", id=self._account, name=self.name)
        self.post("keys", key=self.key, account=self._account)

    def post(self, path: str, /, **body: Any) -> Any:
        return self._http.post(f"/_sandbox/{path}", json=body).raise_for_status().json()

    def sell(self, *days_ago: float) -> list[str]:
        moments = [int((UNTIL - timedelta(days=days)).timestamp()) for days in days_ago]
        charges = [{"amount": 4999, "created": moment} for moment in moments]
        made = self.post("charges", account=self._account, charges=charges)
        return [charge["id"] for charge in made["charges"]]

    def subscribe(self, *, days_ago: float) -> dict[str, Any]:
        created = int((UNTIL - timedelta(days=days_ago)).timestamp())
        return self.post("subscriptions", account=self._account, amount=1999, currency="usd", created=created)


class Index:
    """Watches what reaches the store's index."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.charges: list[ChargeSnapshot] = []

    async def upsert(self, account: str, charges: tuple[ChargeSnapshot, ...]) -> None:
        self.charges.extend(charges)
        await self._store.charges.upsert(account, charges)


@pytest.fixture
async def shop(store: Store, stripe_url: str) -> AsyncIterator[Shop]:
    with httpx.Client(base_url=stripe_url, timeout=60, trust_env=False) as http:
        shop = Shop(http)
        await store.accounts.connect_account(
            StripeCredentials(account=shop.name, api_key=SecretStr(shop.key), livemode=False)
        )
        yield shop


async def fill(store: Store, stripe: Gateway, shop: Shop, **span: datetime) -> tuple[Index, list[Progress]]:
    index, told = Index(store), list[Progress]()
    between = {"since": SINCE, "until": UNTIL, **span}
    await fill_index(index, stripe, account=shop.name, progress=told.append, **between)
    return index, told


async def test_every_charge_of_the_time_is_indexed_once(store: Store, stripe: Gateway, shop: Shop) -> None:
    """Pages, slices and their edges lose nothing and repeat nothing; what is older stays out."""
    inside = shop.sell(*(70 * step / 250 for step in range(1, 251)))
    shop.sell(70.5, 90)
    index, told = await fill(store, stripe, shop)
    assert sorted(charge.id for charge in index.charges) == sorted(inside)
    assert await store.charges.count(shop.name) == 250
    assert (told[-1].charges, told[-1].reached) == (250, SINCE)


async def test_a_second_run_changes_nothing(store: Store, stripe: Gateway, shop: Shop) -> None:
    """Whoever is unsure runs it again."""
    shop.sell(1, 2, 3)
    await fill(store, stripe, shop)
    await fill(store, stripe, shop)
    assert await store.charges.count(shop.name) == 3


async def test_an_interrupted_run_goes_on_where_it_was(store: Store, stripe: Gateway, shop: Shop) -> None:
    """What was reported as reached is enough to finish the work."""
    ids = shop.sell(1, 20, 40, 60)
    first, told = await fill(store, stripe, shop, since=UNTIL - timedelta(days=45))
    second, _ = await fill(store, stripe, shop, until=told[-2].reached)
    assert {charge.id for charge in (*first.charges, *second.charges)} == set(ids)


async def test_the_subscription_behind_a_charge_is_known_from_the_start(
    store: Store, stripe: Gateway, shop: Shop
) -> None:
    """An alert about it needs no further call; a charge without an invoice stays open to question."""
    subscription = shop.subscribe(days_ago=40)["subscription"]["id"]
    shop.sell(5)
    index, told = await fill(store, stripe, shop)
    known = [(charge.subscription_known, charge.subscription) for charge in index.charges]
    assert sorted(known, key=str) == [(False, None), (True, subscription)]
    assert told[-1].linked == 1


async def test_a_failure_of_stripe_is_the_callers_to_see(store: Store, stripe: Gateway, shop: Shop) -> None:
    """A fill that stops half-way never looks like one that is done."""
    shop.sell(1)
    shop.post("faults", method="GET", path="^/v1/charges$", action="500", nth=1)
    with pytest.raises(CaseError):
        await fill(store, stripe, shop)
