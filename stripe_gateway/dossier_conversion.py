"""Stripe's JSON → the parts of a dossier."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from chargebacks.dossier import (
    CardChecks,
    CustomerFacts,
    EarlierCharge,
    FraudWarning,
    InvoiceFacts,
    InvoiceLine,
    Party,
    ReviewFacts,
    Sale,
    Shipment,
    SubscriptionFacts,
)
from chargebacks.evidence_items import Address
from chargebacks.money import Money
from chargebacks.values import Instant
from stripe_gateway import dossier_wire as wire
from stripe_gateway.conversion import Reading, charge_snapshot, instant, presented

_PURCHASE_IP = ("customer_ip", "ip", "purchase_ip", "customer_purchase_ip")
_DEVICE_FINGERPRINT = ("device_fingerprint", "customer_device_fingerprint")
_DEVICE_ID = ("device_id", "customer_device_id")
_ACCOUNT_ID = ("account_id", "customer_account_id")
"""Metadata keys under which merchants keep at checkout what Stripe's charge has no field for."""


def sale_of(data: Mapping[str, Any], reading: Reading) -> Sale:
    """The disputed charge with its refunds expanded. Refused("livemode_mismatch")."""
    charge = wire.Charge.model_validate(data)
    secure = charge.card.three_d_secure or wire.ThreeDSecure()
    outcome = charge.outcome or wire.Outcome()
    return Sale(
        charge=charge_snapshot(data, reading),
        billing=party_of(charge.billing_details),
        shipment=_shipment(charge.shipping),
        checks=_checks(charge.card.checks or wire.Checks()),
        eci=charge.card.electronic_commerce_indicator or secure.electronic_commerce_indicator,
        three_d_secure_result=secure.result,
        three_d_secure_version=secure.version,
        description=charge.description,
        receipt_email=charge.receipt_email,
        receipt_number=charge.receipt_number,
        receipt_url=charge.receipt_url,
        risk_score=outcome.risk_score,
        seller_message=outcome.seller_message,
        presentment=presented(charge.presentment_details),
    )


def earlier_charge_of(data: Mapping[str, Any], *, fingerprint: str | None) -> EarlierCharge:
    """`fingerprint` is the disputed card's. https://docs.stripe.com/api/charges/object#charge_object-fraud_details"""
    charge = wire.Charge.model_validate(data)
    reports = charge.fraud_details or wire.FraudDetails()
    return EarlierCharge(
        id=charge.id,
        created=instant(charge.created),
        amount=Money(amount_minor=charge.amount, currency=charge.currency),
        paid=charge.paid,
        refunded_minor=charge.amount_refunded,
        disputed=charge.disputed,
        fraud_reported="fraudulent" in (reports.stripe_report, reports.user_report),
        same_card=fingerprint is not None and charge.card.fingerprint == fingerprint,
        validation_only=charge.amount == 0 or not charge.captured,
        description=charge.description,
        billing=party_of(charge.billing_details),
        shipping=party_of(charge.shipping) if charge.shipping else None,
        purchase_ip=address_of_purchase(charge.metadata),
        device_fingerprint=_first(charge.metadata, _DEVICE_FINGERPRINT),
        device_id=_first(charge.metadata, _DEVICE_ID),
        account_id=_first(charge.metadata, _ACCOUNT_ID),
    )


def address_of_purchase(metadata: Mapping[str, str]) -> str | None:
    """The buyer's IP address as the merchant kept it with the charge; what is no IP address does not count."""
    return next((metadata[key] for key in _PURCHASE_IP if _is_ip(metadata.get(key))), None)


def customer_of(data: Mapping[str, Any]) -> CustomerFacts | None:
    """None for a deleted one: Stripe keeps only its id."""
    if data.get("deleted"):
        return None
    customer = wire.Customer.model_validate(data)
    return CustomerFacts(
        id=customer.id,
        created=instant(customer.created),
        party=party_of(customer),
        description=customer.description,
        metadata=customer.metadata,
    )


def invoice_of(invoice: wire.Invoice) -> InvoiceFacts:
    paid = invoice.status_transitions
    return InvoiceFacts(
        id=invoice.id,
        number=invoice.number,
        created=instant(invoice.created),
        paid_at=_moment(paid.paid_at) if paid else None,
        total=Money(amount_minor=max(invoice.total, 0), currency=invoice.currency),
        billing_reason=invoice.billing_reason,
        lines=tuple(_line(line) for line in invoice.lines.data) if invoice.lines else (),
    )


