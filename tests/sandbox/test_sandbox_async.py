"""The same stand-in behind the SDK's asynchronous client."""

import pytest
import stripe
from sandbox_clients import KEY, Control

# stripe 16.1 hands httpx the encoded form in a way that httpx 0.28 deprecates, at every POST.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


async def test_the_asynchronous_client_pays_and_refunds(control: Control) -> None:
    """HTTPXClient with changed base addresses is all it takes."""
    transport = stripe.HTTPXClient()
    client = stripe.StripeClient(
        KEY, base_addresses={"api": control.url, "files": control.url}, http_client=transport
    )
    intent = await client.v1.payment_intents.create_async(
        {"amount": 4999, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    listed = await client.v1.charges.list_async({"expand": ["data.refunds"]})
    assert [charge.amount_refunded async for charge in listed.auto_paging_iter()] == [4999]
    await transport.close_async()


async def test_the_asynchronous_client_sees_a_lost_answer(control: Control) -> None:
    """A reset after the work is a connection error; the same key then tells what happened."""
    client = stripe.StripeClient(
        KEY, base_addresses={"api": control.url}, http_client=(transport := stripe.HTTPXClient())
    )
    charge = control.charge()["id"]
    control.post("faults", method="POST", path="^/v1/refunds$", action="reset_after", nth=1)
    options: stripe.RequestOptions = {"idempotency_key": "refund:1"}
    with pytest.raises(stripe.APIConnectionError):
        await client.v1.refunds.create_async({"charge": charge}, options)
    assert (await client.v1.refunds.create_async({"charge": charge}, options)).status == "succeeded"
    assert control.get("requests", path="refunds")["requests"][1]["replayed"]
    await transport.close_async()
