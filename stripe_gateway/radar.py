"""What Radar knows: early fraud warnings and reviews.

https://docs.stripe.com/api/radar/early_fraud_warnings, https://docs.stripe.com/api/radar/reviews
"""

from collections.abc import AsyncIterator
from datetime import datetime
from urllib.parse import quote

from chargebacks.dossier import FraudWarning, ReviewFacts
from stripe_gateway.charges import created_filter
from stripe_gateway.clients import AccountClient, Json
from stripe_gateway.dossier_conversion import review_of, warning_of
from stripe_gateway.extras import if_permitted

_WARNINGS = "/v1/radar/early_fraud_warnings"


async def warnings_created(client: AccountClient, *, since: datetime, until: datetime) -> AsyncIterator[Json]:
    """Every early fraud warning made in [since, until), newest first, as Stripe gives it."""
    async for one in client.items(_WARNINGS, {"created": created_filter(since=since, until=until)}):
        yield one


async def signals(
    client: AccountClient, *, charge_id: str, review_id: str | None
) -> tuple[tuple[FraudWarning, ...], tuple[ReviewFacts, ...]]:
    """The warnings about a charge and the review that it names."""
    warnings: tuple[FraudWarning, ...] = ()
    reviews: tuple[ReviewFacts, ...] = ()
    with if_permitted(client):
        warnings = await warnings_about(client, charge_id)
    if review_id is not None:
        with if_permitted(client):
            reviews = (review_of(await client.get(f"/v1/reviews/{quote(review_id, safe='')}")),)
    return warnings, reviews


async def warnings_about(client: AccountClient, charge_id: str) -> tuple[FraudWarning, ...]:
    found = [warning_of(one) async for one in client.items(_WARNINGS, {"charge": charge_id})]
    return tuple(found)
