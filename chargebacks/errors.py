"""What can go wrong outside, sorted by what the caller can do about it.

CaseError
├── TryLater         the answer is not known or not yet to be had: the same call may be made again
├── StoredFailure    the idempotency key holds a stored server error: look first, then act under a new key
├── Refused          the other side says no for good to this request (wrong id, wrong parameters, final state)
├── NeedsOperator    a person must mend something outside the case (key, permission, balance, switch) first
└── BadInput         what came in is wrong: says what was wrong and what to do; nothing was started or moved
    └── NotAuthentic     nothing proves who sent it
"""

from datetime import timedelta


class CaseError(Exception):
    """Any failure the adapters report. `reason` is a short stable code; `str()` is a sentence for people."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class TryLater(CaseError):
    """Throttled, locked, unreachable or undecided. `after` is the wait the other side asked for, if any."""

    def __init__(self, message: str, *, reason: str, after: timedelta | None = None) -> None:
        super().__init__(message, reason=reason)
        self.after = after


class StoredFailure(CaseError):
    """A stored 5xx is replayed under this idempotency key; repeating it cannot help."""


class Refused(CaseError):
    """Final for this request. `reason` carries the other side's own code, such as `charge_disputed`."""


class NeedsOperator(CaseError):
    """Final until a person mends it. The message says what to mend and where."""


class BadInput(CaseError):
    """One clear sentence: what was wrong and what to do."""


class NotAuthentic(BadInput):
    """Unsigned, wrongly signed, stale, dated in the future or replayed."""
