"""Subscription schedules that take over a running subscription. https://docs.stripe.com/api/subscription_schedules"""

from sandbox import billing_end, billing_facts
from sandbox.errors import ApiError, invalid
from sandbox.parameters import (
    Parameters,
    created_filter,
    flag,
    merged_metadata,
    metadata,
    text,
)
from sandbox.resource import Call, Resource
from sandbox.resources import subscriptions
from sandbox.tables import Object

SUBSCRIPTION_SCHEDULES = Resource(
    "subscription_schedule",
    table="subscription_schedules",
    prefixes=("sub_sched",),
    indexes=("customer",),
    expandable=("customer", "subscription"),
)
SUBSCRIPTION_SCHEDULES.retrieval("/v1/subscription_schedules/{id}", permission="subscription")
SUBSCRIPTION_SCHEDULES.listing(
    "/v1/subscription_schedules", permission="subscription", created=created_filter(), customer=text()
)
INVOICE_SETTINGS: Object = {
    "account_tax_ids": None,
    "custom_fields": None,
    "days_until_due": None,
    "description": None,
    "footer": None,
    "issuer": {"type": "self"},
}
DEFAULT_SETTINGS: Object = {
    "application_fee_percent": None,
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
    "billing_cycle_anchor": "automatic",
    "billing_thresholds": None,
    "collection_method": "charge_automatically",
    "default_payment_method": None,
    "description": None,
    "invoice_settings": INVOICE_SETTINGS,
    "on_behalf_of": None,
    "transfer_data": None,
}


def shape(id: str, subscription: Object, *, created: int) -> Object:
    """A schedule whose only phase is the subscription's current period."""
    items = billing_facts.items_of(subscription)
    start, end = items[0]["current_period_start"], billing_facts.current_period_end(subscription)
    return {
        "id": id,
        "object": "subscription_schedule",
        "application": None,
        "billing_mode": subscription["billing_mode"],
        "canceled_at": None,
        "completed_at": None,
        "created": created,
        "current_phase": {"end_date": end, "start_date": start},
        "customer": subscription["customer"],
        "customer_account": None,
        "default_settings": DEFAULT_SETTINGS,
        "end_behavior": "release",
        "livemode": False,
        "metadata": {},
        "pause_schedules": [],
        "phases": [_phase(subscription, start=start, end=end)],
        "released_at": None,
        "released_subscription": None,
        "status": "active",
        "subscription": subscription["id"],
        "test_clock": None,
    }


def _phase(subscription: Object, *, start: int, end: int) -> Object:
    items = [
        {
            "billing_thresholds": None,
            "discounts": [],
            "metadata": {},
            "plan": item["price"]["id"],
            "price": item["price"]["id"],
            "quantity": item["quantity"],
            "tax_rates": [],
        }
        for item in billing_facts.items_of(subscription)
    ]
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": "charge_automatically",
        "currency": subscription["currency"],
        "default_payment_method": subscription["default_payment_method"],
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "end_date": end,
        "invoice_settings": None,
        "items": items,
        "metadata": {},
        "on_behalf_of": None,
        "proration_behavior": "create_prorations",
        "start_date": start,
        "transfer_data": None,
        "trial_end": None,
    }


@SUBSCRIPTION_SCHEDULES.post(
    "/v1/subscription_schedules",
    permission="subscription",
    parameters=Parameters(required=("from_subscription",), from_subscription=text(), metadata=metadata()),
)
def create(call: Call) -> Object:
    id = call.given["from_subscription"]
    subscription = call.find(subscriptions.SUBSCRIPTIONS, id, param="from_subscription")
    if subscription["status"] in billing_facts.ENDED:
        message = f"The subscription is {subscription['status']} and cannot be migrated to a schedule."
        raise invalid(message, param="from_subscription")
    if subscription["schedule"] is not None:
        message = (
            "You cannot migrate a subscription that is already attached to a schedule: "
            f"`{subscription['schedule']}`."
        )
        raise invalid(message, param="from_subscription")
    schedule = shape(call.sandbox.ids.next("sub_sched"), subscription, created=call.now)
    schedule["metadata"] = merged_metadata({}, call.given)
    SUBSCRIPTION_SCHEDULES.rows(call.account).add(schedule)
    call.sandbox.emit(call.account, "subscription_schedule.created", schedule)
    subscription["schedule"] = schedule["id"]
    previous = {"schedule": None}
    call.sandbox.emit(call.account, "customer.subscription.updated", subscription, previous=previous)
    return schedule


@SUBSCRIPTION_SCHEDULES.post(
    "/v1/subscription_schedules/{id}/release",
    permission="subscription",
    parameters=Parameters(preserve_cancel_date=flag()),
)
def release(call: Call) -> Object:
    schedule = _active(call, "release")
    subscription = call.find(subscriptions.SUBSCRIPTIONS, schedule["subscription"], param="subscription")
    schedule |= {
        "current_phase": None,
        "released_at": call.now,
        "released_subscription": subscription["id"],
        "status": "released",
        "subscription": None,
    }
    call.sandbox.emit(call.account, "subscription_schedule.released", schedule)
    subscription["schedule"] = None
    previous = {"schedule": schedule["id"]}
    call.sandbox.emit(call.account, "customer.subscription.updated", subscription, previous=previous)
    return schedule


@SUBSCRIPTION_SCHEDULES.post(
    "/v1/subscription_schedules/{id}/cancel",
    permission="subscription",
    parameters=Parameters(invoice_now=flag(), prorate=flag()),
)
def cancel(call: Call) -> Object:
    """Unlike a subscription's own cancellation, this invoices and prorates unless told not to."""
    schedule = _active(call, "cancel")
    subscription = call.find(subscriptions.SUBSCRIPTIONS, schedule["subscription"], param="subscription")
    billing_end.end(
        call.sandbox,
        call.account,
        subscription,
        prorate=call.given.get("prorate", True),
        invoice_now=call.given.get("invoice_now", True),
    )
    return schedule


def _active(call: Call, act: str) -> Object:
    schedule = SUBSCRIPTION_SCHEDULES.find(call.account, call.path["id"], param="schedule")
    if schedule["status"] != "active":
        raise ApiError(
            400,
            f"You cannot {act} a subscription schedule that is currently in the `{schedule['status']}` status. "
            f"It is only allowed for a schedule in the `not_started` or `active` status.",
        )
    return schedule
