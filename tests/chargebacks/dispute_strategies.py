"""What Hypothesis may draw of disputes: disputes, what Stripe knows of the sale, earlier charges, supplied evidence."""

from datetime import timedelta

from dispute_builders import (
    BUYER,
    DEVICE,
    DISPUTED_AT,
    HOME,
    IP,
    OTHER_IP,
    SOLD_AT,
    a_charge,
    a_dispute,
    a_dossier,
    a_refund,
    a_sale,
    a_subscription,
    an_earlier_charge,
    an_invoice,
    an_item,
)
from hypothesis import strategies as st

from chargebacks.disputes import CE3, Dispute, DisputeStatus
from chargebacks.dossier import CardChecks, Dossier, EarlierCharge, Party, Sale, Shipment
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS, ProductType
from chargebacks.evidence_items import (
    Content,
    DeliveryContent,
    EvidenceItem,
    FactsContent,
    FileContent,
    IdentifiersContent,
    Message,
    MessagesContent,
    PolicyContent,
    PolicyKind,
    Supplier,
    TextContent,
    UsageContent,
    UsageRow,
)

REASONS = (
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
"""Stripe's fifteen."""

NETWORKS_AND_CODES = (
    ("visa", "10.4"),
    ("visa", "10.5"),
    ("visa", "12.5"),
    ("visa", "13.1"),
    ("visa", None),
    ("mastercard", "4837"),
    ("mastercard", "4853"),
    ("mastercard", "4834"),
    ("mastercard", "4863"),
    ("amex", "C08"),
    ("discover", "4863"),
    (None, None),
)

reasons = st.sampled_from((*REASONS, "a_reason_of_next_year"))
product_types = st.sampled_from(ProductType)
codes = st.sampled_from(NETWORKS_AND_CODES)
ips = st.none() | st.sampled_from((IP, OTHER_IP))
parties = st.sampled_from((Party(), BUYER, BUYER.model_copy(update={"email": "other@example.com"})))


@st.composite
def disputes(draw: st.DrawFn, /, **known: object) -> Dispute:
    """Any reason, code and status, with or without a deadline."""
    network, code = draw(codes)
    drawn: dict[str, object] = {
        "status": draw(st.sampled_from(DisputeStatus)).value,
        "reason": draw(reasons),
        "network": network,
        "network_reason_code": code,
        "due_by": draw(st.none() | st.integers(1, 30).map(lambda days: DISPUTED_AT + timedelta(days=days))),
        "enhanced_types": draw(st.sampled_from(((), (CE3,)))),
    }
    return a_dispute(**(drawn | known))


@st.composite
def earlier_charges(draw: st.DrawFn, /, charge_id: str = "ch_old", **known: object) -> EarlierCharge:
    """An earlier charge that may break any of the rules for a prior transaction."""
    days = draw(st.sampled_from((30, 119, 120, 121, 180, 200, 250, 300, 363, 364, 365, 500)))
    rarely = st.sampled_from((*[False] * 9, True))
    drawn: dict[str, object] = {
        "paid": not draw(rarely),
        "disputed": draw(rarely),
        "fraud_reported": draw(rarely),
        "validation_only": draw(rarely),
        "same_card": not draw(rarely),
        "description": draw(st.sampled_from(("Walking boots", "Socks", "Walking boots", None))),
        "billing": draw(parties),
        "shipping": draw(st.none() | parties),
        "purchase_ip": draw(ips),
        "device_id": draw(st.sampled_from((None, DEVICE))),
        "account_id": draw(st.sampled_from((None, "account-7"))),
    }
    return an_earlier_charge(days_before=days, charge_id=charge_id, **(drawn | known))


@st.composite
def histories(draw: st.DrawFn, most: int = 6) -> tuple[EarlierCharge, ...]:
    """Earlier charges with ids of their own, newest first as Stripe lists them."""
    count = draw(st.integers(0, most))
    drawn = [draw(earlier_charges(f"ch_old_{number}")) for number in range(count)]
    return tuple(sorted(drawn, key=lambda one: one.created, reverse=True))


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    refunds = draw(st.sampled_from(((), (a_refund(),), (a_refund(status="failed"),))))
    shift = draw(st.sampled_from((None, True, False)))
    return a_sale(
        charge=a_charge(
            refunds=refunds,
            liability_shift=shift,
            metadata=draw(st.sampled_from(({}, {"product_type": "service"}))),
        ),
        billing=draw(parties),
        shipment=draw(st.sampled_from((None, Shipment(to=BUYER, carrier="UPS", tracking_number="1Z999")))),
        checks=draw(st.sampled_from((CardChecks(), CardChecks(address_line1="pass", cvc="fail")))),
        description=draw(st.sampled_from((None, "Walking boots"))),
    )


@st.composite
def dossiers(draw: st.DrawFn, /, **known: object) -> Dossier:
    """Everything that Stripe may or may not know of a sale."""
    drawn: dict[str, object] = {
        "dispute": draw(disputes()),
        "sale": draw(sales()),
        "invoice": draw(st.sampled_from((None, an_invoice()))),
        "subscription": draw(st.sampled_from((None, a_subscription()))),
        "earlier": draw(histories()),
        "purchase_ip": draw(ips),
        "prefilled": draw(st.sampled_from(({}, {"customer_name": "Jane Doe", "receipt": "file_1"}))),
    }
    return a_dossier(**(drawn | known))


_moments = st.integers(-100, 9).map(lambda days: SOLD_AT + timedelta(days=days))
_words = st.sampled_from(("Signed in", "Where is my parcel?", "We refund within 14 days.", "Grüße, 東京"))


@st.composite
def _texts(draw: st.DrawFn) -> TextContent:
    return TextContent(field=draw(st.sampled_from(sorted(TEXT_FIELDS))), text=draw(_words))


@st.composite
def _files(draw: st.DrawFn) -> FileContent:
    digest = draw(st.sampled_from(("a" * 64, "b" * 64)))
    return FileContent(
        field=draw(st.sampled_from(FILE_FIELDS)),
        name="proof.pdf",
        sha256=digest,
        media_type="application/pdf",
        size=draw(st.integers(1, 4_000_000)),
        pages=draw(st.integers(1, 30)),
    )


@st.composite
def _usage(draw: st.DrawFn) -> UsageContent:
    moments = draw(st.lists(_moments, min_size=1, max_size=5))
    return UsageContent(rows=tuple(UsageRow(at=at, what="Signed in", ip=draw(ips)) for at in moments))


@st.composite
def _messages(draw: st.DrawFn) -> MessagesContent:
    moments = draw(st.lists(_moments, min_size=1, max_size=4))
    people = ("jane@example.com", "help@boots.example")
    return MessagesContent(
        messages=tuple(
            Message(at=at, sender=people[number % 2], recipient=people[(number + 1) % 2], text=draw(_words))
            for number, at in enumerate(moments)
        )
    )


@st.composite
def _deliveries(draw: st.DrawFn) -> DeliveryContent:
    shipped, delivered = draw(st.none() | _moments), draw(st.none() | _moments)
    return DeliveryContent(
        carrier="UPS",
        tracking_number="1Z999",
        shipped_at=shipped,
        delivered_at=delivered,
        signed_by=draw(st.sampled_from((None, "J DOE"))),
        address=draw(st.sampled_from((None, HOME))),
    )


@st.composite
def _policies(draw: st.DrawFn) -> PolicyContent:
    return PolicyContent(
        kind=draw(st.sampled_from(PolicyKind)),
        text=draw(_words),
        shown_where=draw(st.sampled_from(("", "checkbox at checkout"))),
    )


@st.composite
def identifiers(draw: st.DrawFn, charge_id: str | None = None) -> IdentifiersContent:
    """What a merchant may know of who bought; by default of the disputed charge."""
    return IdentifiersContent(
        charge_id=charge_id,
        purchase_ip=draw(ips),
        device_id=draw(st.sampled_from((None, DEVICE))),
        account_id=draw(st.sampled_from((None, "account-7"))),
        email=draw(st.sampled_from((None, "jane@example.com", "Jane@Example.com"))),
        shipping_address=draw(st.sampled_from((None, HOME))),
        product_description=draw(st.sampled_from((None, "Walking boots"))),
    )


@st.composite
def _facts(draw: st.DrawFn) -> FactsContent:
    return FactsContent(
        product_type=draw(st.none() | product_types),
        product_description=draw(st.sampled_from((None, "Walking boots"))),
        service_at=draw(st.none() | _moments),
        cancelled_at=draw(st.none() | _moments),
        refund_refused_because=draw(st.sampled_from((None, "The boots were worn."))),
    )


contents: st.SearchStrategy[Content] = st.one_of(
    _texts(), _files(), _usage(), _messages(), _deliveries(), _policies(), identifiers(), _facts()
)


@st.composite
def items(draw: st.DrawFn, most: int = 6) -> tuple[EvidenceItem, ...]:
    """What sources and people supplied, each thing once."""
    drawn = draw(st.lists(contents, max_size=most))
    made = [an_item(content, supplier=draw(st.sampled_from(Supplier))) for content in drawn]
    return tuple({one.id: one for one in made}.values())
