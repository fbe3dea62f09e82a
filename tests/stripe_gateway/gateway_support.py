"""What the gateway's tests share: the sandbox's handles, credentials, and small Stripe objects."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from chargebacks.alerts import Alert, AlertKind, CardTransaction, NetworkProduct
from chargebacks.charges import ChargeSnapshot, ChargeStatus, SnapshotOrigin
from chargebacks.money import Money
from chargebacks.refunds import EntryState, LedgerEntry
from runtime.connections import StripeCredentials

SHOP = "shop"
KEY = "sk_test_sandbox"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


class Sandbox:
    """The sandbox's control plane, and its API called directly where a test needs an object."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self._http = http

    async def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = await self._http.request(method, f"{self.url}/_sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def api(self, method: str, path: str, form: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = await self._http.request(method, f"{self.url}{path}", data=form, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def charge(self, *, account: str = "acct_1Sandbox", **fields: Any) -> dict[str, Any]:
        body = {"charges": [{"amount": 4999, **fields}], "account": account}
        made: dict[str, Any] = (await self.control("POST", "/charges", body))["charges"][0]
        return made

    async def fault(self, method: str, path: str, action: str, **when: Any) -> None:
        await self.control("POST", "/faults", {"method": method, "path": path, "action": action, **when})

    async def requests(self) -> list[dict[str, Any]]:
        logged: list[dict[str, Any]] = (await self.control("GET", "/requests"))["requests"]
        return logged


class Wire:
    """A server that answers everything with what it was told to, byte for byte; the last answer for good.

    `routes` go before that: answers by path, for calls that are made side by side.
    """

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.routes: dict[str, bytes] = {}
        self.heads: list[str] = []

    def at(self, path: str, body: Any, *, status: int = 200) -> None:
        self.says(status, body)
        self.routes[path] = self.answers.pop()

    def says(self, status: int, body: Any, **headers: str) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        head = {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(text)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in ({"Request-Id": "req_1"} | head).items()]
        self.answers.append(("\r\n".join(lines) + "\r\n\r\n" + text).encode())

    def fails(
        self, status: int, message: str = "", *, headers: dict[str, str] | None = None, **error: str
    ) -> None:
        self.says(status, {"error": {"message": message, **error}}, **(headers or {}))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        routed = self.routes.get(self.heads[-1].split()[1].partition("?")[0])
        if routed is None:
            routed = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        writer.write(routed)
        await writer.drain()
        writer.close()


def credentials(**changes: Any) -> StripeCredentials:
    facts: dict[str, Any] = {"account": SHOP, "api_key": SecretStr(KEY), "livemode": False}
    return StripeCredentials(**(facts | changes))


class Shops:
    """The configured accounts; a test may change one while the gateway runs."""

    def __init__(self) -> None:
        self.by_name = {SHOP: credentials()}

    async def credentials_of(self, account: str) -> StripeCredentials:
        return self.by_name[account]


def ledger_entry(
    charge_id: str, *, amount_minor: int = 4999, currency: str = "USD", revision: int = 1
) -> LedgerEntry:
    return LedgerEntry(
        account=SHOP,
        charge_id=charge_id,
        sequence=1,
        case_id="alert/cbh/1",
        provider_alert_id="1",
        amount_minor=amount_minor,
        currency=currency,
        state=EntryState.RESERVED,
        key_revision=revision,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
    )


def usd(amount_minor: int) -> Money:
    return Money(amount_minor=amount_minor, currency="USD")


def an_alert(**facts: Any) -> Alert:
    """An alert received at NOON about the sale that `facts` describe."""
    return Alert(
        source="cbh-main",
        provider="chargebackhit",
        provider_alert_id="1",
        product=NetworkProduct.ETHOCA,
        kind=AlertKind.REFUND_REQUEST,
        alerted_at=NOON,
        received_at=NOON,
        transaction=CardTransaction(**facts),
        raw_sha256="0" * 64,
    )


def a_charge(**changes: Any) -> ChargeSnapshot:
    """A captured charge of 49.99 USD as read from Stripe."""
    facts: dict[str, Any] = {
        "id": "ch_1",
        "payment_intent": "pi_1",
        "amount": usd(4999),
        "captured_minor": 4999,
        "captured": True,
        "status": ChargeStatus.SUCCEEDED,
        "created": NOON,
        "livemode": False,
        "origin": SnapshotOrigin.STRIPE,
        "as_of": NOON,
    }
    return ChargeSnapshot(**(facts | changes))


def a_stripe_charge(**changes: Any) -> dict[str, Any]:
    """A captured card payment as API version 2026-10-28.endive gives it, reduced to what matters here."""
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 4999,
        "amount_captured": 4999,
        "amount_refunded": 0,
        "currency": "usd",
        "captured": True,
        "status": "succeeded",
        "disputed": False,
        "created": 1_761_998_400,
        "livemode": False,
        "payment_intent": "pi_1",
        "customer": "cus_1",
        "metadata": {},
        "payment_method_details": {"type": "card", "card": a_card()},
    } | changes


def a_card(**changes: Any) -> dict[str, Any]:
    return {
        "brand": "visa",
        "network": "visa",
        "last4": "4242",
        "three_d_secure": None,
        "wallet": None,
    } | changes
