"""The shape of a reason's plan, and what reasons share."""

from typing import NamedTuple

from chargebacks.evidence import Need
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_names import Proof
from chargebacks.evidence_plan_needs import harmful

PHYSICAL, DIGITAL, SERVICE = ProductType.PHYSICAL, ProductType.DIGITAL, ProductType.SERVICE
SUBSCRIPTION, EVENT = ProductType.SUBSCRIPTION, ProductType.EVENT


class ReasonPlan(NamedTuple):
    """`needs` go for every product type, after those of the type itself."""

    argument: str
    by_product: dict[ProductType, tuple[Need, ...]]
    needs: tuple[Need, ...] = ()


NOT_SHIPPED = tuple(
    harmful(name, why="Nothing was shipped in this sale: a parcel would be of another purchase.")
    for name in ("shipping_documentation", "shipping_tracking_number", Proof.DELIVERY_CONFIRMATION)
)
