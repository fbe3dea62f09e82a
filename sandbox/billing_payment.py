"""Charging the first invoice of a subscription. https://docs.stripe.com/billing/subscriptions/overview#payment-status"""

from sandbox.confirmation import confirm_intent
from sandbox.errors import ApiError, invalid
from sandbox.resource import Call
from sandbox.resources import payment_intents, payment_methods
from sandbox.tables import Object


def method_for(call: Call, customer: Object) -> Object:
    """The payment method that is to pay: the one given, else the customer's default."""
    id = call.given.get("default_payment_method") or customer["invoice_settings"]["default_payment_method"]
    if id is None:
        raise invalid(
            "This customer has no attached payment source or default payment method. Please consider adding a "
            "default payment method.",
            code="resource_missing",
        )
    method = payment_methods.PAYMENT_METHODS.rows(call.account).get(id)
    if method is None or method["customer"] != customer["id"]:
        message = (
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached "
            "to the customer."
        )
        raise invalid(message, param="default_payment_method", code="resource_missing")
    return method


def charge(call: Call, invoice: Object, method: Object) -> Object:
    """The payment intent after its confirmation; 402 only where the caller wants no incomplete subscription."""
    intent = payment_intents.shape(
        call.sandbox.ids.next("pi"),
        created=call.now,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
    )
    intent |= {
        "customer": invoice["customer"],
        "description": "Subscription creation",
        "payment_method": method["id"],
        "setup_future_usage": "off_session",
        "status": "requires_confirmation",
    }
    payment_intents.PAYMENT_INTENTS.rows(call.account).add(intent)
    call.sandbox.emit(call.account, "payment_intent.created", intent)
    strict = call.given.get("payment_behavior") == "error_if_incomplete"
    try:
        confirm_intent(call, intent)
    except ApiError as refusal:
        if strict or refusal.status != 402:
            raise
    if strict and intent["status"] == "requires_action":
        raise ApiError(
            402,
            "Payment for this subscription requires additional user action before it can be completed.",
            type="card_error",
            code="subscription_payment_intent_requires_action",
        )
    return intent
