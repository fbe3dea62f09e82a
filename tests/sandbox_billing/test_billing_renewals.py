"""Subscriptions and renewals that the control plane makes, at any time in the past."""

import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from billing_shop import BillingShop
from sandbox_clients import Control

DAY = 86_400


def moment(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]


def refused(control: Control, path: str, **body: Any) -> str:
    answer = control.http.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    message: str = answer.json()["error"]["message"]
    return message


def test_a_subscription_can_begin_in_the_past(shop: BillingShop, control: Control) -> None:
    """Subscription, invoice and charge carry the time they are given, and the charge leads to the subscription."""
    began = int(time.time()) - 40 * DAY
    made = control.post("subscriptions", amount=1999, currency="eur", created=began)
    assert {made[name]["created"] for name in ("subscription", "charge", "invoice")} == {began}
    assert (made["subscription"]["status"], made["invoice"]["status"]) == ("active", "paid")
    intent = made["charge"]["payment_intent"]
    found: Any = shop.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": intent}, "expand": ["data.invoice"]}
    ).data[0]
    assert found.invoice.parent.subscription_details.subscription == made["subscription"]["id"]


def test_its_charge_takes_every_identifier(control: Control) -> None:
    """The first charge has the card, the codes and the metadata that were asked for."""
    made = control.post(
        "subscriptions",
        amount=1999,
        last4="1881",
        authorization_code="ABC123",
        wallet={"type": "apple_pay", "dynamic_last4": "9999"},
        metadata={"order": "1"},
        subscription_metadata={"plan": "gold"},
    )
    card = made["charge"]["payment_method_details"]["card"]
    assert (card["last4"], card["authorization_code"], card["wallet"]["dynamic_last4"]) == (
        "1881",
        "ABC123",
        "9999",
    )
    assert made["charge"]["metadata"] == {"order": "1"}
    assert made["subscription"]["metadata"] == {"plan": "gold"}


def test_a_renewal_charges_the_same_card_again(control: Control) -> None:
    """By default a renewal happens when the period ends: same card and amount, another charge and invoice."""
    first = control.post("subscriptions", amount=1999, last4="1881", created=moment(2026, 1, 31))
    id = first["subscription"]["id"]
    second = control.post(f"subscriptions/{id}/renew")
    assert second["charge"]["created"] == moment(2026, 2, 28)
    assert second["charge"]["amount"] == 1999
    assert second["charge"]["payment_method_details"]["card"]["last4"] == "1881"
    assert second["invoice"]["billing_reason"] == "subscription_cycle"
    assert second["subscription"]["latest_invoice"] == second["invoice"]["id"] != first["invoice"]["id"]
    assert second["subscription"]["items"]["data"][0]["current_period_end"] == moment(2026, 3, 28)


def test_a_renewal_can_be_dated(shop: BillingShop, control: Control) -> None:
    """A renewal happens when it is told to, and every period's invoice stays."""
    now = int(time.time())
    subscription = control.post("subscriptions", amount=1999, created=now - 60 * DAY)["subscription"]
    renewed = control.post(f"subscriptions/{subscription['id']}/renew", created=now - 30 * DAY)
    assert renewed["charge"]["created"] == now - 30 * DAY
    assert [one.total for one in shop.v1.invoices.list({"subscription": subscription["id"]}).data] == [
        1999,
        1999,
    ]


def test_a_subscription_of_the_api_renews_too(shop: BillingShop, control: Control) -> None:
    """What was made over the API renews with the customer's default payment method, now."""
    subscription = shop.subscribe()
    renewed = control.post(f"subscriptions/{subscription.id}/renew")
    assert renewed["charge"]["customer"] == subscription.customer
    assert renewed["charge"]["status"] == "succeeded"


def test_a_failed_renewal_is_past_due(shop: BillingShop, control: Control) -> None:
    """A renewal that is declined leaves an open invoice and a subscription past due."""
    subscription = control.post("subscriptions", amount=1999)["subscription"]
    renewed = control.post(f"subscriptions/{subscription['id']}/renew", status="failed")
    assert (renewed["subscription"]["status"], renewed["invoice"]["status"]) == ("past_due", "open")
    assert shop.v1.invoices.list({"status": "open"}).data[0].id == renewed["invoice"]["id"]


def test_what_has_ended_does_not_renew(shop: BillingShop, control: Control) -> None:
    """A canceled subscription refuses to renew."""
    subscription = shop.subscribe()
    shop.v1.subscriptions.cancel(subscription.id)
    assert "has ended" in refused(control, f"subscriptions/{subscription.id}/renew")


@pytest.mark.parametrize(
    ("field", "value"), [("amount", 1), ("currency", "eur"), ("captured", False), ("customer", "cus_x")]
)
def test_a_renewal_keeps_the_terms(control: Control, field: str, value: Any) -> None:
    """What the subscription settles cannot be chosen for a renewal."""
    subscription = control.post("subscriptions", amount=1999)["subscription"]
    assert field in refused(control, f"subscriptions/{subscription['id']}/renew", **{field: value})


@pytest.mark.parametrize(
    "body", [{}, {"amount": 1, "interval": "decade"}, {"amount": 1, "captured": False}, {"amount": 1, "x": 1}]
)
def test_a_subscription_that_makes_no_sense_is_refused(control: Control, body: dict[str, Any]) -> None:
    """Unknown fields, unknown intervals and uncaptured payments are refused with a reason."""
    assert refused(control, "subscriptions", **body)


def test_other_accounts_have_subscriptions_of_their_own(control: Control) -> None:
    """A subscription made for another account is seen with that account's key only."""
    account = control.post("accounts", name="Other")["id"]
    control.post("keys", key="sk_test_other", account=account)
    made = control.post("subscriptions", amount=1999, account=account)
    other = BillingShop(control.url, "sk_test_other")
    assert other.v1.subscriptions.retrieve(made["subscription"]["id"]).status == "active"
    assert BillingShop(control.url).v1.subscriptions.list().data == []
