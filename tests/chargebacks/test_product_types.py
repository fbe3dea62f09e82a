"""What kind of product a sale was of, by what is known best."""

import pytest
from dispute_builders import BUYER, PARCEL, a_charge, a_dossier, a_sale, a_subscription, an_item
from dispute_strategies import dossiers, items, product_types
from hypothesis import given

from chargebacks.dossier import Dossier, Shipment
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import DeliveryContent, EvidenceItem, FactsContent
from chargebacks.product_types import product_type_of

SHIPPED = Shipment(to=BUYER)
DEFAULT = ProductType.SERVICE


def named(metadata: dict[str, str], *, by: tuple[str, ...] = ("product_type",)) -> ProductType:
    sale = a_sale(charge=a_charge(metadata=metadata), shipment=PARCEL)
    return product_type_of(a_dossier(sale=sale), (), default=DEFAULT, by_metadata=by)


@given(dossiers(), items(), product_types)
def test_what_the_merchant_supplied_last_is_believed(
    dossier: Dossier, supplied: tuple[EvidenceItem, ...], told: ProductType
) -> None:
    """A person who corrects the product type is obeyed, whatever else is known."""
    corrected = (*supplied, an_item(FactsContent(product_type=told)))

    assert product_type_of(dossier, corrected, default=DEFAULT) is told


def test_metadata_of_the_charge_comes_next() -> None:
    """In our words, whatever their case, under the keys that the policy names."""
    assert named({"product_type": " Digital "}) is ProductType.DIGITAL
    assert named({"kind": "event"}, by=("sort", "kind")) is ProductType.EVENT
    assert named({"kind": "event"}) is ProductType.PHYSICAL


def test_a_word_of_the_merchants_own_says_nothing() -> None:
    """`product_type = boots` is metadata for somebody else."""
    assert named({"product_type": "boots"}) is ProductType.PHYSICAL


def test_a_subscription_box_is_a_subscription() -> None:
    """What is billed again is disputed as such, shipped or not."""
    dossier = a_dossier(sale=a_sale(shipment=SHIPPED), subscription=a_subscription())

    assert product_type_of(dossier, (), default=DEFAULT) is ProductType.SUBSCRIPTION


def test_what_was_shipped_is_physical() -> None:
    """By the charge's shipping hash, or by a parcel that the merchant told of."""
    parcel = an_item(DeliveryContent(carrier="UPS", tracking_number="1Z"))

    assert (
        product_type_of(a_dossier(sale=a_sale(shipment=SHIPPED)), (), default=DEFAULT) is ProductType.PHYSICAL
    )
    assert product_type_of(a_dossier(), (parcel,), default=DEFAULT) is ProductType.PHYSICAL


@pytest.mark.parametrize("default", ProductType)
def test_the_policy_decides_where_nothing_is_known(default: ProductType) -> None:
    """The merchant knows what they sell."""
    assert product_type_of(a_dossier(), (), default=default) is default
