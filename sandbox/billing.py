"""Billing a subscription: an invoice for a period, and what its payment does to it."""

from collections.abc import Sequence

from sandbox import price_line
from sandbox.billing_facts import items_of
from sandbox.resources import invoice_payments, invoices
from sandbox.resources.invoices import INVOICES
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

DRAFT: Object = {
    "effective_at": None,
    "hosted_invoice_url": None,
    "invoice_pdf": None,
    "number": None,
    "status": "draft",
    "webhooks_delivered_at": None,
}


def period_lines(sandbox: Sandbox, account: Account, subscription: Object) -> list[Object]:
    """What the items' current period costs; nothing during a trial."""
    trial = subscription["status"] == "trialing"
    lines = []
    for item in items_of(subscription):
        cost = item["price"]["unit_amount"] * item["quantity"]
        product = account.tables["products"].peek(item["price"]["product"])
        line = invoices.line(
            sandbox,
            subscription,
            item,
            amount=0 if trial else cost,
            description=price_line.trial(product) if trial else price_line.period(item, product),
            start=item["current_period_start"],
            end=item["current_period_end"],
        )
        lines.append(line)
    return lines


def draw_up(
    sandbox: Sandbox,
    account: Account,
    subscription: Object,
    lines: Sequence[Object],
    *,
    reason: str,
    created: int,
    since: int,
) -> Object:
    """An open invoice of these lines that looks back to `since`; entered by `enter` once its payment is known."""
    customer = account.tables["customers"].peek(subscription["customer"])
    return invoices.shape(
        sandbox,
        account,
        customer,
        subscription,
        list(lines),
        reason=reason,
        created=created,
        period=(since, created),
    )


def enter(sandbox: Sandbox, account: Account, invoice: Object, intent: Object | None) -> None:
    """Put an invoice on the books with the intent that was to pay it; None where nothing was due."""
    INVOICES.rows(account).add(invoice)
    sandbox.emit(account, "invoice.created", invoice | DRAFT)
    sandbox.emit(account, "invoice.finalized", invoice)
    invoice["attempted"] = True
    if intent is None:
        return _paid(sandbox, account, invoice)
    invoice["attempt_count"] = 1
    payment = invoice_payments.make(sandbox, account, invoice, intent)
    if intent["status"] == "succeeded":
        sandbox.emit(account, "invoice_payment.paid", payment)
        invoice |= {"amount_paid": invoice["amount_due"], "amount_remaining": 0}
        return _paid(sandbox, account, invoice)
    if intent["status"] == "requires_action":
        return sandbox.emit(account, "invoice.payment_action_required", invoice)
    sandbox.emit(account, "invoice.payment_failed", invoice)


def _paid(sandbox: Sandbox, account: Account, invoice: Object) -> None:
    invoice["status"] = "paid"
    invoice["status_transitions"] = invoice["status_transitions"] | {"paid_at": invoice["created"]}
    sandbox.emit(account, "invoice.paid", invoice)
    sandbox.emit(account, "invoice.payment_succeeded", invoice)
