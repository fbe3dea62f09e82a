"""Radar's lists of values to block or allow. https://docs.stripe.com/api/radar/value_lists"""

from sandbox import pagination
from sandbox.errors import ApiError
from sandbox.parameters import Parameters, created_filter, listing, merged_metadata, metadata, text
from sandbox.resource import Call, Resource, sub_list
from sandbox.resources.value_list_items import CREATOR, VALUE_LIST_ITEMS, items_of
from sandbox.tables import Object

ITEM_TYPES = (
    "account", "card_bin", "card_fingerprint", "case_sensitive_string", "country", "crypto_fingerprint",
    "customer_id", "email", "ip_address", "sepa_debit_fingerprint", "string",
    "us_bank_account_fingerprint",
)  # fmt: skip
VALUE_LISTS = Resource(
    "radar.value_list", table="value_lists", prefixes=("rsl",), indexes=("alias",), noun="value_list"
)


def _shown(call: Call, value_list: Object) -> Object:
    """The list with its newest items."""
    url = f"/v1/radar/value_list_items?value_list={value_list['id']}"
    return value_list | {"list_items": sub_list(url, items_of(call.account, value_list["id"]))}


@VALUE_LISTS.get("/v1/radar/value_lists/{id}", permission="radar")
def retrieve(call: Call) -> Object:
    return _shown(call, VALUE_LISTS.find(call.account, call.path["id"], param="id"))


@VALUE_LISTS.get(
    "/v1/radar/value_lists",
    permission="radar",
    parameters=listing(alias=text(), contains=text(), created=created_filter()),
)
def read(call: Call) -> Object:
    equal = {"alias": call.given["alias"]} if "alias" in call.given else {}
    wanted = call.given.get("contains")

    def holds(value_list: Object) -> bool:
        return wanted is None or any(
            item["value"] == wanted for item in items_of(call.account, value_list["id"])
        )

    rows, url = VALUE_LISTS.rows(call.account), "/v1/radar/value_lists"
    page = pagination.page(rows, call.given, equal=equal, url=url, noun="value_list", keep=holds)
    return page | {"data": [_shown(call, one) for one in page["data"]]}


@VALUE_LISTS.post(
    "/v1/radar/value_lists",
    permission="radar",
    parameters=Parameters(
        required=("alias", "name"),
        alias=text(longest=100),
        item_type=text(*ITEM_TYPES),
        metadata=metadata(),
        name=text(longest=100),
    ),
)
def create(call: Call) -> Object:
    _refuse_taken(call)
    value_list: Object = {
        "id": call.sandbox.ids.next("rsl"),
        "object": "radar.value_list",
        "alias": call.given["alias"],
        "created": call.now,
        "created_by": CREATOR,
        "item_type": call.given.get("item_type", "string"),
        "livemode": False,
        "metadata": merged_metadata({}, call.given),
        "name": call.given["name"],
    }
    VALUE_LISTS.rows(call.account).add(value_list)
    return _shown(call, value_list)


def _refuse_taken(call: Call) -> None:
    if VALUE_LISTS.rows(call.account).entries({"alias": call.given["alias"]}):
        raise ApiError(
            400, f"A value list with the alias {call.given['alias']} already exists.", param="alias"
        )


@VALUE_LISTS.post(
    "/v1/radar/value_lists/{id}",
    permission="radar",
    parameters=Parameters(alias=text(longest=100), metadata=metadata(), name=text(longest=100)),
)
def update(call: Call) -> Object:
    value_list = VALUE_LISTS.find(call.account, call.path["id"], param="id")
    if call.given.get("alias", value_list["alias"]) != value_list["alias"]:
        _refuse_taken(call)
        VALUE_LISTS.rows(call.account).set(value_list, "alias", call.given["alias"])
    value_list["name"] = call.given.get("name", value_list["name"])
    value_list["metadata"] = merged_metadata(value_list["metadata"], call.given)
    return _shown(call, value_list)


@VALUE_LISTS.delete("/v1/radar/value_lists/{id}", permission="radar")
def delete(call: Call) -> Object:
    value_list = VALUE_LISTS.find(call.account, call.path["id"], param="id")
    for item in items_of(call.account, value_list["id"]):
        VALUE_LIST_ITEMS.rows(call.account).remove(item)
    VALUE_LISTS.rows(call.account).remove(value_list)
    return {"id": value_list["id"], "object": "radar.value_list", "deleted": True}
