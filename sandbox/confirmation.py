"""Confirming a payment intent: the card is charged, declined, or asks for authentication."""

from sandbox.errors import ApiError, invalid
from sandbox.resource import Call
from sandbox.resources import charges, payment_methods
from sandbox.tables import Object
from sandbox.test_cards import ORDINARY, TestCard


def confirm_intent(call: Call, intent: Object) -> Object:
    """Charge the intent's payment method; 402 when the card is declined."""
    method_id = intent["payment_method"]
    if method_id is None:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update "
            "the PaymentIntent with a payment method and then confirm it again, or confirm it again directly "
            "with a payment method or ConfirmationToken."
        )
        raise invalid(message, code="payment_intent_unexpected_state")
    card = call.account.card_of_method.get(method_id, ORDINARY)
    method = payment_methods.PAYMENT_METHODS.find(call.account, method_id, param="payment_method")
    if card.needs_authentication and "off_session" not in call.given:
        return _ask_for_authentication(call, intent)
    charge = _charge(call, intent, method, card)
    if charge["status"] == "failed":
        raise _declined(call, intent, charge, method, card)
    captured = charge["captured"]
    intent |= {
        "status": "succeeded" if captured else "requires_capture",
        "amount_received": intent["amount"] if captured else 0,
        "amount_capturable": 0 if captured else intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    event = "payment_intent.succeeded" if captured else "payment_intent.amount_capturable_updated"
    call.sandbox.emit(call.account, event, intent)
    if intent["setup_future_usage"] and intent["customer"] and method["customer"] is None:
        payment_methods.attach(call.sandbox, call.account, method, customer=intent["customer"])
    if captured:
        charges.aftermath(call.sandbox, call.account, charge, card=card)
    return intent


def _charge(call: Call, intent: Object, method: Object, card: TestCard) -> Object:
    captured = intent["capture_method"] != "manual"
    declined = card.blocked or card.decline_code is not None or card.error_code != "card_declined"
    if card.needs_authentication:
        declined = True
    facts = {name: intent[name] for name in charges.REPLACEABLE if name in intent} | {
        "id": call.sandbox.ids.next("ch"),
        "created": call.now,
        "amount": intent["amount"],
        "currency": intent["currency"],
        "status": "failed" if declined else "succeeded",
        "captured": captured and not declined,
        "amount_captured": intent["amount"] if captured and not declined else 0,
        "payment_intent": intent["id"],
        "customer": intent["customer"],
        "payment_method": method["id"],
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "descriptor": charges.descriptor(call.account, intent["statement_descriptor_suffix"]),
        "card": charges.card_facts(method),
        "failure_code": _failure_code(card) if declined else None,
        "decline_code": card.decline_code,
        "blocked": card.blocked,
    }
    charge = charges.shape(facts)
    charges.complete(call.sandbox, call.account, charge, card=card)
    return charge


def _failure_code(card: TestCard) -> str:
    return "authentication_required" if card.needs_authentication else card.error_code


def _ask_for_authentication(call: Call, intent: Object) -> Object:
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
    call.sandbox.emit(call.account, "payment_intent.requires_action", intent)
    return intent


def _declined(call: Call, intent: Object, charge: Object, method: Object, card: TestCard) -> ApiError:
    """Send the intent back for another card; the error carries it, the charge and the decline code."""
    error = {
        "charge": charge["id"],
        "code": charge["failure_code"],
        "doc_url": f"https://docs.stripe.com/error-codes#{charge['failure_code'].replace('_', '-')}",
        "message": charge["failure_message"],
        "payment_method": dict(method),
        "type": "card_error",
    }
    if card.decline_code is not None:
        error["decline_code"] = card.decline_code
    intent |= {
        "status": "requires_payment_method",
        "latest_charge": charge["id"],
        "last_payment_error": error,
        "payment_method": None,
    }
    call.sandbox.emit(call.account, "payment_intent.payment_failed", intent)
    return ApiError(
        402,
        charge["failure_message"],
        type="card_error",
        code=charge["failure_code"],
        charge=charge["id"],
        decline_code=card.decline_code,
        payment_intent=dict(intent),
        payment_method=dict(method),
    )
