"""Cursor pagination, newest first. https://docs.stripe.com/api/pagination"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sandbox.errors import ApiError
from sandbox.parameters import DEFAULT_LIMIT, Values
from sandbox.tables import Collection, Entry, Object, lookup


def page(
    rows: Collection,
    given: Values,
    *,
    equal: Mapping[str, Any],
    url: str,
    noun: str,
    keep: Callable[[Object], bool] = lambda obj: True,
) -> Object:
    """One page of the rows whose fields equal `equal`, inside `created`, before or after the cursor.

    `keep` is a further condition for what no field holds as it is.
    """
    limit = given.get("limit", DEFAULT_LIMIT)
    if "starting_after" in given and "ending_before" in given:
        raise ApiError(400, "You can only set one of starting_after and ending_before.", stored=False)
    run = rows.entries(equal, given.get("created"))
    backwards = "ending_before" in given
    if backwards:
        cursor = _cursor(rows, given["ending_before"], param="ending_before", noun=noun)
        order: Iterable[Entry] = islice(run, _after(run, cursor), None)
    else:
        end = len(run)
        if "starting_after" in given:
            cursor = _cursor(rows, given["starting_after"], param="starting_after", noun=noun)
            end = bisect_left(run, cursor)
        order = (run[index] for index in range(end - 1, -1, -1))
    found = list(islice(_matching(rows, order, equal, keep), limit + 1))
    data = found[:limit]
    if backwards:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(found) > limit, "url": url}


def _matching(
    rows: Collection, order: Iterable[Entry], equal: Mapping[str, Any], keep: Callable[[Object], bool]
) -> Iterator[Object]:
    for _, _, id in order:
        obj = rows.peek(id)
        if all(lookup(obj, field) == value for field, value in equal.items()) and keep(obj):
            yield obj


def _cursor(rows: Collection, id: str, *, param: str, noun: str) -> Entry:
    entry = rows.entry(id)
    if entry is None:
        raise ApiError(400, f"No such {noun}: '{id}'", code="resource_missing", param=param)
    return entry


def _after(run: list[Entry], cursor: Entry) -> int:
    return bisect_left(run, (cursor[0], cursor[1] + 1, ""))
