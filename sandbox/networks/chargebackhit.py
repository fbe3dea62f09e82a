"""Chargebackhit's alert API: read an alert, list alerts, answer one.

Fields and codes: https://api-docs.chargebackhit.com/ and
https://doc.chargebackhit.com/resources/product-insights.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.networks import checks
from sandbox.networks.chargebackhit_list import select
from sandbox.networks.memory import Alert, Attempt, JsonObject, Memory, Refused, parse_json, plain

NETWORK = "chargebackhit"

REFUND_REQUEST = "init-refund"
INQUIRY = "inquiry"
TYPES = (REFUND_REQUEST, INQUIRY, "resolved", "prevented", "fraud-notification", "dispute-notification")

PENDING = "pending"
REVERSED = "reversed"
REFUND_OUTCOMES = (
    REVERSED,
    "previously-reversed",
    "duplicate",
    "decline",
    "not-found",
    "acknowledged",
    PENDING,
    "shipped",
    "error",
    "reverse-error",
)
INQUIRY_PARTS = ("order", "customer", "transactions", "products")
OUTCOME_FIELDS = frozenset({"outcome", "merchant", *INQUIRY_PARTS})
ORDER_FIELDS = frozenset({"order_id", "date", "amount", "currency", "address", "refund"})

# What GET /alerts/{id} does not repeat of the webhook.
_NOT_REPEATED = {
    "alert": ("acquirer_bin", "mcc", "reason_group"),
    "transaction": ("transaction_id", "type", "auth_code"),
    "merchant": ("name",),
}


def sign(body: bytes, *, public_key: str, secret_key: str) -> str:
    """The ``Signature`` header: base64 of the lower-case hex of HMAC-SHA512 over key + body + key."""
    message = public_key.encode() + body + public_key.encode()
    digest = hmac.new(secret_key.encode(), message, hashlib.sha512).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def routes(memory: Memory) -> list[BaseRoute]:
    """The API below ``/chargebackhit``."""

    async def retrieve(request: Request) -> Response:
        try:
            await _authenticated(memory, request)
            return JSONResponse(_alert_view(memory.find(NETWORK, request.path_params["id"])))
        except Refused as refusal:
            return refusal_response(refusal)

    async def list_alerts(request: Request) -> Response:
        try:
            query = parse_json(await _authenticated(memory, request) or b"{}")
            return JSONResponse(select([_alert_view(alert) for alert in memory.alerts(NETWORK)], query))
        except Refused as refusal:
            return refusal_response(refusal)

    async def update_outcome(request: Request) -> Response:
        alert_id, raw = request.path_params["id"], await request.body()
        try:
            await _authenticated(memory, request)
        except Refused as refusal:
            memory.refuse(
                network=NETWORK,
                alert_id=alert_id,
                body=None,
                raw=raw.decode("utf-8", "replace"),
                refusal=refusal,
            )
            return refusal_response(refusal)
        try:
            take_outcome(memory, alert_id, raw, channel="api")
        except Refused as refusal:
            return refusal_response(refusal)
        return JSONResponse(_alert_view(memory.find(NETWORK, alert_id)))

    base = "/chargebackhit/api/v2/alerts"
    return [
        Route(f"{base}/list", list_alerts, methods=["POST"]),
        Route(f"{base}/{{id}}", retrieve, methods=["GET"]),
        Route(f"{base}/{{id}}/update-outcome", update_outcome, methods=["POST"]),
    ]


def refusal_response(refusal: Refused) -> Response:
    """``{"error": {"code", "message", "constraints"}}``."""
    error: JsonObject = {"code": refusal.code, "message": refusal.message}
    if refusal.constraints:
        error["constraints"] = refusal.constraints
    return JSONResponse({"error": error}, status_code=refusal.status)


def take_outcome(memory: Memory, alert_id: str, raw: bytes, *, channel: str) -> Attempt:
    """Judge and record one outcome, from the API or from the reply to a webhook; raises what it refuses."""
    text, body = raw.decode("utf-8", "replace"), None
    try:
        body = parse_json(raw)
        alert = memory.find(NETWORK, alert_id)
        outcome = _judge(alert, body)
        return memory.accept(
            alert, outcome=outcome, body=plain(body), raw=text, final=outcome != PENDING, channel=channel
        )
    except Refused as refusal:
        told = body.get("outcome") if body else None
        memory.refuse(
            network=NETWORK,
            alert_id=alert_id,
            body=plain(body),
            raw=text,
            refusal=refusal,
            outcome=told,
            channel=channel,
        )
        raise


async def _authenticated(memory: Memory, request: Request) -> bytes:
    body = await request.body()
    keys = memory.credentials.chargebackhit
    expected = sign(body, public_key=keys.public_key, secret_key=keys.secret_key)
    given = request.headers.get("signature", "")
    if request.headers.get("public_key") != keys.public_key or not hmac.compare_digest(given, expected):
        raise Refused(status=401, code="unauthorized", message="public_key or Signature does not fit")
    return body


def _judge(alert: Alert, body: JsonObject) -> str:
    """The outcome code of a well-formed answer to this type of alert."""
    wrong = dict.fromkeys(sorted(set(body) - OUTCOME_FIELDS), "is not a field of an outcome")
    outcome = body.get("outcome")
    allowed = REFUND_OUTCOMES if alert.type == REFUND_REQUEST else ("acknowledged",)
    if outcome not in allowed:
        wrong["outcome"] = f"must be one of {', '.join(allowed)} for {alert.type}"
    if alert.type == INQUIRY:
        wrong |= {name: "is required for an inquiry" for name in INQUIRY_PARTS if not body.get(name)}
    wrong |= _order_faults(body.get("order"), refund_required=outcome == REVERSED)
    if wrong:
        raise Refused(
            status=400, code="validation_error", message="the outcome is not valid", constraints=wrong
        )
    return str(outcome)


def _order_faults(order: Any, *, refund_required: bool) -> dict[str, str]:
    if order is None and not refund_required:
        return {}
    if not isinstance(order, dict):
        return {"order": "must be an object" if order is not None else "is required, with order.refund"}
    found: dict[str, str | None] = {
        f"order.{name}": "is not a field of an order" for name in sorted(set(order) - ORDER_FIELDS)
    }
    if "order_id" in order:
        found["order.order_id"] = checks.text_fault(order["order_id"], longest=255)
    if "date" in order:
        found["order.date"] = checks.time_fault(order["date"])
    if "amount" in order or "currency" in order:
        found |= _money_faults("order", order)
    if refund_required or "refund" in order:
        refund = order.get("refund")
        found |= (
            _money_faults("order.refund", refund)
            if isinstance(refund, dict)
            else {"order.refund": "must be an object with amount and currency"}
        )
    return {name: fault for name, fault in found.items() if fault}


def _money_faults(where: str, money: JsonObject) -> Iterable[tuple[str, str | None]]:
    currency = money.get("currency")
    return [
        (f"{where}.amount", checks.decimal_string_fault(money.get("amount"), currency)),
        (f"{where}.currency", checks.currency_fault(currency)),
    ]


def _alert_view(alert: Alert) -> JsonObject:
    """An alert as the API shows it: the webhook without the fields that the API leaves out."""
    sent = (
        json.loads(alert.body) if alert.body else {"alert": _bare(alert), "transaction": {}, "merchant": {}}
    )
    shown = {
        part: {name: value for name, value in fields.items() if name not in _NOT_REPEATED.get(part, ())}
        for part, fields in sent.items()
    }
    answered = alert.final or alert.parked
    shown["alert"]["outcome"] = answered.outcome if answered else ""
    return shown


def _bare(alert: Alert) -> JsonObject:
    return {
        "id": alert.id,
        "type": alert.type,
        "product": alert.product,
        "amount": None if alert.amount is None else str(alert.amount),
        "currency": alert.currency,
        "date": alert.alert_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
