"""Products and prices, and what can be subscribed to."""

import pytest
import stripe
from billing_shop import BillingShop
from sandbox_clients import refusal


def test_a_price_belongs_to_a_product(shop: BillingShop) -> None:
    """A price is made for a product, found by it, and shows it when expanded."""
    price = shop.price(500)
    found = shop.v1.prices.list({"product": str(price.product), "expand": ["data.product"]}).data
    assert [(one.id, one.unit_amount, one.type) for one in found] == [(price.id, 500, "recurring")]
    assert isinstance(found[0].product, stripe.Product)
    assert found[0].product.name == "Gold"


def test_a_price_can_bring_its_product(shop: BillingShop) -> None:
    """`product_data` makes the product together with the price."""
    price = shop.v1.prices.create({"currency": "usd", "unit_amount": 500, "product_data": {"name": "Silver"}})
    assert shop.v1.products.retrieve(str(price.product)).name == "Silver"


def test_prices_need_one_product(shop: BillingShop) -> None:
    """A price without a product is refused."""
    assert refusal(shop.v1.prices.create, {"currency": "usd", "unit_amount": 1}).http_status == 400


def test_products_and_prices_change(shop: BillingShop) -> None:
    """Names, metadata and being active can change; lists filter by it."""
    price = shop.price()
    shop.v1.products.update(str(price.product), {"name": "Platinum", "metadata": {"tier": "1"}})
    shop.v1.prices.update(price.id, {"active": False, "lookup_key": "old"})
    product = shop.v1.products.retrieve(str(price.product))
    assert (product.name, product.metadata["tier"]) == ("Platinum", "1")
    assert shop.v1.prices.list({"active": True}).data == []
    assert [one.id for one in shop.v1.prices.list({"lookup_keys": ["old"]}).data] == [price.id]


def test_only_products_without_prices_can_be_deleted(shop: BillingShop) -> None:
    """A product with a price stays; one without goes for good."""
    assert refusal(shop.v1.products.delete, str(shop.price().product)).http_status == 400
    bare = shop.v1.products.create({"name": "Bare"})
    assert shop.v1.products.delete(bare.id).deleted
    assert refusal(shop.v1.products.update, bare.id, {"name": "Back"}).http_status == 404


def test_a_product_id_is_taken_once(shop: BillingShop) -> None:
    """A merchant's own product id cannot be given twice."""
    shop.v1.products.create({"id": "gold", "name": "Gold"})
    error = refusal(shop.v1.products.create, {"id": "gold", "name": "Gold"})
    assert error.code == "resource_already_exists"


def test_a_one_time_price_cannot_be_subscribed_to(shop: BillingShop) -> None:
    """Subscription items take recurring prices only."""
    price = shop.v1.prices.create({"currency": "usd", "unit_amount": 500, "product_data": {"name": "Mug"}})
    with pytest.raises(stripe.InvalidRequestError, match="type=recurring"):
        shop.subscribe(items=[{"price": price.id}])


def test_a_price_can_be_given_inline(shop: BillingShop) -> None:
    """`price_data` makes a price for this subscription."""
    product = shop.v1.products.create({"name": "Bespoke"})
    terms = {
        "currency": "usd",
        "product": product.id,
        "unit_amount": 700,
        "recurring": {"interval": "week"},
    }
    subscription = shop.subscribe(items=[{"price_data": terms}])
    item = shop.v1.subscription_items.list({"subscription": subscription.id}).data[0]
    assert (item.price.unit_amount, item.price.product) == (700, product.id)
    assert item.current_period_end - item.current_period_start == 7 * 86_400


def test_one_subscription_has_one_currency(shop: BillingShop) -> None:
    """Prices in different currencies do not mix."""
    euros = shop.v1.prices.create(
        {
            "currency": "eur",
            "unit_amount": 500,
            "product_data": {"name": "Euro"},
            "recurring": {"interval": "month"},
        }
    )
    error = refusal(lambda: shop.subscribe(items=[{"price": euros.id}, {"price": shop.price().id}]))
    assert error.http_status == 400
