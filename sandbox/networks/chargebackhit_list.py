"""Filters, order and paging of ``POST /api/v2/alerts/list``."""

from collections.abc import Sequence
from typing import Any

from sandbox.networks.memory import JsonObject, Refused

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 500

_ONE_OF = {
    "ids": ("alert", "id"),
    "merchant_ids": ("merchant", "id"),
    "merchant_internal_ids": ("merchant", "internal_id"),
    "transaction_merchant_ids": ("transaction", "transaction_merchant_id"),
    "currencies": ("alert", "currency"),
    "types": ("alert", "type"),
    "outcomes": ("alert", "outcome"),
    "providers": ("alert", "provider"),
    "products": ("alert", "product"),
    "descriptors": ("alert", "descriptor"),
}
_EQUAL = {"bin": ("transaction", "bin"), "last_four": ("transaction", "last_four")}
_DATES = ("alert_date_from", "alert_date_to")


def select(alerts: Sequence[JsonObject], query: JsonObject) -> JsonObject:
    """One page of the alerts that pass the filter; raises `Refused` 400 for a query it does not know."""
    wanted = query.get("filter", {})
    unknown = set(query) - {"filter", "sort", "pagination"} | set(wanted) - {*_ONE_OF, *_EQUAL, *_DATES}
    if unknown:
        raise _invalid(dict.fromkeys(sorted(unknown), "is not supported here"))
    found = _sorted([alert for alert in alerts if _passes(alert, wanted)], query.get("sort", {}))
    return _page(found, query.get("pagination", {}))


def _passes(alert: JsonObject, wanted: JsonObject) -> bool:
    return (
        all(_get(alert, _ONE_OF[name]) in wanted[name] for name in _ONE_OF if name in wanted)
        and all(_get(alert, _EQUAL[name]) == wanted[name] for name in _EQUAL if name in wanted)
        and wanted.get("alert_date_from", "") <= alert["alert"]["date"] <= wanted.get("alert_date_to", "9999")
    )


def _sorted(alerts: list[JsonObject], sort: JsonObject) -> list[JsonObject]:
    field, direction = sort.get("field", "date"), sort.get("direction", "desc")
    if field not in ("date", "id") or direction not in ("asc", "desc"):
        raise _invalid({"sort": "field is date or id, direction asc or desc"})
    return sorted(alerts, key=lambda alert: str(alert["alert"][field]), reverse=direction == "desc")


def _page(alerts: list[JsonObject], pagination: JsonObject) -> JsonObject:
    limit = pagination.get("limit", DEFAULT_LIMIT)
    by_token = pagination.get("method", "token") == "token"
    start = str((pagination.get("page_token") if by_token else pagination.get("offset")) or 0)
    if not isinstance(limit, int) or not 1 <= limit <= MAXIMUM_LIMIT or not start.isdigit():
        raise _invalid({"pagination": f"limit is 1 to {MAXIMUM_LIMIT}, page_token one that was given out"})
    end = int(start) + limit
    more = str(end) if by_token and end < len(alerts) else None
    return {"items": alerts[int(start) : end], "pagination": {"limit": limit, "next_page_token": more}}


def _get(alert: JsonObject, path: tuple[str, str]) -> Any:
    return alert.get(path[0], {}).get(path[1])


def _invalid(constraints: dict[str, str]) -> Refused:
    return Refused(
        status=400, code="validation_error", message="the query is not valid", constraints=constraints
    )
