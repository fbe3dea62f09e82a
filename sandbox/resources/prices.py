"""Prices: fixed amounts per unit, once or recurring. https://docs.stripe.com/api/prices"""

from sandbox.errors import invalid
from sandbox.pagination import page
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
from sandbox.resource import Call, Resource, changed
from sandbox.resources import products
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

PRICES = Resource(
    "price",
    table="prices",
    prefixes=("price",),
    indexes=("product",),
    expandable=("product",),
)
PRICES.retrieval("/v1/prices/{id}", permission="plan")
INTERVALS = ("day", "week", "month", "year")
RECURRING = hash_of(
    required=("interval",),
    interval=text(*INTERVALS),
    interval_count=integer(least=1),
    usage_type=text("licensed"),
)
INLINE = hash_of(
    required=("currency", "product", "recurring"),
    currency=CURRENCY,
    product=text(),
    recurring=RECURRING,
    tax_behavior=text("exclusive", "inclusive", "unspecified"),
    unit_amount=integer(least=0),
)
"""`price_data` of a subscription item."""
CHANGEABLE: dict[str, Kind] = {
    "active": flag(),
    "lookup_key": text(longest=200),
    "metadata": metadata(),
    "nickname": text(unset=True),
    "tax_behavior": text("exclusive", "inclusive", "unspecified"),
}


def make(sandbox: Sandbox, account: Account, given: Values, *, product: str) -> Object:
    """A new price of a product from the parameters of a create call or from `price_data`."""
    recurring, amount = given.get("recurring"), given.get("unit_amount")
    if amount is None:
        message = "One of the following params should be provided for this request: unit_amount."
        raise invalid(message, param="unit_amount", code="parameter_missing")
    price: Object = {
        "id": sandbox.ids.next("price"),
        "object": "price",
        "active": given.get("active", True),
        "billing_scheme": "per_unit",
        "created": sandbox.clock.now(),
        "currency": given["currency"].lower(),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": given.get("lookup_key"),
        "metadata": merged_metadata({}, given),
        "nickname": given.get("nickname"),
        "product": product,
        "recurring": recurring and _recurring(recurring),
        "tax_behavior": given.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    PRICES.rows(account).add(price)
    sandbox.emit(account, "price.created", price)
    return price


def _recurring(given: Values) -> Object:
    defaults = {"interval_count": 1, "meter": None, "trial_period_days": None, "usage_type": "licensed"}
    return defaults | given


def plan_of(price: Object) -> Object:
    """A recurring price in the older form that subscription items still carry as `plan`."""
    recurring = price["recurring"]
    copied = ("active", "billing_scheme", "created", "currency", "id", "livemode", "metadata", "nickname")
    return {name: price[name] for name in copied} | {
        "object": "plan",
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "meter": None,
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": recurring["usage_type"],
    }


@PRICES.post(
    "/v1/prices",
    permission="plan",
    parameters=Parameters(
        CHANGEABLE,
        required=("currency",),
        currency=CURRENCY,
        product=text(),
        product_data=hash_of(required=("name",), name=text(), metadata=metadata()),
        recurring=RECURRING,
        unit_amount=integer(least=0),
    ),
)
def create(call: Call) -> Object:
    given = call.given
    if ("product" in given) is ("product_data" in given):
        raise invalid("You must specify either `product` or `product_data` when creating a price.")
    product = (
        products.living(call.account, given["product"], param="product", status=400)
        if "product" in given
        else products.make(call.sandbox, call.account, given["product_data"])
    )
    return make(call.sandbox, call.account, call.given, product=product["id"])


@PRICES.post("/v1/prices/{id}", permission="plan", parameters=Parameters(CHANGEABLE))
def update(call: Call) -> Object:
    price = PRICES.find(call.account, call.path["id"], param="price")
    before = dict(price)
    price |= {name: call.given[name] for name in CHANGEABLE if name in call.given}
    price["metadata"] = merged_metadata(before["metadata"], call.given)
    previous = changed(before, price, CHANGEABLE)
    call.sandbox.emit(call.account, "price.updated", price, previous=previous)
    return price


@PRICES.get(
    "/v1/prices",
    permission="plan",
    parameters=listing(
        active=flag(),
        created=created_filter(),
        currency=CURRENCY,
        lookup_keys=list_of(text()),
        product=text(),
        type=text("one_time", "recurring"),
    ),
)
def list_all(call: Call) -> Object:
    given = call.given
    equal: Values = {name: given[name] for name in ("active", "currency", "product", "type") if name in given}
    return page(
        PRICES.rows(call.account),
        given,
        equal=equal,
        url="/v1/prices",
        noun="price",
        keep=lambda price: "lookup_keys" not in given or price["lookup_key"] in given["lookup_keys"],
    )
