"""Merchants with one alert source each, and the messages that reach them: real ones, and all kinds of wrong ones."""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr
from shops import POLICY, Shop, open_shop

from demo.stack import Stack, post
from networks.adapter import Inbound
from networks.registry import ADAPTERS
from operations.start import StartedCase, start_alert
from runtime.connections import SourceSettings
from store import StoredMessage

SECRETS: Mapping[str, Mapping[str, str]] = {
    "chargebackhit": {"public_key": "cbh_public_sandbox", "secret_key": "cbh_secret_sandbox"},
    "ethoca": {
        "consumer_key": "ethoca-consumer-key-sandbox",
        "signing_key": "not a key",
        "push_username": "ethoca-sandbox",
        "push_password": "ethoca-password-sandbox",
    },
    "reseller": {"api_token": "reseller-token-sandbox", "webhook_token": "merchant-token-sandbox"},
    "payshield": {"rcode": "payshield-rcode-sandbox", "webhook_token": "merchant-token-sandbox"},
    "chargeblast": {
        "api_key": "chargeblast-key-sandbox",
        "webhook_secret": "whsec_Y2hhcmdlYmxhc3Qtd2ViaG9vay1zYW5kYm94",
    },
    "stripe_efw": {"webhook_secret": "whsec_bad_input_fake"},
}
"""What the stand-ins sign with."""

ACTING = POLICY + '\n[fraud_report]\nrefund = true\nlimits = { USD = "500.00" }\n'

_number = itertools.count(1)


@dataclass(frozen=True)
class Letter:
    """A message as it arrives, and when."""

    headers: Mapping[str, str]
    body: bytes
    at: datetime

    def with_body(self, body: bytes) -> "Letter":
        return replace(self, body=body)

    def without(self, *headers: str) -> "Letter":
        kept = {name: value for name, value in self.headers.items() if name.lower() not in headers}
        return replace(self, headers=kept)

    def arriving(self, at: datetime) -> "Letter":
        return replace(self, at=at)


@dataclass(frozen=True)
class Merchant:
    """A shop that acts by itself on what its one alert source says."""

    shop: Shop
    source: SourceSettings

    async def letter(self, **fields: Any) -> Letter:
        """A message as the provider sends it, by the stand-in's neutral fields (see `sandbox.networks.payloads`)."""
        network = "reseller" if self.source.kind == "payshield" else self.source.kind
        made = await post(
            self.shop.stack.networks_control, "/_networks/alerts/generate", {"network": network, **fields}
        )
        return Letter(headers=made["headers"], body=made["body"].encode(), at=datetime.now(UTC))

    async def take_in(self, letter: Letter) -> tuple[StartedCase, ...]:
        """What the ingest service does with a request: authenticate, keep, parse, start."""
        stack = self.shop.stack
        source = await stack.store.sources.source(self.source.name)
        adapter = ADAPTERS[source.kind]
        adapter.authenticate(Inbound(headers=letter.headers, body=letter.body, received_at=letter.at), source)
        return await start_alert(stack.client, stack.store, source, adapter, letter.body, letter.at)

    async def kept(self) -> list[StoredMessage]:
        """What is kept of refused messages of this source."""
        refused = await self.shop.stack.store.inbox.refused(limit=10_000)
        return [message for message in refused if message.source == self.source.name]

    async def nothing_came_of_it(self) -> bool:
        """No case, nothing that waits to become one, and not one call to Stripe with this merchant's key."""
        store = self.shop.stack.store
        cases = await store.cases.list_cases(account=self.shop.name)
        waiting = [one for one in await store.inbox.pending(limit=10_000) if one.source == self.source.name]
        answer = await self.shop.stack.stripe_control.get("/_sandbox/requests")
        calls = [call for call in answer.json()["requests"] if call["account"] == self.shop.account]
        return not cases and not waiting and not calls


OpenMerchant = Callable[[str], Awaitable[Merchant]]
"""What the fixture `merchant` gives: a merchant with a source of that kind."""


def warning(charge: str = "ch_sandbox", **changed: Any) -> dict[str, Any]:
    """An event with Stripe's early fraud warning (https://docs.stripe.com/api/radar/early_fraud_warnings)."""
    early = {
        "id": f"issfr_badinput{next(_number)}",
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": charge,
        "created": int(datetime.now(UTC).timestamp()) - 60,
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
    }
    return {
        "id": f"evt_badinput{next(_number)}",
        "object": "event",
        "type": "radar.early_fraud_warning.created",
        "data": {"object": {**early, **changed}},
    }


def signed(kind: str, body: bytes) -> Letter:
    """Any bytes, with the headers that prove the provider sent them. Written from the providers' documentation."""
    now = datetime.now(UTC)
    return Letter(headers=_PROOFS[kind](SECRETS[kind], body, str(int(now.timestamp()))), body=body, at=now)


def event(body: Mapping[str, Any]) -> Letter:
    return signed("stripe_efw", json.dumps(body).encode())


def _chargebackhit(secrets: Mapping[str, str], body: bytes, stamp: str) -> dict[str, str]:
    key = secrets["public_key"]
    mac = hmac.new(secrets["secret_key"].encode(), key.encode() + body + key.encode(), hashlib.sha512)
    return {"public_key": key, "Signature": base64.b64encode(mac.hexdigest().encode()).decode()}


def _basic(secrets: Mapping[str, str], body: bytes, stamp: str) -> dict[str, str]:
    pair = f"{secrets['push_username']}:{secrets['push_password']}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _bearer(secrets: Mapping[str, str], body: bytes, stamp: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secrets['webhook_token']}"}


def _svix(secrets: Mapping[str, str], body: bytes, stamp: str) -> dict[str, str]:
    key = base64.b64decode(secrets["webhook_secret"].removeprefix("whsec_"))
    mac = hmac.new(key, f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"svix-id": "msg_1", "svix-timestamp": stamp, "svix-signature": signature}


def _stripe(secrets: Mapping[str, str], body: bytes, stamp: str) -> dict[str, str]:
    mac = hmac.new(secrets["webhook_secret"].encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return {"Stripe-Signature": f"t={stamp},v1={mac.hexdigest()}"}


_PROOFS: Mapping[str, Callable[[Mapping[str, str], bytes, str], dict[str, str]]] = {
    "chargebackhit": _chargebackhit,
    "ethoca": _basic,
    "reseller": _bearer,
    "payshield": _bearer,
    "chargeblast": _svix,
    "stripe_efw": _stripe,
}


async def open_merchant(stack: Stack, kind: str, *, policy: str = ACTING) -> Merchant:
    """A merchant of its own for a test: account, key, policy and one source of that kind."""
    name = f"{kind.replace('_', '-')}-{next(_number)}"
    shop = await open_shop(stack, name, policy=policy)
    control = str(stack.networks_control.base_url).rstrip("/")
    path = {"ethoca": "", "stripe_efw": ""}.get(kind, f"/{kind}")
    source = SourceSettings(
        name=f"alerts-of-{name}",
        kind=kind,
        account=name,
        base_url=control + path,
        secrets={secret: SecretStr(value) for secret, value in SECRETS[kind].items()},
    )
    await stack.store.sources.connect_source(source)
    return Merchant(shop=shop, source=source)
