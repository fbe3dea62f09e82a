"""Chargeblast's alert update: one result per alert, and an automatic decline after 72 hours.

https://docs.chargeblast.com/api-reference/alerts/update-alert and https://docs.chargeblast.com/reference/reason-codes.
"""

import base64
import hashlib
import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.networks.memory import Alert, JsonObject, Memory, Refused, parse_json, plain

NETWORK = "chargeblast"

ACTIONABLE = ("Ethoca", "CDRN", "AMEX", "Discover", "JCB", "Unknown")
TYPES = ("Ethoca", "CDRN", "RDR", "AMEX", "Discover", "JCB", "TC40", "TC15", "SAFE", "Cancel", "Unknown")

STOPPING = ("Resolved", "AlreadyRefunded")
RESULTS = (
    *STOPPING,
    "ResolvedPartial",
    "ResolvedCancelled",
    "AccountCancelled",
    "CancellationProcessed",
    "UnmatchedGeneral",
    "UnmatchedCannotFindTransaction",
    "Duplicate",
    "MIDLost",
    "AlreadyChargeback",
    "Ineligible",
    "TDS",
    "CannotCancel",
    "MatchedWillShip",
    "EscalateChargeback",
    "ContactedShipper",
    "NotMyDescriptor",
    "Error",
    "Unactioned",
)
FIELDS = frozenset({"result", "action_at_expiration", "automatically_request_credit"})


def svix_signature(body: bytes, *, message_id: str, timestamp: int, secret: str) -> str:
    """The ``svix-signature`` header (https://docs.svix.com/receiving/verifying-payloads/how-manual)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def routes(memory: Memory) -> list[BaseRoute]:
    """The API below ``/chargeblast``."""

    async def update(request: Request) -> Response:
        alert_id, raw = request.path_params["id"], await request.body()
        text, body = raw.decode("utf-8", "replace"), None
        try:
            _authenticated(memory, request)
            body = parse_json(raw)
            _take(memory, memory.find(NETWORK, alert_id), body, text)
        except Refused as refusal:
            told = body.get("result") if body else None
            refusal = _worded(refusal)
            memory.refuse(
                network=NETWORK, alert_id=alert_id, body=plain(body), raw=text, refusal=refusal, outcome=told
            )
            return refusal_response(refusal)
        return JSONResponse({"success": True, "id": alert_id, "result": body["result"]})

    return [Route("/chargeblast/api/v2/alerts/update/{id}", update, methods=["POST"])]


def refusal_response(refusal: Refused) -> Response:
    """``{"error": code, "message": text}``."""
    return JSONResponse({"error": refusal.code, "message": refusal.message}, status_code=refusal.status)


def expire(memory: Memory, alert: Alert) -> None:
    """Act on the parked answer, or decline an alert nobody answered."""
    result = alert.parked.outcome if alert.parked is not None else None
    body = alert.parked.body if alert.parked is not None else None
    memory.accept(
        alert,
        outcome=result or "Unactioned",
        body=body,
        raw="",
        final=True,
        channel="expiry",
        at=alert.answer_by,
    )


def _authenticated(memory: Memory, request: Request) -> None:
    given = request.headers.get("x-api-key") or request.query_params.get("api_key", "")
    if not hmac.compare_digest(given.encode(), memory.credentials.chargeblast.api_key.encode()):
        raise Refused(status=401, code="unauthorized", message="the API key does not fit")


def _take(memory: Memory, alert: Alert, body: JsonObject, raw: str) -> None:
    result, at_expiration = body.get("result"), body.get("action_at_expiration", False)
    if alert.product not in ACTIONABLE:
        raise _bad("not_actionable", f"{alert.product} takes no result")
    if result not in RESULTS:
        raise _bad("invalid_result", f"{result!r} is not a result")
    if not isinstance(at_expiration, bool) or set(body) - FIELDS:
        raise _bad("invalid_body", f"only {', '.join(sorted(FIELDS))}; the flags are true or false")
    parked = at_expiration and result not in STOPPING
    attempt = memory.accept(alert, outcome=str(result), body=plain(body), raw=raw, final=not parked)
    alert.parked = attempt if parked else alert.parked


def _worded(refusal: Refused) -> Refused:
    if refusal.code == "outcome_already_final":
        return _bad("already_actioned", refusal.message)
    return refusal


def _bad(code: str, message: str) -> Refused:
    return Refused(status=400, code=code, message=message)
