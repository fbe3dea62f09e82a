"""Subscriptions: the first payment, where its charge leads, and how they end."""

import time
from typing import Any

import pytest
import stripe
from billing_shop import BillingShop
from sandbox_clients import Control, refusal

DAY = 86_400


def test_a_new_subscription_is_paid_at_once(shop: BillingShop) -> None:
    """Creating a subscription makes a paid invoice, an invoice payment, a payment intent and a charge."""
    subscription = shop.subscribe()
    invoice, charge = subscription.latest_invoice, shop.charge_of(subscription)
    assert (subscription.status, invoice.status, invoice.billing_reason) == (
        "active",
        "paid",
        "subscription_create",
    )
    assert (charge.amount, charge.status, charge.customer) == (1999, "succeeded", subscription.customer)
    assert [payment.status for payment in invoice.payments.data] == ["paid"]


def test_a_charge_leads_to_its_subscription(shop: BillingShop) -> None:
    """A charge's payment intent leads over its invoice payment and that invoice's parent to the subscription."""
    subscription = shop.subscribe()
    charge = shop.charge_of(subscription)
    payments = shop.v1.invoice_payments.list(
        {
            "payment": {"type": "payment_intent", "payment_intent": charge.payment_intent},
            "expand": ["data.invoice"],
        }
    )
    invoice: Any = payments.data[0].invoice
    assert len(payments.data) == 1
    assert invoice.parent.subscription_details.subscription == subscription.id


@pytest.mark.parametrize(
    ("recurring", "described"),
    [
        ({"interval": "month"}, "2 × Pro plan (at $1,015.99 / month)"),
        ({"interval": "month", "interval_count": 3}, "2 × Pro plan (at $1,015.99 / every 3 months)"),
    ],
)
def test_an_invoice_names_the_product(shop: BillingShop, recurring: Any, described: str) -> None:
    """A line says how many of which product at which price, as its customers read it; a trial says so."""
    product = shop.v1.products.create({"name": "Pro plan"})
    terms: Any = {"product": product.id, "currency": "usd", "unit_amount": 101_599, "recurring": recurring}
    items = [{"price": shop.v1.prices.create(terms).id, "quantity": 2}]
    paid = shop.subscribe(items=items)
    assert [line.description for line in paid.latest_invoice.lines.data] == [described]
    tried = shop.subscribe(items=items, trial_period_days=7)
    assert [line.description for line in tried.latest_invoice.lines.data] == ["Trial period for Pro plan"]


def test_a_plain_payment_has_no_invoice(shop: BillingShop) -> None:
    """The payment intent of a plain payment is in no invoice payment."""
    intent = shop.pay()
    payment: Any = {"type": "payment_intent", "payment_intent": intent.id}
    assert shop.v1.invoice_payments.list({"payment": payment}).data == []


def test_the_payment_filter_needs_the_id(shop: BillingShop) -> None:
    """Listing invoice payments by a payment without saying which is refused by the parameter's name."""
    error = refusal(shop.v1.invoice_payments.list, {"payment": {"type": "payment_intent"}})
    assert (error.http_status, error.code, error.param) == (  # type: ignore[attr-defined]
        400,
        "parameter_missing",
        "payment[payment_intent]",
    )


@pytest.mark.parametrize("gone", ["charge", "payment_intent", "subscription", "paid"])
def test_invoices_have_todays_shape(shop: BillingShop, gone: str) -> None:
    """Fields that Stripe removed from invoices are not there."""
    assert gone not in shop.subscribe().latest_invoice


def test_a_charge_shows_what_its_customer_still_runs(shop: BillingShop) -> None:
    """`customer.subscriptions` of a charge lists what was not canceled, newest first."""
    first = shop.subscribe()
    second = shop.subscribe(first.customer)
    third = shop.subscribe(first.customer)
    shop.v1.subscriptions.cancel(second.id)
    charge: Any = shop.v1.charges.retrieve(shop.charge_of(first).id, {"expand": ["customer.subscriptions"]})
    assert [one.id for one in charge.customer.subscriptions.data] == [third.id, first.id]


def test_customers_show_no_subscriptions_unasked(shop: BillingShop) -> None:
    """A customer carries its subscriptions only when they are expanded."""
    subscription = shop.subscribe()
    assert "subscriptions" not in shop.v1.customers.retrieve(subscription.customer)


def test_the_events_of_a_first_payment(shop: BillingShop) -> None:
    """A new subscription and its invoice tell what happened to them, in order."""
    subscription = shop.subscribe()
    assert shop.event_types(about=subscription.id) == ["customer.subscription.created"]
    assert shop.event_types(about=subscription.latest_invoice.id) == [
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]


