"""`expand`: ids become objects, and lists that are left out appear. https://docs.stripe.com/api/expanding_objects"""

from collections.abc import Mapping

from sandbox.errors import ApiError
from sandbox.resource import Resource, sub_list
from sandbox.state import Account
from sandbox.tables import Object

DEEPEST = 4


class Expander:
    """Knows every resource by the name of its object and by the prefix of its ids."""

    def __init__(self, resources: tuple[Resource, ...]) -> None:
        self._by_object: Mapping[str, Resource] = {r.object: r for r in resources}
        self._by_prefix = {prefix: r for r in resources for prefix in r.prefixes}

    def expand(self, account: Account, answer: Object, paths: list[str]) -> Object:
        """A copy of `answer` along the expanded paths; `answer` itself stays as it is."""
        for path in paths:
            segments = path.split(".")
            if len(segments) > DEEPEST:
                message = f"You cannot expand more than {DEEPEST} levels of a property (property: {path})."
                raise ApiError(400, message, param="expand", stored=False)
            answer = self._expand(account, answer, answer, segments, "", path)
        return answer

    def _expand(
        self, account: Account, root: Object, node: Object, segments: list[str], prefix: str, path: str
    ) -> Object:
        """`root` is the enclosing Stripe object, `prefix` the way from it to `node`."""
        if node.get("deleted"):
            return node
        name, rest = segments[0], segments[1:]
        field = prefix + name
        if node.get("object") in ("list", "search_result"):
            if name != "data" or not rest:
                raise _not_expandable(path)
            return node | {"data": [self._expand(account, x, x, rest, "", path) for x in node["data"]]}
        resource = self._by_object.get(root.get("object", ""))
        value = node.get(name)
        if resource and name in resource.lists and value is None:
            url, read = resource.lists[name]
            value = sub_list(url.format(id=root["id"]), read(account, root))
        elif resource and field in resource.expandable:
            if isinstance(value, str):
                value = self._resolve(account, value)
        elif name not in node or not rest:
            raise _not_expandable(path)
        if rest and isinstance(value, dict):
            if "object" in value:
                value = self._expand(account, value, value, rest, "", path)
            else:
                value = self._expand(account, root, value, rest, field + ".", path)
        return node | {name: value}

    def _resolve(self, account: Account, id: str) -> Object | str:
        resource = self._by_prefix.get(id.rpartition("_")[0]) or self._by_prefix.get(id.partition("_")[0])
        row = None if resource is None else resource.rows(account)
        return row.peek(id) if row is not None and id in row else id


def _not_expandable(path: str) -> ApiError:
    return ApiError(400, f"This property cannot be expanded ({path}).", param="expand", stored=False)
