"""Stripe's search query language. https://docs.stripe.com/search#search-query-language

`field:value` (equal), `field~"part"` (substring), `field>n` and the like, `-clause`, `field:null`, joined by
either AND or OR, never both.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sandbox.errors import ApiError
from sandbox.parameters import DEFAULT_LIMIT, Values
from sandbox.tables import Collection, CreatedRange, Entry, Object, lookup

CLAUSE = re.compile(
    r"""\s*(?P<minus>-)?\s*
        (?P<field>[a-z_0-9.]+(?:\[(?:"[^"]*"|'[^']*')\])?)\s*
        (?P<operator>:|~|>=|<=|>|<)\s*
        (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"']+)\s*""",
    re.VERBOSE,
)
JOIN = re.compile(r"\s*(AND|OR)\s+|\s+", re.IGNORECASE)
NUMERIC = ("amount", "created")
NO_MATCH = object()


class Fields:
    """The searchable fields of a resource: the name in queries, and where the object keeps the value."""

    def __init__(self, **paths: str) -> None:
        self._paths: Mapping[str, str] = {name.replace("__", "."): path for name, path in paths.items()}

    def path(self, name: str) -> str:
        key = re.fullmatch(r"metadata\[[\"'](.*)[\"']\]", name)
        if key is not None and "metadata" in self._paths:
            return "metadata." + key[1]
        if name not in self._paths or name == "metadata":
            message = f"Field `{name}` is an unsupported search field for this resource."
            raise ApiError(400, message, param="query", stored=False)
        return self._paths[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition; `value` None stands for null."""

    path: str
    operator: str
    value: str | int | None
    negated: bool

    def holds(self, obj: Object) -> bool:
        return self._matches(obj) is not self.negated

    def _matches(self, obj: Object) -> bool:
        found = _found(obj, self.path)
        if self.value is None or found is None:
            return self.operator == ":" and found is None and self.value is None
        if self.operator == "~":
            return str(self.value).lower() in str(found).lower()
        if isinstance(self.value, int) and isinstance(found, int):
            return {
                ":": found == self.value,
                ">": found > self.value,
                ">=": found >= self.value,
                "<": found < self.value,
                "<=": found <= self.value,
            }[self.operator]
        return self.operator == ":" and str(found).lower() == str(self.value).lower()


def _found(obj: Object, path: str) -> Any:
    """The value a clause compares. `refunded` is "true" for full and "false" for partial refunds."""
    if path.startswith("metadata."):
        return obj["metadata"].get(path.removeprefix("metadata."))
    if path == "refunded":
        return "true" if obj["refunded"] else "false" if obj["amount_refunded"] else None
    value = lookup(obj, path)
    return str(value).lower() if isinstance(value, bool) else value


def parse(query: str, fields: Fields) -> tuple[list[Clause], bool]:
    """The clauses, and whether any one of them is enough (OR) instead of all."""
    clauses: list[Clause] = []
    joins: set[str] = set()
    position = 0
    while position < len(query):
        if clauses:
            join = JOIN.match(query, position) or re.compile(r"(?:)(AND|OR)?").match(query, position)
            if join is not None:
                joins.add((join[1] or "AND").upper())
                position = join.end()
        clause = CLAUSE.match(query, position)
        if clause is None:
            raise ApiError(
                400, f"We were unable to parse your search query: {query}", param="query", stored=False
            )
        clauses.append(_clause(clause, fields))
        position = clause.end()
    if not clauses or len(joins) > 1:
        message = "A search query needs clauses that are joined either by AND or by OR, not both."
        raise ApiError(400, message, param="query", stored=False)
    return clauses, joins == {"OR"}


def _clause(match: re.Match[str], fields: Fields) -> Clause:
    path, raw = fields.path(match["field"]), match["value"]
    quoted = raw[0] in "\"'"
    value: str | int | None = re.sub(r"\\(.)", r"\1", raw[1:-1]) if quoted else raw
    if not quoted and raw.lower() == "null":
        value = None
    elif path in NUMERIC or path.endswith(("exp_month", "exp_year")):
        if not re.fullmatch(r"\d+", str(value)):
            raise ApiError(400, f"Invalid number for {match['field']}: {value}", param="query", stored=False)
        value = int(str(value))
    return Clause(path=path, operator=match["operator"], value=value, negated=match["minus"] is not None)


def run(rows: Collection, given: Values, fields: Fields, *, url: str) -> Object:
    """One page of what matches, newest first. Pages are named by the id they start after."""
    clauses, any_of = parse(given["query"], fields)
    limit = given.get("limit", DEFAULT_LIMIT)
    found = list(islice(_matching(rows, clauses, any_of, given.get("page")), limit + 1))
    more = len(found) > limit
    return {
        "object": "search_result",
        "data": found[:limit],
        "has_more": more,
        "next_page": found[limit - 1]["id"] if more else None,
        "url": url,
    }


def _matching(rows: Collection, clauses: list[Clause], any_of: bool, page: str | None) -> Iterator[Object]:
    entries = rows.entries({}) if any_of else _narrowed(rows, clauses)
    cursor: Entry | None = None
    if page is not None and (cursor := rows.entry(page)) is None:
        raise ApiError(400, f"Invalid page: {page}", param="page", stored=False)
    holds = any if any_of else all
    for entry in reversed(entries):
        if cursor is None or entry < cursor:
            obj = rows.peek(entry[2])
            if holds(clause.holds(obj) for clause in clauses):
                yield obj


def _narrowed(rows: Collection, clauses: list[Clause]) -> list[Entry]:
    """What the indexes leave of the table for clauses that must all hold."""
    first: int | None = None
    last: int | None = None
    equal: dict[str, Any] = {}
    for clause in clauses:
        if clause.negated or clause.value is None:
            continue
        if clause.path == "created" and isinstance(clause.value, int):
            shift = {">": 1, "<": -1}.get(clause.operator, 0)
            if clause.operator in (":", ">", ">="):
                first = max(first or 0, clause.value + shift)
            if clause.operator in (":", "<", "<="):
                last = min(clause.value + shift, clause.value + shift if last is None else last)
        elif clause.operator == ":" and rows.is_indexed(clause.path):
            equal[clause.path] = clause.value
    return rows.entries(equal, CreatedRange(first, last))
