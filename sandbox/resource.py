"""What a resource is to the sandbox: its table, its expandable fields and its operations.

A resource is one module in `sandbox/resources/` that makes one `Resource`, hangs its operations on it with the
decorators `get`, `post` and `delete`, and is listed once in `sandbox/resources/__init__.py`:

    CREDIT_NOTES = Resource("credit_note", table="credit_notes", prefixes=("cn",), indexes=("invoice",),
                            expandable=("invoice", "customer"))
    CREDIT_NOTES.retrieval("/v1/credit_notes/{id}", permission="credit_note")
    CREDIT_NOTES.listing("/v1/credit_notes", permission="credit_note", invoice=text())

    @CREDIT_NOTES.post("/v1/credit_notes", permission="credit_note", parameters=CREATE)
    def create(call: Call) -> Object: ...
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox import pagination
from sandbox.errors import resource_missing
from sandbox.parameters import Kind, Parameters, Values, listing
from sandbox.state import Account, Sandbox
from sandbox.tables import Collection, Object, lookup


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API call whose key, permission and parameters are in order."""

    sandbox: Sandbox
    account: Account
    platform: Account
    """The account the key belongs to; the same as `account` unless Stripe-Account was sent."""
    path: dict[str, str]
    given: Values

    @property
    def now(self) -> int:
        return self.sandbox.clock.now()

    def find(self, resource: "Resource", id: str, *, param: str) -> Object:
        """The object a parameter names; 400 resource_missing when there is none."""
        return resource.find(self.account, id, param=param, status=400)


Handler = Callable[[Call], Object]
Lists = Callable[[Account, Object], list[Object]]
Register = Callable[[Handler], Handler]
NO_PARAMETERS = Parameters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method on one path; a key needs any one of `permissions`."""

    method: str
    path: str
    permissions: tuple[str, ...]
    parameters: Parameters
    handler: Handler
    takes_files: bool = False


@dataclass
class Resource:
    """One kind of Stripe object.

    `expandable` names fields (dotted within the object) that hold an id; the id's prefix says whose it is.
    `lists` gives sub-lists that appear only when expanded, such as a charge's refunds.
    """

    object: str
    table: str
    prefixes: tuple[str, ...]
    indexes: tuple[str, ...] = ()
    expandable: tuple[str, ...] = ()
    lists: dict[str, tuple[str, Lists]] = field(default_factory=dict)
    noun: str = ""
    operations: list[Operation] = field(default_factory=list)

    def rows(self, account: Account) -> Collection:
        return account.tables[self.table]

    def find(self, account: Account, id: str, *, param: str, status: int = 404) -> Object:
        obj = self.rows(account).get(id)
        if obj is None:
            raise resource_missing(self.noun or self.object, id, param=param, status=status)
        return obj

    def get(self, path: str, *, permission: str, parameters: Parameters = NO_PARAMETERS) -> Register:
        return self._operation("GET", path, (permission + "_read",), parameters)

    def post(
        self,
        path: str,
        *,
        permission: str,
        parameters: Parameters = NO_PARAMETERS,
        or_permission: str | None = None,
        takes_files: bool = False,
    ) -> Register:
        names = (permission,) if or_permission is None else (permission, or_permission)
        permissions = tuple(name + "_write" for name in names)
        return self._operation("POST", path, permissions, parameters, takes_files=takes_files)

    def delete(self, path: str, *, permission: str, parameters: Parameters = NO_PARAMETERS) -> Register:
        return self._operation("DELETE", path, (permission + "_write",), parameters)

    def retrieval(self, path: str, *, permission: str) -> None:
        """GET of one object; `path` ends in `{id}`."""
        self.get(path, permission=permission)(
            lambda call: self.find(call.account, call.path["id"], param="id")
        )

    def listing(self, path: str, *, permission: str, **filters: Kind) -> None:
        """GET of a page, newest first; a filter compares the field of its name."""

        def read(call: Call) -> Object:
            equal = {name: call.given[name] for name in filters if name in call.given and name != "created"}
            return pagination.page(
                self.rows(call.account), call.given, equal=equal, url=path, noun=self.noun or self.object
            )

        self.get(path, permission=permission, parameters=listing(**filters))(read)

    def _operation(
        self,
        method: str,
        path: str,
        permissions: tuple[str, ...],
        parameters: Parameters,
        *,
        takes_files: bool = False,
    ) -> Register:
        def register(handler: Handler) -> Handler:
            self.operations.append(
                Operation(
                    method=method,
                    path=path,
                    permissions=permissions,
                    parameters=parameters,
                    handler=handler,
                    takes_files=takes_files,
                )
            )
            return handler

        return register


class Router:
    """Finds the operation for a method and path; a literal segment beats a placeholder."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._by_shape: dict[tuple[str, int], list[tuple[list[str], Operation]]] = {}
        for operation in operations:
            segments = operation.path.strip("/").split("/")
            self._by_shape.setdefault((operation.method, len(segments)), []).append((segments, operation))
        for routes in self._by_shape.values():
            routes.sort(key=lambda route: [segment.startswith("{") for segment in route[0]])

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        segments = path.strip("/").split("/")
        for pattern, operation in self._by_shape.get((method, len(segments)), ()):
            values: dict[str, str] = {}
            for expected, segment in zip(pattern, segments, strict=True):
                if expected.startswith("{") and segment:
                    values[expected[1:-1]] = segment
                elif expected != segment:
                    break
            else:
                return operation, values
        return None


def sub_list(url: str, objects: list[Object], *, limit: int = 10) -> Object:
    """A list inside an object, cut as Stripe cuts it."""
    return {"object": "list", "data": objects[:limit], "has_more": len(objects) > limit, "url": url}


def changed(old: Object, new: Object, fields: Iterable[str]) -> dict[str, Any]:
    """The old values of the fields that differ, for an event's previous_attributes."""
    return {name: old.get(name) for name in fields if lookup(old, name) != lookup(new, name)}


def previous_values(old: Object, new: Object) -> dict[str, Any]:
    """The old values of what differs; of a hash only the part that does, as Stripe's events have it."""
    previous: dict[str, Any] = {}
    for name in old.keys() | new.keys():
        before, after = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            if inner := previous_values(before, after):
                previous[name] = inner
        elif before != after:
            previous[name] = before
    return dict(sorted(previous.items()))
