"""Faults on demand: the n-th call that matches a pattern goes wrong in a chosen way."""

import itertools
import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from sandbox.errors import ApiError
from sandbox.keys import lacking
from sandbox.parameters import Values

LOCK_TIMEOUT = "lock_timeout"
_NAMES = re.compile(r"[^\[\]]+")
"""The names in a parameter such as `evidence[customer_name]`."""


class Action(StrEnum):
    """What goes wrong; the control plane's reference says what each one does."""

    RATE_LIMITED = "429"
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    CONFLICT = "409"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    TORN = "torn"
    DELAY = "delay"
    DELAY_AFTER = "delay_after"
    LOSES = "loses"


@dataclass(slots=True, kw_only=True)
class Fault:
    """One injected fault and how often it matched and fired."""

    id: str
    method: str
    path: str
    action: Action
    nth: int | None = None
    from_nth: int | None = None
    every: int | None = None
    seconds: float = 0.0
    reason: str = "endpoint-rate"
    after_work: bool = False
    parameter: str = ""
    key: str | None = None
    matched: int = 0
    fired: int = 0
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.pattern = re.compile(self.path)

    def fires(self, method: str, path: str, key: str | None) -> bool:
        """Count a call and say whether it is hit."""
        if self.key not in (None, key):
            return False
        if self.method not in ("*", method) or not self.pattern.search(path):
            return False
        self.matched += 1
        hit = (
            (self.nth is None or self.matched == self.nth)
            and (self.from_nth is None or self.matched >= self.from_nth)
            and (self.every is None or self.matched % self.every == 0)
        )
        self.fired += hit
        return hit

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "pattern"}

    def reaching(self, given: Values) -> Values:
        """What arrives of the parameters that were sent."""
        return _without(given, _NAMES.findall(self.parameter)) if self.action is Action.LOSES else given

    def error(self) -> ApiError | None:
        """The answer of the actions that answer with an error."""
        match self.action:
            case Action.RATE_LIMITED if self.reason == LOCK_TIMEOUT:
                message = "This object cannot be accessed right now because another request is using it."
                headers = {"Stripe-Should-Retry": "true"}
                return ApiError(429, message, code=LOCK_TIMEOUT, stored=False, headers=headers)
            case Action.RATE_LIMITED:
                return ApiError(
                    429,
                    "Request rate limit exceeded. You can learn more about rate limits here "
                    "https://docs.stripe.com/rate-limits.",
                    code="rate_limit",
                    stored=False,
                    headers={"Stripe-Rate-Limited-Reason": self.reason},
                )
            case Action.SERVER_ERROR:
                message = "An unknown error occurred. If this happens repeatedly, please contact support."
                return ApiError(500, message, type="api_error")
            case Action.UNAVAILABLE:
                return ApiError(503, "The service is unavailable.", type="api_error", stored=False)
            case Action.CONFLICT:
                message = "There is currently another in-progress request using this Idempotent Key."
                code = "idempotency_key_in_use"
                return ApiError(409, message, type="idempotency_error", code=code, stored=False)
            case Action.UNAUTHORIZED:
                return ApiError(401, "Invalid API Key provided: sk_test_********", stored=False)
            case Action.FORBIDDEN:
                return ApiError(
                    403,
                    "Permission denied. The provided key does not have the required permissions for this endpoint. "
                    + lacking("charge_write"),
                    code="more_permissions_required",
                    stored=False,
                )
        return None


class Faults:
    """The faults in force, in the order in which they were set; the first that fires wins."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)

    def next_id(self) -> str:
        return f"fault_{next(self._numbers)}"

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def all(self) -> list[Fault]:
        return self._faults

    def remove(self, id: str | None) -> int:
        """Remove one fault, or all of them; returns how many."""
        before = len(self._faults)
        self._faults = [fault for fault in self._faults if id is not None and fault.id != id]
        return before - len(self._faults)

    def hit(self, method: str, path: str, key: str | None) -> Fault | None:
        """Count a call against every fault and give the first that fires."""
        fired = [fault for fault in self._faults if fault.fires(method, path, key)]
        return fired[0] if fired else None


def _without(given: Values, names: list[str]) -> Values:
    """The nested parameters without one of them; as they are where it is not there."""
    if not names or names[0] not in given:
        return given
    first, *rest = names
    if not rest:
        return {name: value for name, value in given.items() if name != first}
    inner = given[first]
    return given | {first: _without(inner, rest)} if isinstance(inner, dict) else given
