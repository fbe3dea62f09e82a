"""The idempotency store of API v1: one answer per key and account, kept for 24 hours.

https://docs.stripe.com/api/idempotent_requests
"""

from dataclasses import dataclass

from sandbox.errors import ApiError

KEPT_SECONDS = 24 * 3600
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The status and body of the first call, as they were sent or would have been."""

    fingerprint: str
    at: int
    request: str
    status: int
    body: bytes


class IdempotencyStore:
    """Stored answers and keys in flight, both by (account, key)."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], StoredAnswer] = {}
        self._in_flight: set[tuple[str, str]] = set()

    def begin(self, account: str, key: str, *, fingerprint: str, now: int) -> StoredAnswer | None:
        """The stored answer, or None after the key was taken; a key in flight or reused otherwise is refused."""
        if len(key) > LONGEST_KEY:
            raise ApiError(
                400, f"Idempotency keys can be at most {LONGEST_KEY} characters long.", stored=False
            )
        if (account, key) in self._in_flight:
            raise _in_use(key)
        answer = self._answers.get((account, key))
        if answer is None or answer.at + KEPT_SECONDS <= now:
            self._in_flight.add((account, key))
            return None
        if answer.fingerprint != fingerprint:
            raise _reused(key)
        return answer

    def end(self, account: str, key: str, answer: StoredAnswer | None) -> None:
        """Release the key; `answer` None leaves nothing stored."""
        self._in_flight.discard((account, key))
        if answer is not None:
            self._answers[account, key] = answer


def _in_use(key: str) -> ApiError:
    return ApiError(
        409,
        f"There is currently another in-progress request using this Idempotent Key: {key}. That request may "
        "still be running. Please try again later.",
        type="idempotency_error",
        code="idempotency_key_in_use",
        stored=False,
    )


def _reused(key: str) -> ApiError:
    return ApiError(
        400,
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
        type="idempotency_error",
        stored=False,
    )
