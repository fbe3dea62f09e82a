"""Payment intents of cards, with automatic or manual capture. https://docs.stripe.com/api/payment_intents"""

from sandbox import search
from sandbox.confirmation import confirm_intent
from sandbox.errors import ApiError, invalid, refused_parameter
from sandbox.parameters import (
    CURRENCY,
    SEARCH,
    SHIPPING,
    Kind,
    Parameters,
    Values,
    amount,
    anything,
    created_filter,
    flag,
    hash_of,
    integer,
    merged_metadata,
    metadata,
    text,
)
from sandbox.resource import Call, Resource, changed
from sandbox.resources import charges, customers, payment_methods
from sandbox.tables import Object

PAYMENT_INTENTS = Resource(
    "payment_intent",
    table="payment_intents",
    prefixes=("pi",),
    indexes=("customer",),
    expandable=("customer", "latest_charge", "payment_method"),
)
PAYMENT_INTENTS.retrieval("/v1/payment_intents/{id}", permission="payment_intent")
PAYMENT_INTENTS.listing(
    "/v1/payment_intents", permission="payment_intent", created=created_filter(), customer=text()
)
DESCRIPTIVE: dict[str, Kind] = {
    "description": text(),
    "metadata": metadata(),
    "receipt_email": text(unset=True),
    "setup_future_usage": text("off_session", "on_session", unset=True),
    "shipping": SHIPPING,
    "statement_descriptor": text(longest=22),
    "statement_descriptor_suffix": text(longest=22),
    "transfer_group": text(),
}
CONFIRMING: dict[str, Kind] = {
    "error_on_requires_action": flag(),
    "mandate_data": anything(),
    "off_session": text(),
    "return_url": text(),
    "use_stripe_sdk": flag(),
}
PAYING: dict[str, Kind] = {
    "capture_method": text("automatic", "automatic_async", "manual"),
    "payment_method": text(),
    "payment_method_data": hash_of(payment_methods.DATA),
    "payment_method_options": anything(),
}
TRANSFER_DATA = hash_of(required=("destination",), destination=text(), amount=amount())
COPIED = (
    "description", "receipt_email", "setup_future_usage", "shipping", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group", "capture_method", "application_fee_amount", "on_behalf_of",
    "transfer_data", "amount", "currency",
)  # fmt: skip
"""Parameters that become the field of their name."""
SEARCHABLE = search.Fields(
    amount="amount",
    created="created",
    currency="currency",
    customer="customer",
    metadata="metadata",
    status="status",
)
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*CONFIRMABLE, "requires_capture", "processing")


def shape(id: str, *, created: int, amount: int, currency: str) -> Object:
    return {
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{id}_secret_sandbox",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": CARD_OPTIONS},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


CARD_OPTIONS = {
    "installments": None,
    "mandate_options": None,
    "network": None,
    "request_three_d_secure": "automatic",
}


@PAYMENT_INTENTS.post(
    "/v1/payment_intents",
    permission="payment_intent",
    parameters=Parameters(
        DESCRIPTIVE,
        CONFIRMING,
        PAYING,
        required=("amount", "currency"),
        amount=amount(),
        currency=CURRENCY,
        customer=text(),
        confirm=flag(),
        confirmation_method=text("automatic", "manual"),
        automatic_payment_methods=hash_of(
            required=("enabled",), enabled=flag(), allow_redirects=text("always", "never")
        ),
        application_fee_amount=integer(least=0),
        on_behalf_of=text(),
        transfer_data=TRANSFER_DATA,
    ),
)
def create(call: Call) -> Object:
    given = call.given
    given["currency"] = _currency(given["currency"])
    if "customer" in given:
        customers.living(call.account, given["customer"])
    if given.get("transfer_data"):
        _check_destination(call, given["transfer_data"]["destination"])
    if not given.get("confirm") and (extra := sorted(set(CONFIRMING) & set(given))):
        message = f"You cannot provide `{extra[0]}` unless `confirm` is set to true."
        raise invalid(message, param=extra[0])
    method = _given_method(call)
    intent = shape(
        call.sandbox.ids.next("pi"), created=call.now, amount=given["amount"], currency=given["currency"]
    )
    intent["customer"] = given.get("customer") or (method or {}).get("customer")
    _apply(intent, given, method)
    PAYMENT_INTENTS.rows(call.account).add(intent)
    call.sandbox.emit(call.account, "payment_intent.created", intent)
    return confirm_intent(call, intent) if given.get("confirm") else intent


@PAYMENT_INTENTS.post(
    "/v1/payment_intents/{id}",
    permission="payment_intent",
    parameters=Parameters(
        DESCRIPTIVE,
        PAYING,
        amount=amount(),
        currency=CURRENCY,
        customer=text(),
        application_fee_amount=integer(least=0, unset=True),
        transfer_data=hash_of(amount=amount()),
    ),
)
def update(call: Call) -> Object:
    intent = PAYMENT_INTENTS.find(call.account, call.path["id"], param="intent")
    given, before = call.given, dict(intent)
    if intent["status"] not in CONFIRMABLE and set(given) & {"amount", "currency", "payment_method"}:
        raise _unexpected_state(intent, "You cannot update this PaymentIntent's amount or payment method")
    if "currency" in given:
        given["currency"] = _currency(given["currency"])
    if "customer" in given:
        customers.living(call.account, given["customer"])
        PAYMENT_INTENTS.rows(call.account).set(intent, "customer", given["customer"])
    if "transfer_data" in given:
        given["transfer_data"] = (intent["transfer_data"] or {}) | given["transfer_data"]
    _apply(intent, given, _given_method(call))
    return _saved(call, intent, before)


