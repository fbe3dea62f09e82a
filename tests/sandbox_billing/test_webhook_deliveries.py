"""Webhooks: signed, repeated until they are taken, doubled and out of order on demand."""

import time
from typing import Any

import pytest
import stripe
from billing_shop import BillingShop
from sandbox_clients import Control, refusal
from webhook_receiver import PATIENCE_SECONDS, Receiver


def listen(shop: BillingShop, receiver: Receiver, *types: str, **parameters: Any) -> stripe.WebhookEndpoint:
    given: Any = {"url": receiver.url, "enabled_events": list(types) or ["*"], **parameters}
    return shop.v1.webhook_endpoints.create(given)


def settled(control: Control, *, count: int, status: str) -> list[dict[str, Any]]:
    """The deliveries, as soon as `count` of them have this status."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        deliveries: list[dict[str, Any]] = control.get("webhooks/deliveries")["deliveries"]
        if sum(one["status"] == status for one in deliveries) == count:
            return deliveries
        time.sleep(0.02)
    raise AssertionError(f"no {count} deliveries have {status}: {deliveries}")


def attempted(control: Control, times: int) -> list[dict[str, Any]]:
    """The attempts of the only delivery, as soon as there are so many."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        (delivery,) = control.get("webhooks/deliveries")["deliveries"]
        if len(delivery["attempts"]) == times:
            attempts: list[dict[str, Any]] = delivery["attempts"]
            return attempts
        time.sleep(0.02)
    raise AssertionError(f"{len(delivery['attempts'])} attempts instead of {times}")


def test_the_secret_is_shown_once(shop: BillingShop, receiver: Receiver) -> None:
    """Only the answer to the creation holds the signing secret."""
    endpoint = listen(shop, receiver)
    assert str(endpoint.secret).startswith("whsec_")
    assert "secret" not in shop.v1.webhook_endpoints.retrieve(endpoint.id)
    assert all("secret" not in one for one in shop.v1.webhook_endpoints.list().data)


