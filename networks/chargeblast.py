"""Chargeblast: a reseller of Ethoca, CDRN, RDR and the card networks' own programmes. Svix webhooks in, one result out.

https://docs.chargeblast.com/api-reference/webhooks/setup (fields, signature),
https://docs.chargeblast.com/reference/alert-types (`subprovider`) and
https://docs.chargeblast.com/reference/reason-codes (results).
"""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from typing import ClassVar, NamedTuple
from urllib.parse import quote

import httpx

from chargebacks import vocabulary
from chargebacks.alerts import Alert, AlertKind, AnswerMode, CardTransaction, NetworkProduct, ReasonClass
from chargebacks.errors import NeedsOperator
from chargebacks.outcomes import Acknowledgement, Outcome
from networks.adapter import Inbound, Reply, Setting, json_reply
from networks.cards import read_card
from networks.http import call, held_or_refused, json_object
from networks.payload import Fields, note_of, read_json
from networks.signatures import check_signed_time, same, secret_of, unsigned, wrongly_signed
from networks.times import alert_moment, sale_moment
from runtime.connections import SourceSettings

_PROGRAMMES = {
    "ethoca": (NetworkProduct.ETHOCA, AlertKind.REFUND_REQUEST),
    "cdrn": (NetworkProduct.CDRN, AlertKind.REFUND_REQUEST),
    "amex": (NetworkProduct.AMEX, AlertKind.REFUND_REQUEST),
    "discover": (NetworkProduct.DISCOVER, AlertKind.REFUND_REQUEST),
    "jcb": (NetworkProduct.JCB, AlertKind.REFUND_REQUEST),
    "rdr": (NetworkProduct.RDR, AlertKind.UNKNOWN),
    "tc40": (NetworkProduct.TC40, AlertKind.FRAUD_REPORT),
    "safe": (NetworkProduct.SAFE, AlertKind.FRAUD_REPORT),
    "tc15": (NetworkProduct.TC15, AlertKind.DISPUTE_NOTICE),
    "cancel": (NetworkProduct.UNKNOWN, AlertKind.CANCEL_ONLY),
}
"""By `subprovider`. What an RDR notice means is said by `acquirerAction`."""
_RDR_ACTIONS = {
    "resolved": AlertKind.NETWORK_RESOLVED,
    "accepted": AlertKind.NETWORK_RESOLVED,
    "declined": AlertKind.NETWORK_DECLINED,
}
_OPEN = ("", "wip")
_CHARGE_PREFIXES = ("ch_", "py_", "pi_")


class Chargeblast:
    """`reasonCode` in its webhooks is the outcome, not the reason: anything but WIP means already answered."""

    kind: ClassVar[str] = "chargeblast"
    default_base_url: ClassVar[str] = "https://api.chargeblast.com"
    secrets: ClassVar[tuple[Setting, ...]] = (
        Setting(name="api_key", help="API key, sent in the X-API-Key header."),
        Setting(name="webhook_secret", help="Signing secret (whsec_…) of the webhook."),
    )
    options: ClassVar[tuple[Setting, ...]] = ()

    def authenticate(self, request: Inbound, source: SourceSettings) -> None:
        """Svix: `v1,` + base64(HMAC-SHA256 over `{id}.{timestamp}.{raw body}`), one of several may fit
        (https://docs.svix.com/receiving/verifying-payloads/how-manual)."""
        message_id, timestamp, given = (
            request.headers.get(name, "") for name in ("svix-id", "svix-timestamp", "svix-signature")
        )
        if not (message_id and timestamp and given):
            raise unsigned("svix-id, svix-timestamp and svix-signature headers")
        expected = sign(
            request.body, message_id=message_id, timestamp=timestamp, secret=_signing_secret(source)
        )
        if not any(same(signature, f"v1,{expected}") for signature in given.split()):
            raise wrongly_signed("svix-signature")
        check_signed_time(timestamp, now=request.received_at)

    def parse(self, body: bytes, source: SourceSettings, *, received_at: datetime) -> tuple[Alert, ...]:
        given = Fields(read_json(body))
        meaning = _meaning(given)
        moment, no_time = alert_moment(given.raw("createdAt"), field="createdAt", received_at=received_at)
        transaction, no_sale_time = _transaction(given)
        money = given.needed_money if meaning.kind is AlertKind.REFUND_REQUEST else given.money
        return (
            Alert(
                source=source.name,
                provider=self.kind,
                provider_alert_id=given.identifier("alertId", "id"),
                product=meaning.product,
                kind=meaning.kind,
                reason_class=_reason_class(given),
                alerted_at=moment.at,
                alerted_at_precision=moment.precision,
                received_at=received_at,
                amount=money(("amount",), ("currency",)),
                transaction=transaction,
                issuer=given.free_text("issuer"),
                answer_mode=meaning.answer,
                raw_sha256=hashlib.sha256(body).hexdigest(),
                note=note_of(meaning.odd, no_time, no_sale_time),
            ),
        )

    def reply(self, alerts: tuple[Alert, ...]) -> Reply:
        return json_reply({"received": True})

    async def report(
        self, http: httpx.AsyncClient, source: SourceSettings, alert: Alert, outcome: Outcome
    ) -> Acknowledgement:
        """`POST /api/v2/alerts/update/{id}` with `result`. Only the first one counts."""
        result = vocabulary.chargeblast(outcome.code)
        answer = await call(
            http,
            source,
            method="POST",
            path=f"/api/v2/alerts/update/{quote(alert.provider_alert_id, safe='')}",
            headers={"X-API-Key": secret_of(source, "api_key"), "Content-Type": "application/json"},
            content=json.dumps({"result": result}).encode(),
            credentials="the secret api_key",
        )
        if not answer.accepted or json_object(source, answer).get("success") is False:
            return held_or_refused(source, answer, code=result)
        return Acknowledgement(provider_code=result)


