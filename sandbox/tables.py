"""In-memory tables of Stripe objects with secondary indexes, newest first.

An object is a plain dict in Stripe's wire form. A row may also be a recipe (a callable that builds the dict):
bulk data costs a tenth of the memory that way and is only built when somebody looks at it.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
Recipe = Callable[[], Object]
Entry = tuple[int, int, str]
"""(created, sequence number, id): sorts by age; within one second in the order of creation."""


@dataclass(frozen=True, slots=True)
class CreatedRange:
    """Bounds on `created`, in Unix seconds, both inclusive."""

    first: int | None = None
    last: int | None = None


def lookup(obj: Object, path: str) -> Any:
    """The value at a dotted path, or None where the path ends early."""
    value: Any = obj
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


class Collection:
    """All objects of one kind in one account, found by id, by indexed field and by age."""

    def __init__(self, indexes: Iterable[str] = ()) -> None:
        self._rows: dict[str, Object | Recipe] = {}
        self._entries: dict[str, Entry] = {}
        self._by_age: list[Entry] = []
        self._indexes: dict[str, dict[Any, list[Entry]]] = {field: {} for field in indexes}
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id: str) -> bool:
        return id in self._rows

    def add(self, obj: Object) -> None:
        entry = self._enter(obj["id"], obj["created"], obj)
        insort(self._by_age, entry)
        for field, index in self._indexes.items():
            if (value := lookup(obj, field)) is not None:
                insort(index.setdefault(value, []), entry)

    def add_recipes(self, rows: Iterable[tuple[str, int, Mapping[str, Any], Recipe]]) -> None:
        """Add many rows at once: (id, created, values of the indexed fields, recipe)."""
        touched = {id(self._by_age): self._by_age}
        for key, created, values, recipe in rows:
            entry = self._enter(key, created, recipe)
            self._by_age.append(entry)
            for field, index in self._indexes.items():
                if (value := values.get(field)) is not None:
                    entries = index.setdefault(value, [])
                    entries.append(entry)
                    touched[id(entries)] = entries
        for entries in touched.values():
            entries.sort()

    def _enter(self, id: str, created: int, row: Object | Recipe) -> Entry:
        if id in self._rows:
            raise ValueError(f"id {id} is taken")
        self._sequence += 1
        entry = (created, self._sequence, id)
        self._rows[id] = row
        self._entries[id] = entry
        return entry

    def get(self, id: str) -> Object | None:
        """The object itself, to be read and changed (indexed fields only through `set`)."""
        row = self._rows.get(id)
        if callable(row):
            row = self._rows[id] = row()
        return row

    def peek(self, id: str) -> Object:
        """The object for reading only; a recipe stays a recipe."""
        row = self._rows[id]
        return row() if callable(row) else row

    def set(self, obj: Object, field: str, value: Any) -> None:
        """Change an indexed top-level field."""
        index, entry = self._indexes[field], self._entries[obj["id"]]
        if (old := obj.get(field)) is not None:
            index[old].remove(entry)
        obj[field] = value
        if value is not None:
            insort(index.setdefault(value, []), entry)

    def remove(self, obj: Object) -> None:
        """Forget an object, as if its id had never been given."""
        self.replace(obj)
        del self._rows[obj["id"]]

    def replace(self, obj: Object) -> None:
        """Put another object in an object's place and take the old one out of every listing."""
        entry, old = self._entries.pop(obj["id"]), self.peek(obj["id"])
        self._by_age.remove(entry)
        for field, index in self._indexes.items():
            if (value := lookup(old, field)) is not None:
                index[value].remove(entry)
        self._rows[obj["id"]] = obj

    def entry(self, id: str) -> Entry | None:
        return self._entries.get(id)

    def is_indexed(self, field: str) -> bool:
        return field in self._indexes

    def entries(self, equal: Mapping[str, Any], created: CreatedRange | None = None) -> list[Entry]:
        """The smallest run of entries, oldest first, that holds every match of the indexed `equal` fields."""
        candidates = [
            self._indexes[field].get(value, []) for field, value in equal.items() if field in self._indexes
        ]
        run = min(candidates, key=len, default=self._by_age)
        if created is None:
            return run
        start = 0 if created.first is None else bisect_left(run, (created.first, 0, ""))
        end = len(run) if created.last is None else bisect_right(run, (created.last + 1, 0, ""))
        return run[start:end]

    def newest_first(self) -> Iterator[Object]:
        for _, _, id in reversed(self._by_age):
            yield self.peek(id)
