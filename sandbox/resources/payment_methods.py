"""Payment methods: cards only, made from Stripe's test tokens and test numbers.

https://docs.stripe.com/api/payment_methods, https://docs.stripe.com/testing
"""

from datetime import UTC, datetime
from typing import Any

from sandbox import pagination, test_cards
from sandbox.errors import ApiError, invalid, refused_parameter
from sandbox.parameters import (
    BILLING_DETAILS,
    Kind,
    Parameters,
    Values,
    anything,
    hash_of,
    integer,
    listing,
    merged_metadata,
    metadata,
    text,
)
from sandbox.resource import Call, Resource
from sandbox.shapes import billing_details, payment_method_card
from sandbox.state import Account, Sandbox
from sandbox.tables import Object
from sandbox.test_cards import TestCard

PAYMENT_METHODS = Resource(
    "payment_method",
    table="payment_methods",
    prefixes=("pm",),
    indexes=("customer",),
    expandable=("customer",),
    noun="PaymentMethod",
)
PAYMENT_METHODS.retrieval("/v1/payment_methods/{id}", permission="payment_method")
CARD = hash_of(
    number=text(),
    exp_month=integer(least=1, most=12),
    exp_year=integer(),
    cvc=text(),
    token=text(),
    networks=anything(),
)
DATA: dict[str, Kind] = {
    "type": text("card"),
    "card": CARD,
    "billing_details": BILLING_DETAILS,
    "metadata": metadata(),
    "allow_redisplay": text("always", "limited", "unspecified"),
}


