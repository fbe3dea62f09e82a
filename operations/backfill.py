"""Filling the charge index from Stripe: once when an account is connected, and again after a long outage."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Protocol

from chargebacks.charges import ChargeSnapshot
from chargebacks.values import Instant, Value
from stripe_gateway.conversion import SubscriptionLink

_SLICE = timedelta(days=30)
"""What is held in memory at once."""

_PAID_LATER = timedelta(days=3)
"""A payment of an invoice is on record before its charge is made: an hour before, or days when it is retried. A link
that is missed costs one more call when an alert comes, nothing else."""

_BATCH = 1_000

_WITHIN_A_SECOND = timedelta(seconds=1)
"""Stripe dates to the second, and a batch may end between two charges of one."""


class ChargeSource(Protocol):
    """What is read: Stripe, through the gateway."""

    def list_charges(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[ChargeSnapshot]: ...

    def list_invoice_payments(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[SubscriptionLink]: ...


class ChargeSink(Protocol):
    """What is filled: the store's charge index."""

    async def upsert(self, account: str, charges: tuple[ChargeSnapshot, ...]) -> None: ...


class Progress(Value):
    """How far a backfill has come. Everything from `reached` on is indexed: an interrupted one goes on with
    `until=reached`."""

    charges: int
    linked: int
    """Of those, charges whose subscription is known."""
    reached: Instant


async def fill_index(
    index: ChargeSink,
    stripe: ChargeSource,
    *,
    account: str,
    since: datetime,
    until: datetime,
    progress: Callable[[Progress], None],
) -> Progress:
    """Index every charge made in [since, until), newest first. Safe to repeat; older readings never replace newer
    ones. Raises what Stripe or the store raise; what was reported as reached stays."""
    done = Progress(charges=0, linked=0, reached=until)
    while done.reached > since:
        start, end = max(since, done.reached - _SLICE), done.reached
        links = await _links(stripe, account, since=start - _PAID_LATER, until=end)
        async for batch in _batches(stripe.list_charges(account, since=start, until=end)):
            charges = tuple(_linked(charge, links) for charge in batch)
            await index.upsert(account, charges)
            done = Progress(
                charges=done.charges + len(charges),
                linked=done.linked + sum(charge.subscription_known for charge in charges),
                reached=charges[-1].created + _WITHIN_A_SECOND,
            )
            progress(done)
        done = done.model_copy(update={"reached": start})
    progress(done)
    return done


async def _batches(charges: AsyncIterator[ChargeSnapshot]) -> AsyncIterator[list[ChargeSnapshot]]:
    batch: list[ChargeSnapshot] = []
    async for charge in charges:
        batch.append(charge)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _links(stripe: ChargeSource, account: str, *, since: datetime, until: datetime) -> dict[str, str]:
    """Payment intent to subscription, where a payment was for one and only one."""
    found: dict[str, set[str]] = {}
    async for link in stripe.list_invoice_payments(account, since=since, until=until):
        if link.payment_intent is not None and link.subscription is not None:
            found.setdefault(link.payment_intent, set()).add(link.subscription)
    return {intent: ids.pop() for intent, ids in found.items() if len(ids) == 1}


def _linked(charge: ChargeSnapshot, links: dict[str, str]) -> ChargeSnapshot:
    """A charge without a link stays unknown: its invoice may lie outside of what was read."""
    subscription = links.get(charge.payment_intent or "")
    if subscription is None:
        return charge
    return charge.model_copy(update={"subscription": subscription, "subscription_known": True})
