"""Plain facts for tests of disputes: one dispute, the sale behind it, and what a test says differs.

A Visa card paid 49.99 USD for a pair of boots, and ten days later the issuer calls it fraud.
"""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from chargebacks.charges import ChargeSnapshot, ChargeStatus, RefundSnapshot, SnapshotOrigin
from chargebacks.compelling_evidence import Ce3Finding
from chargebacks.disputes import CE3, Dispute
from chargebacks.dossier import (
    CardChecks,
    CustomerFacts,
    Dossier,
    EarlierCharge,
    InvoiceFacts,
    InvoiceLine,
    Party,
    Sale,
    Shipment,
    SubscriptionFacts,
)
from chargebacks.evidence_items import Address, Content, EvidenceItem, Provenance, Supplier, item_of
from chargebacks.money import Money
from chargebacks.values import Value

V = TypeVar("V", bound=Value)

SOLD_AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DISPUTED_AT = SOLD_AT + timedelta(days=10)
READ_AT = DISPUTED_AT + timedelta(minutes=5)
DUE_BY = datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC)

PRICE = Money(amount_minor=4999, currency="USD")
HOME = Address(line1="1 Hill Road", city="Springfield", state="IL", postal_code="62701", country="US")
BUYER = Party(name="Jane Doe", email="jane@example.com", phone="+15550100", address=HOME)

DISPUTE = Dispute(
    id="du_1",
    status="needs_response",
    reason="fraudulent",
    amount=PRICE,
    charge_id="ch_1",
    payment_intent="pi_1",
    created=DISPUTED_AT,
    livemode=False,
    network="visa",
    network_reason_code="10.4",
    case_type="chargeback",
    due_by=DUE_BY,
    as_of=READ_AT,
)

CHARGE = ChargeSnapshot(
    id="ch_1",
    payment_intent="pi_1",
    customer="cus_1",
    amount=PRICE,
    captured_minor=4999,
    captured=True,
    status=ChargeStatus.SUCCEEDED,
    disputed=True,
    created=SOLD_AT,
    livemode=False,
    last4="4242",
    fingerprint="fp_1",
    brand="visa",
    network="visa",
    funding="credit",
    card_country="US",
    descriptor="BOOTS SHOP",
    subscription_known=True,
    origin=SnapshotOrigin.STRIPE,
    as_of=READ_AT,
)

SALE = Sale(charge=CHARGE, billing=BUYER, description="Walking boots, size 42", receipt_email=BUYER.email)
CUSTOMER = CustomerFacts(id="cus_1", created=SOLD_AT - timedelta(days=400), party=BUYER)

DOSSIER = Dossier(dispute=DISPUTE, sale=SALE, customer=CUSTOMER, merchant_name="Boots Shop", read_at=READ_AT)

SUBSCRIPTION = SubscriptionFacts(
    id="sub_1",
    status="active",
    created=SOLD_AT - timedelta(days=60),
    started_at=SOLD_AT - timedelta(days=60),
    current_period_start=SOLD_AT,
    current_period_end=SOLD_AT + timedelta(days=30),
    products=("Boots Club, monthly",),
    paid_invoices=2,
)

INVOICE = InvoiceFacts(
    id="in_1",
    number="A-0001",
    created=SOLD_AT,
    paid_at=SOLD_AT,
    total=PRICE,
    billing_reason="subscription_cycle",
    lines=(InvoiceLine(description="Boots Club, monthly", amount=PRICE, quantity=1),),
)

PARCEL = Shipment(to=BUYER, carrier="UPS", tracking_number="1Z999AA10123456784")
CHECKED = CardChecks(address_line1="pass", address_postal_code="pass", cvc="pass")


def a_dispute(**changes: object) -> Dispute:
    """A Visa 10.4 chargeback that awaits an answer, with these fields changed."""
    return _changed(DISPUTE, changes)


def a_charge(**changes: object) -> ChargeSnapshot:
    """The disputed charge."""
    return _changed(CHARGE, changes)


def a_sale(**changes: object) -> Sale:
    """The disputed charge with its buyer."""
    return _changed(SALE, changes)


def a_dossier(**changes: object) -> Dossier:
    """What Stripe knows: dispute, sale and customer; no invoice, subscription or earlier charges."""
    return _changed(DOSSIER, changes)


def a_subscription(**changes: object) -> SubscriptionFacts:
    return _changed(SUBSCRIPTION, changes)


def an_invoice(**changes: object) -> InvoiceFacts:
    return _changed(INVOICE, changes)


def a_refund(minor: int = 4999, **changes: object) -> RefundSnapshot:
    """A refund of the disputed charge that succeeded five days after the sale."""
    plain = RefundSnapshot(
        id="re_1",
        status="succeeded",
        amount_minor=minor,
        currency="USD",
        created=SOLD_AT + timedelta(days=5),
    )
    return _changed(plain, changes)


def refunded_sale(*refunds: RefundSnapshot) -> Sale:
    """The sale after these refunds."""
    gone = sum(made.amount_minor for made in refunds if made.status not in ("failed", "canceled"))
    return a_sale(charge=a_charge(refunds=refunds, refunded_minor=gone))


def an_earlier_charge(
    *, days_before: int = 200, charge_id: str = "ch_old", **changes: object
) -> EarlierCharge:
    """A paid, undisputed charge of the same card, `days_before` the disputed one."""
    plain = EarlierCharge(
        id=charge_id,
        created=SOLD_AT - timedelta(days=days_before),
        amount=PRICE,
        paid=True,
        same_card=True,
        description="Walking boots, size 41",
        billing=BUYER,
    )
    return _changed(plain, changes)


def an_item(content: Content, **changes: object) -> EvidenceItem:
    """An item that a person supplied; changes are those of its provenance, such as `supplier` or `reference`."""
    given = Provenance(supplier=Supplier.PERSON, by="ann", at=READ_AT)
    return item_of(content, _changed(given, changes))


IP, OTHER_IP = "203.0.113.7", "198.51.100.9"
DEVICE = "device-0123456789abcdef"


def a_ce3_dossier(**changes: object) -> Dossier:
    """A dispute that Stripe lists for CE 3.0, and two earlier charges with the same IP address and e-mail."""
    listed = a_dispute(enhanced_types=(CE3,), ce3_status="requires_action")
    earlier = (
        an_earlier_charge(days_before=150, charge_id="ch_150", purchase_ip=IP),
        an_earlier_charge(days_before=300, charge_id="ch_300", purchase_ip=IP),
    )
    return a_dossier(**{"dispute": listed, "earlier": earlier, "purchase_ip": IP, **changes})


NO_CE3 = Ce3Finding(why="Not a Visa 10.4 dispute.")


def _changed(plain: V, changes: dict[str, object]) -> V:
    unknown = changes.keys() - type(plain).model_fields.keys()
    if unknown:
        raise TypeError(f"{type(plain).__name__} has no {', '.join(sorted(unknown))}")
    return type(plain).model_validate({**plain.model_dump(), **changes})
