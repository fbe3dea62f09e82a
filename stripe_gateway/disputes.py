"""Disputes: read, listed, answered and accepted. What an answer says is made in `evidence`."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from urllib.parse import quote

from chargebacks.compelling_evidence import Ce3Payload
from chargebacks.disputes import Dispute, SubmissionMethod
from chargebacks.errors import Refused
from stripe_gateway import dispute_wire as wire
from stripe_gateway import evidence
from stripe_gateway.charges import created_filter, reading_now
from stripe_gateway.clients import AccountClient, Params
from stripe_gateway.dispute_conversion import dispute_of
from stripe_gateway.extras import if_permitted

_FEE = "stripe_fee"
"""https://docs.stripe.com/reports/balance-transaction-types"""


async def read(client: AccountClient, dispute_id: str) -> Dispute:
    """With the fees that Stripe books apart from the dispute, once it is decided, where the key may read them."""
    reading = reading_now(client)
    dispute = dispute_of(await client.get(path_of(dispute_id)), reading)
    if not dispute.decided or not dispute.movements:
        return dispute
    fees = 0
    with if_permitted(client):
        booked = client.items("/v1/balance_transactions", {"source": dispute.id, "type": _FEE})
        fees = -sum([wire.BalanceTransaction.model_validate(one).amount async for one in booked])
    return dispute.model_copy(update={"fees_beside_minor": fees})


async def created_between(
    client: AccountClient, *, since: datetime, until: datetime
) -> AsyncIterator[Dispute]:
    """Every dispute created in [since, until), newest first."""
    reading = reading_now(client)
    async for one in client.items("/v1/disputes", {"created": created_filter(since=since, until=until)}):
        yield dispute_of(one, reading)


async def of_payment(client: AccountClient, dispute: Dispute) -> tuple[Dispute, ...]:
    """The other disputes of the same payment: of its payment intent where there is one, which a retried payment's
    charges share."""
    query = {"charge": dispute.charge_id}
    if dispute.payment_intent:
        query = {"payment_intent": dispute.payment_intent}
    reading = reading_now(client)
    found = [dispute_of(one, reading) async for one in client.items("/v1/disputes", query)]
    return tuple(one for one in found if one.id != dispute.id)


async def set_method(client: AccountClient, dispute_id: str, method: SubmissionMethod) -> Dispute:
    """Repeating does no harm, so no stored answer may stand in the way: no key of ours."""
    return await _update(client, dispute_id, evidence.intention(method))


async def stage(
    client: AccountClient, dispute_id: str, fields: Mapping[str, str], *, ce3: Ce3Payload | None
) -> Dispute:
    """All of it is kept or nothing. Repeating does no harm: no key of ours."""
    return await _update(client, dispute_id, evidence.staging(fields, ce3))


async def submit(
    client: AccountClient, dispute_id: str, *, fee_acknowledged: str | None, idempotency_key: str
) -> Dispute:
    """Irrevocable. The same key files once, for a day: later the dispute must be looked at first."""
    body = evidence.submission(fee_acknowledged=fee_acknowledged)
    return await _update(client, dispute_id, body, idempotency_key=idempotency_key)


async def appeal(
    client: AccountClient, dispute_id: str, *, reason: str, files: tuple[str, ...], idempotency_key: str
) -> Dispute:
    """Irrevocable."""
    body = evidence.appeal(reason=reason, files=files)
    return await _update(client, dispute_id, body, idempotency_key=idempotency_key)


async def close(client: AccountClient, dispute_id: str, *, idempotency_key: str) -> Dispute:
    """Accept: irrevocable. A refusal is success if the dispute turns out to be decided, whichever way."""
    reading = reading_now(client)
    try:
        closed = await client.post(f"{path_of(dispute_id)}/close", idempotency_key=idempotency_key)
    except Refused:
        found = await read(client, dispute_id)
        if not found.decided:
            raise
        return found
    return dispute_of(closed, reading)


def path_of(dispute_id: str) -> str:
    return f"/v1/disputes/{quote(dispute_id, safe='')}"


async def _update(
    client: AccountClient, dispute_id: str, body: Params, *, idempotency_key: str | None = None
) -> Dispute:
    reading = reading_now(client)
    answer = await client.post(path_of(dispute_id), body, idempotency_key=idempotency_key)
    return dispute_of(answer, reading)
