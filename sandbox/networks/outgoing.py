"""Messages as a provider puts them on the wire: headers, signature and body, and forged ones."""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sandbox.networks import chargebackhit, chargeblast, payloads, reseller
from sandbox.networks.memory import Alert, Memory

FORGERIES = ("unsigned", "wrong_signature", "altered_body", "stale")

Signed = tuple[dict[str, str], bytes]

_STALE_BY_SECONDS = 600
_ETHOCA_WINDOW = timedelta(hours=24)
_CDRN_WINDOW = timedelta(hours=72)
_CHARGEBLAST_WINDOW = timedelta(hours=72)


@dataclass(frozen=True)
class Message:
    """One HTTP POST of an alert; a forged one is not signed anew when it is sent again."""

    headers: dict[str, str]
    body: bytes
    forged: bool = False


def make_alert(memory: Memory, fields: payloads.AlertFields) -> Alert:
    """Build and sign an alert; it is not registered yet."""
    built = payloads.build(fields, now=memory.clock.now())
    body = payloads.encode(fields.network, built.payload)
    alert = describe(
        network=fields.network,
        alert_id=built.id,
        alert_type=built.type,
        product=built.product,
        memory=memory,
    )
    alert.amount, alert.currency, alert.alert_at = fields.amount, fields.currency, built.alert_at
    alert.body, alert.pullable = body, fields.form == "pull"
    alert.headers = sign(memory, fields.network, body, event=fields.event).headers
    return alert


def describe(*, network: str, alert_id: str, alert_type: str, product: str, memory: Memory) -> Alert:
    """An alert with the window its product has, and whether it closes by itself when that has passed."""
    answerable = _is_answerable(network, alert_type)
    window, expires = None, False
    if answerable and network == "chargeblast":
        window, expires = _CHARGEBLAST_WINDOW, True
    elif answerable and product == "cdrn":
        window, expires = _CDRN_WINDOW, network == "reseller"
    elif answerable and product == "ethoca":
        window = _ETHOCA_WINDOW
    return Alert(
        network=network,
        id=alert_id,
        type=alert_type,
        product=product,
        alert_at=memory.clock.now(),
        window=window,
        expires=expires,
    )


def sign(memory: Memory, network: str, body: bytes, *, event: str, forge: str | None = None) -> Message:
    """A message with the provider's headers; `forge` says how it is not authentic."""
    headers, sent = _SIGNERS[network](memory, body, event, forge)
    return Message(headers, sent, forged=forge is not None)


def signed_anew(memory: Memory, message: Message) -> Message:
    """The message for another attempt: Svix keeps the id and signs the time of the attempt."""
    if message.forged or "svix-id" not in message.headers:
        return message
    secret = memory.credentials.chargeblast.webhook_secret
    timestamp = int(memory.clock.real().timestamp())
    signature = chargeblast.svix_signature(
        message.body, message_id=message.headers["svix-id"], timestamp=timestamp, secret=secret
    )
    fresh = {"svix-timestamp": str(timestamp), "svix-signature": signature}
    return Message(message.headers | fresh, message.body)


def _is_answerable(network: str, alert_type: str) -> bool:
    return {
        "chargebackhit": alert_type == chargebackhit.REFUND_REQUEST,
        "ethoca": True,
        "reseller": alert_type == reseller.REFUND_REQUEST,
        "chargeblast": alert_type in chargeblast.ACTIONABLE,
    }[network]


def _chargebackhit(memory: Memory, body: bytes, event: str, forge: str | None) -> Signed:
    keys = memory.credentials.chargebackhit
    secret = "another_secret" if forge == "wrong_signature" else keys.secret_key
    signature = chargebackhit.sign(body, public_key=keys.public_key, secret_key=secret)
    headers = {"Content-Type": "application/json"}
    if forge != "unsigned":
        headers |= {"public_key": keys.public_key, "Signature": signature}
    return headers, _altered(body, forge)


def _ethoca(memory: Memory, body: bytes, event: str, forge: str | None) -> Signed:
    keys = memory.credentials.ethoca
    password = "another password" if forge == "wrong_signature" else keys.push_password
    basic = base64.b64encode(f"{keys.push_username}:{password}".encode()).decode()
    headers = {"Content-Type": "application/json"}
    if forge != "unsigned":
        headers["Authorization"] = f"Basic {basic}"
    return headers, body


def _reseller(memory: Memory, body: bytes, event: str, forge: str | None) -> Signed:
    token = "another-token" if forge == "wrong_signature" else memory.credentials.reseller.webhook_token
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if forge != "unsigned":
        headers["Authorization"] = f"Bearer {token}"
    return headers, body


def _chargeblast(memory: Memory, body: bytes, event: str, forge: str | None) -> Signed:
    secret = memory.credentials.chargeblast.webhook_secret
    if forge == "wrong_signature":
        secret = "whsec_" + base64.b64encode(b"another secret").decode()
    message_id = f"msg_{secrets.token_hex(12)}"
    timestamp = int(memory.clock.real().timestamp()) - (_STALE_BY_SECONDS if forge == "stale" else 0)
    signature = chargeblast.svix_signature(body, message_id=message_id, timestamp=timestamp, secret=secret)
    headers = {"Content-Type": "application/json", "X-Event-Type": event}
    if forge != "unsigned":
        headers |= {
            "svix-id": message_id,
            "svix-timestamp": str(timestamp),
            "svix-signature": signature,
        }
    return headers, _altered(body, forge)


def _altered(body: bytes, forge: str | None) -> bytes:
    """The same JSON in other bytes: what re-serialising before the check would hide."""
    return body + b"\n" if forge == "altered_body" else body


_SIGNERS: Mapping[str, Callable[[Memory, bytes, str, str | None], Signed]] = {
    "chargebackhit": _chargebackhit,
    "ethoca": _ethoca,
    "reseller": _reseller,
    "chargeblast": _chargeblast,
}
