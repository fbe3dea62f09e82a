"""Packets for tests: a dispute of a kind, what was supplied for it, and what is composed of both."""

from datetime import datetime, timedelta

from dispute_builders import DUE_BY, HOME, IP, OTHER_IP, PRICE, SOLD_AT, a_dispute, an_item

from chargebacks.composing import Argument, Composed, argument_for, compose
from chargebacks.disputes import Dispute
from chargebacks.dossier import Dossier, InvoiceLine
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import (
    Content,
    DeliveryContent,
    DeliveryEvent,
    EvidenceItem,
    FactsContent,
    FileContent,
    Message,
    MessagesContent,
    PolicyContent,
    PolicyKind,
    TextContent,
    UsageContent,
    UsageRow,
)
from chargebacks.evidence_plan import plan_for
from chargebacks.packet import Exhibit, Paper

CLAUSE = "Worn boots are not taken back."
MONTH = InvoiceLine(
    description="Boots Club, monthly",
    amount=PRICE,
    quantity=1,
    period_start=SOLD_AT,
    period_end=SOLD_AT + timedelta(days=30),
)


def day(number: float) -> datetime:
    """So many days after the sale on 1 March 2026, 12:00 UTC."""
    return SOLD_AT + timedelta(days=number)


def about(reason: str, code: str | None = None, **changes: object) -> Dispute:
    return a_dispute(**{"reason": reason, "network_reason_code": code, **changes})


def given(*contents: Content) -> tuple[EvidenceItem, ...]:
    return tuple(an_item(content) for content in contents)


def composed(dossier: Dossier, *contents: Content, product: ProductType = ProductType.PHYSICAL) -> Composed:
    plan = plan_for(dossier.dispute, product)
    return compose(dossier, given(*contents), plan, paper=Paper.A4, dated=DUE_BY)


def argued(dossier: Dossier, *contents: Content, product: ProductType = ProductType.PHYSICAL) -> Argument:
    return argument_for(dossier, given(*contents), plan_for(dossier.dispute, product))


def told(argument: Argument) -> str:
    """Everything that the letter says, one sentence per line."""
    return "\n".join(one.text for one in (argument.statement, *argument.statements))


def exhibit(made: Composed, key: str) -> Exhibit:
    """The exhibit whose key is this, or begins so where the key names an item."""
    return next(one for one in made.draft.exhibits if one.key == key or one.key.startswith(f"{key}_"))


def keys(made: Composed) -> list[str]:
    return [one.key for one in made.draft.exhibits]


def parcel(**changes: object) -> DeliveryContent:
    """Shipped on the day after the sale, delivered two days later to the buyer's home."""
    plain = DeliveryContent(
        carrier="UPS",
        tracking_number="1Z999AA10123456784",
        shipped_at=day(1),
        delivered_at=day(3),
        signed_by="J DOE",
        address=HOME,
        events=(DeliveryEvent(at=day(3), what="Delivered, front door", place="Springfield"),),
    )
    return DeliveryContent.model_validate({**plain.model_dump(), **changes})


def usage(*days: float, ip: str = IP) -> UsageContent:
    rows = (UsageRow(at=day(number), what="Read chapter 3", ip=ip, device="iPhone") for number in days)
    return UsageContent(rows=tuple(rows))


def mixed_usage() -> UsageContent:
    """Before the sale, from the purchase's address, and from another one."""
    rows = ((-5.0, IP), (1.0, IP), (2.0, OTHER_IP), (6.0, IP))
    return UsageContent(rows=tuple(UsageRow(at=day(at), what="Signed in", ip=ip) for at, ip in rows))


def messages(*texts: str, sender: str = "jane@example.com") -> MessagesContent:
    said = (
        Message(
            at=day(2 + number), sender=sender, recipient="help@boots.example", subject="My boots", text=text
        )
        for number, text in enumerate(texts)
    )
    return MessagesContent(messages=tuple(said))


def policy(kind: PolicyKind = PolicyKind.REFUND, **changes: object) -> PolicyContent:
    plain = PolicyContent(
        kind=kind,
        text=f"We refund within 14 days. {CLAUSE}",
        clause=CLAUSE,
        shown_where="checkbox at checkout",
    )
    return PolicyContent.model_validate({**plain.model_dump(), **changes})


def facts(**known: object) -> FactsContent:
    return FactsContent.model_validate(known)


def text(field: str, words: str) -> TextContent:
    return TextContent(field=field, text=words)


def file(field: str, name: str = "proof.pdf", sha256: str = "a" * 64) -> FileContent:
    return FileContent(
        field=field, name=name, sha256=sha256, media_type="application/pdf", size=1000, pages=2
    )
