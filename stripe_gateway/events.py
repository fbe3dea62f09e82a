"""Events that did not arrive: kept by Stripe for 30 days (https://docs.stripe.com/api/events/list)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from chargebacks.values import Instant, Value
from stripe_gateway import wire
from stripe_gateway.charges import created_since, reading_now
from stripe_gateway.clients import AccountClient
from stripe_gateway.conversion import instant

MOST_TYPES = 20
"""https://docs.stripe.com/api/events/list#list_events-types"""


class MissedEvent(Value):
    """An event that at least one webhook endpoint has not taken yet, and what it is about."""

    id: str
    type: str
    created: Instant
    object_type: str | None
    """Such as `dispute`."""
    object_id: str | None
    """None for objects without an id, such as a balance."""


async def missed(
    client: AccountClient, *, types: Sequence[str], since: datetime
) -> AsyncIterator[MissedEvent]:
    """Newest first. ValueError for more than 20 types."""
    if not 0 < len(types) <= MOST_TYPES:
        raise ValueError(f"Stripe filters events by 1 to {MOST_TYPES} types, not by {len(types)}")
    reading = reading_now(client)
    query = {"delivery_success": False, "types": list(types), "created": created_since(since)}
    async for one in client.items("/v1/events", query):
        event = wire.Event.model_validate(one)
        reading.check(event.id, livemode=event.livemode)
        about = event.data.object
        yield MissedEvent(
            id=event.id,
            type=event.type,
            created=instant(event.created),
            object_type=about.object,
            object_id=about.id,
        )