def test_deliveries_are_signed(shop: BillingShop, receiver: Receiver) -> None:
    """The SDK accepts the raw bytes with the endpoint's secret, and with no other."""
    endpoint = listen(shop, receiver, "charge.succeeded")
    charge = shop.charge()
    message = receiver.next()
    event = stripe.Webhook.construct_event(message.body, message.signature, str(endpoint.secret))
    assert (event.type, event.data.object["id"]) == ("charge.succeeded", charge.id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(message.body, message.signature, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(message.body + b" ", message.signature, str(endpoint.secret))


def test_a_delivery_carries_the_event_as_the_api_tells_it(shop: BillingShop, receiver: Receiver) -> None:
    """Apart from what is still pending, the body is what GET /v1/events/{id} answers."""
    listen(shop, receiver, "charge.succeeded")
    shop.charge()
    sent = receiver.next().event
    read = shop.v1.events.retrieve(sent["id"]).to_dict()
    assert sent["pending_webhooks"] == 1
    assert sent | {"pending_webhooks": 0} == read | {"pending_webhooks": 0}


def test_endpoints_hear_what_they_enabled(shop: BillingShop, receiver: Receiver) -> None:
    """An endpoint gets the events it listens to, in the order in which they happened."""
    listen(shop, receiver, "charge.refunded", "charge.succeeded")
    shop.v1.refunds.create({"charge": shop.charge().id})
    assert receiver.types(2) == ["charge.succeeded", "charge.refunded"]


def test_a_change_of_an_endpoint_holds_from_then_on(shop: BillingShop, receiver: Receiver) -> None:
    """Other events, being disabled, being deleted: each decides about later events."""
    endpoint = listen(shop, receiver, "charge.succeeded")
    shop.v1.webhook_endpoints.update(endpoint.id, {"enabled_events": ["refund.created"]})
    charge = shop.charge()
    shop.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    shop.v1.refunds.create({"charge": charge.id, "amount": 1})
    shop.v1.webhook_endpoints.update(endpoint.id, {"disabled": False})
    heard = shop.v1.refunds.create({"charge": charge.id, "amount": 2})
    assert receiver.next().event["data"]["object"]["id"] == heard.id
    shop.v1.webhook_endpoints.delete(endpoint.id)
    assert refusal(shop.v1.webhook_endpoints.retrieve, endpoint.id).http_status == 404


@pytest.mark.parametrize(
    "parameters",
    [
        {"url": "nowhere", "enabled_events": ["*"]},
        {"url": "http://127.0.0.1:1/x", "enabled_events": ["Not an event"]},
        {"url": "http://127.0.0.1:1/x", "enabled_events": ["*"], "api_version": "2011-01-01"},
        {"url": "http://127.0.0.1:1/x"},
    ],
)
def test_endpoints_that_make_no_sense_are_refused(shop: BillingShop, parameters: Any) -> None:
    """A URL, events that could exist, and the one version that the sandbox speaks are asked for."""
    assert refusal(shop.v1.webhook_endpoints.create, parameters).http_status == 400


@pytest.mark.parametrize("answer", [500, 404, 302])
def test_what_is_not_taken_comes_again(
    shop: BillingShop, control: Control, receiver: Receiver, answer: int
) -> None:
    """An answer other than 2xx brings the same event again after the back-off, until it is taken."""
    receiver.answers = [answer, 200]
    listen(shop, receiver, "charge.succeeded")
    shop.charge()
    first = receiver.next()
    assert [attempt["status"] for attempt in attempted(control, 1)] == [answer]
    control.post("clock", advance=601)
    second = receiver.next()
    assert first.event["id"] == second.event["id"]
    (delivery,) = settled(control, count=1, status="succeeded")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [answer, 200]
    assert delivery["next_at"] is None


def test_deliveries_are_given_up(shop: BillingShop, control: Control, receiver: Receiver) -> None:
    """After three repetitions over a few hours nothing more is tried."""
    receiver.answers = [500]
    listen(shop, receiver, "charge.succeeded")
    shop.charge()
    for number, wait in enumerate((601, 3601, 10_801), start=1):
        attempted(control, number)
        control.post("clock", advance=wait)
    (delivery,) = settled(control, count=1, status="failed")
    assert len(delivery["attempts"]) == 4


def test_an_endpoint_that_cannot_be_reached(shop: BillingShop, control: Control) -> None:
    """A refused connection counts as an attempt and says why."""
    shop.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/x", "enabled_events": ["charge.succeeded"]})
    shop.charge()
    (attempt,) = attempted(control, 1)
    assert attempt["status"] is None
    assert "ConnectError" in attempt["error"]


def test_pending_counts_and_missed_events(shop: BillingShop, control: Control, receiver: Receiver) -> None:
    """`delivery_success` tells missed events from delivered ones; the count falls when one arrives."""
    receiver.answers = [500, 200]
    listen(shop, receiver, "charge.succeeded")
    shop.charge()
    attempted(control, 1)
    (missed,) = shop.v1.events.list({"delivery_success": False}).data
    assert (missed.type, missed.pending_webhooks) == ("charge.succeeded", 1)
    control.post("clock", advance=601)
    settled(control, count=1, status="succeeded")
    assert shop.v1.events.list({"delivery_success": False}).data == []
    assert missed.id in [event.id for event in shop.v1.events.list({"delivery_success": True}).data]
    assert shop.v1.events.retrieve(missed.id).pending_webhooks == 0


def test_duplicates_on_demand(shop: BillingShop, control: Control, receiver: Receiver) -> None:
    """Every event comes twice while `duplicate` is set."""
    control.post("webhooks/settings", duplicate=True)
    listen(shop, receiver, "charge.succeeded")
    shop.charge()
    first, second = receiver.next(), receiver.next()
    assert first.event["id"] == second.event["id"]


def test_reordering_on_demand(shop: BillingShop, control: Control, receiver: Receiver) -> None:
    """While `reorder` is set, what one call brought about comes newest first."""
    control.post("webhooks/settings", reorder=True)
    listen(shop, receiver, "charge.succeeded", "payment_intent.created", "payment_intent.succeeded")
    shop.charge()
    assert receiver.types(3) == ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]


def test_delays_on_demand(shop: BillingShop, control: Control, receiver: Receiver) -> None:
    """With a delay the first attempt waits for the sandbox's clock."""
    control.post("webhooks/settings", delay=3600)
    listen(shop, receiver, "charge.succeeded")
    shop.charge()
    (delivery,) = settled(control, count=1, status="pending")
    assert delivery["attempts"] == []
    control.post("clock", advance=3600)
    assert receiver.next().event["type"] == "charge.succeeded"


def test_an_event_can_be_sent_again(shop: BillingShop, control: Control, receiver: Receiver) -> None:
    """The control plane resends an event that was taken."""
    endpoint = listen(shop, receiver, "charge.succeeded")
    shop.charge()
    event = receiver.next().event["id"]
    control.post("webhooks/resend", event=event, endpoint=endpoint.id)
    assert receiver.next().event["id"] == event


def test_a_reset_in_the_middle_of_a_delivery(shop: BillingShop, control: Control, receiver: Receiver) -> None:
    """A sandbox that is reset while an endpoint has not answered yet goes on delivering to new ones."""
    control.post("webhooks/settings", duplicate=True)
    listen(shop, receiver, "charge.succeeded")
    receiver.open.clear()
    shop.charge()
    receiver.next()
    control.post("reset")
    receiver.open.set()
    assert receiver.types(1) == ["charge.succeeded"]
    listen(shop, receiver, "customer.created")
    shop.v1.customers.create({})
    assert receiver.types(1) == ["customer.created"]


def test_a_platform_hears_its_connected_accounts(
    shop: BillingShop, control: Control, receiver: Receiver
) -> None:
    """A Connect endpoint gets the events of connected accounts, with the account, and none of the platform's own."""
    connected = control.post("accounts", platform="acct_1Sandbox")["id"]
    listen(shop, receiver, "charge.succeeded", connect=True)
    shop.charge()
    made = control.post("charges", charges=[{"amount": 100}], account=connected, events=True)["charges"][0]
    event = receiver.next().event
    assert (event["account"], event["data"]["object"]["id"]) == (connected, made["id"])


def test_events_of_several_types(shop: BillingShop) -> None:
    """`types` and patterns in `type` choose events; both at once are refused."""
    shop.v1.refunds.create({"charge": shop.charge().id})
    listed = shop.v1.events.list({"types": ["charge.succeeded", "refund.created"]}).data
    assert [event.type for event in listed] == ["refund.created", "charge.succeeded"]
    charges = shop.v1.events.list({"type": "charge.*"}).data
    assert [event.type for event in charges] == ["charge.refunded", "charge.succeeded"]
    assert refusal(shop.v1.events.list, {"type": "charge.*", "types": ["refund.created"]}).http_status == 400


def test_events_are_listed_for_thirty_days(shop: BillingShop, control: Control) -> None:
    """What happened more than 30 days ago is not listed any more."""
    shop.charge()
    control.post("clock", advance=30 * 86_400 + 60)
    assert shop.v1.events.list().data == []
    shop.v1.customers.create({})
    assert [event.type for event in shop.v1.events.list().data] == ["customer.created"]
