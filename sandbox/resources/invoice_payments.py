"""Invoice payments: which payment intent paid which invoice. https://docs.stripe.com/api/invoice-payment"""

from sandbox.errors import refused_parameter
from sandbox.pagination import page
from sandbox.parameters import Values, created_filter, hash_of, listing, text
from sandbox.resource import Call, Resource
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

INVOICE_PAYMENTS = Resource(
    "invoice_payment",
    table="invoice_payments",
    prefixes=("inpay",),
    indexes=("invoice", "payment.payment_intent"),
    expandable=("invoice", "payment.charge", "payment.payment_intent"),
)
INVOICE_PAYMENTS.retrieval("/v1/invoice_payments/{id}", permission="invoice")
PAYMENT = hash_of(
    required=("type",),
    type=text("payment_intent", "payment_record"),
    payment_intent=text(),
    payment_record=text(),
)


def make(sandbox: Sandbox, account: Account, invoice: Object, intent: Object) -> Object:
    """The default payment of an invoice: open until the intent has succeeded."""
    paid = intent["status"] == "succeeded"
    payment: Object = {
        "id": sandbox.ids.next("inpay"),
        "object": "invoice_payment",
        "amount_paid": intent["amount_received"] if paid else None,
        "amount_requested": intent["amount"],
        "created": invoice["created"],
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "paid" if paid else "open",
        "status_transitions": {"canceled_at": None, "paid_at": invoice["created"] if paid else None},
    }
    INVOICE_PAYMENTS.rows(account).add(payment)
    return payment


@INVOICE_PAYMENTS.get(
    "/v1/invoice_payments",
    permission="invoice",
    parameters=listing(
        created=created_filter(), invoice=text(), payment=PAYMENT, status=text("canceled", "open", "paid")
    ),
)
def list_all(call: Call) -> Object:
    equal: Values = {name: call.given[name] for name in ("invoice", "status") if name in call.given}
    if (payment := call.given.get("payment")) is not None:
        type = payment["type"]
        if type not in payment:
            name = f"payment[{type}]"
            raise refused_parameter(f"Missing required param: {name}.", param=name, code="parameter_missing")
        equal[f"payment.{type}"] = payment[type]
    rows = INVOICE_PAYMENTS.rows(call.account)
    return page(rows, call.given, equal=equal, url="/v1/invoice_payments", noun="invoice_payment")