def make(
    sandbox: Sandbox,
    account: Account,
    card: TestCard,
    *,
    exp_month: int = 12,
    exp_year: int | None = None,
    billing: Values | None = None,
    tags: dict[str, str] | None = None,
) -> Object:
    """A payment method for a test card; cards run four more years unless said otherwise."""
    now = sandbox.clock.now()
    year = exp_year or datetime.fromtimestamp(now, UTC).year + 4
    method: Object = {
        "id": sandbox.ids.next("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(billing),
        "card": payment_method_card(card, account=account.id, exp_month=exp_month, exp_year=year),
        "created": now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": tags or {},
        "type": "card",
    }
    PAYMENT_METHODS.rows(account).add(method)
    account.card_of_method[method["id"]] = card
    return method


def usable(sandbox: Sandbox, account: Account, id: str, *, param: str) -> Object:
    """The payment method with this id; a test token makes a new one, as at Stripe."""
    if (card := test_cards.by_token(id)) is not None:
        return make(sandbox, account, card)
    return PAYMENT_METHODS.find(account, id, param=param, status=400)


def from_data(sandbox: Sandbox, account: Account, data: Values, *, param: str) -> Object:
    """A payment method from `type`, `card` and what else a create call or `payment_method_data` holds."""
    given: dict[str, Any] = data.get("card") or {}
    if "token" in given:
        card = test_cards.by_token(given["token"])
        if card is None:
            message = f"No such token: '{given['token']}'"
            raise invalid(message, param=f"{param}[token]", code="resource_missing")
    elif "number" in given:
        card = test_cards.BY_NUMBER.get(given["number"].replace(" ", ""))
        if card is None:
            raise ApiError(
                402,
                "Your card was declined. Your request was in test mode, but used a non test (live) card. For "
                "a list of valid test cards, visit: https://stripe.com/docs/testing.",
                type="card_error",
                code="card_declined",
                param="number",
                decline_code="test_mode_live_card",
            )
    else:
        raise refused_parameter(f"Missing required param: {param}.", param=param, code="parameter_missing")
    return make(
        sandbox,
        account,
        card,
        exp_month=given.get("exp_month", 12),
        exp_year=given.get("exp_year"),
        billing=data.get("billing_details"),
        tags=data.get("metadata"),
    )


def attach(sandbox: Sandbox, account: Account, method: Object, *, customer: str) -> None:
    PAYMENT_METHODS.rows(account).set(method, "customer", customer)
    sandbox.emit(account, "payment_method.attached", method)


def detach(sandbox: Sandbox, account: Account, method: Object) -> None:
    previous = {"customer": method["customer"]}
    PAYMENT_METHODS.rows(account).set(method, "customer", None)
    sandbox.emit(account, "payment_method.detached", method, previous=previous)


def detach_all(sandbox: Sandbox, account: Account, *, customer: str) -> None:
    rows = PAYMENT_METHODS.rows(account)
    for _, _, id in list(rows.entries({"customer": customer})):
        if (method := rows.get(id)) is not None:
            detach(sandbox, account, method)


@PAYMENT_METHODS.post(
    "/v1/payment_methods",
    permission="payment_method",
    parameters=Parameters(DATA, required=("type",)),
)
def create(call: Call) -> Object:
    return from_data(call.sandbox, call.account, call.given, param="card")


@PAYMENT_METHODS.post(
    "/v1/payment_methods/{id}",
    permission="payment_method",
    parameters=Parameters(
        billing_details=BILLING_DETAILS,
        card=hash_of(exp_month=integer(least=1, most=12), exp_year=integer()),
        metadata=metadata(),
        allow_redisplay=text("always", "limited", "unspecified"),
    ),
)
def update(call: Call) -> Object:
    method = PAYMENT_METHODS.find(call.account, call.path["id"], param="payment_method")
    given = call.given
    if "billing_details" in given:
        method["billing_details"] = billing_details(method["billing_details"] | given["billing_details"])
    method["card"] |= given.get("card", {})
    method["metadata"] = merged_metadata(method["metadata"], given)
    method["allow_redisplay"] = given.get("allow_redisplay", method["allow_redisplay"])
    call.sandbox.emit(call.account, "payment_method.updated", method)
    return method


@PAYMENT_METHODS.post(
    "/v1/payment_methods/{id}/attach",
    permission="payment_method",
    parameters=Parameters(required=("customer",), customer=text()),
)
def attach_to_customer(call: Call) -> Object:
    customer = call.given["customer"]
    if call.account.tables["customers"].get(customer) is None:
        raise invalid(f"No such customer: '{customer}'", param="customer", code="resource_missing")
    method = usable(call.sandbox, call.account, call.path["id"], param="payment_method")
    if method["customer"] is not None:
        raise invalid(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    attach(call.sandbox, call.account, method, customer=customer)
    return method


@PAYMENT_METHODS.post("/v1/payment_methods/{id}/detach", permission="payment_method")
def detach_from_customer(call: Call) -> Object:
    method = PAYMENT_METHODS.find(call.account, call.path["id"], param="payment_method")
    if method["customer"] is None:
        raise invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            param="payment_method",
        )
    detach(call.sandbox, call.account, method)
    return method


@PAYMENT_METHODS.get(
    "/v1/payment_methods",
    permission="payment_method",
    parameters=listing(customer=text(), type=text(), allow_redisplay=text()),
)
def list_all(call: Call) -> Object:
    return _page(call, call.given.get("customer"), url="/v1/payment_methods")


@PAYMENT_METHODS.get(
    "/v1/customers/{customer}/payment_methods",
    permission="payment_method",
    parameters=listing(type=text(), allow_redisplay=text()),
)
def list_of_customer(call: Call) -> Object:
    customer = call.path["customer"]
    return _page(call, customer, url=f"/v1/customers/{customer}/payment_methods")


def _page(call: Call, customer: str | None, *, url: str) -> Object:
    names = ("type", "allow_redisplay")
    equal: Values = {name: call.given[name] for name in names if name in call.given}
    if customer is not None:
        equal["customer"] = customer
    rows = PAYMENT_METHODS.rows(call.account)
    return pagination.page(rows, call.given, equal=equal, url=url, noun="PaymentMethod")
