"""What every check of a signed message shares: constant time, a narrow window around now, and refusals that reveal
nothing."""

import hmac
from datetime import datetime, timedelta

from chargebacks.errors import NotAuthentic

TOLERANCE = timedelta(minutes=5)
"""Signed timestamps may be this far off, into the past and into the future alike."""


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
