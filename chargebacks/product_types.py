"""What kind of product a sale was of: it decides which proof the networks expect."""

from chargebacks.dossier import Dossier
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import DeliveryContent, EvidenceItem, FactsContent


def product_type_of(
    dossier: Dossier,
    items: tuple[EvidenceItem, ...],
    *,
    default: ProductType,
    by_metadata: tuple[str, ...] = ("product_type",),
) -> ProductType:
    """What was supplied, the last word first; then the charge's metadata under these keys, as one of our words; then
    a subscription; then a shipment or a parcel; else the merchant's default."""
    supplied = [item.content.product_type for item in items if isinstance(item.content, FactsContent)]
    named = [_word(dossier.sale.charge.metadata.get(key)) for key in by_metadata]
    for known in (*reversed(supplied), *named):
        if known is not None:
            return known
    if dossier.subscription is not None:
        return ProductType.SUBSCRIPTION
    if dossier.sale.shipment is not None or any(isinstance(item.content, DeliveryContent) for item in items):
        return ProductType.PHYSICAL
    return default


def _word(text: str | None) -> ProductType | None:
    """None for a word that is none of ours: metadata is the merchant's own, and may mean something else."""
    plain = (text or "").strip().lower()
    return ProductType(plain) if plain in tuple(ProductType) else None
