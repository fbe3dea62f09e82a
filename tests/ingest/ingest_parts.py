"""The running service, and shops that Stripe's events reach it for."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from shops import Shop

from demo.stack import Stack


@dataclass(frozen=True)
class Service:
    """The running service."""

    stack: Stack
    url: str
    http: httpx.AsyncClient

    def log(self) -> str:
        return (self.stack.folder / "ingest.log").read_text()


@dataclass(frozen=True)
class HeardShop:
    """A shop whose events Stripe sends to the service."""

    shop: Shop
    endpoint: str

    @property
    def name(self) -> str:
        return self.shop.name


def event(type: str, object: dict[str, Any], *, id: str = "evt_1", **fields: Any) -> bytes:
    """A snapshot event as Stripe writes it."""
    said = {
        "id": id,
        "object": "event",
        "api_version": "2026-10-28.clover",
        "created": int(datetime.now(UTC).timestamp()),
        "livemode": False,
        "type": type,
        "data": {"object": object},
    }
    return json.dumps({**said, **fields}).encode()


def event_headers(body: bytes, secret: str, *, at: datetime | None = None) -> dict[str, str]:
    stamp = int((at or datetime.now(UTC)).timestamp())
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={mac}"}
