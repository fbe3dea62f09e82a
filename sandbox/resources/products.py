"""Products. https://docs.stripe.com/api/products"""

from sandbox.errors import invalid, resource_missing
from sandbox.pagination import page
from sandbox.parameters import (
    Kind,
    Parameters,
    Values,
    created_filter,
    flag,
    list_of,
    listing,
    merged_metadata,
    metadata,
    text,
)
from sandbox.resource import Call, Resource, changed
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

PRODUCTS = Resource("product", table="products", prefixes=("prod",))
FIELDS: dict[str, Kind] = {
    "active": flag(),
    "description": text(unset=True),
    "images": list_of(text()),
    "metadata": metadata(),
    "name": text(),
    "shippable": flag(),
    "statement_descriptor": text(longest=22),
    "unit_label": text(unset=True),
    "url": text(unset=True),
}
PRODUCTS.retrieval("/v1/products/{id}", permission="product")


def make(sandbox: Sandbox, account: Account, given: Values) -> Object:
    """A new product from the parameters of a create call or from `product_data`."""
    now = sandbox.clock.now()
    product: Object = {
        "id": given.get("id") or sandbox.ids.next("prod"),
        "object": "product",
        "active": True,
        "created": now,
        "default_price": None,
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": given["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": now,
        "url": None,
    }
    _apply(product, given)
    PRODUCTS.rows(account).add(product)
    sandbox.emit(account, "product.created", product)
    return product


def living(account: Account, id: str, *, param: str, status: int = 404) -> Object:
    """A product that exists and is not deleted; `status` 400 where a parameter names it."""
    product = PRODUCTS.rows(account).get(id)
    if product is None or product.get("deleted"):
        raise resource_missing("product", id, param=param, status=status)
    return product


@PRODUCTS.post(
    "/v1/products",
    permission="product",
    parameters=Parameters(FIELDS, required=("name",), id=text()),
)
def create(call: Call) -> Object:
    if (id := call.given.get("id")) is not None and id in PRODUCTS.rows(call.account):
        raise invalid(f"Product already exists: {id}", param="id", code="resource_already_exists")
    return make(call.sandbox, call.account, call.given)


@PRODUCTS.post("/v1/products/{id}", permission="product", parameters=Parameters(FIELDS))
def update(call: Call) -> Object:
    product = living(call.account, call.path["id"], param="id")
    before = dict(product)
    _apply(product, call.given)
    product["updated"] = call.now
    previous = changed(before, product, product)
    call.sandbox.emit(call.account, "product.updated", product, previous=previous)
    return product


def _apply(product: Object, given: Values) -> None:
    product |= {name: given[name] for name in FIELDS if name in given and name != "metadata"}
    product["metadata"] = merged_metadata(product["metadata"], given)


@PRODUCTS.delete("/v1/products/{id}", permission="product")
def delete(call: Call) -> Object:
    product = living(call.account, call.path["id"], param="id")
    if call.account.tables["prices"].entries({"product": product["id"]}):
        message = "This product cannot be deleted because it has one or more user-created prices."
        raise invalid(message, param="id")
    call.sandbox.emit(call.account, "product.deleted", product)
    deleted = {"id": product["id"], "object": "product", "deleted": True}
    PRODUCTS.rows(call.account).replace(deleted)
    return deleted


@PRODUCTS.get(
    "/v1/products",
    permission="product",
    parameters=listing(
        active=flag(), created=created_filter(), ids=list_of(text()), shippable=flag(), url=text()
    ),
)
def list_all(call: Call) -> Object:
    given = call.given
    equal: Values = {name: given[name] for name in ("active", "shippable", "url") if name in given}
    return page(
        PRODUCTS.rows(call.account),
        given,
        equal=equal,
        url="/v1/products",
        noun="product",
        keep=lambda product: "ids" not in given or product["id"] in given["ids"],
    )
