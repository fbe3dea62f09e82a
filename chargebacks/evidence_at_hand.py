"""What is at hand for a dispute, by the names that plans use."""

from collections.abc import Iterator

from chargebacks.ce3_priors import find_priors
from chargebacks.charges import RefundStatus
from chargebacks.dossier import Dossier, EarlierCharge, Sale
from chargebacks.evidence_derived import of_duplicate, period_start, rebuts_cancellation, says_what
from chargebacks.evidence_fields import FILE_FIELDS, PREFILLED, TEXT_FIELDS
from chargebacks.evidence_items import (
    DeliveryContent,
    EvidenceItem,
    FactsContent,
    FileContent,
    IdentifiersContent,
    MessagesContent,
    PolicyContent,
    PolicyKind,
    TextContent,
    UsageContent,
)
from chargebacks.evidence_names import Proof


def available(dossier: Dossier, items: tuple[EvidenceItem, ...]) -> frozenset[str]:
    """What can be said or shown from Stripe's facts and from what was supplied: Stripe's field names and `Proof`.

    A text gives its field and a file its slot; everything else gives what a packet can make of it. Items should have
    been screened for this sale before: nothing is checked here but that usage came after the payment.
    """
    names: set[str] = {*_of_sale(dossier.sale), *_of_stripe(dossier), *_of_money(dossier)}
    names.update(of_duplicate(dossier, items))
    for item in items:
        names.update(_of_item(item, dossier))
    if rebuts_cancellation(dossier, items):
        names.add("cancellation_rebuttal")
    if dossier.dispute.ce3_open and find_priors(dossier, items).payload is not None:
        names.add(Proof.CE3)
    return frozenset(str(name) for name in names)


def is_good_history(earlier: EarlierCharge) -> bool:
    """Whether an earlier payment speaks for the customer: kept, never disputed, never reported as fraud."""
    spoilt = earlier.disputed or earlier.fraud_reported or earlier.validation_only
    return earlier.paid and not spoilt and earlier.refunded_minor < earlier.amount.amount_minor


def _of_sale(sale: Sale) -> Iterator[str]:
    charge, shipment = sale.charge, sale.shipment
    if sale.billing.name:
        yield "customer_name"
    if sale.billing.email or sale.receipt_email:
        yield "customer_email_address"
    if sale.billing.address and sale.billing.address.lines:
        yield "billing_address"
    if sale.receipt_number or sale.receipt_url:
        yield "receipt"
    if says_what(sale.description):
        yield "product_description"
    if shipment and shipment.to.address and shipment.to.address.lines:
        yield "shipping_address"
    if shipment and shipment.carrier:
        yield "shipping_carrier"
    if shipment and shipment.tracking_number:
        yield "shipping_tracking_number"
    if charge.liability_shift:
        yield Proof.THREE_D_SECURE
    if charge.auth_code or charge.network_transaction_id:
        yield Proof.APPROVAL
    yield from _checks(sale)


def _checks(sale: Sale) -> Iterator[str]:
    """https://docs.stripe.com/disputes/prevention/verification#avs-check"""
    address = (sale.checks.address_line1, sale.checks.address_postal_code)
    if "pass" in address and "fail" not in address:
        yield Proof.AVS_MATCH
    if sale.checks.cvc == "pass":
        yield Proof.CVC_MATCH


def _of_stripe(dossier: Dossier) -> Iterator[str]:
    """From customer, invoice, subscription, earlier charges, and what Stripe filled in by itself."""
    customer, invoice, subscription = dossier.customer, dossier.invoice, dossier.subscription
    if customer and customer.party.name:
        yield "customer_name"
    if customer and customer.party.email:
        yield "customer_email_address"
    if customer and customer.party.address and customer.party.address.lines:
        yield "billing_address"
    if invoice and invoice.paid_at:
        yield "receipt"
    if invoice and any(line.description.strip() for line in invoice.lines):
        yield "product_description"
    if subscription and subscription.products:
        yield "product_description"
    if dossier.purchase_ip:
        yield "customer_purchase_ip"
    if any(is_good_history(one) for one in dossier.earlier):
        yield Proof.CUSTOMER_HISTORY
    if period_start(dossier):
        yield "service_date"
    for name in PREFILLED:
        if name in dossier.prefilled or name in dossier.dispute.staged:
            yield name


def _of_money(dossier: Dossier) -> Iterator[str]:
    """Only what has succeeded went back: a pending refund may still fail."""
    back = [one for one in dossier.sale.charge.refunds if one.status == RefundStatus.SUCCEEDED]
    claimed = dossier.dispute.amount
    if back:
        yield Proof.REFUND_PROOF
    if sum(one.amount_minor for one in back if one.currency == claimed.currency) >= claimed.amount_minor > 0:
        yield Proof.FULL_REFUND


def _of_item(item: EvidenceItem, dossier: Dossier) -> Iterator[str]:
    charge = dossier.sale.charge
    match item.content:
        case TextContent(field=field) | FileContent(field=field):
            if field in TEXT_FIELDS or field in FILE_FIELDS:
                yield field
        case UsageContent(rows=rows):
            # Before the payment it proves nothing: https://docs.stripe.com/disputes/categories
            if any(row.at >= charge.created for row in rows):
                yield from ("access_activity_log", Proof.USAGE_LOG)
        case MessagesContent():
            yield "customer_communication"
        case DeliveryContent() as delivery:
            yield from _of_delivery(delivery)
        case PolicyContent() as policy:
            yield from _of_policy(policy)
        case IdentifiersContent() as identifiers:
            if identifiers.charge_id in (None, charge.id):
                yield from _of_identifiers(identifiers)
        case FactsContent() as facts:
            yield from _of_facts(facts)


def _of_delivery(delivery: DeliveryContent) -> Iterator[str]:
    yield from ("shipping_carrier", "shipping_tracking_number")
    if delivery.shipped_at:
        yield "shipping_date"
    if delivery.address and delivery.address.lines:
        yield "shipping_address"
    if delivery.events or delivery.delivered_at:
        yield "shipping_documentation"
    if delivery.delivered_at:
        yield Proof.DELIVERY_CONFIRMATION
    if delivery.delivered_at and delivery.signed_by:
        # The carrier's record of who signed is evidence that somebody signed, without an image of the signature.
        yield "customer_signature"


def _of_policy(policy: PolicyContent) -> Iterator[str]:
    """Terms with a marked clause disclose what the clause says; whole terms prove no policy."""
    shown, clause = bool(policy.shown_where.strip()), (policy.clause or "").strip()
    if policy.kind is not PolicyKind.TERMS:
        yield from (policy.kind.value, *([f"{policy.kind.value}_disclosure"] if shown else []))
        return
    yield Proof.TERMS
    if shown and clause and clause in policy.text:
        yield from ("refund_policy_disclosure", "cancellation_policy_disclosure")


def _of_identifiers(identifiers: IdentifiersContent) -> Iterator[str]:
    if identifiers.purchase_ip:
        yield "customer_purchase_ip"
    if identifiers.email:
        yield "customer_email_address"
    if identifiers.product_description:
        yield "product_description"
    if identifiers.shipping_address and identifiers.shipping_address.lines:
        yield "shipping_address"


def _of_facts(facts: FactsContent) -> Iterator[str]:
    if facts.product_description:
        yield "product_description"
    if facts.service_at:
        yield "service_date"
    if facts.refund_refused_because:
        yield "refund_refusal_explanation"
