"""Ethoca's merchant API: outcomes in batches, and alerts to pull and acknowledge.

https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/api-reference/outcome-api-ref/ ; the
field rules are those of the published schema of the Outcome API.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.networks import checks, oauth1
from sandbox.networks.memory import Alert, JsonObject, Memory, Refused, parse_json, plain

NETWORK = "ethoca"
MAXIMUM_OUTCOMES = 25
ALERT_ID_LENGTH = 25
MAXIMUM_AMOUNT = Decimal(999_999)

FRAUD, DISPUTE = "CONFIRMEDFRAUD", "CUSTOMERDISPUTE"
OLDER_TYPES = {"issuer_alert": FRAUD, "fraudreporter_alert": FRAUD, "customerdispute_alert": DISPUTE}
TYPES = (FRAUD, DISPUTE, *OLDER_TYPES)

IN_TRANSIT = ("IN_PROGRESS", "SHIPPER_CONTACTED")
FINAL = {
    FRAUD: (
        "STOPPED",
        "PARTIALLY_STOPPED",
        "PREVIOUSLY_CANCELLED",
        "MISSED",
        "TOO_LATE",
        "NOT_FOUND",
        "ACCOUNT_SUSPENDED",
        "OTHER",
    ),
    DISPUTE: ("RESOLVED", "RESOLVED_PREVIOUSLY_REFUNDED", "UNRESOLVED_DISPUTE", "NOT_FOUND", "OTHER"),
}
REFUND_STATUSES = ("REFUNDED", "NOT_REFUNDED", "NOT_SETTLED")
REFUND_TYPES = ("REFUND", "VOUCHER", "POINTS", "GIFT_CARD")
ITEM_FIELDS = frozenset(
    {"alertId", "outcome", "refundStatus", "refund", "amountStopped", "comments", "actionTimestamp"}
)


def routes(memory: Memory) -> list[BaseRoute]:
    """The API below ``/ethoca``."""
    nonces = oauth1.Nonces()

    async def outcomes(request: Request) -> Response:
        raw = (await request.body()).decode("utf-8", "replace")
        body: JsonObject | None = None
        try:
            await _authenticated(memory, request, nonces)
            body = parse_json(await request.body())
            items = _items(body, "outcomes", most=MAXIMUM_OUTCOMES)
        except Refused as refusal:
            memory.refuse(network=NETWORK, alert_id=None, body=plain(body), raw=raw, refusal=refusal)
            return refusal_response(refusal)
        return JSONResponse({"outcomeResponses": [_take_item(memory, item, raw) for item in items]})

    async def pull(request: Request) -> Response:
        try:
            await _authenticated(memory, request, nonces)
            return JSONResponse({"alerts": _unacknowledged(memory, request)})
        except Refused as refusal:
            return refusal_response(refusal)

    async def acknowledge(request: Request) -> Response:
        try:
            await _authenticated(memory, request, nonces)
            items = _items(parse_json(await request.body()), "acknowledges", most=None)
        except Refused as refusal:
            return refusal_response(refusal)
        return JSONResponse({"acknowledgeResponses": [_acknowledge_item(memory, item) for item in items]})

    return [
        Route("/ethoca/alerts/merchants/outcomes", outcomes, methods=["POST"]),
        *(
            Route(f"/ethoca/alerts/{word}/alerts", pull, methods=["GET"])
            for word in ("merchant", "merchants")
        ),
        *(
            Route(f"/ethoca/alerts/{word}/alerts/acknowledges", acknowledge, methods=["POST"])
            for word in ("merchant", "merchants")
        ),
    ]


def refusal_response(refusal: Refused) -> Response:
    """``{"Errors": {"Error": [{Source, ReasonCode, Description, Recoverable, Details}]}}``."""
    return JSONResponse(_errors(refusal), status_code=refusal.status)


def kind(alert_type: str) -> str:
    """Today's word for an alert type, old or new."""
    return OLDER_TYPES.get(alert_type, alert_type)


def _errors(refusal: Refused) -> JsonObject:
    faults = refusal.constraints or {"": refusal.message}
    source = "Gateway" if refusal.status == 401 else "alerts-delivery"
    return {
        "Errors": {
            "Error": [
                {
                    "Source": source,
                    "ReasonCode": refusal.code.upper(),
                    "Description": f"{name} {text}".strip(),
                    "Recoverable": refusal.status >= 429,
                    "Details": refusal.message,
                }
                for name, text in faults.items()
            ]
        }
    }


async def _authenticated(memory: Memory, request: Request, nonces: oauth1.Nonces) -> None:
    keys = memory.credentials.ethoca
    try:
        oauth1.verify(
            authorization=request.headers.get("authorization", ""),
            method=request.method,
            url=str(request.url),
            body=await request.body(),
            consumer_key=keys.consumer_key,
            public_key_pem=keys.public_key_pem,
            nonces=nonces,
            now=int(memory.clock.real().timestamp()),
        )
    except oauth1.NotAuthentic as error:
        raise Refused(status=401, code="authentication_failed", message=str(error)) from error


def _items(body: JsonObject, name: str, *, most: int | None) -> list[JsonObject]:
    """The items of a batch that is whole enough to be answered item by item."""
    items = body.get(name)
    if not isinstance(items, list) or not items:
        raise _invalid(name, "must be a list with at least one item")
    if most is not None and len(items) > most:
        raise _invalid(name, f"must not be more than {most}")
    for item in items:
        if not isinstance(item, dict) or _alert_id_fault(item.get("alertId")):
            raise _invalid("alertId", f"must be a text of {ALERT_ID_LENGTH} characters in every item")
    return items


