"""Charges. https://docs.stripe.com/api/charges"""

from collections.abc import Mapping
from typing import Any

from sandbox import dispute_opening, funds, refund_settlement, search
from sandbox.ledger import Movement
from sandbox.parameters import (
    SEARCH,
    SHIPPING,
    Parameters,
    created_filter,
    hash_of,
    merged_metadata,
    metadata,
    text,
)
from sandbox.resource import Call, Resource, changed
from sandbox.resources import application_fees, early_fraud_warnings, transfers
from sandbox.shapes import Json, billing_details, charge_card, outcome, shipping
from sandbox.state import Account, Sandbox
from sandbox.tables import Object
from sandbox.test_cards import TestCard

CARD = "payment_method_details.card."
CHARGES = Resource(
    "charge",
    table="charges",
    prefixes=("ch", "py"),
    indexes=("payment_intent", "customer", "transfer_group", CARD + "last4", CARD + "fingerprint"),
    expandable=(
        "application_fee", "balance_transaction", "customer", "failure_balance_transaction", "payment_intent",
        "transfer",
    ),
    lists={"refunds": ("/v1/charges/{id}/refunds", refund_settlement.of_charge)},
)  # fmt: skip
SEARCHABLE = search.Fields(
    amount="amount",
    billing_details__address__postal_code="billing_details.address.postal_code",
    created="created",
    currency="currency",
    customer="customer",
    disputed="disputed",
    metadata="metadata",
    refunded="refunded",
    status="status",
    **{
        f"payment_method_details__card__{field}": CARD + field
        for field in ("last4", "exp_month", "exp_year", "brand", "fingerprint")
    },
)
GENERIC_DECLINE = "Your card was declined."
DECLINES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}

CHARGES.retrieval("/v1/charges/{id}", permission="charge")
CHARGES.listing(
    "/v1/charges",
    permission="charge",
    created=created_filter(),
    customer=text(),
    payment_intent=text(),
    transfer_group=text(),
)


UNSET: Object = dict.fromkeys(
    (
        "application", "application_fee", "application_fee_amount", "description", "failure_balance_transaction",
        "on_behalf_of", "receipt_email", "receipt_number", "review", "shipping", "source_transfer",
        "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
    )
)  # fmt: skip
"""Fields that are null until something sets them."""