def subscription_of(data: Mapping[str, Any], *, paid_invoices: int) -> SubscriptionFacts:
    """Since 2025-03-31 the current period is the items'; several items of one subscription renew together unless
    told otherwise (https://docs.stripe.com/billing/subscriptions/mixed-interval)."""
    subscription = wire.Subscription.model_validate(data)
    items = subscription.items.data if subscription.items else ()
    period = items[0] if items else wire.Item()
    ending = subscription.cancellation_details or wire.CancellationDetails()
    names = [subscription.description, *(_product(item) for item in items)]
    return SubscriptionFacts(
        id=subscription.id,
        status=subscription.status,
        created=instant(subscription.created),
        started_at=_moment(subscription.start_date),
        trial_end=_moment(subscription.trial_end),
        current_period_start=_moment(period.current_period_start),
        current_period_end=_moment(period.current_period_end),
        cancel_at_period_end=subscription.cancel_at_period_end,
        canceled_at=_moment(subscription.canceled_at),
        ended_at=_moment(subscription.ended_at),
        cancellation_reason=ending.reason,
        cancellation_comment=ending.comment,
        products=tuple(dict.fromkeys(name for name in names if name)),
        paid_invoices=paid_invoices,
    )


def review_of(data: Mapping[str, Any]) -> ReviewFacts:
    review = wire.Review.model_validate(data)
    return ReviewFacts(
        id=review.id,
        created=instant(review.created),
        open=review.open,
        opened_reason=review.opened_reason,
        closed_reason=review.closed_reason,
        ip_address=review.ip_address,
    )


def warning_of(data: Mapping[str, Any]) -> FraudWarning:
    warning = wire.EarlyFraudWarning.model_validate(data)
    return FraudWarning(
        id=warning.id,
        created=instant(warning.created),
        fraud_type=warning.fraud_type,
        actionable=warning.actionable,
    )


def merchant_of(data: Mapping[str, Any]) -> tuple[str, Address | None]:
    """The business name (empty where there is none) and the address that customers are shown, else the company's."""
    account = wire.Account.model_validate(data)
    profile, company = account.business_profile or wire.BusinessProfile(), account.company or wire.Company()
    dashboard = account.settings.dashboard if account.settings else None
    shown = dashboard.display_name if dashboard else None
    address = profile.support_address or company.address
    return profile.name or shown or company.name or "", _address(address)


def party_of(person: wire.Person | None) -> Party:
    if person is None:
        return Party()
    return Party(name=person.name, email=person.email, phone=person.phone, address=_address(person.address))


def _shipment(shipping: wire.Shipping | None) -> Shipment | None:
    if shipping is None:
        return None
    return Shipment(to=party_of(shipping), carrier=shipping.carrier, tracking_number=shipping.tracking_number)


def _checks(checks: wire.Checks) -> CardChecks:
    return CardChecks(
        address_line1=checks.address_line1_check,
        address_postal_code=checks.address_postal_code_check,
        cvc=checks.cvc_check,
    )


def _line(line: wire.Line) -> InvoiceLine:
    """An amount has no sign: that a line is a credit is said in words."""
    said = line.description or ""
    period = line.period or wire.Period()
    return InvoiceLine(
        description=f"Credit: {said}" if line.amount < 0 else said,
        amount=Money(amount_minor=abs(line.amount), currency=line.currency),
        quantity=line.quantity,
        period_start=_moment(period.start),
        period_end=_moment(period.end),
    )


def _product(item: wire.Item) -> str | None:
    price = item.price or wire.Price()
    named = price.product.name if isinstance(price.product, wire.Product) else None
    return named or price.nickname


def _address(address: wire.Address | None) -> Address | None:
    """None where nothing of it is known: Stripe sends the empty form."""
    known = Address.model_validate(address.model_dump()) if address else Address()
    return known if known.lines else None


def _moment(seconds: int | None) -> Instant | None:
    return None if seconds is None else instant(seconds)


def _first(metadata: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    return next((metadata[key] for key in keys if metadata.get(key)), None)


def _is_ip(text: str | None) -> bool:
    try:
        ip_address(text or "")
    except ValueError:
        return False
    return True
