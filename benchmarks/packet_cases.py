"""Packets of three sizes to build: what Stripe knows alone, with the shop's records, and with papers besides."""

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.packet_facts import SoldBoots, papers
from chargebacks.composing import Composed, compose
from chargebacks.dossier import Dossier
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import Content, EvidenceItem, FileContent, Provenance, Supplier, item_of
from chargebacks.evidence_plan import plan_for
from chargebacks.packet import Paper
from packets.intake import Intake


@dataclass(frozen=True, kw_only=True)
class PacketCase:
    """What the activity `build_packet` starts from."""

    dossier: Dossier
    items: tuple[EvidenceItem, ...] = ()
    documents: dict[str, bytes] = field(default_factory=dict)
    """By sha256, as they came through the intake."""
    product: ProductType = ProductType.PHYSICAL

    def compose(self) -> Composed:
        dispute = self.dossier.dispute
        plan = plan_for(dispute, self.product)
        return compose(self.dossier, self.items, plan, paper=Paper.A4, dated=dispute.created)


@dataclass(frozen=True)
class PacketKind:
    """`make` gives the case of the n-th sale."""

    name: str
    pages: int
    make: Callable[[int], PacketCase]


def packet_kinds(intake: Intake) -> tuple[PacketKind, ...]:
    """The smallest first."""
    kept = papers(intake)
    return (
        PacketKind("subscription, what Stripe knows", 3, _subscription),
        PacketKind("parcel, letters, terms and a log", 7, _parcel),
        PacketKind(
            "the same, two photographs and a contract", 12, lambda number: _parcel_and_papers(number, kept)
        ),
    )


def _subscription(number: int) -> PacketCase:
    sold = SoldBoots(number)
    dossier = sold.dossier("subscription_canceled", "13.2", subscription=sold.subscription())
    return PacketCase(dossier=dossier, product=ProductType.DIGITAL)


def _parcel(number: int) -> PacketCase:
    sold = SoldBoots(number)
    contents = (sold.delivery(), sold.usage(12), sold.messages(), sold.refund_policy(12))
    return PacketCase(dossier=sold.dossier("product_not_received", "13.1"), items=_given(sold, *contents))


def _parcel_and_papers(number: int, kept: list[tuple[FileContent, bytes]]) -> PacketCase:
    sold = SoldBoots(number)
    contents = (sold.delivery(), sold.usage(30), sold.messages(), sold.refund_policy(12))
    return PacketCase(
        dossier=sold.dossier("product_not_received", "13.1"),
        items=_given(sold, *contents, *(content for content, _ in kept)),
        documents={content.sha256: pdf for content, pdf in kept},
    )


def _given(sold: SoldBoots, *contents: Content) -> tuple[EvidenceItem, ...]:
    came = Provenance(supplier=Supplier.ENDPOINT, by="shop", at=sold.after(26))
    return tuple(item_of(content, came) for content in contents)
