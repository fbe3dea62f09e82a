"""What the control plane does to subscriptions: whole ones with every identifier chosen, and their renewals."""

from copy import deepcopy
from typing import Any

from starlette.requests import Request

from sandbox import billing, billing_end, billing_facts, made_charges
from sandbox.control_objects import check_charge, chosen_account, found
from sandbox.errors import invalid
from sandbox.json_body import Body, read_time
from sandbox.resource import changed
from sandbox.resources import customers, prices, products, subscription_items, subscriptions
from sandbox.resources.payment_intents import PAYMENT_INTENTS
from sandbox.resources.payment_methods import PAYMENT_METHODS
from sandbox.shapes import Json
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

SETTLED_BY_BILLING = frozenset(("captured", "amount_captured", "payment_intent"))
"""What a charge made by the control plane may choose, and the charge of an invoice may not."""
SETTLED_BY_SUBSCRIPTION = SETTLED_BY_BILLING | {"amount", "currency", "customer", "payment_method"}


def make_subscription(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account = chosen_account(sandbox, body)
    recurring = {
        "interval": body.take("interval", str, "month"),
        "interval_count": body.take("interval_count", int, 1),
    }
    if recurring["interval"] not in prices.INTERVALS or recurring["interval_count"] < 1:
        raise invalid(f"interval must be one of {', '.join(prices.INTERVALS)}, and interval_count positive")
    name, tags = body.take("product", str, "Sandbox plan"), body.take("subscription_metadata", dict, {})
    given: Json = {"created": sandbox.clock.now(), "description": "Subscription creation"} | body.rest()
    _refuse(given, SETTLED_BY_BILLING)
    check_charge(account, given)
    if given.get("customer") is None:
        email = "subscriber@example.com"
        given["customer"] = customers.make(sandbox, account, email=email, created=given["created"])["id"]
    charge = made_charges.make_one(sandbox, account, given, emit=True)
    subscription = _subscription(sandbox, account, charge, recurring, product=name)
    subscription["metadata"] = tags
    billing_facts.begin_period(subscription, at=charge["created"])
    paid = charge["status"] == "succeeded"
    subscription["status"] = "active" if paid else "incomplete"
    reason, since = "subscription_create", charge["created"]
    invoice = _invoice(sandbox, account, subscription, charge, reason=reason, since=since)
    subscriptions.enter(sandbox, account, subscription)
    return _entered(sandbox, account, subscription, charge, invoice)


def renew_subscription(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, subscription = found(sandbox, subscriptions.SUBSCRIPTIONS, request.path_params["id"])
    before = deepcopy(subscription)
    given = _renewal(sandbox, subscription, body)
    check_charge(account, given)
    charge = made_charges.charge_method(sandbox, account, given, _method(account, subscription), emit=True)
    since = billing_facts.items_of(subscription)[0]["current_period_start"]
    subscription["status"] = "active" if charge["status"] == "succeeded" else "past_due"
    billing_facts.begin_period(subscription, at=charge["created"])
    reason = "subscription_cycle"
    invoice = _invoice(sandbox, account, subscription, charge, reason=reason, since=since)
    previous = changed(before, subscription, subscription)
    sandbox.emit(account, "customer.subscription.updated", subscription, previous=previous)
    return _entered(sandbox, account, subscription, charge, invoice)


def cancel_subscription(sandbox: Sandbox, body: Body, request: Request) -> Any:
    """The customer ended it, be it long ago; the period paid for may run on until `ended_at`."""
    account, subscription = found(sandbox, subscriptions.SUBSCRIPTIONS, request.path_params["id"])
    now, before = sandbox.clock.now(), deepcopy(subscription)
    asked = body.take_time("canceled_at", now)
    ended = body.take_time("ended_at", asked)
    details = {name: body.take(name, str, None) for name in ("feedback", "comment")}
    details["reason"] = body.take("reason", str, "cancellation_requested")
    if not subscription["created"] <= asked <= min(ended, now):
        raise invalid("canceled_at lies before the subscription, after its end, or ahead")
    if ended > now:
        billing_end.plan_end(sandbox, account, subscription, at=ended, with_period=True)
    subscription["canceled_at"] = asked
    given = {name: value for name, value in details.items() if value}
    subscription["cancellation_details"] = subscription["cancellation_details"] | given
    if ended <= now:
        billing_end.end(sandbox, account, subscription, at=ended)
    else:
        previous = changed(before, subscription, subscription)
        sandbox.emit(account, "customer.subscription.updated", subscription, previous=previous)
    return subscription


def _refuse(given: Json, names: frozenset[str]) -> None:
    if refused := sorted(set(given) & names):
        raise invalid(f"{refused[0]} is not yours to choose here")


def _subscription(
    sandbox: Sandbox, account: Account, charge: Object, recurring: Json, *, product: str
) -> Object:
    """A subscription to a new price of a new product that costs what was charged."""
    id, created = sandbox.ids.next("sub"), charge["created"]
    sold = products.make(sandbox, account, {"name": product})["id"]
    terms = {"currency": charge["currency"], "recurring": recurring, "unit_amount": charge["amount"]}
    price = prices.make(sandbox, account, terms, product=sold)
    given = {"price": price["id"]}
    item = subscription_items.make(sandbox, account, given, subscription=id, param="items[0]")
    item["created"] = created
    subscription = subscriptions.shape(
        id, customer=charge["customer"], currency=charge["currency"], items=[item], created=created
    )
    return subscription | {"default_payment_method": charge["payment_method"]}


def _renewal(sandbox: Sandbox, subscription: Object, body: Body) -> Json:
    """The charge of the next period: by default when the current one ends, or now if that lies ahead."""
    given = body.rest()
    _refuse(given, SETTLED_BY_SUBSCRIPTION)
    due = min(billing_facts.current_period_end(subscription), sandbox.clock.now())
    at = read_time(given.get("created", due), "created")
    items = billing_facts.items_of(subscription)
    if at < items[0]["current_period_start"]:
        raise invalid("created lies before the current period")
    ends = subscription["cancel_at"]
    if subscription["status"] in billing_facts.ENDED or (ends is not None and ends <= at):
        raise invalid(f"Subscription {subscription['id']} has ended by then and does not renew")
    return (
        {"description": "Subscription update"}
        | given
        | {
            "created": at,
            "amount": sum(item["price"]["unit_amount"] * item["quantity"] for item in items),
            "currency": subscription["currency"],
            "customer": subscription["customer"],
        }
    )


def _method(account: Account, subscription: Object) -> Object:
    id = subscription["default_payment_method"]
    if id is None:
        customer = customers.living(account, subscription["customer"])
        id = customer["invoice_settings"]["default_payment_method"]
    return PAYMENT_METHODS.find(account, id, param="payment_method")


def _invoice(
    sandbox: Sandbox, account: Account, subscription: Object, charge: Object, *, reason: str, since: int
) -> Object:
    lines = billing.period_lines(sandbox, account, subscription)
    invoice = billing.draw_up(
        sandbox, account, subscription, lines, reason=reason, created=charge["created"], since=since
    )
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def _entered(
    sandbox: Sandbox, account: Account, subscription: Object, charge: Object, invoice: Object
) -> Any:
    intent = PAYMENT_INTENTS.find(account, charge["payment_intent"], param="payment_intent")
    billing.enter(sandbox, account, invoice, intent)
    return {"subscription": subscription, "charge": charge, "invoice": invoice}