def index_values(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a charge made of these facts is indexed by."""
    return {
        "payment_intent": facts["payment_intent"],
        "customer": facts["customer"],
        "transfer_group": facts.get("transfer_group"),
        CARD + "last4": facts["card"]["last4"],
        CARD + "fingerprint": facts["card"]["fingerprint"],
    }


def shape(facts: Json) -> Object:
    """A charge from what distinguishes it.

    Required facts: id, created, amount, currency, status, captured, amount_captured, payment_intent, customer,
    payment_method, balance_transaction, descriptor and card; others replace the field of their name.
    """
    failure = facts.get("failure_code")
    approved = facts["status"] == "succeeded"
    card = charge_card(facts["card"], charge=facts["id"], amount=facts["amount"], approved=approved)
    charge: Object = UNSET | {
        "id": facts["id"],
        "object": "charge",
        "amount": facts["amount"],
        "amount_captured": facts["amount_captured"],
        "amount_refunded": 0,
        "authorization_code": card["authorization_code"],
        "balance_transaction": facts["balance_transaction"],
        "billing_details": billing_details(facts.get("billing_details")),
        "calculated_statement_descriptor": facts["descriptor"],
        "captured": facts["captured"],
        "created": facts["created"],
        "currency": facts["currency"],
        "customer": facts["customer"],
        "disputed": False,
        "failure_code": failure,
        "failure_message": DECLINES.get(failure, GENERIC_DECLINE) if failure else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "outcome": outcome(declined=facts.get("decline_code") or failure, blocked=facts.get("blocked", False))
        | facts.get("outcome", {}),
        "paid": approved,
        "payment_intent": facts["payment_intent"],
        "payment_method": facts["payment_method"],
        "payment_method_details": {"card": card, "type": "card"},
        "radar_options": {},
        "receipt_url": f"https://pay.stripe.com/receipts/{facts['id']}" if approved else None,
        "refunded": False,
        "status": facts["status"],
    }
    charge |= {name: facts[name] for name in REPLACEABLE if facts.get(name) is not None}
    if charge["shipping"] is not None:
        charge["shipping"] = shipping(charge["shipping"])
    if charge["transfer_data"] is not None:
        charge["transfer_data"] = {"amount": None} | charge["transfer_data"]
    return charge


REPLACEABLE = (
    "calculated_statement_descriptor", "description", "metadata", "on_behalf_of", "receipt_email", "shipping",
    "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
    "application_fee_amount", "presentment_details", "failure_message", "receipt_number", "receipt_url",
)  # fmt: skip


def card_facts(method: Object) -> Json:
    """The facts of a charge's card that come from the payment method."""
    card = method["card"]
    names = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
    return {name: card[name] for name in names}


def descriptor(account: Account, suffix: str | None) -> str:
    """What the cardholder reads: the account's descriptor, with a suffix its prefix and the suffix."""
    name = account.name.upper()
    return f"{name[:10].strip()}* {suffix}"[:22] if suffix else name[:22]


def complete(
    sandbox: Sandbox, account: Account, charge: Object, *, card: TestCard | None, emit: bool = True
) -> None:
    """Add a new charge to the account and let everything follow that its card brings with it."""
    if charge["captured"]:
        _take_in(sandbox, account, charge, at_once=card is not None and card.funds_at_once)
    CHARGES.rows(account).add(charge)
    if charge["captured"]:
        kind = Movement.CHARGE
        funds.record(sandbox, account, kind, charge=charge, amount=charge["amount_captured"])
    if emit:
        sandbox.emit(account, f"charge.{charge['status']}", charge)


def _take_in(sandbox: Sandbox, account: Account, charge: Object, *, at_once: bool = False) -> None:
    charge["balance_transaction"] = funds.book_charge(
        sandbox, account, charge, created=charge["created"], at_once=at_once
    )
    if charge["application_fee_amount"]:
        amount = charge["application_fee_amount"]
        charge["application_fee"] = application_fees.collect(sandbox, account, charge, amount=amount)["id"]
    if charge["transfer_data"] is not None:
        amount = charge["transfer_data"]["amount"] or charge["amount_captured"]
        destination = charge["transfer_data"]["destination"]
        transfer = transfers.send(sandbox, account, charge, amount=amount, destination=destination)
        charge["transfer"] = transfer["id"]
    refund_settlement.release_held(sandbox, account, currency=charge["currency"])


def aftermath(sandbox: Sandbox, account: Account, charge: Object, *, card: TestCard) -> None:
    """The disputes and warnings that Stripe's test cards bring, right after the payment."""
    if card.early_fraud_warning:
        fraud_type = "unauthorized_use_of_card"
        early_fraud_warnings.warn(sandbox, account, charge, fraud_type=fraud_type)
    for kind in card.disputes:
        dispute_opening.open_by_test_card(sandbox, account, charge, kind=kind)


def capture(sandbox: Sandbox, account: Account, charge: Object, *, amount: int) -> None:
    """Capture an authorised charge, whole or in part."""
    charge["captured"] = True
    charge["amount_captured"] = amount
    _take_in(sandbox, account, charge)
    funds.record(sandbox, account, Movement.CAPTURE, charge=charge, amount=amount)
    previous = {"captured": False, "amount_captured": 0, "balance_transaction": None}
    sandbox.emit(account, "charge.captured", charge, previous=previous)


def release(sandbox: Sandbox, account: Account, charge: Object) -> None:
    """Give up an authorisation: nothing was taken, and Stripe shows the charge as refunded."""
    charge["refunded"] = True
    charge["amount_refunded"] = charge["amount"]
    previous = {"amount_refunded": 0, "refunded": False}
    sandbox.emit(account, "charge.refunded", charge, previous=previous)


@CHARGES.get("/v1/charges/search", permission="charge", parameters=SEARCH)
def search_charges(call: Call) -> Object:
    return search.run(CHARGES.rows(call.account), call.given, SEARCHABLE, url="/v1/charges/search")


@CHARGES.post(
    "/v1/charges/{id}",
    permission="charge",
    parameters=Parameters(
        customer=text(),
        description=text(unset=True),
        fraud_details=hash_of(user_report=text("fraudulent", "safe", unset=True)),
        metadata=metadata(),
        receipt_email=text(unset=True),
        shipping=SHIPPING,
        transfer_group=text(),
    ),
)
def update(call: Call) -> Object:
    charge = CHARGES.find(call.account, call.path["id"], param="id")
    given = {name: value for name, value in call.given.items() if name != "expand"}
    before = dict(charge)
    for indexed in ("customer", "transfer_group"):
        if indexed in given:
            CHARGES.rows(call.account).set(charge, indexed, given.pop(indexed))
    charge |= given | {"metadata": merged_metadata(charge["metadata"], given)}
    previous = changed(before, charge, call.given)
    call.sandbox.emit(call.account, "charge.updated", charge, previous=previous)
    return charge
