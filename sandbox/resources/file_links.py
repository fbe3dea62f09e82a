"""Links that show a file to whoever has them. https://docs.stripe.com/api/file_links"""

from typing import Any

from sandbox import pagination
from sandbox.errors import resource_missing
from sandbox.parameters import (
    Parameters,
    Values,
    created_filter,
    flag,
    integer,
    listing,
    merged_metadata,
    metadata,
    text,
)
from sandbox.resource import Call, Resource, sub_list
from sandbox.tables import Object

FILE_LINKS = Resource(
    "file_link", table="file_links", prefixes=("link",), indexes=("file",), expandable=("file",)
)


def make(call: Call, file: Object, given: Values) -> Object:
    """A link to a file, which the file shows from now on."""
    id = call.sandbox.ids.next("link")
    link = {
        "id": id,
        "object": "file_link",
        "created": call.now,
        "expired": False,
        "expires_at": given.get("expires_at"),
        "file": file["id"],
        "livemode": False,
        "metadata": merged_metadata({}, given),
        "url": f"https://files.stripe.com/links/{id}",
    }
    FILE_LINKS.rows(call.account).add(link)
    shown = file["links"]
    file["links"] = sub_list(shown["url"], [link, *shown["data"]])
    return link


def _as_of(link: Object, now: int) -> Object:
    link["expired"] = link["expires_at"] is not None and link["expires_at"] <= now
    return link


@FILE_LINKS.get("/v1/file_links/{id}", permission="file")
def retrieve(call: Call) -> Object:
    return _as_of(FILE_LINKS.find(call.account, call.path["id"], param="id"), call.now)


@FILE_LINKS.get(
    "/v1/file_links",
    permission="file",
    parameters=listing(file=text(), created=created_filter(), expired=flag()),
)
def read(call: Call) -> Object:
    rows = FILE_LINKS.rows(call.account)
    for link in rows.newest_first():
        _as_of(link, call.now)
    equal: Values = {name: call.given[name] for name in ("file", "expired") if name in call.given}
    return pagination.page(rows, call.given, equal=equal, url="/v1/file_links", noun="file_link")


@FILE_LINKS.post(
    "/v1/file_links",
    permission="file",
    parameters=Parameters(required=("file",), file=text(), expires_at=integer(least=0), metadata=metadata()),
)
def create(call: Call) -> Object:
    file = call.account.tables["files"].get(call.given["file"])
    if file is None:
        raise resource_missing("file upload", call.given["file"], param="file", status=400)
    return make(call, file, call.given)


def _expiry(value: Any, name: str) -> Any:
    return "now" if value == "now" else integer(least=0, unset=True)(value, name)


@FILE_LINKS.post(
    "/v1/file_links/{id}",
    permission="file",
    parameters=Parameters(expires_at=_expiry, metadata=metadata()),
)
def update(call: Call) -> Object:
    link = FILE_LINKS.find(call.account, call.path["id"], param="id")
    if "expires_at" in call.given:
        wanted = call.given["expires_at"]
        link["expires_at"] = call.now if wanted == "now" else wanted
    link["metadata"] = merged_metadata(link["metadata"], call.given)
    return _as_of(link, call.now)
