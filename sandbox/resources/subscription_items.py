"""Subscription items: what a subscription sells, to read only. https://docs.stripe.com/api/subscription_items"""

from sandbox.errors import invalid, refused_parameter
from sandbox.pagination import page
from sandbox.parameters import (
    Values,
    hash_of,
    integer,
    listing,
    merged_metadata,
    metadata,
    text,
)
from sandbox.resource import Call, Resource
from sandbox.resources import prices, products
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

SUBSCRIPTION_ITEMS = Resource(
    "subscription_item", table="subscription_items", prefixes=("si",), indexes=("subscription",)
)
SUBSCRIPTION_ITEMS.retrieval("/v1/subscription_items/{id}", permission="subscription")
ITEM = hash_of(
    price=text(), price_data=prices.INLINE, quantity=integer(least=1), metadata=metadata()
)  # fmt: skip


def make(sandbox: Sandbox, account: Account, given: Values, *, subscription: str, param: str) -> Object:
    """An item from one entry of `items`; its period begins with the subscription's."""
    price = _price(sandbox, account, given, param=param)
    if price["recurring"] is None:
        message = (
            "The price specified is set to `type=one_time` but this field only accepts prices with "
            "`type=recurring`."
        )
        raise invalid(message, param=f"{param}[price]")
    item: Object = {
        "id": sandbox.ids.next("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": sandbox.clock.now(),
        "current_period_end": 0,
        "current_period_start": 0,
        "discounts": [],
        "metadata": merged_metadata({}, given),
        "plan": prices.plan_of(price),
        "price": price,
        "quantity": given.get("quantity", 1),
        "subscription": subscription,
        "tax_rates": [],
    }
    return item


def _price(sandbox: Sandbox, account: Account, given: Values, *, param: str) -> Object:
    if ("price" in given) is ("price_data" in given):
        message = f"{param} must contain exactly one of `price` and `price_data`."
        raise refused_parameter(message, param=param)
    if "price" in given:
        return prices.PRICES.find(account, given["price"], param=f"{param}[price]", status=400)
    data = given["price_data"]
    product = products.living(account, data["product"], param=f"{param}[price_data][product]", status=400)
    return prices.make(sandbox, account, data, product=product["id"])


@SUBSCRIPTION_ITEMS.get(
    "/v1/subscription_items",
    permission="subscription",
    parameters=listing(subscription=text()),
)
def list_all(call: Call) -> Object:
    if "subscription" not in call.given:
        message = "Missing required param: subscription."
        raise refused_parameter(message, param="subscription", code="parameter_missing")
    equal = {"subscription": call.given["subscription"]}
    rows = SUBSCRIPTION_ITEMS.rows(call.account)
    return page(rows, call.given, equal=equal, url="/v1/subscription_items", noun="subscription_item")
