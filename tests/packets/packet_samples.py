"""Drafts to render: a case of every kind of block, and words in many scripts."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from chargebacks.evidence_items import Supplier
from chargebacks.packet import (
    Block,
    DocumentBlock,
    Exhibit,
    Letter,
    PacketDraft,
    QuoteBlock,
    Row,
    RowsBlock,
    Source,
    Statement,
    TableBlock,
    TextBlock,
    TimelineBlock,
    TimelineEntry,
)

DATED = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
CHARGE = Source(supplier=Supplier.STRIPE, reference="charge ch_3PqRs7LkdIwHu7ix0a1b2c3d, billing_details")
PARCEL = Source(supplier=Supplier.ENDPOINT, reference="evidence item 9f3a55d01c2b7e48, delivered_at")


def statement(text: str, *exhibits: str) -> Statement:
    return Statement(text=text, sources=(CHARGE,), exhibits=exhibits)


def letter(**changes: Any) -> Letter:
    values: dict[str, Any] = {
        "merchant": "Fjord & Filter ApS",
        "merchant_lines": ("Havnegade 39", "1058 København K, Denmark", "support@fjordfilter.example"),
        "subject": "Response to dispute: product not received",
        "facts": (
            Row(label="Dispute", value="du_1PqRsTLkdIwHu7ixUvWxYz01"),
            Row(label="Charge", value="ch_3PqRs7LkdIwHu7ix0a1b2c3d"),
            Row(label="Amount", value="EUR 249.00, disputed in full"),
            Row(label="Date of sale", value="12 September 2026"),
            Row(label="Cardholder", value="Anna Müller"),
            Row(label="Card", value="Visa ending 4242"),
            Row(label="Reason", value="Visa 13.1, merchandise not received"),
        ),
        "argument": statement(
            "The parcel was delivered to the cardholder's billing address on 15 September 2026, six days before "
            "the dispute, and signed for by the cardholder.",
            "delivery",
        ),
        "statements": (
            statement(
                "Anna Müller ordered a water filter on 12 September 2026 and paid EUR 249.00.", "receipt"
            ),
            statement("The bank's address check matched postal code and street."),
            statement(
                "DHL delivered parcel 00340434161094042557 on 15 September 2026 at 14:05 UTC.", "delivery"
            ),
            statement(
                "She activated the filter's app from the same city on the next day.", "usage", "timeline"
            ),
            statement("She never asked for help or for a refund before disputing.", "communication"),
        ),
        "request": "We ask the issuer to decide in the merchant's favour and to return the amount of EUR 249.00.",
    }
    return Letter(**{**values, **changes})


def exhibit(key: str, *blocks: Block, **changes: Any) -> Exhibit:
    values: dict[str, Any] = {
        "key": key,
        "title": key.capitalize(),
        "slot": "uncategorized_file",
        "rank": 5,
        "blocks": blocks,
    }
    return Exhibit(**{**values, **changes})


def draft(*exhibits: Exhibit, **changes: Any) -> PacketDraft:
    values: dict[str, Any] = {
        "dispute_id": "du_1PqRsTLkdIwHu7ixUvWxYz01",
        "network": "visa",
        "letter": letter(),
        "exhibits": exhibits,
        "texts": {"customer_name": "Anna Müller", "shipping_carrier": "DHL"},
        "text_sources": {"customer_name": (CHARGE,)},
        "dated": DATED,
    }
    return PacketDraft(**{**values, **changes})


def receipt() -> Exhibit:
    rows = RowsBlock(
        title="Order 100-2231",
        rows=(
            Row(label="Sold to", value="Anna Müller, Lindenstraße 7, 10969 Berlin, DE", sources=(CHARGE,)),
            Row(label="Item", value="Countertop water filter, 1 piece"),
            Row(label="Paid", value="EUR 249.00 by Visa ending 4242 on 12 September 2026, 10:12 UTC"),
        ),
    )
    return exhibit("receipt", rows, slot="receipt", rank=1, summary="The cardholder ordered and paid.")


def delivery(*documents: DocumentBlock) -> Exhibit:
    scans = TimelineBlock(
        title="Scans of the carrier",
        entries=tuple(
            TimelineEntry(at=DATED - timedelta(days=50 - day), text=text, sources=(PARCEL,), key=key)
            for day, text, key in (
                (0, "Picked up in København", False),
                (1, "Sorted in Hamburg", False),
                (2, "Delivered to Anna Müller, Lindenstraße 7, 10969 Berlin. Signed: A. Müller", True),
            )
        ),
    )
    return exhibit(
        "delivery",
        RowsBlock(rows=(Row(label="Parcel", value="DHL 00340434161094042557", sources=(PARCEL,)),)),
        scans,
        *documents,
        title="Delivery",
        slot="shipping_documentation",
        rank=1,
        summary="The parcel reached the cardholder's billing address and was signed for.",
    )


def usage(rows: int = 30, **changes: Any) -> Exhibit:
    table = TableBlock(
        title="Use of the app",
        columns=("Time (UTC)", "What", "IP address", "Device"),
        weights=(3, 4, 3, 3),
        rows=tuple(
            (
                f"{DATED - timedelta(days=45, minutes=-37 * row):%Y-%m-%d %H:%M}",
                ("Signed in", "Read the water quality", "Changed the filter reminder")[row % 3],
                "2001:db8:85a3::8a2e:370:7334" if row % 4 == 0 else "203.0.113.24",
                "iPhone 15, Safari",
            )
            for row in range(rows)
        ),
        highlighted=tuple(row for row in (0, 4) if row < rows),
        sources=(Source(supplier=Supplier.ACTIVITY, reference="evidence item 77aa01c2b7e48d10, usage"),),
    )
    values: dict[str, Any] = {
        "title": "Usage log",
        "rank": 4,
        "summary": "The product was used after delivery.",
    }
    return exhibit("usage", table, **{**values, **changes})


def communication() -> Exhibit:
    quote = QuoteBlock(
        title="E-mail of 16 September 2026",
        head="From Anna Müller to support@fjordfilter.example, 16 September 2026, 08:41 UTC",
        text="Hello,\n\nthe filter arrived yesterday, thank you! How do I set the reminder?\n\nBest regards\nAnna",
        marked="the filter arrived yesterday, thank you!",
        sources=(Source(supplier=Supplier.PERSON, reference="evidence item 1122aa01c2b7e48d, message 1"),),
    )
    return exhibit(
        "communication",
        quote,
        title="Correspondence",
        slot="customer_communication",
        rank=3,
        summary="The customer confirms that the parcel arrived.",
    )


def policy() -> Exhibit:
    clause = "Returns are accepted within 30 days of delivery."
    terms = " ".join(f"Clause {number} says how orders are handled." for number in range(1, 30))
    return exhibit(
        "policy",
        QuoteBlock(
            title="Refund policy in force on 12 September 2026",
            text=f"{terms}\n\n{clause}\n\n{terms}",
            marked=clause,
        ),
        TextBlock(text="Accepted by ticking the box at checkout on 12 September 2026, 10:11 UTC."),
        title="Refund policy",
        slot="refund_policy",
        rank=6,
        summary="The customer accepted the policy before paying.",
    )


def timeline() -> Exhibit:
    return exhibit(
        "timeline",
        TimelineBlock(
            entries=tuple(
                TimelineEntry(at=DATED - timedelta(days=60 - day), text=f"Event of day {day}", key=day == 3)
                for day in range(6)
            )
        ),
        title="Timeline",
        rank=2,
        summary="Order, delivery, use, dispute.",
    )


def every_kind(*documents: DocumentBlock, **changes: Any) -> PacketDraft:
    """A packet with every kind of exhibit."""
    return draft(receipt(), delivery(*documents), usage(), communication(), policy(), timeline(), **changes)


def document_block(content: bytes, *, name: str = "note.pdf", pages: int = 1) -> DocumentBlock:
    return DocumentBlock(
        sha256=hashlib.sha256(content).hexdigest(),
        name=name,
        media_type="application/pdf",
        pages=pages,
        sources=(Source(supplier=Supplier.PERSON, reference="evidence item 5566aa01c2b7e48d, file"),),
    )
