"""Subscriptions that charge a card by themselves. https://docs.stripe.com/api/subscriptions

Left out: `send_invoice`, `default_incomplete`, changes of items, and renewals that come with time (the control
plane makes them when asked).
"""

from copy import deepcopy

from sandbox import billing, billing_end, billing_facts, billing_payment, pagination
from sandbox.errors import invalid, resource_missing
from sandbox.parameters import (
    CURRENCY,
    Kind,
    Parameters,
    Values,
    created_filter,
    flag,
    hash_of,
    integer,
    list_of,
    listing,
    merged_metadata,
    metadata,
    text,
)
from sandbox.resource import Call, Resource, changed, sub_list
from sandbox.resources import customers, subscription_items
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

SUBSCRIPTIONS = Resource(
    "subscription",
    table="subscriptions",
    prefixes=("sub",),
    indexes=("customer",),
    expandable=("customer", "default_payment_method", "latest_invoice", "schedule"),
)
SUBSCRIPTIONS.retrieval("/v1/subscriptions/{id}", permission="subscription")
DAY = 86_400
STATUSES = (
    "active", "canceled", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid",
)  # fmt: skip
FEEDBACK = (
    "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex",
    "too_expensive", "unused",
)  # fmt: skip
CANCELLATION_DETAILS = hash_of(
    comment=text(unset=True), feedback=text(*FEEDBACK, unset=True), feedback_option=text(unset=True)
)
PAUSE_COLLECTION = hash_of(
    required=("behavior",),
    unset=True,
    behavior=text("keep_as_draft", "mark_uncollectible", "void"),
    resumes_at=integer(),
)
ENDING: dict[str, Kind] = {"cancel_at": text(unset=True), "cancel_at_period_end": flag()}
DESCRIPTIVE: dict[str, Kind] = {
    "default_payment_method": text(),
    "description": text(unset=True),
    "metadata": metadata(),
    "off_session": text(),
    "payment_behavior": text("allow_incomplete", "error_if_incomplete"),
    "proration_behavior": text("always_invoice", "create_prorations", "none"),
}


def shape(id: str, *, customer: str, currency: str, items: list[Object], created: int) -> Object:
    return {
        "id": id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": created,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "feedback_option": None,
            "reason": None,
        },
        "collection_method": "charge_automatically",
        "created": created,
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "items": sub_list(f"/v1/subscription_items?subscription={id}", items),
        "latest_invoice": None,
        "livemode": False,
        "metadata": {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": created,
        "status": "incomplete",
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
    }


def enter(sandbox: Sandbox, account: Account, subscription: Object) -> None:
    """Put a new subscription and its items on the books."""
    for item in billing_facts.items_of(subscription):
        subscription_items.SUBSCRIPTION_ITEMS.rows(account).add(item)
    SUBSCRIPTIONS.rows(account).add(subscription)
    sandbox.emit(account, "customer.subscription.created", subscription)


@SUBSCRIPTIONS.post(
    "/v1/subscriptions",
    permission="subscription",
    parameters=Parameters(
        ENDING,
        DESCRIPTIVE,
        required=("customer", "items"),
        collection_method=text("charge_automatically"),
        currency=CURRENCY,
        customer=text(),
        items=list_of(subscription_items.ITEM),
        trial_end=text(),
        trial_period_days=integer(least=1),
    ),
)
def create(call: Call) -> Object:
    sandbox, account, given = call.sandbox, call.account, call.given
    customer = customers.living(account, given["customer"])
    subscription = _new(call, customer)
    trial_end = _trial_end(call)
    if trial_end is not None:
        subscription |= {"status": "trialing", "trial_start": call.now, "trial_end": trial_end}
    billing_facts.begin_period(subscription, at=call.now, trial_end=trial_end)
    lines = billing.period_lines(sandbox, account, subscription)
    reason = "subscription_create"
    invoice = billing.draw_up(
        sandbox, account, subscription, lines, reason=reason, created=call.now, since=call.now
    )
    intent = None
    if invoice["amount_due"]:
        method = billing_payment.method_for(call, customer)
        intent = billing_payment.charge(call, invoice, method)
    if trial_end is None and (intent is None or intent["status"] == "succeeded"):
        subscription["status"] = "active"
    subscription["latest_invoice"] = invoice["id"]
    enter(sandbox, account, subscription)
    billing.enter(sandbox, account, invoice, intent)
    if subscription["status"] == "incomplete":
        billing_end.expire_unpaid(sandbox, account, subscription)
    _apply_ending(call, subscription)
    return subscription


def _new(call: Call, customer: Object) -> Object:
    given, id = call.given, call.sandbox.ids.next("sub")
    items = [
        subscription_items.make(call.sandbox, call.account, item, subscription=id, param=f"items[{number}]")
        for number, item in enumerate(given["items"])
    ]
    currencies = {item["price"]["currency"] for item in items}
    if "currency" in given:
        currencies.add(given["currency"].lower())
    if len(currencies) != 1:
        raise invalid("A subscription needs items, and their prices one currency.", param="items")
    currency = currencies.pop()
    subscription = shape(id, customer=customer["id"], currency=currency, items=items, created=call.now)
    for name in ("default_payment_method", "description"):
        subscription[name] = given.get(name)
    subscription["metadata"] = merged_metadata({}, given)
    return subscription


