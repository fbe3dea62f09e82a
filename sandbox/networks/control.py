"""The control plane, and the reference of everything these stand-ins answer to.

Start: ``python -m sandbox.networks --port N [--host 127.0.0.1]`` (0 takes a free port). When it is ready it prints
one line, ``alert networks listening on http://127.0.0.1:PORT``. All state is in memory.

Provider endpoints
==================
chargebackhit   base ``http://HOST/chargebackhit``; https://api-docs.chargebackhit.com/
    ``GET  /api/v2/alerts/{id}`` · ``POST /api/v2/alerts/list`` · ``POST /api/v2/alerts/{id}/update-outcome``
    Headers ``public_key`` and ``Signature`` = base64(hex(HMAC-SHA512(secret, public_key + raw body + public_key))).
    Outcome body: ``outcome``, ``order``, ``customer``, ``transactions``, ``products``, ``merchant``; nothing else.
    init-refund takes reversed (needs ``order.refund.amount`` and ``.currency``), previously-reversed, duplicate,
    decline, not-found, acknowledged, shipped, error, reverse-error, and pending as often as wanted. inquiry takes
    acknowledged with order, customer, transactions and products. The other types take acknowledged.
    200 returns the alert. Refused: 400 ``validation_error`` (with ``constraints``), 401 ``unauthorized``, 404
    ``not_found``, 409 ``outcome_already_final`` (status and code of 401, 404 and 409 are our choice: not documented).
ethoca          base ``http://HOST``; https://developer.mastercard.com/ethoca-alerts-for-merchants/documentation/
    ``POST /ethoca/alerts/merchants/outcomes`` (1 to 25 outcomes) · ``GET /ethoca/alerts/merchants/alerts`` (query
    ``alert_type``, ``size``; unacknowledged alerts only) · ``POST /ethoca/alerts/merchants/alerts/acknowledges``
    The pull paths also exist under ``/merchant/``: the documentation writes both.
    OAuth 1.0a, RSA-SHA256, with ``oauth_body_hash``. A used nonce, a timestamp more than 300 s off, a wrong hash or
    signature: 401. Outcomes answer 200 with ``outcomeResponses`` per item: SUCCESS, or FAILURE with ``errors``. A
    second outcome after a final one is a FAILURE ``OUTCOME_ALREADY_FINAL``. IN_PROGRESS and SHIPPER_CONTACTED are
    not final. 400: no JSON, no outcomes, more than 25, or an item without a 25-character alertId. ``refund`` and
    ``amountStopped`` are required in every item, as the published schema says; amounts are JSON numbers in major
    units from 0 (the schema's minimum of 1 is the setting ``amount_minimum``). OTHER needs ``comments``.
    Acknowledge body (not published; our form): ``{"acknowledges": [{"alertId": "…"}]}`` answered by
    ``{"acknowledgeResponses": [{"alertId", "status"}]}``. Pull answers ``{"alerts": [push bodies]}``.
reseller        base ``http://HOST/reseller``; codes of https://docs.payshield.ai/txalerts-dispute-alerts/
    ``POST /alerts/{id}/outcome`` JSON ``{"code": "100.001", "amount"?, "currency"?, "duplicate_of"?, "comment"?}``
    ``POST /alerts/{id}/acknowledge`` (no body needed; may be repeated) · header ``Authorization: Bearer TOKEN``
    Codes are ``reason.result`` of the alert's product, ``cdrn`` or ``ethoca``. Reason 101 needs amount (a decimal
    string, major units) and currency, 940 needs duplicate_of, 900 needs comment. 999 and 998 are not final. Only
    DISPUTE takes an outcome; every other type takes the acknowledgement only (422 ``not_answerable``). Refused: 401,
    404, 409 ``outcome_already_final`` or ``alert_expired`` (CDRN, 72 h after the alert), 422 ``validation_error``.
chargeblast     base ``http://HOST/chargeblast``; https://docs.chargeblast.com/
    ``POST /api/v2/alerts/update/{id}`` ``{"result": "Resolved", "action_at_expiration"?: bool}``
    Key in the header ``X-API-Key`` or the query ``api_key``. 400 ``already_actioned`` on a re-update,
    ``invalid_result``, ``not_actionable`` (RDR, TC40, TC15, SAFE, Cancel); 401; 404.
    ``action_at_expiration`` parks a decline until 72 h, and a later answer replaces it; Resolved and AlreadyRefunded
    ignore the flag. An alert without a final answer at 72 h is declined (result ``Unactioned``).

Control plane
=============
``GET    /_networks/outcomes``  ?network= &alert_id= &accepted=true|false &final=true|false. Every outcome this side
    was told, oldest first: ``{"outcomes": [{number, network, alert_id, channel, outcome, body, raw, accepted, reason,
    status, final, repeat, late, at}]}``. channel: ``api``, ``reply`` (the synchronous answer to a Chargebackhit
    webhook), ``acknowledge`` or ``expiry`` (recorded by the network itself at 72 h). reason: why it was refused.
    final: this attempt closed the alert. late: it came after the product's window (Ethoca 24 h, CDRN and Chargeblast
    72 h), null where there is none. A call that a fault swallowed before any work is there too, ``accepted`` false,
    ``reason`` "fault: …". ``DELETE`` forgets attempts, not alerts.
``GET    /_networks/requests``  every HTTP request to a network: {at, network, method, path, status, fault}.
``POST   /_networks/alerts``    register an alert so that outcomes for it can be judged:
    ``{network, id, type?, product?, amount?, currency?, alert_at?}``. 201. Types and products: see below.
``GET    /_networks/alerts``    ?network=: registered alerts with state open | parked | final and their outcome.
``POST   /_networks/alerts/generate``  ``{network, type?, …fields}``: makes an alert in the provider's format,
    registers it (unless ``"register": false``) and returns ``{network, id, method, headers, body}``. ``body`` is text;
    its UTF-8 bytes and those headers are exactly what the provider would send. Fields: ``payloads.AlertFields``.
``POST   /_networks/deliver``   the same fields plus ``url``, or ``{"network", "alert_id", "url"}`` for an alert made
    before: sends it for real. Optional: ``copies`` (the same message n times at once), ``forge`` (unsigned |
    wrong_signature | altered_body | stale), ``schedule_seconds`` (redelivery times after the first attempt, in the
    networks' clock), ``timeout_seconds``. Returns the delivery with its first attempts; the rest of the schedule runs
    by itself, and moving the clock runs what became due. Documented schedules are the default: reseller every 12 h
    until 72 h or an outcome; Chargeblast 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h apart (https://docs.svix.com/retries).
    Chargebackhit and Ethoca publish none: no redelivery unless ``schedule_seconds`` asks for it. Delivered means 2xx;
    for Ethoca also a body with ``"status": "success"`` within 30 s.
``GET    /_networks/deliveries``  every delivery with its attempts.
``POST   /_networks/faults``    ``{network, action, nth | from_nth | every, match?, seconds?}``. Calls are counted from
    1 since the fault was set, per fault; without a number it hits every call. ``match`` is a part of
    "METHOD /path". Actions: 429, 500, 503, 401 (answered, no work done) · delay (before the work) · delay_after
    (after the work, before the answer) · reset_before (connection reset, no work) · reset_after (work done, no
    answer) · torn (work done, half the answer) · unreachable (reset at once, not recorded as an outcome; lifts
    itself after ``seconds`` if given). ``seconds`` is the delay, or the Retry-After of 429 and 503.
    ``GET`` lists them with their hits, ``DELETE`` lifts all (``?network=`` only that network's).
``POST   /_networks/clock``     ``{"offset_seconds": n}`` sets the networks' clock to real time plus n. It ages alerts
    and redeliveries; OAuth and Svix timestamps stay on real time. ``GET`` returns ``{now, offset_seconds}``.
``POST   /_networks/credentials``  ``{network, …}`` replaces the named ones; ``GET`` lists all of them:
    chargebackhit {public_key, secret_key} · ethoca {consumer_key, public_key_pem, private_key_pem, push_username,
    push_password} · reseller {api_token (outcomes), webhook_token (alerts)} · chargeblast {api_key, webhook_secret}.
    The Ethoca key pair is made at start; registering a public key of your own drops the private one.
``POST   /_networks/settings``  ``{network, repeat?, amount_minimum?}``. ``repeat`` (every network): what happens when
    the final outcome is sent again with an equal body: ``reject`` (default) or ``accept`` (the success answer, nothing
    recorded anew as final). Another outcome after a final one is refused in both. ``amount_minimum`` (Ethoca): "0" or
    "1". ``GET`` lists.
``POST   /_networks/reset``     back to the state at start; the Ethoca key pair stays.
A wrong control call answers 400 ``{"error": "…"}``.

Types and products
==================
chargebackhit  init-refund (ethoca, cdrn, paypal) · inquiry (oi, consumer-clarity) · resolved (rdr) · prevented (oi) ·
               fraud-notification (visa-fraud) · dispute-notification (visa-dispute)
ethoca         CONFIRMEDFRAUD, CUSTOMERDISPUTE; older words issuer_alert, fraudreporter_alert, customerdispute_alert.
               ``form``: push (default), legacy (field names and local times of the older XML schema, as JSON) or pull
               (queued for GET alerts; body is what that returns for it)
reseller       DISPUTE (cdrn, ethoca) · DISPUTE_RDR · DISPUTE_NOTICE · CANCEL · FRAUD_NOTICE · RDR_DELETE (the
               provider's status update: ``action=statusupdate&alert_id=…&status=RDR_DELETE``, with the id of the RDR
               alert it takes back)
chargeblast    Ethoca, CDRN, RDR, AMEX, Discover, JCB, TC40, TC15, SAFE, Cancel, Unknown (the subprovider)
The first type, and the first product of a type, is the default.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.networks import outgoing, payloads
from sandbox.networks.control_calls import ClockCall, DeliverCall, FaultCall, RegisterCall, SettingsCall
from sandbox.networks.delivery import Courier
from sandbox.networks.faults import Fault, Faults
from sandbox.networks.memory import Alert, Attempt, JsonObject, Memory, Refused, parse_json, plain


class Control:
    """The handlers of the control plane, over the memory, the courier and the faults of one process."""

    def __init__(self, *, memory: Memory, courier: Courier, faults: Faults) -> None:
        self._memory = memory
        self._courier = courier
        self._faults = faults

    def routes(self) -> list[BaseRoute]:
        table: list[tuple[str, str, Callable[[Request], Awaitable[Any]]]] = [
            ("GET", "outcomes", self.list_outcomes),
            ("DELETE", "outcomes", self.forget_outcomes),
            ("GET", "requests", self.list_requests),
            ("GET", "alerts", self.list_alerts),
            ("POST", "alerts", self.register_alert),
            ("POST", "alerts/generate", self.generate_alert),
            ("POST", "deliver", self.deliver_alert),
            ("GET", "deliveries", self.list_deliveries),
            ("GET", "faults", self.list_faults),
            ("POST", "faults", self.set_fault),
            ("DELETE", "faults", self.lift_faults),
            ("GET", "clock", self.read_clock),
            ("POST", "clock", self.set_clock),
            ("GET", "credentials", self.list_credentials),
            ("POST", "credentials", self.set_credentials),
            ("GET", "settings", self.list_settings),
            ("POST", "settings", self.set_settings),
            ("POST", "reset", self.reset),
        ]
        return [
            Route(f"/_networks/{path}", _answering(handler), methods=[method])
            for method, path, handler in table
        ]

    async def list_outcomes(self, request: Request) -> JsonObject:
        wanted = request.query_params
        told = [attempt for attempt in self._memory.attempts if _is_wanted(attempt, wanted)]
        return {"outcomes": [asdict(attempt) for attempt in told]}

    async def forget_outcomes(self, request: Request) -> JsonObject:
        self._memory.attempts.clear()
        return {}

    async def list_requests(self, request: Request) -> JsonObject:
        return {"requests": list(self._memory.requests)}

    async def list_alerts(self, request: Request) -> JsonObject:
        alerts = self._memory.alerts(request.query_params.get("network"))
        return {"alerts": [_alert_row(alert) for alert in alerts]}

    async def register_alert(self, request: Request) -> JsonObject:
        call = RegisterCall.model_validate(await _body(request))
        alert_type, product = payloads.type_and_product(call.network, call.type, call.product)
        alert = outgoing.describe(
            network=call.network,
            alert_id=call.id,
            alert_type=alert_type,
            product=product,
            memory=self._memory,
        )
        alert.amount, alert.currency = call.amount, call.currency
        alert.alert_at = call.alert_at or alert.alert_at
        self._memory.register(alert)
        return _alert_row(alert)

    async def generate_alert(self, request: Request) -> JsonObject:
        body = await _body(request)
        register = body.pop("register", True)
        alert = outgoing.make_alert(self._memory, payloads.AlertFields.model_validate(body))
        if register:
            self._memory.register(alert)
        return {
            "network": alert.network,
            "id": alert.id,
            "method": "POST",
            "headers": alert.headers,
            "body": alert.body.decode(),
        }

    async def deliver_alert(self, request: Request) -> JsonObject:
        body = await _body(request)
        how = DeliverCall.model_validate(
            {name: body.pop(name) for name in DeliverCall.model_fields if name in body}
        )
        if "alert_id" in body:
            alert = self._memory.find(body.get("network", ""), body["alert_id"])
        else:
            alert = outgoing.make_alert(self._memory, payloads.AlertFields.model_validate(body))
            self._memory.register(alert)
        event = alert.headers.get("X-Event-Type", "")
        message = outgoing.sign(self._memory, alert.network, alert.body, event=event, forge=how.forge)
        delivery = await self._courier.deliver(
            alert,
            message,
            url=how.url,
            copies=how.copies,
            schedule_seconds=how.schedule_seconds,
            timeout_seconds=how.timeout_seconds,
        )
        return {"id": alert.id, "delivery": delivery.listed()}

    async def list_deliveries(self, request: Request) -> JsonObject:
        return {"deliveries": [delivery.listed() for delivery in self._courier.deliveries]}

    async def list_faults(self, request: Request) -> JsonObject:
        return {"faults": [_fault_row(fault) for fault in self._faults.faults]}

    async def set_fault(self, request: Request) -> JsonObject:
        fault = Fault(**FaultCall.model_validate(await _body(request)).model_dump())
        self._faults.faults.append(fault)
        return _fault_row(fault)

    async def lift_faults(self, request: Request) -> JsonObject:
        network = request.query_params.get("network")
        self._faults.faults = [
            fault for fault in self._faults.faults if network is not None and fault.network != network
        ]
        return {}

    async def read_clock(self, request: Request) -> JsonObject:
        clock = self._memory.clock
        return {"now": clock.now(), "offset_seconds": clock.offset_seconds}

    async def set_clock(self, request: Request) -> JsonObject:
        self._memory.clock.offset_seconds = ClockCall.model_validate(await _body(request)).offset_seconds
        self._courier.clock_moved()
        return await self.read_clock(request)

    async def list_credentials(self, request: Request) -> JsonObject:
        return dict(self._memory.credentials.listed())

    async def set_credentials(self, request: Request) -> JsonObject:
        changes = await _body(request)
        network = changes.pop("network", None)
        known = self._memory.credentials.listed()
        if network not in known:
            raise ValueError(f"network must be one of {', '.join(known)}")
        self._memory.credentials.replace(network, changes)
        return dict(self._memory.credentials.listed()[network])

    async def list_settings(self, request: Request) -> JsonObject:
        settings = self._memory.settings
        return {"repeat": settings.repeat, "ethoca_amount_minimum": str(settings.amount_minimum)}

    async def set_settings(self, request: Request) -> JsonObject:
        call = SettingsCall.model_validate(await _body(request))
        if call.amount_minimum is not None and call.network != "ethoca":
            raise ValueError("amount_minimum is a setting of ethoca")
        if call.repeat is not None:
            self._memory.settings.repeat[call.network] = call.repeat
        if call.amount_minimum is not None:
            self._memory.settings.amount_minimum = Decimal(call.amount_minimum)
        return await self.list_settings(request)

    async def reset(self, request: Request) -> JsonObject:
        self._memory.reset()
        self._courier.forget()
        self._faults.faults = []
        return {}


def _answering(
    handler: Callable[[Request], Awaitable[JsonObject]],
) -> Callable[[Request], Awaitable[Response]]:
    """Answer JSON, and 400 with the reason for a wrong call."""

    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(plain(await handler(request)))
        except (ValueError, Refused) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return answer


async def _body(request: Request) -> JsonObject:
    return parse_json(await request.body())


def _is_wanted(attempt: Attempt, wanted: QueryParams) -> bool:
    return (
        wanted.get("network") in (None, attempt.network)
        and wanted.get("alert_id") in (None, attempt.alert_id)
        and wanted.get("accepted") in (None, str(attempt.accepted).lower())
        and wanted.get("final") in (None, str(attempt.final).lower())
    )


def _alert_row(alert: Alert) -> JsonObject:
    answered = alert.final or alert.parked
    return {
        "network": alert.network,
        "id": alert.id,
        "type": alert.type,
        "product": alert.product,
        "amount": None if alert.amount is None else str(alert.amount),
        "currency": alert.currency,
        "alert_at": alert.alert_at,
        "answer_by": alert.answer_by,
        "state": alert.state,
        "outcome": answered.outcome if answered else None,
        "acknowledged": alert.acknowledged,
    }


def _fault_row(fault: Fault) -> JsonObject:
    return {name: value for name, value in asdict(fault).items() if name != "set_at"}