@PAYMENT_INTENTS.post(
    "/v1/payment_intents/{id}/confirm",
    permission="payment_intent",
    parameters=Parameters(
        CONFIRMING,
        PAYING,
        receipt_email=text(unset=True),
        setup_future_usage=text("off_session", "on_session", unset=True),
        shipping=SHIPPING,
    ),
)
def confirm(call: Call) -> Object:
    intent = PAYMENT_INTENTS.find(call.account, call.path["id"], param="intent")
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected_state(intent, "You cannot confirm this PaymentIntent")
    _apply(intent, call.given, _given_method(call))
    return confirm_intent(call, intent)


@PAYMENT_INTENTS.post(
    "/v1/payment_intents/{id}/capture",
    permission="payment_intent",
    parameters=Parameters(
        amount_to_capture=amount(),
        application_fee_amount=integer(least=0),
        final_capture=flag(),
        metadata=metadata(),
        statement_descriptor=text(longest=22),
        statement_descriptor_suffix=text(longest=22),
        transfer_data=hash_of(amount=amount()),
    ),
)
def capture(call: Call) -> Object:
    intent = PAYMENT_INTENTS.find(call.account, call.path["id"], param="intent")
    if intent["status"] != "requires_capture":
        raise _unexpected_state(intent, "This PaymentIntent could not be captured")
    wanted: int = call.given.get("amount_to_capture") or intent["amount_capturable"]
    if wanted > intent["amount_capturable"]:
        message = f"The payment could not be captured: {wanted} is more than {intent['amount_capturable']}."
        raise invalid(message, param="amount_to_capture", code="amount_too_large")
    charge = charges.CHARGES.find(call.account, intent["latest_charge"], param="latest_charge")
    before = dict(intent)
    if "application_fee_amount" in call.given:
        charge["application_fee_amount"] = call.given["application_fee_amount"]
    charges.capture(call.sandbox, call.account, charge, amount=wanted)
    _apply(intent, {name: call.given[name] for name in ("metadata",) if name in call.given}, None)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": wanted}
    previous = changed(before, intent, intent)
    call.sandbox.emit(call.account, "payment_intent.succeeded", intent, previous=previous)
    return intent


@PAYMENT_INTENTS.post(
    "/v1/payment_intents/{id}/cancel",
    permission="payment_intent",
    parameters=Parameters(
        cancellation_reason=text("abandoned", "duplicate", "fraudulent", "requested_by_customer")
    ),
)
def cancel(call: Call) -> Object:
    intent = PAYMENT_INTENTS.find(call.account, call.path["id"], param="intent")
    if intent["status"] not in CANCELABLE:
        raise _unexpected_state(intent, "You cannot cancel this PaymentIntent")
    if intent["status"] == "requires_capture":
        charge = charges.CHARGES.find(call.account, intent["latest_charge"], param="latest_charge")
        charges.release(call.sandbox, call.account, charge)
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": call.now,
        "cancellation_reason": call.given.get("cancellation_reason"),
        "next_action": None,
    }
    call.sandbox.emit(call.account, "payment_intent.canceled", intent)
    return intent


@PAYMENT_INTENTS.get("/v1/payment_intents/search", permission="payment_intent", parameters=SEARCH)
def search_intents(call: Call) -> Object:
    rows = PAYMENT_INTENTS.rows(call.account)
    return search.run(rows, call.given, SEARCHABLE, url="/v1/payment_intents/search")


def _currency(given: str) -> str:
    if len(given) != 3 or not given.isalpha():
        raise refused_parameter(f"Invalid currency: {given}.", param="currency")
    return given.lower()


def _check_destination(call: Call, destination: str) -> None:
    account = call.sandbox.accounts.get(destination)
    if account is None or account.platform != call.account.id:
        message = f"No such destination: '{destination}'"
        raise invalid(message, param="transfer_data[destination]", code="resource_missing")


def _given_method(call: Call) -> Object | None:
    """The payment method that `payment_method` or `payment_method_data` stands for."""
    sandbox, account, given = call.sandbox, call.account, call.given
    if "payment_method" in given:
        return payment_methods.usable(sandbox, account, given["payment_method"], param="payment_method")
    if "payment_method_data" in given:
        param = "payment_method_data[card]"
        return payment_methods.from_data(sandbox, account, given["payment_method_data"], param=param)
    return None


def _apply(intent: Object, given: Values, method: Object | None) -> None:
    intent |= {name: given[name] for name in COPIED if name in given}
    intent["metadata"] = merged_metadata(intent["metadata"], given)
    if "automatic_payment_methods" in given:
        intent["automatic_payment_methods"] = {"allow_redirects": "always"} | given[
            "automatic_payment_methods"
        ]
    if "confirmation_method" in given:
        intent["confirmation_method"] = given["confirmation_method"]
    if method is not None:
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"


def _saved(call: Call, intent: Object, before: Object) -> Object:
    """Stripe has no `payment_intent.updated`: an update before payment is silent."""
    if intent["status"] == "requires_capture" and intent["amount_capturable"] != before["amount_capturable"]:
        call.sandbox.emit(call.account, "payment_intent.amount_capturable_updated", intent)
    return intent


def _unexpected_state(intent: Object, what: str) -> ApiError:
    message = f"{what} because it has a status of {intent['status']}."
    return ApiError(
        400, message, code="payment_intent_unexpected_state", payment_intent=dict(intent), param="intent"
    )
