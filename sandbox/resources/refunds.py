"""Refunds: what may be asked and what is refused.

https://docs.stripe.com/api/refunds, https://docs.stripe.com/refunds
"""

from sandbox import funds, pagination
from sandbox.errors import ApiError, invalid, refused_parameter, resource_missing
from sandbox.ledger import Movement
from sandbox.parameters import (
    Parameters,
    amount,
    created_filter,
    flag,
    listing,
    merged_metadata,
    metadata,
    text,
)
from sandbox.refund_settlement import emit_update, pay_out
from sandbox.resource import Call, Resource
from sandbox.resources import application_fees, disputes, early_fraud_warnings, reviews, transfers
from sandbox.state import Account
from sandbox.tables import Object
from sandbox.test_cards import ORDINARY, RefundBehaviour

REVERSAL_SECONDS = 2 * 3600
"""A refund this soon after the capture is a reversal: no ARN, and the sale never shows.
https://docs.stripe.com/refunds#trace-a-refund"""

REFUNDS = Resource(
    "refund",
    table="refunds",
    prefixes=("re", "pyr"),
    indexes=("charge", "payment_intent", "status"),
    expandable=(
        "balance_transaction", "charge", "customer", "failure_balance_transaction", "payment_intent",
        "payment_method",
    ),
)  # fmt: skip
REFUNDS.retrieval("/v1/refunds/{id}", permission="charge")
REFUNDS.listing(
    "/v1/refunds", permission="charge", charge=text(), payment_intent=text(), created=created_filter()
)


@REFUNDS.get("/v1/charges/{charge}/refunds", permission="charge", parameters=listing())
def list_of_charge(call: Call) -> Object:
    charge = call.path["charge"]
    if charge not in call.account.tables["charges"]:
        raise resource_missing("charge", charge, param="charge")
    url = f"/v1/charges/{charge}/refunds"
    return pagination.page(
        REFUNDS.rows(call.account), call.given, equal={"charge": charge}, url=url, noun="refund"
    )


@REFUNDS.get("/v1/charges/{charge}/refunds/{id}", permission="charge")
def retrieve_of_charge(call: Call) -> Object:
    return REFUNDS.find(call.account, call.path["id"], param="refund")


@REFUNDS.post(
    "/v1/refunds",
    permission="charge",
    or_permission="refund",
    parameters=Parameters(
        charge=text(),
        payment_intent=text(),
        amount=amount(),
        reason=text("duplicate", "fraudulent", "requested_by_customer"),
        metadata=metadata(),
        reverse_transfer=flag(),
        refund_application_fee=flag(),
    ),
)
def create(call: Call) -> Object:
    charge = _charge(call)
    asked = _refundable(call.account, charge, call.given.get("amount"))
    if call.given.get("reverse_transfer") and charge.get("transfer") is None:
        message = f"Cannot reverse the transfer of charge {charge['id']}: it has no associated transfer."
        raise invalid(message, param="reverse_transfer")
    if call.given.get("refund_application_fee") and charge["application_fee"] is None:
        message = f"Charge {charge['id']} has no application fee to refund."
        raise invalid(message, param="refund_application_fee")
    return _refund(call, charge, asked)


def _charge(call: Call) -> Object:
    """The charge that `charge` or `payment_intent` names."""
    charges = call.account.tables["charges"]
    id = call.given.get("charge")
    if id is None:
        intent_id = call.given.get("payment_intent")
        if intent_id is None:
            message = (
                "One of the following params should be provided for this request: payment_intent or charge."
            )
            raise refused_parameter(message, param="payment_intent", code="parameter_missing")
        intent = call.account.tables["payment_intents"].get(intent_id)
        if intent is None:
            raise resource_missing("payment_intent", intent_id, param="payment_intent", status=400)
        id = intent["latest_charge"]
        if id is None or intent["status"] not in ("succeeded", "requires_capture"):
            message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
            raise invalid(message, code="payment_intent_unexpected_state")
    charge = charges.get(id)
    if charge is None:
        raise resource_missing("charge", id, param="charge", status=400)
    if call.given.get("payment_intent") not in (None, charge["payment_intent"]):
        message = f"Charge {id} does not belong to the given payment_intent."
        raise invalid(message, param="payment_intent")
    return charge


