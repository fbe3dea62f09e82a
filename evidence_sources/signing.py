"""The signature on every question to a merchant's endpoint, so that it answers nobody else.

`Chargebacks-Signature: t=1764000000,v1=9f86…`: HMAC-SHA256, in hexadecimal, over the Unix time, a full stop and the raw
body, keyed with the source's secret. `docs/evidence-sources.md` says how to verify it.
"""

import hashlib
import hmac
from datetime import datetime

HEADER = "Chargebacks-Signature"


def signature(body: bytes, *, secret: str, at: datetime) -> str:
    """The header's value for this body, sent now."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
