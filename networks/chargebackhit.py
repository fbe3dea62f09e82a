"""Chargebackhit: signed webhooks in, `update-outcome` out.

https://api-docs.chargebackhit.com/ (fields, signature) and
https://doc.chargebackhit.com/resources/product-insights (types, outcome codes).
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from chargebacks import vocabulary
from chargebacks.alerts import Alert, AlertKind, AnswerMode, CardTransaction, NetworkProduct, ReasonClass
from chargebacks.outcomes import Acknowledgement, Outcome
from networks.adapter import Inbound, Reply, Setting, json_reply
from networks.cards import digits
from networks.http import Answer, already_final, call, json_object, refuse, shortened, words_of
from networks.payload import Fields, note_of, read_json
from networks.signatures import same, secret_of, unsigned, wrongly_signed
from networks.times import alert_moment, sale_moment
from runtime.connections import SourceSettings

PENDING, ACKNOWLEDGED = "pending", "acknowledged"

_KINDS = {
    "init-refund": AlertKind.REFUND_REQUEST,
    "resolved": AlertKind.NETWORK_RESOLVED,
    "prevented": AlertKind.PREVENTED,
    "inquiry": AlertKind.INQUIRY,
    "fraud-notification": AlertKind.FRAUD_REPORT,
    "dispute-notification": AlertKind.DISPUTE_NOTICE,
}
_PRODUCTS = {
    "ethoca": NetworkProduct.ETHOCA,
    "cdrn": NetworkProduct.CDRN,
    "rdr": NetworkProduct.RDR,
    "oi": NetworkProduct.ORDER_INSIGHT,
    "consumer-clarity": NetworkProduct.CONSUMER_CLARITY,
    "ce3": NetworkProduct.CE3,
    "fpt": NetworkProduct.FPT,
    "visa-fraud": NetworkProduct.TC40,
    "visa-dispute": NetworkProduct.TC15,
    "paypal": NetworkProduct.PAYPAL,
}
_REFUNDABLE = (NetworkProduct.ETHOCA, NetworkProduct.CDRN, NetworkProduct.PAYPAL, NetworkProduct.UNKNOWN)
_DECIDED_LATER = (AlertKind.REFUND_REQUEST, AlertKind.UNKNOWN)


class Chargebackhit:
    """The reply to a webhook is its outcome: `pending` where we decide later, `acknowledged` where nothing else is
    taken (https://doc.chargebackhit.com/resources/product-insights)."""

    kind: ClassVar[str] = "chargebackhit"
    default_base_url: ClassVar[str] = "https://api.chargebackhit.com"
    secrets: ClassVar[tuple[Setting, ...]] = (
        Setting(name="public_key", help="Public key from the HUB, sent in the public_key header."),
        Setting(name="secret_key", help="Secret key from the HUB, with which both sides sign."),
    )
    options: ClassVar[tuple[Setting, ...]] = ()

    def authenticate(self, request: Inbound, source: SourceSettings) -> None:
        """The HMAC alone decides. A proxy may drop `public_key` (nginx does, for its underscore); a wrong one is
        refused. Nothing signs a time, so replays are caught by the alert id."""
        public_key = secret_of(source, "public_key")
        signature = request.headers.get("signature")
        if not signature:
            raise unsigned("Signature header")
        named = request.headers.get("public_key", public_key)
        expected = sign(request.body, public_key=public_key, secret_key=secret_of(source, "secret_key"))
        if not same(named, public_key) or not same(signature, expected):
            raise wrongly_signed("Signature")

    def parse(self, body: bytes, source: SourceSettings, *, received_at: datetime) -> tuple[Alert, ...]:
        whole = Fields(read_json(body))
        alert = whole.inner("alert")
        kind, product, odd = _kind_and_product(alert)
        moment, no_time = alert_moment(alert.raw("date"), field="alert.date", received_at=received_at)
        transaction, no_sale_time = _transaction(whole, alert)
        money = alert.needed_money if kind is AlertKind.REFUND_REQUEST else alert.money
        return (
            Alert(
                source=source.name,
                provider=self.kind,
                provider_alert_id=alert.identifier("id"),
                product=product,
                kind=kind,
                reason_class=_reason_class(alert),
                reason_code=alert.text("reason_code", "reason_group"),
                alerted_at=moment.at,
                alerted_at_precision=moment.precision,
                received_at=received_at,
                amount=money(("amount",), ("currency",)),
                transaction=transaction,
                answer_mode=_answer_mode(kind, alert),
                raw_sha256=hashlib.sha256(body).hexdigest(),
                note=note_of(odd, no_time, no_sale_time),
            ),
        )

    def reply(self, alerts: tuple[Alert, ...]) -> Reply:
        if any(alert.kind in _DECIDED_LATER for alert in alerts):
            return json_reply({"outcome": PENDING})
        orders = [order for alert in alerts if (order := alert.transaction.merchant_order_id)]
        return json_reply({"outcome": ACKNOWLEDGED, **({"order": {"order_id": orders[0]}} if orders else {})})

    async def report(
        self, http: httpx.AsyncClient, source: SourceSettings, alert: Alert, outcome: Outcome
    ) -> Acknowledgement:
        """`POST /api/v2/alerts/{id}/update-outcome`. A refusal is held against what the alert says when read: which
        words refuse a second outcome is not documented."""
        decided = alert.kind in _DECIDED_LATER
        code = vocabulary.chargebackhit(outcome.code) if decided else ACKNOWLEDGED
        path = f"/api/v2/alerts/{quote(alert.provider_alert_id, safe='')}"
        body = json.dumps({"outcome": code, **_order(alert, outcome)}).encode()
        answer = await _signed(http, source, method="POST", path=f"{path}/update-outcome", content=body)
        if answer.accepted:
            held = _outcome_in(json_object(source, answer))
            return Acknowledgement(
                provider_code=code,
                already_known=held not in ("", PENDING, code),
                held=held or None,
                answer=shortened(source, held),
            )
        words = words_of(answer.body)
        held = await _held_outcome(http, source, path)
        if not held and not already_final(words):
            refuse(source, words, status=answer.status)
        said = shortened(source, f"holds {held or 'a final outcome'}: {words.sentence}")
        # Our reply to the webhook has given it already, and it is the only outcome that such an alert takes.
        expected = held == ACKNOWLEDGED and not decided
        return Acknowledgement(provider_code=code, already_known=not expected, held=held or None, answer=said)


def sign(body: bytes, *, public_key: str, secret_key: str) -> str:
    """base64 of the lower-case hex of HMAC-SHA512 over public key + raw body + public key."""
    message = public_key.encode() + body + public_key.encode()
    digest = hmac.new(secret_key.encode(), message, hashlib.sha512).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def _kind_and_product(alert: Fields) -> tuple[AlertKind, NetworkProduct, str | None]:
    """A request to refund what the network refunds by itself contradicts itself: then a person looks."""
    kind = _KINDS.get(alert.word("type"), AlertKind.UNKNOWN)
    product = _PRODUCTS.get(alert.word("product"), NetworkProduct.UNKNOWN)
    held = alert.word("outcome")
    if kind is AlertKind.REFUND_REQUEST and product not in _REFUNDABLE:
        return AlertKind.UNKNOWN, product, f"init-refund does not go with {product}"
    if kind is AlertKind.REFUND_REQUEST and held not in ("", PENDING):
        return AlertKind.UNKNOWN, product, f"arrived already answered: {held}"
    return kind, product, None


def _answer_mode(kind: AlertKind, alert: Fields) -> AnswerMode:
    """An inquiry is over in seconds; what was answered before it came in takes no other answer."""
    if kind is AlertKind.INQUIRY:
        return AnswerMode.SYNC_REPLY
    return AnswerMode.CALLBACK if alert.word("outcome") in ("", PENDING) else AnswerMode.NONE


def _reason_class(alert: Fields) -> ReasonClass:
    group = alert.word("reason_group")
    if not group:
        return ReasonClass.UNKNOWN
    return ReasonClass.FRAUD if "fraud" in group else ReasonClass.DISPUTE


def _transaction(whole: Fields, alert: Fields) -> tuple[CardTransaction, str | None]:
    sale, merchant = whole.inner("transaction"), whole.inner("merchant")
    moment, note = sale_moment(sale.raw("date"), field="transaction.date")
    transaction = CardTransaction(
        amount=sale.money(("amount",), ("currency",)),
        network_transaction_id=sale.text("transaction_id"),
        arn=sale.text("arn"),
        auth_code=sale.text("auth_code"),
        bin=digits(sale.text("bin"), lengths=(6, 7, 8)),
        last4=digits(sale.text("last_four"), lengths=(4,)),
        brand=sale.word("card_brand") or None,
        descriptor=alert.free_text("descriptor") or merchant.free_text("descriptor"),
        mcc=alert.text("mcc"),
        merchant_order_id=sale.text("transaction_merchant_id"),
        acquirer_bin=alert.text("acquirer_bin"),
        card_acceptor_id=alert.text("card_acceptor_id"),
    )
    if moment is not None:
        transaction = transaction.model_copy(update={"at": moment.at, "at_precision": moment.precision})
    return transaction, note


def _order(alert: Alert, outcome: Outcome) -> dict[str, Any]:
    """The order as far as it is known; with the refund where money went back."""
    sale = alert.transaction.amount or alert.amount
    order: dict[str, Any] = {
        "order_id": outcome.order_id or alert.transaction.merchant_order_id or outcome.charge_id,
        "date": alert.transaction.at.isoformat() if alert.transaction.at else None,
        "amount": sale.major_string() if sale else None,
        "currency": sale.currency if sale else None,
    }
    if outcome.refunded is not None:
        order["refund"] = {
            "amount": outcome.refunded.major_string(),
            "currency": outcome.refunded.currency,
        }
    known = {name: value for name, value in order.items() if value is not None}
    return {"order": known} if outcome.charge_id or outcome.refunded is not None else {}


def _outcome_in(body: dict[str, Any]) -> str:
    """The outcome an alert is said to have, from `{"alert": {"outcome": …}}`."""
    alert = body.get("alert", body)
    held = alert.get("outcome") if isinstance(alert, dict) else None
    return held if isinstance(held, str) else ""


async def _held_outcome(http: httpx.AsyncClient, source: SourceSettings, path: str) -> str:
    """The final outcome the source already holds, or an empty text."""
    answer = await _signed(http, source, method="GET", path=path, content=b"")
    held = _outcome_in(answer.body) if answer.accepted and isinstance(answer.body, dict) else ""
    return "" if held == PENDING else held


async def _signed(
    http: httpx.AsyncClient, source: SourceSettings, *, method: str, path: str, content: bytes
) -> Answer:
    public_key, secret_key = secret_of(source, "public_key"), secret_of(source, "secret_key")
    headers = {
        "public_key": public_key,
        "Signature": sign(content, public_key=public_key, secret_key=secret_key),
        "Content-Type": "application/json",
    }
    credentials = "the secrets public_key and secret_key"
    return await call(
        http, source, method=method, path=path, headers=headers, content=content, credentials=credentials
    )