def test_a_declined_first_payment_leaves_the_subscription_incomplete(shop: BillingShop) -> None:
    """Subscription, invoice and invoice payment wait for money after a decline."""
    subscription = shop.subscribe(card="chargeCustomerFail")
    invoice = subscription.latest_invoice
    assert (subscription.status, invoice.status, invoice.payments.data[0].status) == (
        "incomplete",
        "open",
        "open",
    )


def test_an_incomplete_subscription_expires(shop: BillingShop, control: Control) -> None:
    """Unpaid for 23 hours, an incomplete subscription is over and its invoice void."""
    subscription = shop.subscribe(card="chargeCustomerFail")
    control.post("clock", advance=23 * 3600)
    assert shop.v1.subscriptions.retrieve(subscription.id).status == "incomplete_expired"
    assert shop.v1.invoices.retrieve(subscription.latest_invoice.id).status == "void"
    assert refusal(shop.v1.subscriptions.cancel, subscription.id).http_status == 404


def test_a_decline_can_be_an_error_instead(shop: BillingShop) -> None:
    """`error_if_incomplete` answers a decline with 402 and makes no subscription."""
    customer = shop.subscriber("chargeCustomerFail")
    with pytest.raises(stripe.CardError) as caught:
        shop.subscribe(customer.id, payment_behavior="error_if_incomplete")
    assert caught.value.code == "card_declined"
    assert shop.v1.subscriptions.list({"customer": customer.id, "status": "all"}).data == []


def test_a_first_payment_may_need_the_customer(shop: BillingShop) -> None:
    """A card that asks for authentication leaves the subscription incomplete."""
    assert shop.subscribe(card="authenticationRequired").status == "incomplete"


def test_without_a_payment_method_there_is_no_subscription(shop: BillingShop) -> None:
    """A customer with nothing to pay with cannot subscribe."""
    customer = shop.v1.customers.create({})
    error = refusal(shop.subscribe, customer.id)
    assert (error.http_status, error.code) == (400, "resource_missing")


def test_a_strangers_payment_method_is_refused(shop: BillingShop) -> None:
    """The default payment method must be the customer's own."""
    method = shop.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    with pytest.raises(stripe.InvalidRequestError, match="must be attached to the customer"):
        shop.subscribe(default_payment_method=method.id)


def test_a_trial_costs_nothing(shop: BillingShop) -> None:
    """A subscription in its trial has a paid invoice of zero without a payment."""
    subscription = shop.subscribe(trial_period_days=7)
    invoice = subscription.latest_invoice
    assert (subscription.status, invoice.amount_due, invoice.status) == ("trialing", 0, "paid")
    assert invoice.payments.data == []
    assert subscription.trial_end - subscription.created == 7 * DAY


def test_quantity_multiplies_the_price(shop: BillingShop) -> None:
    """Two seats cost twice the price of one."""
    subscription = shop.subscribe(items=[{"price": shop.price(500).id, "quantity": 2}])
    assert shop.charge_of(subscription).amount == 1000


def test_ending_with_the_period(shop: BillingShop, control: Control) -> None:
    """Cancelled at the end of its period, a subscription runs until the clock gets there."""
    subscription = shop.subscribe()
    ending = shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    end = ending["items"].data[0].current_period_end
    assert (ending.status, ending.cancel_at, ending.cancel_at_period_end) == ("active", end, True)
    control.post("clock", set=end + 1)
    ended = shop.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", end)


def test_an_end_can_be_called_off(shop: BillingShop, control: Control) -> None:
    """A subscription whose end was called off runs on when the period is over."""
    subscription = shop.subscribe(cancel_at_period_end=True)
    kept = shop.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at, kept.canceled_at) == (None, None)
    control.post("clock", advance=40 * DAY)
    assert shop.v1.subscriptions.retrieve(subscription.id).status == "active"


@pytest.mark.parametrize("named", ["min_period_end", "max_period_end"])
def test_an_end_can_be_named(shop: BillingShop, named: Any) -> None:
    """`cancel_at` takes the name of a period's end as well as a time."""
    subscription = shop.v1.subscriptions.update(shop.subscribe().id, {"cancel_at": named})
    assert subscription.cancel_at == subscription["items"].data[0].current_period_end


def test_an_end_in_the_past_is_refused(shop: BillingShop) -> None:
    """`cancel_at` must lie ahead."""
    subscription = shop.subscribe()
    error = refusal(shop.v1.subscriptions.update, subscription.id, {"cancel_at": int(time.time()) - 60})
    assert error.http_status == 400


def test_cancelling_now(shop: BillingShop) -> None:
    """A cancelled subscription stays readable, remembers why, and brings no further invoice by default."""
    subscription = shop.subscribe()
    details: Any = {"comment": "case 1", "feedback": "other"}
    canceled = shop.v1.subscriptions.cancel(subscription.id, {"cancellation_details": details})
    assert canceled.status == shop.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert canceled.cancellation_details is not None
    assert canceled.cancellation_details.to_dict() == {
        "comment": "case 1",
        "feedback": "other",
        "feedback_option": None,
        "reason": "cancellation_requested",
    }
    assert shop.bills(subscription) == [("subscription_create", 1999)]
    assert shop.event_types(about=subscription.id)[-1] == "customer.subscription.deleted"


