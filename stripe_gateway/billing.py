"""What a disputed payment was for: its invoice, and the subscription behind that.

From payment to invoice leads /v1/invoice_payments since 2025-03-31
(https://docs.stripe.com/changelog/basil/2025-03-31/add-support-for-multiple-partial-payments-on-invoices).
"""

from urllib.parse import quote

from chargebacks.dossier import InvoiceFacts, SubscriptionFacts
from stripe_gateway import dossier_wire as wire
from stripe_gateway.clients import PAGE, AccountClient, Json
from stripe_gateway.dossier_conversion import invoice_of, subscription_of
from stripe_gateway.extras import if_permitted

Bill = tuple[InvoiceFacts | None, SubscriptionFacts | None]


async def behind(client: AccountClient, payment_intent: str | None) -> Bill:
    """Nothing for a payment without an invoice. A charge without a payment intent predates 2019 and has no link that
    could be followed."""
    if payment_intent is None:
        return None, None
    invoice: wire.Invoice | None = None
    with if_permitted(client):
        invoice = await _invoice(client, payment_intent)
    if invoice is None:
        return None, None
    subscription: SubscriptionFacts | None = None
    if invoice.subscription is not None:
        with if_permitted(client):
            subscription = await _subscription(client, invoice.subscription, before=invoice)
    return invoice_of(invoice), subscription


async def _invoice(client: AccountClient, payment_intent: str) -> wire.Invoice | None:
    """Among several (one payment can pay several invoices) the first that was paid and still exists."""
    query = {
        "payment": {"type": "payment_intent", "payment_intent": payment_intent},
        "expand": ["data.invoice"],
    }
    payments = [one async for one in client.items("/v1/invoice_payments", query)]
    payments.sort(key=lambda one: one["status"] != "paid")
    found = next((one["invoice"] for one in payments if not one["invoice"].get("deleted")), None)
    if found is None:
        return None
    await _complete_lines(client, found)
    return wire.Invoice.model_validate(found)


async def _complete_lines(client: AccountClient, invoice: Json) -> None:
    """Stripe gives the first ten with the invoice; a hundred are enough for a packet."""
    lines = invoice.get("lines")
    if lines and lines["has_more"]:
        path = f"/v1/invoices/{quote(invoice['id'], safe='')}/lines"
        invoice["lines"] = await client.get(path, {"limit": PAGE})


async def _subscription(client: AccountClient, id: str, *, before: wire.Invoice) -> SubscriptionFacts:
    """With the number of its earlier invoices that took money, a hundred at most."""
    query = {
        "subscription": id,
        "status": "paid",
        "created": {"lt": before.created},
        "limit": PAGE,
    }
    earlier = (await client.get("/v1/invoices", query))["data"]
    paid = sum(1 for one in earlier if wire.Invoice.model_validate(one).amount_paid > 0)
    return subscription_of(await _with_products(client, id), paid_invoices=paid)


async def _with_products(client: AccountClient, id: str) -> Json:
    """A key that may read subscriptions may not read products: then they stay without names."""
    path = f"/v1/subscriptions/{quote(id, safe='')}"
    with if_permitted(client):
        return await client.get(path, {"expand": ["items.data.price.product"]})
    return await client.get(path)
