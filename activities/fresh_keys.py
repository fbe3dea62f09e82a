"""Idempotency keys of acts that may be repeated without harm, so that a stored failure never stands in their way."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from chargebacks.errors import StoredFailure, TryLater

Result = TypeVar("Result")

_MOST_KEYS = 5


async def under_fresh_key(act: Callable[[str], Awaitable[Result]], key: str) -> Result:
    """Do it under `key`, or under the first one after it for which Stripe holds no failure: a stored 5xx is replayed
    for a day (https://docs.stripe.com/api/idempotent_requests). Never for what must happen once: that is looked up at
    Stripe before a new key is used."""
    for revision in range(1, _MOST_KEYS + 1):
        try:
            return await act(key if revision == 1 else f"{key}:r{revision}")
        except StoredFailure as failure:
            last = failure
    raise TryLater(str(last), reason="stored_failure") from last
