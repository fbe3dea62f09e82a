"""Reading charges and their disputes."""

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import quote

from chargebacks.charge_index import ChargePage
from chargebacks.charges import ChargeSnapshot, DisputeSnapshot
from stripe_gateway.clients import AccountClient, Json
from stripe_gateway.conversion import Reading, charge_snapshot, dispute_snapshot

_EXPANDED = ["refunds", "customer.subscriptions", "payment_intent"]
"""Two of the four levels that Stripe expands (https://docs.stripe.com/api/expanding_objects). The list of
subscriptions leaves out cancelled ones. The payment intent tells a guest's charge from an account's."""


def reading_now(client: AccountClient) -> Reading:
    """Taken before the call: an event that happens meanwhile then counts as newer."""
    return Reading.of(client.credentials, as_of=datetime.now(UTC))


async def read(client: AccountClient, charge_id: str) -> ChargeSnapshot:
    reading = reading_now(client)
    charge = await client.get(f"/v1/charges/{quote(charge_id, safe='')}", {"expand": _EXPANDED})
    customer = charge.get("customer")
    await complete_refunds(client, charge)
    if isinstance(customer, dict):
        subscriptions = customer.get("subscriptions")
        if subscriptions and subscriptions["has_more"]:
            query = {"customer": customer["id"]}
            subscriptions["data"] = [one async for one in client.items("/v1/subscriptions", query)]
    return charge_snapshot(charge, reading)


async def complete_refunds(client: AccountClient, charge: Json) -> None:
    """Of an expanded charge's refunds Stripe gives the first ten: put the whole list in their place."""
    refunds = charge.get("refunds")
    if refunds and refunds["has_more"]:
        refunds["data"] = [one async for one in client.items("/v1/refunds", {"charge": charge["id"]})]


async def disputes(client: AccountClient, charge: ChargeSnapshot) -> tuple[DisputeSnapshot, ...]:
    """By payment intent where there is one: a retried payment's disputes hang on another charge of it."""
    query = {"payment_intent": charge.payment_intent} if charge.payment_intent else {"charge": charge.id}
    reading = reading_now(client)
    found = [one async for one in client.items("/v1/disputes", query)]
    return tuple(dispute_snapshot(one, reading) for one in found)


async def created_between(
    client: AccountClient, *, since: datetime, until: datetime
) -> AsyncIterator[ChargeSnapshot]:
    """Every charge created in [since, until), newest first."""
    reading = reading_now(client)
    async for one in client.items("/v1/charges", {"created": created_filter(since=since, until=until)}):
        yield charge_snapshot(one, reading)


async def page(client: AccountClient, *, since: datetime, until: datetime, after: str | None) -> ChargePage:
    """One page of the charges created in [since, until), newest first, after this charge."""
    reading = reading_now(client)
    listed = await client.page("/v1/charges", {"created": created_filter(since=since, until=until)}, after)
    return ChargePage(
        charges=tuple(charge_snapshot(one, reading) for one in listed.items), after=listed.after
    )


def created_since(since: datetime) -> Json:
    """Stripe's `created` is in whole seconds: rounded so that nothing is left out."""
    return {"gte": max(math.floor(since.timestamp()), 0)}


def created_filter(*, since: datetime, until: datetime) -> Json:
    """Everything in [since, until), and at most a second more."""
    return {**created_since(since), "lt": math.ceil(until.timestamp())}