def _trial_end(call: Call) -> int | None:
    """When the trial ends, in Unix seconds; None without one."""
    if "trial_end" in call.given:
        return int(integer(least=call.now + 1)(call.given["trial_end"], "trial_end"))
    days: int | None = call.given.get("trial_period_days")
    return None if days is None else call.now + days * DAY


@SUBSCRIPTIONS.post(
    "/v1/subscriptions/{id}",
    permission="subscription",
    parameters=Parameters(
        ENDING, DESCRIPTIVE, cancellation_details=CANCELLATION_DETAILS, pause_collection=PAUSE_COLLECTION
    ),
)
def update(call: Call) -> Object:
    subscription = SUBSCRIPTIONS.find(call.account, call.path["id"], param="id")
    _check_updatable(call, subscription)
    given, before = call.given, deepcopy(subscription)
    for name in ("default_payment_method", "description", "pause_collection"):
        if name in given:
            subscription[name] = given[name]
    if subscription["pause_collection"] is not None:
        subscription["pause_collection"] = {"resumes_at": None} | subscription["pause_collection"]
    subscription["metadata"] = merged_metadata(subscription["metadata"], given)
    _apply_ending(call, subscription)
    billing_end.explain(subscription, given.get("cancellation_details", {}))
    previous = changed(before, subscription, subscription)
    if previous:
        call.sandbox.emit(call.account, "customer.subscription.updated", subscription, previous=previous)
    return subscription


def _check_updatable(call: Call, subscription: Object) -> None:
    if subscription["status"] in billing_facts.ENDED:
        if set(call.given) - {"expand", "metadata", "cancellation_details"}:
            message = "A canceled subscription can only update its cancellation_details and metadata."
            raise invalid(message, code="invalid_canceled_subscription_fields")
        return
    if subscription["schedule"] is not None and set(call.given) & set(ENDING):
        message = (
            f"The subscription is managed by the subscription schedule `{subscription['schedule']}`, and "
            "updating any cancelation behavior directly is not allowed. Please update the schedule instead."
        )
        raise invalid(message)
    if "default_payment_method" in call.given:
        billing_payment.method_for(call, customers.living(call.account, subscription["customer"]))


def _apply_ending(call: Call, subscription: Object) -> None:
    given = call.given
    if set(given) >= set(ENDING):
        raise invalid("You cannot set both `cancel_at` and `cancel_at_period_end`.", param="cancel_at")
    if given.get("cancel_at_period_end"):
        at = billing_facts.current_period_end(subscription)
        billing_end.plan_end(call.sandbox, call.account, subscription, at=at, with_period=True)
    elif given.get("cancel_at"):
        at = billing_end.moment_of(subscription, given["cancel_at"])
        billing_end.plan_end(call.sandbox, call.account, subscription, at=at, with_period=False)
    elif set(given) & set(ENDING) and subscription["cancel_at"] is not None:
        billing_end.call_off(subscription)


@SUBSCRIPTIONS.delete(
    "/v1/subscriptions/{id}",
    permission="subscription",
    parameters=Parameters(cancellation_details=CANCELLATION_DETAILS, invoice_now=flag(), prorate=flag()),
)
def cancel(call: Call) -> Object:
    subscription = SUBSCRIPTIONS.find(call.account, call.path["id"], param="id")
    if subscription["status"] in billing_facts.ENDED:
        raise resource_missing("subscription", subscription["id"], param="id")
    given = call.given
    billing_end.explain(subscription, given.get("cancellation_details", {}))
    billing_end.end(
        call.sandbox,
        call.account,
        subscription,
        prorate=given.get("prorate", False),
        invoice_now=given.get("invoice_now", False),
    )
    return subscription


@SUBSCRIPTIONS.get(
    "/v1/subscriptions",
    permission="subscription",
    parameters=listing(
        collection_method=text("charge_automatically", "send_invoice"),
        created=created_filter(),
        customer=text(),
        price=text(),
        status=text(*STATUSES, "all", "ended"),
    ),
)
def list_all(call: Call) -> Object:
    equal: Values = {
        name: call.given[name] for name in ("customer", "collection_method") if name in call.given
    }
    return _page(call, equal, url="/v1/subscriptions")


@SUBSCRIPTIONS.get("/v1/customers/{customer}/subscriptions", permission="subscription", parameters=listing())
def list_of_customer(call: Call) -> Object:
    customer = call.path["customer"]
    return _page(call, {"customer": customer}, url=f"/v1/customers/{customer}/subscriptions")


def _page(call: Call, equal: Object, *, url: str) -> Object:
    """Without a status Stripe lists everything that was not canceled."""
    status, price = call.given.get("status"), call.given.get("price")

    def keep(subscription: Object) -> bool:
        wanted = {
            None: subscription["status"] != "canceled",
            "all": True,
            "ended": subscription["status"] in billing_facts.ENDED,
        }.get(status, subscription["status"] == status)
        sold = {item["price"]["id"] for item in billing_facts.items_of(subscription)}
        return wanted and (price is None or price in sold)

    rows = SUBSCRIPTIONS.rows(call.account)
    return pagination.page(rows, call.given, equal=equal, url=url, noun="subscription", keep=keep)
