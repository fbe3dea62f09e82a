"""The values on Radar's lists. https://docs.stripe.com/api/radar/value_list_items"""

from sandbox.errors import ApiError, resource_missing
from sandbox.pagination import page
from sandbox.parameters import Parameters, Values, created_filter, listing, text
from sandbox.resource import Call, Resource
from sandbox.state import Account
from sandbox.tables import Object

CREATOR = "owner@shop.example.com"
LONGEST_VALUE = 800
VALUE_LIST_ITEMS = Resource(
    "radar.value_list_item",
    table="value_list_items",
    prefixes=("rsli",),
    indexes=("value_list",),
    noun="value_list_item",
)
VALUE_LIST_ITEMS.retrieval("/v1/radar/value_list_items/{id}", permission="radar")


def items_of(account: Account, value_list: str) -> list[Object]:
    """The items of a list, newest first."""
    rows = VALUE_LIST_ITEMS.rows(account)
    return [rows.peek(id) for _, _, id in reversed(rows.entries({"value_list": value_list}))]


def _refuse_unknown_list(call: Call) -> None:
    if call.given["value_list"] not in call.account.tables["value_lists"]:
        raise resource_missing("value_list", call.given["value_list"], param="value_list", status=400)


@VALUE_LIST_ITEMS.get(
    "/v1/radar/value_list_items",
    permission="radar",
    parameters=listing(value=text(), value_list=text(), created=created_filter()),
)
def read(call: Call) -> Object:
    if "value_list" not in call.given:
        message = "Missing required param: value_list."
        raise ApiError(400, message, param="value_list", code="parameter_missing", stored=False)
    _refuse_unknown_list(call)
    equal: Values = {name: call.given[name] for name in ("value_list", "value") if name in call.given}
    rows, url = VALUE_LIST_ITEMS.rows(call.account), "/v1/radar/value_list_items"
    return page(rows, call.given, equal=equal, url=url, noun="value_list_item")


@VALUE_LIST_ITEMS.post(
    "/v1/radar/value_list_items",
    permission="radar",
    parameters=Parameters(
        required=("value", "value_list"), value=text(longest=LONGEST_VALUE), value_list=text()
    ),
)
def create(call: Call) -> Object:
    _refuse_unknown_list(call)
    on_list = items_of(call.account, call.given["value_list"])
    if any(item["value"] == call.given["value"] for item in on_list):
        raise ApiError(400, f"{call.given['value']} is already on this list.", param="value")
    item: Object = {
        "id": call.sandbox.ids.next("rsli"),
        "object": "radar.value_list_item",
        "created": call.now,
        "created_by": CREATOR,
        "livemode": False,
        "value": call.given["value"],
        "value_list": call.given["value_list"],
    }
    VALUE_LIST_ITEMS.rows(call.account).add(item)
    return item


@VALUE_LIST_ITEMS.delete("/v1/radar/value_list_items/{id}", permission="radar")
def delete(call: Call) -> Object:
    item = VALUE_LIST_ITEMS.find(call.account, call.path["id"], param="id")
    VALUE_LIST_ITEMS.rows(call.account).remove(item)
    return {"id": item["id"], "object": "radar.value_list_item", "deleted": True}