def test_cancelling_with_a_last_invoice_credits_unused_time(shop: BillingShop) -> None:
    """`prorate` and `invoice_now` put what was not used on the customer's balance."""
    subscription = shop.subscribe()
    shop.v1.subscriptions.cancel(subscription.id, {"prorate": True, "invoice_now": True})
    customer = shop.v1.customers.retrieve(subscription.customer)
    assert customer.balance is not None
    assert -1999 <= customer.balance < -1990
    assert shop.bills(subscription)[-1] == ("subscription_update", customer.balance)


def test_cancelling_again_finds_nothing(shop: BillingShop) -> None:
    """A second DELETE is 404 resource_missing."""
    subscription = shop.subscribe()
    shop.v1.subscriptions.cancel(subscription.id)
    error = refusal(shop.v1.subscriptions.cancel, subscription.id)
    assert (error.http_status, error.code) == (404, "resource_missing")
    assert f"No such subscription: '{subscription.id}'" in str(error)


def test_a_canceled_subscription_keeps_its_terms(shop: BillingShop) -> None:
    """Only metadata and cancellation details of a canceled subscription can change."""
    subscription = shop.subscribe()
    shop.v1.subscriptions.cancel(subscription.id)
    error = refusal(shop.v1.subscriptions.update, subscription.id, {"cancel_at_period_end": True})
    assert (error.http_status, error.code) == (400, "invalid_canceled_subscription_fields")
    noted = shop.v1.subscriptions.update(subscription.id, {"metadata": {"case": "1"}})
    assert noted.metadata["case"] == "1"


@pytest.mark.parametrize(
    ("status", "listed"),
    [
        (None, ["active", "trialing", "incomplete"]),
        ("all", ["active", "trialing", "incomplete", "canceled"]),
        ("canceled", ["canceled"]),
        ("ended", ["canceled"]),
        ("trialing", ["trialing"]),
        ("past_due", []),
    ],
)
def test_listing_by_status(shop: BillingShop, status: str | None, listed: list[str]) -> None:
    """Without a status all but canceled subscriptions are listed; `all` and `ended` are groups."""
    shop.v1.subscriptions.cancel(shop.subscribe().id)
    shop.subscribe(card="chargeCustomerFail")
    shop.subscribe(trial_period_days=7)
    shop.subscribe()
    parameters: Any = {} if status is None else {"status": status}
    assert [one.status for one in shop.v1.subscriptions.list(parameters).data] == listed


def test_listing_by_customer_and_price(shop: BillingShop) -> None:
    """Subscriptions are listed by customer and by price, in pages."""
    first = shop.subscribe()
    second = shop.subscribe(first.customer)
    shop.subscribe()
    page = shop.v1.subscriptions.list({"customer": first.customer, "limit": 1})
    assert [one.id for one in page.auto_paging_iter()] == [second.id, first.id]
    price = first["items"].data[0].price.id
    assert [one.id for one in shop.v1.subscriptions.list({"price": price}).data] == [first.id]


def test_deleting_a_customer_ends_the_subscriptions(shop: BillingShop) -> None:
    """A deleted customer runs no subscription any more, and a charge shows nothing but the customer's id."""
    subscription = shop.subscribe()
    charge = shop.charge_of(subscription)
    shop.v1.customers.delete(subscription.customer)
    assert shop.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    read: Any = shop.v1.charges.retrieve(charge.id, {"expand": ["customer.subscriptions"]})
    assert (read.customer.deleted, "subscriptions" in read.customer) == (True, False)


def test_pausing_collection_leaves_the_status(shop: BillingShop) -> None:
    """`pause_collection` is kept and lifted, and the subscription stays active."""
    subscription = shop.subscribe()
    paused = shop.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    assert (paused.status, paused.pause_collection and paused.pause_collection.behavior) == ("active", "void")
    resumed = shop.v1.subscriptions.update(subscription.id, {"pause_collection": ""})
    assert resumed.pause_collection is None


def test_a_restricted_key_needs_the_scope(shop: BillingShop, control: Control) -> None:
    """Cancelling with a key that may only read names the missing permission."""
    subscription = shop.subscribe()
    control.post("keys", key="rk_test_reader", scopes=["subscription_read"])
    reader = BillingShop(control.url, "rk_test_reader")
    assert reader.v1.subscriptions.retrieve(subscription.id).status == "active"
    error = refusal(reader.v1.subscriptions.cancel, subscription.id)
    assert error.http_status == 403
    assert "'subscription_write'" in str(error)