def sign(body: bytes, *, message_id: str, timestamp: str, secret: bytes) -> str:
    """The signature in base64, without its version."""
    signed = f"{message_id}.{timestamp}.".encode("utf-8", "replace") + body
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def _signing_secret(source: SourceSettings) -> bytes:
    try:
        return base64.b64decode(secret_of(source, "webhook_secret").removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise NeedsOperator(
            f"The secret webhook_secret of {source.name} is not whsec_ followed by base64.",
            reason="bad_secret",
        ) from error


class _Meaning(NamedTuple):
    """What an alert is about, what it wants, how it is answered, and what is odd about it."""

    product: NetworkProduct
    kind: AlertKind
    answer: AnswerMode
    odd: str | None = None


def _meaning(given: Fields) -> _Meaning:
    subprovider, result = given.word("subprovider"), given.word("reasonCode")
    if subprovider not in _PROGRAMMES:
        odd = f"unknown subprovider {subprovider or '(none)'}"
        return _Meaning(NetworkProduct.UNKNOWN, AlertKind.UNKNOWN, AnswerMode.CALLBACK, odd)
    product, kind = _PROGRAMMES[subprovider]
    if kind is not AlertKind.REFUND_REQUEST:
        return _rdr(given) if product is NetworkProduct.RDR else _Meaning(product, kind, AnswerMode.NONE)
    if result in _OPEN:
        return _Meaning(product, kind, AnswerMode.CALLBACK)
    return _Meaning(product, AlertKind.UNKNOWN, AnswerMode.NONE, f"arrived already answered: {result}")


def _rdr(given: Fields) -> _Meaning:
    action = given.word("acquirerAction")
    if action in _RDR_ACTIONS:
        return _Meaning(NetworkProduct.RDR, _RDR_ACTIONS[action], AnswerMode.NONE)
    odd = f"RDR without a known action: {action or '(none)'}"
    return _Meaning(NetworkProduct.RDR, AlertKind.UNKNOWN, AnswerMode.CALLBACK, odd)


def _reason_class(given: Fields) -> ReasonClass:
    words = {"fraud": ReasonClass.FRAUD, "dispute": ReasonClass.DISPUTE}
    return words.get(given.word("alertType"), ReasonClass.UNKNOWN)


def _transaction(given: Fields) -> tuple[CardTransaction, str | None]:
    """The sale. Its date usually comes as a bare date written as midnight."""
    moment, note = sale_moment(given.raw("transactionDate"), field="transactionDate", midnight_is_date=True)
    card, order = read_card(given.text("card")), given.text("externalOrder") or ""
    transaction = CardTransaction(
        amount=given.money(("transactionAmount",), ("transactionCurrency", "currency")),
        network_transaction_id=given.text("networkId"),
        arn=given.text("arn"),
        auth_code=given.text("authCode"),
        bin=card.bin,
        last4=card.last4,
        brand=given.word("cardBrand") or None,
        descriptor=given.free_text("descriptor"),
        merchant_order_id=_order_number(given),
        stripe_id=order if order.startswith(_CHARGE_PREFIXES) else None,
    )
    if moment is not None:
        transaction = transaction.model_copy(update={"at": moment.at, "at_precision": moment.precision})
    return transaction, note


def _order_number(given: Fields) -> str | None:
    attributes = given.raw("attributes")
    return Fields(attributes).text("order_number") if isinstance(attributes, dict) else None
