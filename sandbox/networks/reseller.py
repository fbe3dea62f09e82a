"""A reseller of Verifi and Ethoca alerts that takes numeric codes ``reason.result``.

The matrix is the one PayShield publishes for both networks (https://docs.payshield.ai/txalerts-dispute-alerts/,
appendix, valid from 18 June 2024): result 001 refunded, 002 not refunded, 003 not settled. Reasons for which it
lists no results take 002.
"""

import hmac
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.networks import checks
from sandbox.networks.memory import Alert, JsonObject, Memory, Refused, parse_json, plain

NETWORK = "reseller"

REFUND_REQUEST = "DISPUTE"
TYPES = (REFUND_REQUEST, "DISPUTE_RDR", "DISPUTE_NOTICE", "CANCEL", "FRAUD_NOTICE")
TAKEN_BACK = "RDR_DELETE"

REFUNDED, NOT_REFUNDED, NOT_SETTLED = "001", "002", "003"
ALL = (REFUNDED, NOT_REFUNDED, NOT_SETTLED)

RESULTS = {
    "ethoca": {
        "100": (REFUNDED, NOT_SETTLED),
        "101": ALL,
        "102": (NOT_SETTLED,),
        "103": (NOT_REFUNDED,),
        "900": (NOT_REFUNDED,),
        "901": (NOT_REFUNDED,),
        "902": (NOT_REFUNDED,),
        "940": ALL,
        "950": (NOT_REFUNDED,),
        "951": (REFUNDED, NOT_SETTLED),
        "952": (REFUNDED, NOT_REFUNDED),
        "953": (REFUNDED, NOT_REFUNDED),
        "954": (REFUNDED, NOT_REFUNDED),
        "956": (NOT_REFUNDED,),
        "998": (NOT_REFUNDED,),
        "999": (NOT_REFUNDED,),
    },
    "cdrn": {
        "100": (REFUNDED,),
        "101": (REFUNDED,),
        "102": (NOT_SETTLED,),
        "900": (NOT_REFUNDED,),
        "901": (NOT_REFUNDED,),
        "902": (NOT_REFUNDED,),
        "940": ALL,
        "950": (NOT_REFUNDED,),
        "951": (REFUNDED, NOT_SETTLED),
        "952": (REFUNDED, NOT_REFUNDED),
        "953": (NOT_REFUNDED,),
        "954": (NOT_REFUNDED,),
        "956": (NOT_REFUNDED,),
        "957": (NOT_REFUNDED,),
        "999": (NOT_REFUNDED,),
    },
}
PRODUCTS = ("cdrn", "ethoca")

PARTIAL, OTHER, DUPLICATE = "101", "900", "940"
IN_TRANSIT = ("998", "999")
FIELDS = frozenset({"code", "amount", "currency", "duplicate_of", "comment"})
EXPIRED = "910"


def routes(memory: Memory) -> list[BaseRoute]:
    """The API below ``/reseller``."""

    async def outcome(request: Request) -> Response:
        alert_id, raw = request.path_params["id"], await request.body()
        text, body = raw.decode("utf-8", "replace"), None
        try:
            _authenticated(memory, request)
            body = parse_json(raw)
            alert = memory.find(NETWORK, alert_id)
            code = _judge(alert, body)
            memory.accept(alert, outcome=code, body=plain(body), raw=text, final=code[:3] not in IN_TRANSIT)
        except Refused as refusal:
            told = body.get("code") if body else None
            memory.refuse(
                network=NETWORK, alert_id=alert_id, body=plain(body), raw=text, refusal=refusal, outcome=told
            )
            return refusal_response(refusal)
        return JSONResponse({"alert_id": alert_id, "status": "accepted", "code": code})

    async def acknowledge(request: Request) -> Response:
        alert_id = request.path_params["id"]
        try:
            _authenticated(memory, request)
            _take_acknowledgement(memory, memory.find(NETWORK, alert_id))
        except Refused as refusal:
            memory.refuse(
                network=NETWORK, alert_id=alert_id, body=None, raw="", refusal=refusal, channel="acknowledge"
            )
            return refusal_response(refusal)
        return JSONResponse({"alert_id": alert_id, "status": "acknowledged"})

    base = "/reseller/alerts/{id}"
    return [
        Route(f"{base}/outcome", outcome, methods=["POST"]),
        Route(f"{base}/acknowledge", acknowledge, methods=["POST"]),
    ]


def refusal_response(refusal: Refused) -> Response:
    """``{"error": {"code", "message", "fields"}}``."""
    error: JsonObject = {"code": refusal.code, "message": refusal.message}
    if refusal.constraints:
        error["fields"] = refusal.constraints
    return JSONResponse({"error": error}, status_code=refusal.status)


def expire(memory: Memory, alert: Alert) -> None:
    """Close a case that was not answered in time, as the issuer sees it: code 910."""
    memory.accept(alert, outcome=EXPIRED, body=None, raw="", final=True, channel="expiry", at=alert.answer_by)


def _authenticated(memory: Memory, request: Request) -> None:
    expected = f"Bearer {memory.credentials.reseller.api_token}"
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
        raise Refused(status=401, code="unauthorized", message="the bearer token does not fit")


def _take_acknowledgement(memory: Memory, alert: Alert) -> None:
    if alert.type == REFUND_REQUEST:
        message = f"{alert.type} needs an outcome, not an acknowledgement"
        raise Refused(status=422, code="not_answerable", message=message)
    if alert.final is None:
        memory.accept(alert, outcome="acknowledged", body=None, raw="", final=True, channel="acknowledge")


def _judge(alert: Alert, body: JsonObject) -> str:
    if alert.type != REFUND_REQUEST:
        message = f"{alert.type} takes an acknowledgement, not an outcome"
        raise Refused(status=422, code="not_answerable", message=message)
    if alert.final is not None and alert.final.outcome == EXPIRED:
        raise Refused(status=409, code="alert_expired", message="the case closed 72 h after the alert")
    wrong = _faults(alert, body)
    if wrong:
        message = "the outcome is not valid"
        raise Refused(status=422, code="validation_error", message=message, constraints=wrong)
    return str(body["code"])


def _faults(alert: Alert, body: JsonObject) -> dict[str, str]:
    code = body.get("code")
    reason, _, result = code.partition(".") if isinstance(code, str) else ("", "", "")
    taken = RESULTS[alert.product].get(reason, ())
    found: dict[str, str | None] = dict.fromkeys(sorted(set(body) - FIELDS), "is not a field")
    if result not in taken:
        found["code"] = f"{code!r} is not a code for {alert.product}"
    if reason == PARTIAL or "amount" in body or "currency" in body:
        found["amount"] = checks.decimal_string_fault(body.get("amount"), body.get("currency"))
        found["currency"] = checks.currency_fault(body.get("currency"))
    if reason == DUPLICATE or "duplicate_of" in body:
        found["duplicate_of"] = _other_alert_fault(alert, body.get("duplicate_of"))
    if reason == OTHER or "comment" in body:
        found["comment"] = checks.text_fault(body.get("comment"), longest=1024)
    return {name: fault for name, fault in found.items() if fault}


def _other_alert_fault(alert: Alert, other: Any) -> str | None:
    if not isinstance(other, str) or not other or other == alert.id:
        return "must name the other alert"
    return None
