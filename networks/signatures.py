"""What every signature check shares: constant time, a narrow window around now, and refusals that reveal nothing."""

import hmac
from datetime import datetime, timedelta

from chargebacks.errors import NeedsOperator, NotAuthentic
from runtime.connections import SourceSettings

TOLERANCE = timedelta(minutes=5)
"""Signed timestamps may be this far off, into the past and into the future alike."""


def secret_of(source: SourceSettings, name: str) -> str:
    """A configured secret; `NeedsOperator` when it is missing, because then nobody can be told apart."""
    secret = optional_secret(source, name)
    if secret is None:
        raise NeedsOperator(
            f"The alert source {source.name} has no secret {name!r}: add it to the source's settings.",
            reason="secret_missing",
        )
    return secret


def optional_secret(source: SourceSettings, name: str) -> str | None:
    """A configured secret without the line end that copying often adds, or None."""
    secret = source.secrets.get(name)
    return secret.get_secret_value().strip() or None if secret is not None else None


def same(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def check_signed_time(text: str, *, now: datetime) -> None:
    """Refuse a signed Unix timestamp that is stale or lies ahead, so that a captured message cannot be kept."""
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise NotAuthentic("The signed timestamp is not in Unix seconds.", reason="wrong_signature")
    off = int(text) - int(now.timestamp())
    if off < -TOLERANCE.total_seconds():
        raise NotAuthentic(f"The message was signed {-off} seconds ago.", reason="stale_signature")
    if off > TOLERANCE.total_seconds():
        raise NotAuthentic(f"The message is signed {off} seconds ahead of now.", reason="future_signature")


def unsigned(what: str) -> NotAuthentic:
    return NotAuthentic(f"The message carries no {what}.", reason="unsigned")


def wrongly_signed(what: str) -> NotAuthentic:
    return NotAuthentic(f"The {what} does not fit this message and source.", reason="wrong_signature")
