"""Giving money back: refunds of captured charges, and voiding of uncaptured ones."""

from urllib.parse import quote

from chargebacks.charges import ChargeSnapshot, RefundSnapshot
from chargebacks.errors import Refused
from chargebacks.money import Money
from chargebacks.refunds import LedgerEntry, RefundReason
from stripe_gateway import wire
from stripe_gateway.clients import AccountClient
from stripe_gateway.conversion import CASE_ID, LEDGER_KEY, refund_snapshot


async def create(
    client: AccountClient, charge: ChargeSnapshot, *, amount: Money, reason: RefundReason, entry: LedgerEntry
) -> RefundSnapshot:
    """Refund exactly `amount`. The same entry sends the same body under the same key, however often it is sent.

    Of a destination charge the transfer is reversed in proportion, and the application fee given back with it:
    else the platform alone would bear the refund (https://docs.stripe.com/connect/destination-charges#issue-refunds).
    """
    if amount.currency != charge.amount.currency:
        raise ValueError(f"{charge.id} is in {charge.amount.currency}, the refund in {amount.currency}")
    body: dict[str, object] = {
        "charge": charge.id,
        "amount": amount.amount_minor,
        "reason": reason.value,
        "metadata": {CASE_ID: entry.case_id, LEDGER_KEY: entry.ledger_key},
    }
    if charge.connect:
        body["reverse_transfer"] = True
        if charge.application_fee:
            body["refund_application_fee"] = True
    return refund_snapshot(await client.post("/v1/refunds", body, idempotency_key=entry.idempotency_key))


async def read(client: AccountClient, refund_id: str) -> RefundSnapshot:
    return refund_snapshot(await client.get(f"/v1/refunds/{quote(refund_id, safe='')}"))


async def void(client: AccountClient, payment_intent: str) -> None:
    """Cancel an uncaptured payment. Repeating does no harm, so no stored answer may stand in the way: no key of
    ours."""
    path = f"/v1/payment_intents/{quote(payment_intent, safe='')}"
    try:
        await client.post(f"{path}/cancel", {"cancellation_reason": "requested_by_customer"})
    except Refused as refusal:
        if refusal.reason != "payment_intent_unexpected_state":
            raise
        intent = wire.PaymentIntent.model_validate(await client.get(path))
        if intent.status != "canceled":
            raise