def _alert_id_fault(value: Any) -> str | None:
    return checks.text_fault(value, shortest=ALERT_ID_LENGTH, longest=ALERT_ID_LENGTH)


def _take_item(memory: Memory, item: JsonObject, raw: str) -> JsonObject:
    alert_id, body = item["alertId"], plain(item)
    try:
        alert = memory.find(NETWORK, alert_id)
        outcome = _judge(alert, item, minimum=memory.settings.amount_minimum)
        memory.accept(alert, outcome=outcome, body=body, raw=raw, final=outcome not in IN_TRANSIT)
    except Refused as refusal:
        told = item.get("outcome")
        memory.refuse(network=NETWORK, alert_id=alert_id, body=body, raw=raw, refusal=refusal, outcome=told)
        return {"alertId": alert_id, "status": "FAILURE", "errors": _errors(refusal)["Errors"]}
    return {"alertId": alert_id, "status": "SUCCESS"}


def _judge(alert: Alert, item: JsonObject, *, minimum: Decimal) -> str:
    allowed = (*FINAL[kind(alert.type)], *IN_TRANSIT)
    outcome, refund = item.get("outcome"), item.get("refund")
    found: dict[str, str | None] = dict.fromkeys(sorted(set(item) - ITEM_FIELDS), "is not a field")
    found["outcome"] = None if outcome in allowed else f"must be one of {', '.join(allowed)}"
    found["refundStatus"] = _one_of(item.get("refundStatus"), REFUND_STATUSES)
    found |= _money_faults("amountStopped", item.get("amountStopped"), minimum=minimum)
    if isinstance(refund, dict):
        found |= _refund_faults(refund, minimum=minimum, refunded=item.get("refundStatus") == "REFUNDED")
    else:
        found["refund"] = "is required"
    if "comments" in item or outcome == "OTHER":
        found["comments"] = checks.text_fault(item.get("comments"), longest=1024)
    if "actionTimestamp" in item:
        found["actionTimestamp"] = _timestamp_fault(item["actionTimestamp"])
    _raise_if_any(found)
    return str(outcome)


def _refund_faults(refund: JsonObject, *, minimum: Decimal, refunded: bool) -> dict[str, str | None]:
    amount = refund.get("amount")
    found = _money_faults("refund.amount", amount, minimum=minimum)
    if refunded and not any(found.values()) and isinstance(amount, dict) and amount["value"] == 0:
        found["refund.amount.value"] = "must be above 0 when REFUNDED"
    found["refund.timestamp"] = _timestamp_fault(refund.get("timestamp"))
    optional: dict[str, Callable[[Any], str | None]] = {
        "type": lambda value: _one_of(value, REFUND_TYPES),
        "transactionId": lambda value: checks.text_fault(value, longest=64),
        "acquirerReferenceNumber": lambda value: checks.text_fault(value, longest=24),
    }
    found |= {f"refund.{name}": fault(refund[name]) for name, fault in optional.items() if name in refund}
    unknown = sorted(set(refund) - {"amount", "timestamp", *optional})
    return found | {f"refund.{name}": "is not a field" for name in unknown}


def _money_faults(where: str, money: Any, *, minimum: Decimal) -> dict[str, str | None]:
    if not isinstance(money, dict):
        return {where: "is required, with value and currencyCode"}
    currency = money.get("currencyCode")
    fault = checks.number_fault(money.get("value"), currency, minimum=minimum, maximum=MAXIMUM_AMOUNT)
    return {f"{where}.value": fault, f"{where}.currencyCode": checks.currency_fault(currency)}


def _timestamp_fault(value: Any) -> str | None:
    return checks.text_fault(value, shortest=10, longest=25) or checks.time_fault(value)


def _one_of(value: Any, allowed: tuple[str, ...]) -> str | None:
    return None if value in allowed else f"must be one of {', '.join(allowed)}"


def _raise_if_any(found: dict[str, str | None]) -> None:
    wrong = {name: fault for name, fault in found.items() if fault}
    if wrong:
        message = "the outcome is not valid"
        raise Refused(status=400, code="validation_failure", message=message, constraints=wrong)


def _invalid(name: str, fault: str) -> Refused:
    message = "the request is not valid"
    return Refused(status=400, code="validation_failure", message=message, constraints={name: fault})


def _unacknowledged(memory: Memory, request: Request) -> list[Any]:
    wanted, size = request.query_params.get("alert_type"), request.query_params.get("size", "25")
    if wanted not in (None, FRAUD, DISPUTE):
        raise _invalid("alert_type", f"must be {FRAUD} or {DISPUTE}")
    if not size.isdigit() or not 1 <= int(size) <= 100:
        raise _invalid("size", "must be 1 to 100")
    waiting = [
        parse_json(alert.body)
        for alert in memory.alerts(NETWORK)
        if alert.pullable and not alert.acknowledged and wanted in (None, kind(alert.type))
    ]
    return [plain(body) for body in waiting[: int(size)]]


def _acknowledge_item(memory: Memory, item: JsonObject) -> JsonObject:
    try:
        memory.find(NETWORK, item["alertId"]).acknowledged = True
    except Refused as refusal:
        return {"alertId": item["alertId"], "status": "FAILURE", "errors": _errors(refusal)["Errors"]}
    return {"alertId": item["alertId"], "status": "SUCCESS"}
