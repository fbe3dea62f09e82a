"""What the same customer or card had bought before the disputed charge.

Visa's CE 3.0 wants two earlier payments that nobody reported or disputed (https://docs.stripe.com/disputes/api/visa-ce3),
and any earlier payment speaks for the merchant.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from chargebacks.charges import ChargeSnapshot
from chargebacks.dossier import EarlierCharge
from chargebacks.errors import Refused
from stripe_gateway import radar
from stripe_gateway.clients import PAGE, AccountClient, Json
from stripe_gateway.dossier_conversion import earlier_charge_of
from stripe_gateway.extras import if_permitted
from stripe_gateway.search import quoted

MOST_CHECKED = 4
"""Of so many possible priors the fraud reports are read: reads are rationed, and two priors are enough."""
_YOUNGEST, _OLDEST = timedelta(days=120), timedelta(days=364)

_log = structlog.get_logger(__name__)


async def before(client: AccountClient, charge: ChargeSnapshot) -> tuple[EarlierCharge, ...]:
    """At most a hundred charges older than this one, newest first: the customer's, of a guest those of the card.

    Whether fraud was reported is known from the charge itself, and from early fraud warnings for the latest few that
    could be priors.
    """
    found = await _found(client, charge)
    earlier = [earlier_charge_of(one, fingerprint=charge.fingerprint) for one in found]
    earlier = sorted((one for one in earlier if one.id != charge.id), key=_age, reverse=True)
    candidates = [one for one in earlier if _may_be_prior(one, charge.created)][:MOST_CHECKED]
    reported: set[str] = set()
    with if_permitted(client):
        warnings = await asyncio.gather(*(radar.warnings_about(client, one.id) for one in candidates))
        reported = {one.id for one, warned in zip(candidates, warnings, strict=True) if warned}
    return tuple(
        one.model_copy(update={"fraud_reported": True}) if one.id in reported else one for one in earlier
    )


async def _found(client: AccountClient, charge: ChargeSnapshot) -> list[Json]:
    before = int(charge.created.timestamp())
    if charge.customer is not None:
        query = {"customer": charge.customer, "created": {"lt": before}, "limit": PAGE}
        return list((await client.get("/v1/charges", query))["data"])
    if charge.fingerprint is None:
        return []
    words = f"payment_method_details.card.fingerprint:{quoted(charge.fingerprint)} AND created<{before}"
    try:
        return list((await client.get("/v1/charges/search", {"query": words, "limit": PAGE}))["data"])
    except Refused as refusal:
        # Stripe Search does not exist in every country (https://docs.stripe.com/search#limitations).
        _log.warning("stripe_search_refused", account=client.credentials.account, reason=refusal.reason)
        return []


def _may_be_prior(one: EarlierCharge, disputed_at: datetime) -> bool:
    fit = one.same_card and one.paid and not one.validation_only
    return (
        fit and not (one.disputed or one.fraud_reported) and _YOUNGEST <= disputed_at - one.created <= _OLDEST
    )


def _age(one: EarlierCharge) -> datetime:
    return one.created
