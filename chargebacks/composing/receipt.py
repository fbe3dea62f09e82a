"""The exhibit that shows the sale: who paid what with which card, and what the issuer checked."""

from chargebacks.composing.brands import brand_name
from chargebacks.composing.case_facts import Case, Fact, stripe
from chargebacks.composing.letter_words import at_time, counted, on_day, one_line
from chargebacks.composing.lines.cardholder import RECEIPT, checks_passed
from chargebacks.composing.tables import table_of
from chargebacks.dossier import InvoiceFacts, InvoiceLine
from chargebacks.evidence_items import FileContent
from chargebacks.packet import Block, Exhibit, Row, RowsBlock, Source, TableBlock
from chargebacks.wording import listed

_MOST_LINES = 40


def receipt_exhibit(case: Case) -> Exhibit:
    """In Stripe's `receipt` field, unless Stripe's own receipt stands there and the merchant supplied none."""
    invoice = case.dossier.invoice
    blocks: list[Block] = [
        RowsBlock(title="The charge", rows=_charge(case)),
        RowsBlock(title="The customer", rows=_customer(case)),
    ]
    if invoice and invoice.lines:
        blocks.append(_lines(invoice))
    return Exhibit(
        key=RECEIPT,
        title="Record of the sale",
        slot=_slot(case),
        rank=2,
        summary="What was charged, when, to which card, and what was bought.",
        blocks=tuple(block for block in blocks if block.type != "rows" or block.rows),
    )


def _slot(case: Case) -> str:
    supplied = any(one.content.field == RECEIPT for one in case.given(FileContent))
    return "uncategorized_file" if RECEIPT in case.dossier.prefilled and not supplied else RECEIPT


def _charge(case: Case) -> tuple[Row, ...]:
    sale = case.dossier.sale
    charge, invoice = sale.charge, case.dossier.invoice
    presented = sale.presentment or charge.presentment
    passed = checks_passed(case)
    told: list[tuple[str, str | None, Source]] = [
        ("Charge", charge.id, case.of_charge("id")),
        ("Amount", str(charge.amount), case.of_charge("amount")),
        (
            "Shown to the customer as",
            str(presented) if presented else None,
            case.of_charge("presentment_details"),
        ),
        ("Date and time", at_time(charge.created), case.of_charge("created")),
        ("Card", card_in_words(case), case.of_charge("payment_method_details.card")),
        ("Statement descriptor", charge.descriptor, case.of_charge("calculated_statement_descriptor")),
        ("Confirmed by the issuer", listed(passed), case.of_charge("payment_method_details.card.checks")),
        ("Authorisation code", charge.auth_code, case.of_charge("authorization_code")),
        ("Network transaction id", charge.network_transaction_id, case.of_charge("network_transaction_id")),
        ("Order", listed(charge.order_ids), case.of_charge("metadata")),
        ("Receipt number", sale.receipt_number, case.of_charge("receipt_number")),
    ]
    if invoice:
        told.append(("Invoice", invoice.number or invoice.id, stripe(f"invoice {invoice.id}, number")))
    rows = [Row(label=label, value=value, sources=(source,)) for label, value, source in told if value]
    if case.product:
        rows.append(Row(label="For", value=one_line(case.product.value), sources=case.product.sources))
    return tuple(rows)


def _customer(case: Case) -> tuple[Row, ...]:
    told: tuple[tuple[str, Fact[str] | None], ...] = (
        ("Name", case.customer_name),
        ("E-mail address", case.customer_email),
        ("Billing address", _written(case, "billing")),
        ("Shipping address", _written(case, "shipping")),
        ("IP address of the purchase", case.purchase_ip),
    )
    return tuple(Row(label=label, value=fact.value, sources=fact.sources) for label, fact in told if fact)


def card_in_words(case: Case) -> str | None:
    """`Visa ending in 4242`, with the wallet where one was used."""
    charge = case.dossier.sale.charge
    if not charge.last4:
        return None
    brand = brand_name(charge.brand or "card")
    wallet = f" ({brand_name(charge.wallet)})" if charge.wallet else ""
    return f"{brand} ending in {charge.last4}{wallet}"


def _written(case: Case, which: str) -> Fact[str] | None:
    address = case.shipping_address if which == "shipping" else case.billing_address
    return Fact(value=address.value.one_line(), sources=address.sources) if address else None


def _lines(invoice: InvoiceFacts) -> TableBlock:
    shown = invoice.lines[:_MOST_LINES]
    hidden = len(invoice.lines) - len(shown)
    rows = [
        (one_line(line.description), str(line.quantity or ""), str(line.amount), _period(line))
        for line in shown
    ]
    note = [(f"Not shown for length: {counted(hidden, 'line')}.", "", "", "")] if hidden else []
    total = ("Total", "", str(invoice.total), "")
    return table_of(
        columns=("For", "Quantity", "Amount", "Period"),
        rows=(*rows, *note, total),
        title=f"Invoice {invoice.number or invoice.id} of {on_day(invoice.created)}",
        sources=(stripe(f"invoice {invoice.id}, lines, total"),),
    )


def _period(line: InvoiceLine) -> str:
    if line.period_start is None or line.period_end is None or line.period_start == line.period_end:
        return ""
    return f"{on_day(line.period_start)} to {on_day(line.period_end)}"
