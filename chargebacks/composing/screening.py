"""What of the evidence at hand may be used for this sale: nothing of another customer, nothing that contradicts it,
nothing that would harm it, and nothing twice.
"""

from chargebacks.composing.belonging import look_at
from chargebacks.dossier import Dossier
from chargebacks.evidence import EvidencePlan, Proof, Weight
from chargebacks.evidence_derived import fold
from chargebacks.evidence_items import (
    DeliveryContent,
    EvidenceItem,
    FileContent,
    MessagesContent,
    PolicyContent,
    TextContent,
    UsageContent,
)
from chargebacks.packet import LeftOut
from chargebacks.values import Value


class Screened(Value):
    """`items` in the order in which they came, trimmed to what may be used."""

    items: tuple[EvidenceItem, ...]
    findings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def screen(dossier: Dossier, items: tuple[EvidenceItem, ...], plan: EvidencePlan) -> Screened:
    """The items without those of another sale, those that contradict this one, and those that would harm it."""
    harmful = {need.name: need.why for need in plan.needs if need.weight is Weight.HARMFUL}
    kept: list[EvidenceItem] = []
    findings: list[str] = []
    left_out: list[LeftOut] = []
    for item in {item.id: item for item in items}.values():
        if why := _harm(item, harmful):
            left_out.append(LeftOut(what=_named(item), why=why))
            continue
        look = look_at(item, dossier)
        if look.content is not None:
            kept.append(item.model_copy(update={"content": look.content}))
        elif look.remark:
            left_out.append(LeftOut(what=_named(item), why=look.remark))
        if look.remark:
            findings.append(f"{_named(item)}{' is left out' if look.content is None else ''}: {look.remark}")
    best, repeated = _one_each(kept)
    return Screened(items=best, findings=tuple(findings), left_out=(*left_out, *repeated))


def _harm(item: EvidenceItem, harmful: dict[str, str]) -> str | None:
    return next((harmful[name] for name in _evidence_names(item) if name in harmful), None)


def _one_each(items: list[EvidenceItem]) -> tuple[tuple[EvidenceItem, ...], tuple[LeftOut, ...]]:
    """One text for each field, the latest, and one account of each parcel, the one that tells of its delivery."""
    best: dict[tuple[str, str], EvidenceItem] = {}
    for item in items:
        if (key := _stands_for(item)) is not None and _supersedes(item, best.get(key)):
            best[key] = item
    kept = tuple(item for item in items if (key := _stands_for(item)) is None or best[key] is item)
    left_out = tuple(
        LeftOut(what=_named(item), why=f"Evidence item {best[key].id} tells the same, later or in full.")
        for item in items
        if (key := _stands_for(item)) is not None and best[key] is not item
    )
    return kept, left_out


def _stands_for(item: EvidenceItem) -> tuple[str, str] | None:
    match item.content:
        case TextContent(field=field):
            return "text", field
        case DeliveryContent(tracking_number=number):
            return "parcel", fold(number)
        case _:
            return None


def _supersedes(item: EvidenceItem, other: EvidenceItem | None) -> bool:
    if other is None or not isinstance(other.content, DeliveryContent):
        return True
    delivered = isinstance(item.content, DeliveryContent) and item.content.delivered_at is not None
    return delivered or other.content.delivered_at is None


def _evidence_names(item: EvidenceItem) -> tuple[str, ...]:
    """What the evidence plan calls it."""
    match item.content:
        case TextContent(field=field) | FileContent(field=field):
            return (field,)
        case DeliveryContent():
            return (Proof.DELIVERY_CONFIRMATION, "shipping_documentation")
        case UsageContent():
            return (Proof.USAGE_LOG, "access_activity_log")
        case MessagesContent():
            return ("customer_communication",)
        case PolicyContent(kind=kind):
            return (kind.value,)
        case _:
            return ()


def _named(item: EvidenceItem) -> str:
    return f"Evidence item {item.id} ({item.content.type})"
