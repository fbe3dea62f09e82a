"""The log of API calls, as a test wants to read it back."""

import re
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT_CALLS = 200_000


@dataclass(slots=True, kw_only=True)
class LoggedCall:
    """One API call; `status` stays None when no answer was sent."""

    id: str
    at: int
    method: str
    path: str
    query: str
    parameters: dict[str, Any]
    idempotency_key: str | None
    account: str | None = None
    key: str | None = None
    status: int | None = None
    error_code: str | None = None
    replayed: bool = False
    fault: str | None = None


class RequestLog:
    """The latest calls in the order in which they arrived."""

    def __init__(self) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=KEPT_CALLS)

    def add(self, call: LoggedCall) -> None:
        self._calls.append(call)

    def read(self, *, path: str | None, method: str | None) -> list[dict[str, Any]]:
        pattern = re.compile(path or "")
        return [
            asdict(call)
            for call in self._calls
            if pattern.search(call.path) and method in (None, call.method)
        ]

    def clear(self) -> int:
        count = len(self._calls)
        self._calls.clear()
        return count
