"""Invoices of subscriptions, in today's shape: what is billed hangs on `parent`, what paid it on `payments`.

https://docs.stripe.com/api/invoices
"""

from sandbox.pagination import page
from sandbox.parameters import created_filter, listing, text
from sandbox.resource import Call, Resource, sub_list
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

SUBSCRIPTION = "parent.subscription_details.subscription"


def _payments(account: Account, invoice: Object) -> list[Object]:
    rows = account.tables["invoice_payments"]
    return [rows.peek(id) for _, _, id in reversed(rows.entries({"invoice": invoice["id"]}))]


INVOICES = Resource(
    "invoice",
    table="invoices",
    prefixes=("in",),
    indexes=("customer", SUBSCRIPTION),
    expandable=("customer", "default_payment_method", "on_behalf_of", SUBSCRIPTION),
    lists={"payments": ("/v1/invoice_payments?invoice={id}", _payments)},
)
INVOICES.retrieval("/v1/invoices/{id}", permission="invoice")


def line(
    sandbox: Sandbox,
    subscription: Object,
    item: Object,
    *,
    amount: int,
    description: str,
    start: int,
    end: int,
    proration: bool = False,
) -> Object:
    """A line for one subscription item and one period; `amount` is negative for a credit."""
    price = item["price"]
    return {
        "id": sandbox.ids.next("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": description,
        "discount_amounts": [],
        "discountable": not proration,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(subscription["metadata"]),
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": proration,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": end, "start": start},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    }


def shape(
    sandbox: Sandbox,
    account: Account,
    customer: Object,
    subscription: Object,
    lines: list[Object],
    *,
    reason: str,
    created: int,
    period: tuple[int, int],
) -> Object:
    """A finalized, open invoice with the customer's next number; not yet in the table.

    `period` is what the invoice looks back on, which for a first invoice is an instant; the lines look ahead.
    """
    id, total = sandbox.ids.next("in"), sum(line["amount"] for line in lines)
    sequence = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] += 1
    for each in lines:
        each["invoice"] = id
    return {
        "id": id,
        "object": "invoice",
        "account_country": account.country,
        "account_name": account.name,
        "account_tax_ids": None,
        "amount_due": max(total, 0),
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": max(total, 0),
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": AUTOMATIC_TAX,
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": subscription["collection_method"],
        "created": created,
        "currency": subscription["currency"],
        "custom_fields": None,
        **_billed(customer),
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": created,
        "ending_balance": customer["balance"] + min(total, 0),
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": f"https://invoice.stripe.com/i/{account.id}/test_{id}",
        "invoice_pdf": f"https://pay.stripe.com/invoice/{account.id}/test_{id}/pdf",
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": sub_list(f"/v1/invoices/{id}/lines", lines),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": f"{customer['invoice_prefix']}-{sequence:04d}",
        "on_behalf_of": None,
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        },
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": period[1],
        "period_start": period[0],
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": customer["balance"],
        "statement_descriptor": None,
        "status": "open",
        "status_transitions": {
            "finalized_at": created,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": created,
    }


AUTOMATIC_TAX: Object = {
    "disabled_reason": None,
    "enabled": False,
    "liability": None,
    "provider": None,
    "status": None,
}


def _billed(customer: Object) -> Object:
    return {
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
    }


@INVOICES.get("/v1/invoices/{id}/lines", permission="invoice", parameters=listing())
def list_lines(call: Call) -> Object:
    invoice = INVOICES.find(call.account, call.path["id"], param="invoice")
    lines: Object = invoice["lines"]
    return lines


@INVOICES.get(
    "/v1/invoices",
    permission="invoice",
    parameters=listing(
        collection_method=text("charge_automatically", "send_invoice"),
        created=created_filter(),
        customer=text(),
        status=text("draft", "open", "paid", "uncollectible", "void"),
        subscription=text(),
    ),
)
def list_all(call: Call) -> Object:
    fields = {"collection_method": "collection_method", "customer": "customer", "status": "status"}
    fields["subscription"] = SUBSCRIPTION
    equal = {field: call.given[name] for name, field in fields.items() if name in call.given}
    rows = INVOICES.rows(call.account)
    return page(rows, call.given, equal=equal, url="/v1/invoices", noun="invoice")
