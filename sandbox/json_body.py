"""JSON bodies of the control plane: typed fields, everything else refused."""

from datetime import datetime
from typing import Any

from sandbox.errors import ApiError

REQUIRED: Any = object()


class Body:
    """A JSON object that is taken apart field by field; `done` refuses what was left."""

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise _refused("the body must be a JSON object")
        self._left: dict[str, Any] = dict(value)

    def take(self, name: str, kind: type | tuple[type, ...], default: Any = REQUIRED) -> Any:
        """The field, checked to be of this type; null counts as not given."""
        value = self._left.pop(name, None)
        if value is None:
            if default is REQUIRED:
                raise _refused(f"{name} is missing")
            return default
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise _refused(f"{name} must be {' or '.join(k.__name__ for k in kinds)}")
        return value

    def take_time(self, name: str, default: Any = REQUIRED) -> Any:
        """Unix seconds, given as such or as ISO 8601 with an offset."""
        return read_time(self.take(name, (int, str), default), name)

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def rest(self) -> dict[str, Any]:
        """Everything that was not taken yet."""
        left, self._left = self._left, {}
        return left

    def done(self) -> None:
        if self._left:
            raise _refused(f"unknown field {sorted(self._left)[0]}")


def read_time(value: Any, name: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise _refused(f"{name} must be Unix seconds or ISO 8601: {value}") from None
    if moment.tzinfo is None:
        raise _refused(f"{name} needs an offset: {value}")
    return int(moment.timestamp())


def _refused(message: str) -> ApiError:
    return ApiError(400, message)
