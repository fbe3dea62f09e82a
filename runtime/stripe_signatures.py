"""Stripe's signature on what it sends to webhook endpoints: https://docs.stripe.com/webhooks#verify-manually

`Stripe-Signature: t=…,v1=…[,v1=…]`: HMAC-SHA256 over `{t}.{raw body}`. Stripe's own SDK lets a timestamp lie ahead of
now and reads the body as text first; this check refuses the one, takes the bytes as they came, and needs no SDK.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from runtime.signatures import check_signed_time, same, unsigned, wrongly_signed

HEADER = "Stripe-Signature"

MOST_SIGNATURES = 16
"""Stripe signs once per secret that holds, and a rolled secret holds for a day at most
(https://docs.stripe.com/webhooks#roll-endpoint-secrets): what carries more was not written by Stripe."""


def verify(body: bytes, header: str | None, secrets: Sequence[SecretStr], *, now: datetime) -> None:
    """Any one of the signatures may fit any one of the secrets (`whsec_…`), as either side may be in the middle of a
    change. NotAuthentic when none does, also without a secret, and when it was signed more than five minutes before
    or after `now`."""
    if not header:
        raise unsigned(f"{HEADER} header")
    parts = [part.strip().partition("=") for part in header.split(",", 2 * MOST_SIGNATURES)]
    times = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not 0 < len(signatures) <= MOST_SIGNATURES:
        raise wrongly_signed(HEADER)
    keys = [secret.get_secret_value().strip() for secret in secrets]
    expected = [sign(body, secret=key, timestamp=times[0]) for key in keys if key]
    if not any(same(given, right) for given in signatures for right in expected):
        raise wrongly_signed(HEADER)
    check_signed_time(times[0], now=now)


def sign(body: bytes, *, secret: str, timestamp: str) -> str:
    """The v1 signature in lower-case hex."""
    signed = timestamp.encode("utf-8", "replace") + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
