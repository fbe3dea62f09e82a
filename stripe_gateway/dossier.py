"""All that Stripe knows about a disputed sale, in one go.

Reads are rationed (500 per transaction over 30 days, https://docs.stripe.com/rate-limits): about ten calls per
dossier, made side by side where one does not need another's answer. The dispute, its charge and the other disputes of
the payment must be readable; everything else is left out where the key may not read it.
"""

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from chargebacks.dossier import CustomerFacts, Dossier, ReviewFacts
from chargebacks.evidence_items import Address
from stripe_gateway import billing, disputes, dossier_wire, history, radar
from stripe_gateway.ce3_prefill import ce3_filled_of
from stripe_gateway.charges import complete_refunds, reading_now
from stripe_gateway.clients import AccountClient
from stripe_gateway.dispute_conversion import dispute_of, texts_of
from stripe_gateway.dossier_conversion import address_of_purchase, customer_of, merchant_of, sale_of
from stripe_gateway.extras import if_permitted


async def read(client: AccountClient, dispute_id: str) -> Dossier:
    """`prefilled` and `ce3_filled` are what stands in the evidence at this moment. At the first reading of a new
    dispute that is Stripe's own; after we have staged ours Stripe does not tell them apart, so keep the first."""
    reading = reading_now(client)
    found = await client.get(disputes.path_of(dispute_id), {"expand": ["charge", "charge.refunds"]})
    await complete_refunds(client, found["charge"])
    dispute, sale = dispute_of(found, reading), sale_of(found["charge"], reading)
    review_id = dossier_wire.Charge.model_validate(found["charge"]).review
    others, customer, bill, signals, earlier, merchant = await asyncio.gather(
        disputes.of_payment(client, dispute),
        _customer(client, sale.charge.customer),
        billing.behind(client, dispute.payment_intent),
        radar.signals(client, charge_id=dispute.charge_id, review_id=review_id),
        history.before(client, sale.charge),
        _merchant(client),
    )
    (invoice, subscription), (warnings, reviews), prefilled = bill, signals, texts_of(found["evidence"])
    name, address = merchant
    return Dossier(
        dispute=dispute,
        sale=sale,
        customer=customer,
        invoice=invoice,
        subscription=subscription,
        reviews=reviews,
        warnings=warnings,
        earlier=earlier,
        other_disputes=others,
        prefilled=prefilled,
        ce3_filled=ce3_filled_of(found["evidence"]),
        purchase_ip=_purchase_ip(sale.charge.metadata, prefilled, reviews),
        merchant_name=name,
        merchant_address=address,
        read_at=reading.as_of,
    )


async def _customer(client: AccountClient, id: str | None) -> CustomerFacts | None:
    if id is not None:
        with if_permitted(client):
            return customer_of(await client.get(f"/v1/customers/{quote(id, safe='')}"))
    return None


async def _merchant(client: AccountClient) -> tuple[str, Address | None]:
    with if_permitted(client):
        return merchant_of(await client.get("/v1/account"))
    return "", None


def _purchase_ip(
    metadata: Mapping[str, str], prefilled: Mapping[str, str], reviews: Iterable[ReviewFacts]
) -> str | None:
    """What the merchant kept at checkout goes before what Stripe has seen."""
    seen = [review.ip_address for review in reviews]
    known = [address_of_purchase(metadata), prefilled.get("customer_purchase_ip"), *seen]
    return next((ip for ip in known if ip), None)
