"""Customers. https://docs.stripe.com/api/customers"""

from sandbox import billing_end, billing_facts, search
from sandbox.errors import resource_missing
from sandbox.parameters import (
    ADDRESS,
    SEARCH,
    SHIPPING,
    Kind,
    Parameters,
    created_filter,
    hash_of,
    integer,
    list_of,
    merged_metadata,
    metadata,
    text,
)
from sandbox.resource import Call, Resource, changed
from sandbox.resources import payment_methods
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

CUSTOMERS = Resource(
    "customer",
    table="customers",
    prefixes=("cus",),
    indexes=("email",),
    expandable=("invoice_settings.default_payment_method", "default_source", "test_clock"),
    lists={"subscriptions": ("/v1/customers/{id}/subscriptions", billing_facts.running_of)},
)
TEXT_FIELDS = ("description", "email", "name", "phone")
FIELDS: dict[str, Kind] = {
    **{field: text(unset=True) for field in TEXT_FIELDS},
    "address": ADDRESS,
    "balance": integer(),
    "invoice_settings": hash_of(default_payment_method=text(unset=True)),
    "metadata": metadata(),
    "preferred_locales": list_of(text()),
    "shipping": SHIPPING,
    "tax_exempt": text("none", "exempt", "reverse", unset=True),
}
SEARCHABLE = search.Fields(created="created", email="email", metadata="metadata", name="name", phone="phone")

CUSTOMERS.retrieval("/v1/customers/{id}", permission="customer")
CUSTOMERS.listing("/v1/customers", permission="customer", created=created_filter(), email=text())


def shape(id: str, *, created: int, email: str | None = None) -> Object:
    return {
        "id": id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": email,
        "invoice_prefix": id[-8:],
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


@CUSTOMERS.post("/v1/customers", permission="customer", parameters=Parameters(FIELDS, payment_method=text()))
def create(call: Call) -> Object:
    customer = shape(call.sandbox.ids.next("cus"), created=call.now, email=call.given.get("email"))
    method = None
    if token := call.given.get("payment_method"):
        method = payment_methods.usable(call.sandbox, call.account, token, param="payment_method")
        settings = call.given.get("invoice_settings", {})
        if settings.get("default_payment_method") == token:
            settings["default_payment_method"] = method["id"]
    _apply(customer, call)
    CUSTOMERS.rows(call.account).add(customer)
    call.sandbox.emit(call.account, "customer.created", customer)
    if method is not None:
        payment_methods.attach(call.sandbox, call.account, method, customer=customer["id"])
    return customer


@CUSTOMERS.post("/v1/customers/{id}", permission="customer", parameters=Parameters(FIELDS))
def update(call: Call) -> Object:
    customer = CUSTOMERS.find(call.account, call.path["id"], param="id")
    before = dict(customer)
    if "email" in call.given:
        CUSTOMERS.rows(call.account).set(customer, "email", call.given["email"])
    _apply(customer, call)
    call.sandbox.emit(
        call.account, "customer.updated", customer, previous=changed(before, customer, call.given)
    )
    return customer


def _apply(customer: Object, call: Call) -> None:
    given = {name: value for name, value in call.given.items() if name not in ("expand", "payment_method")}
    if "invoice_settings" in given:
        given["invoice_settings"] = customer["invoice_settings"] | given["invoice_settings"]
    if given.get("shipping"):
        given["shipping"] = {"address": None, "name": "", "phone": None} | given["shipping"]
    customer |= given | {"metadata": merged_metadata(customer["metadata"], given)}


@CUSTOMERS.delete("/v1/customers/{id}", permission="customer")
def delete(call: Call) -> Object:
    customer = CUSTOMERS.find(call.account, call.path["id"], param="id")
    billing_end.end_all(call.sandbox, call.account, customer)
    payment_methods.detach_all(call.sandbox, call.account, customer=customer["id"])
    call.sandbox.emit(call.account, "customer.deleted", customer)
    deleted = {"id": customer["id"], "object": "customer", "deleted": True}
    CUSTOMERS.rows(call.account).replace(deleted)
    return deleted


@CUSTOMERS.get("/v1/customers/search", permission="customer", parameters=SEARCH)
def search_customers(call: Call) -> Object:
    return search.run(CUSTOMERS.rows(call.account), call.given, SEARCHABLE, url="/v1/customers/search")


def living(account: Account, id: str) -> Object:
    """A customer that a parameter names and that is not deleted."""
    customer = CUSTOMERS.rows(account).get(id)
    if customer is None or customer.get("deleted"):
        raise resource_missing("customer", id, param="customer", status=400)
    return customer


def make(sandbox: Sandbox, account: Account, *, email: str, created: int) -> Object:
    """A customer made by the control plane, without an event."""
    customer = shape(sandbox.ids.next("cus"), created=created, email=email)
    CUSTOMERS.rows(account).add(customer)
    return customer