def _refundable(account: Account, charge: Object, asked: int | None) -> int:
    """The amount to refund; refused when nothing, or less than `asked`, can be refunded."""
    id = charge["id"]
    if charge["status"] != "succeeded":
        message = f"Charge {id} was not successful and cannot be refunded."
        raise invalid(message, code="charge_not_refundable", param="charge")
    if disputes.block_refund(account, charge):
        message = f"Charge {id} has been charged back; cannot issue a refund."
        raise invalid(message, code="charge_disputed", param="charge")
    if charge["refunded"]:
        message = f"Charge {id} has already been refunded."
        raise invalid(message, code="charge_already_refunded", param="charge")
    if not charge["captured"]:
        message = f"Charge {id} has not been captured. Cancel its PaymentIntent to release the funds."
        raise invalid(message, code="charge_not_refundable", param="charge")
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    if asked is not None and asked > left:
        currency = charge["currency"].upper()
        message = (
            f"Refund amount ({asked} {currency}) is greater than unrefunded amount on charge "
            f"({left} {currency})"
        )
        raise invalid(message, code="amount_too_large", param="amount")
    return left if asked is None else asked


def _refund(call: Call, charge: Object, asked: int) -> Object:
    sandbox, account = call.sandbox, call.account
    card = account.card_of_method.get(charge["payment_method"], ORDINARY)
    refund = _shape(call, charge, asked)
    if not account.balances.covers(asked, currency=charge["currency"]):
        refund |= {"status": "pending", "pending_reason": "insufficient_funds"}
    elif card.refunds is RefundBehaviour.PENDING_THEN_SUCCEEDS:
        refund |= {"status": "pending", "pending_reason": "processing"}
    _connect(call, charge, refund)
    REFUNDS.rows(account).add(refund)
    funds.record(sandbox, account, Movement.REFUND_CREATED, charge=charge, amount=asked, refund=refund["id"])
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += asked
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    sandbox.emit(account, "refund.created", refund)
    sandbox.emit(account, "charge.refunded", charge, previous=before)
    if refund.get("pending_reason") != "insufficient_funds":
        pay_out(sandbox, account, refund, card_behaviour=card.refunds)
    if charge["refunded"]:
        early_fraud_warnings.review(sandbox, account, charge)
        disputes.refunded(sandbox, account, charge)
        fraud = call.given.get("reason") == "fraudulent"
        reviews.close_of(sandbox, account, charge, reason="refunded_as_fraud" if fraud else "refunded")
    if call.given.get("reason") == "fraudulent":
        charge["fraud_details"] = {"user_report": "fraudulent"}
    return refund


def _shape(call: Call, charge: Object, asked: int) -> Object:
    reversal = call.now - charge["created"] < REVERSAL_SECONDS
    destination = (
        {"type": "reversal"}
        if reversal
        else {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        }
    )
    return {
        "id": call.sandbox.ids.next("re"),
        "object": "refund",
        "amount": asked,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {"card": destination, "type": "card"},
        "metadata": merged_metadata({}, call.given),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": call.given.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def _connect(call: Call, charge: Object, refund: Object) -> None:
    """Take back the transfer and the application fee in proportion, where asked."""
    account = call.account

    def share(whole: int) -> int:
        return whole * int(refund["amount"]) // int(charge["amount_captured"])

    if call.given.get("reverse_transfer"):
        transfer = transfers.TRANSFERS.find(account, charge["transfer"], param="transfer")
        reversal = transfers.reverse(
            call.sandbox,
            account,
            transfer,
            amount=share(transfer["amount"]),
            source_refund=refund["id"],
            tags={},
        )
        refund["transfer_reversal"] = reversal["id"]
    if call.given.get("refund_application_fee"):
        fee = application_fees.APPLICATION_FEES.find(account, charge["application_fee"], param="fee")
        application_fees.refund(call.sandbox, account, fee, amount=share(fee["amount"]))


@REFUNDS.post(
    "/v1/refunds/{id}",
    permission="charge",
    or_permission="refund",
    parameters=Parameters(metadata=metadata()),
)
def update(call: Call) -> Object:
    refund = REFUNDS.find(call.account, call.path["id"], param="id")
    before = dict(refund)
    refund["metadata"] = merged_metadata(refund["metadata"], call.given)
    emit_update(call.sandbox, call.account, refund, before)
    return refund


@REFUNDS.post("/v1/refunds/{id}/cancel", permission="charge", or_permission="refund")
def cancel(call: Call) -> Object:
    """Card refunds never require action, so there is never anything to cancel."""
    refund = REFUNDS.find(call.account, call.path["id"], param="id")
    message = f"A refund with status {refund['status']} cannot be canceled; only requires_action can."
    raise ApiError(400, message, param="refund")
