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
        webhooks, account = self._sandbox.webhooks, self._sandbox.accounts[delivery.account]
        event, endpoint = account.tables["events"].get(delivery.event), self._endpoint(account, delivery)
        if event is None or endpoint is None:
            delivery.due = None
            return
        attempts = [
            await self._post(client, account, event, endpoint)
            for _ in range(2 if webhooks.settings.duplicate else 1)
        ]
        webhooks.tried(delivery, attempts)
        event["pending_webhooks"] = webhooks.pending(delivery.event)

    def _endpoint(self, account: Account, delivery: Delivery) -> Object | None:
        """The endpoint, if it is still there and enabled."""
        owners = (
            [account] if account.platform is None else [account, self._sandbox.accounts[account.platform]]
        )
        for owner in owners:
            endpoint = owner.tables["webhook_endpoints"].get(delivery.endpoint)
            if endpoint is not None and endpoint.get("status") == "enabled":
                return endpoint
        return None

    async def _post(
        self, client: httpx.AsyncClient, account: Account, event: Object, endpoint: Object
    ) -> Attempt:
        """Signed with the real time: receivers compare it with their own clock."""
        webhooks, at = self._sandbox.webhooks, self._sandbox.clock.now()
        registration = webhooks.registered[endpoint["id"]]
        sent = event | ({"account": account.id} if registration.connect else {})
        body = json.dumps(sent, indent=2).encode()
        header = signature(body, secret=registration.secret, at=int(time.time()))
        headers = HEADERS | {"Stripe-Signature": header}
        try:
            answer = await client.post(
                endpoint["url"], content=body, headers=headers, timeout=webhooks.settings.timeout
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Attempt(at=at, status=None, error=f"{type(error).__name__}: {error}")
        return Attempt(at=at, status=answer.status_code, error=None)
