"""Sends events to webhook endpoints, signed over the raw bytes. https://docs.stripe.com/webhooks/signature"""

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import suppress

import httpx

from sandbox.state import Account, Sandbox
from sandbox.tables import Object
from sandbox.webhooks import Attempt, Delivery

TICK_SECONDS = 0.25
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
}


def signature(body: bytes, *, secret: str, at: int) -> str:
    """The Stripe-Signature header. The scheme v0 stands for nothing; Stripe adds it in test mode."""
    signed = f"{at}.".encode() + body
    mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac},v0={hashlib.sha256(signed).hexdigest()}"


class WebhookSender:
    """Fans events out to endpoints and posts them, one after another to each endpoint."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._changed = asyncio.Event()
        self._busy: set[str] = set()

    def fan_out(self, account: Account, event: Object) -> None:
        """Expect a delivery to every endpoint that listens to this event."""
        webhooks, now = self._sandbox.webhooks, self._sandbox.clock.now()
        id, type = event["id"], event["type"]
        for endpoint in self._listening(account, type):
            webhooks.expect(account=account.id, event=id, type=type, endpoint=endpoint, now=now)
        event["pending_webhooks"] = webhooks.pending(id)
        self._changed.set()

    def _listening(self, account: Account, type: str) -> list[str]:
        """The ids of the account's own endpoints and of those its platform made for connected accounts."""
        heard = [(account, False)]
        if account.platform is not None:
            heard.append((self._sandbox.accounts[account.platform], True))
        return [
            endpoint["id"]
            for owner, connect in heard
            for endpoint in owner.tables["webhook_endpoints"].newest_first()
            if endpoint["status"] == "enabled"
            and self._sandbox.webhooks.registered[endpoint["id"]].connect is connect
            and {"*", type} & set(endpoint["enabled_events"])
        ]

    async def run(self) -> None:
        """Send what is due for as long as the sandbox runs."""
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.TaskGroup() as sending:
            while True:
                self._changed.clear()
                due = self._sandbox.webhooks.endpoints_with_due(self._sandbox.clock.now())
                for endpoint in due - self._busy:
                    self._busy.add(endpoint)
                    sending.create_task(self._drain(client, endpoint))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), TICK_SECONDS)

    async def _drain(self, client: httpx.AsyncClient, endpoint: str) -> None:
        try:
            while (one := self._sandbox.webhooks.take_due(endpoint, self._sandbox.clock.now())) is not None:
                await self._deliver(client, one)
        finally:
            self._busy.discard(endpoint)

    async def _deliver(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        """Everything is looked up before the first wait: a reset may come in between."""
        webhooks, accounts = self._sandbox.webhooks, self._sandbox.accounts
        registration = webhooks.registered[delivery.endpoint]
        event = accounts[delivery.account].tables["events"].get(delivery.event)
        endpoint = accounts[registration.account].tables["webhook_endpoints"].get(delivery.endpoint)
        if event is None or endpoint is None or endpoint["status"] != "enabled":
            delivery.due = None
            return
        sent = event | ({"account": delivery.account} if registration.connect else {})
        body, settings = json.dumps(sent, indent=2).encode(), webhooks.settings
        attempts = [
            await self._post(
                client, endpoint["url"], body, secret=registration.secret, patience=settings.timeout
            )
            for _ in range(2 if settings.duplicate else 1)
        ]
        webhooks.tried(delivery, attempts)
        event["pending_webhooks"] = webhooks.pending(delivery.event)

    async def _post(
        self, client: httpx.AsyncClient, url: str, body: bytes, *, secret: str, patience: int
    ) -> Attempt:
        """Signed with the real time: receivers compare it with their own clock."""
        at = self._sandbox.clock.now()
        header = signature(body, secret=secret, at=int(time.time()))
        headers = HEADERS | {"Stripe-Signature": header}
        try:
            answer = await client.post(url, content=body, headers=headers, timeout=patience)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Attempt(at=at, status=None, error=f"{type(error).__name__}: {error}")
        return Attempt(at=at, status=answer.status_code, error=None)
