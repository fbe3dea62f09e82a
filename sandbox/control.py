"""The control plane: what a test, the demo or a benchmark does to the sandbox behind the API's back.

Everything lives under `/_sandbox/`, takes and gives JSON and needs no key. Times in bodies are Unix seconds or
ISO 8601 with an offset; amounts are integer minor units; currencies are lower case. A field that is not listed
is refused with 400 `{"error": {"message": ...}}`; an id that does not exist is 404 in the same form. Wherever
`account` may be given, the default is the sandbox's own account `acct_1Sandbox`, whose key is
`sk_test_sandbox`.

    GET  /_sandbox/clock
    POST /_sandbox/clock      {"advance": 86400} or {"set": "2026-11-01T00:00:00Z"}
        -> {"now": 1793491200, "iso": "2026-11-01T00:00:00+00:00"}
        The clock runs with real time plus an offset and only moves forward. Everything that fell due on the
        way (refunds settling or failing, funds becoming available, references of refunds) has happened, at
        its own time, when the call answers.

    POST /_sandbox/charges    {"count": 100000, "from": t, "to": t, "amounts": [999, 4999],
                               "currencies": ["usd"], "customers": 500, "seed": 1, "account": "acct_..."}
        -> {"count": 100000, "first": "ch_...", "last": "ch_...", "customers": ["cus_...", ...]}
        Captured, succeeded card charges spread evenly over [from, to) (default: the last 90 days), each with
        its payment intent and balance transaction; cards, amounts and customers drawn by `seed`. Only `count`
        is required; `customers` (default 0) creates that many. No events and no ledger movements.

    POST /_sandbox/charges    {"charges": [{"amount": 4999, ...}, ...], "events": false, "account": "acct_..."}
        -> {"charges": [charge object as the API gives it, ...]}
        Per charge only `amount` is required. May be given: id, currency ("usd"), created (now), status
        (succeeded | failed | pending), captured (true), amount_captured, customer, payment_method (a test
        token such as pm_card_visa, whose behaviour on refund then applies), payment_intent (true; false makes
        a charge without one), description, metadata, receipt_email, billing_details, transfer_group,
        transfer_data {destination, amount}, application_fee_amount, on_behalf_of, statement_descriptor,
        statement_descriptor_suffix, calculated_statement_descriptor, presentment_details
        {presentment_amount, presentment_currency}, failure_code, failure_message, and of the card: last4, brand,
        network, country, funding, exp_month, exp_year, fingerprint, authorization_code,
        network_transaction_id, transaction_link_id, wallet {type, dynamic_last4}, three_d_secure {...},
        electronic_commerce_indicator. null clears a card field. `events` true emits charge.succeeded etc.

    POST /_sandbox/refunds/{id}/settle   {}                        -> refund, now `succeeded`, its reference (ARN)
                                                                      available
    POST /_sandbox/refunds/{id}/fail     {"failure_reason": "lost_or_stolen_card"}   -> refund, now `failed`
    POST /_sandbox/disputes   {"charge": "ch_...", "kind": "chargeback", "reason": "fraudulent", "amount": 4999,
                               "network_reason_code": "10.4", "due_by": t, "created": t}        -> dispute
        kind: chargeback (default) | inquiry | compliance | resolution | block. The last two come `prevented`.
        Only `charge` is required; `amount` defaults to the charge's amount.
    POST /_sandbox/disputes/{id}/close     {"status": "won"}       won | lost | warning_closed   -> dispute
    POST /_sandbox/disputes/{id}/escalate  {}                      an inquiry becomes a chargeback -> dispute
    POST /_sandbox/early_fraud_warnings {"charge": "ch_...", "fraud_type": "unauthorized_use_of_card",
                               "created": t}                                     -> early fraud warning

    POST /_sandbox/balance    {"available": {"usd": 0}, "account": "acct_..."}   -> balance object
        Until a currency is set, refunds in it are always covered. From then on a card refund that the balance
        does not cover is held `pending` (`pending_reason` insufficient_funds) and is released, oldest first,
        as soon as money comes in, be it by a charge or by this call. null lifts the limit again.

    POST   /_sandbox/accounts {"id": "acct_...", "country": "US", "default_currency": "usd", "name": "Shop",
                               "platform": "acct_..."}             -> account object
        With `platform`, keys of that platform reach the new account by the Stripe-Account header.
    POST   /_sandbox/keys     {"key": "rk_test_x", "account": "acct_...", "scopes": ["charge_read"],
                               "expired": false}                   -> the same, completed
        Without `scopes` the key may do everything. A scope is `<resource>_read` or `<resource>_write`, with
        or without the `rak_` in front; write includes read. An expired key is answered 401 api_key_expired.
    DELETE /_sandbox/keys/{key}                                    -> {"deleted": true}; then 401

    GET    /_sandbox/faults                                        -> {"faults": [fault, ...]}
    POST   /_sandbox/faults   {"method": "POST", "path": "^/v1/refunds$", "action": "500", "nth": 1}  -> fault
        path: regular expression searched in the path (without query); method: "*" for any. When: `nth`
        (that matching call only, counted from 1 and from now), `from_nth` (it and all later ones) or `every`
        (each k-th); none of them means every call. Actions:
          429           with Stripe-Rate-Limited-Reason (`reason`, default endpoint-rate); nothing done or stored
          500           nothing done; stored under the idempotency key, so the same key replays it
          503, 409, 401, 403   nothing done or stored
          reset_before  the connection is reset; nothing done
          reset_after   the work is done, the connection is reset without an answer
          torn          the work is done, the answer breaks off in the middle of its body
          delay         the call waits `seconds` (real time) before the work; its idempotency key is in use
          delay_after   the work is done, the answer waits `seconds`
        `after_work` true (with 500 or 503) does the work, keeps its result under the idempotency key (503) or
        the 500 itself (500), and answers the error.
        -> {"id": "fault_1", "method", "path", "action", "nth", "from_nth", "every", "seconds", "reason",
            "after_work", "matched": 0, "fired": 0}
    DELETE /_sandbox/faults            all of them;  DELETE /_sandbox/faults/{id}  one  -> {"deleted": n}

    GET  /_sandbox/ledger     ?charge=ch_...&account=acct_...
        -> {"movements": [{"seq", "at", "kind", "account", "charge", "refund", "dispute", "amount", "currency",
                           "request", "idempotency_key"}, ...],
            "charges": {"ch_...": {"captured", "refunded", "refund_pending", "refund_failed", "currency",
                                   "refunds": ["re_...", ...]}}}
        In order. kind: charge | capture | refund_created | refund_succeeded | refund_failed |
        refund_canceled | dispute_withdrawn | dispute_reinstated. In the sums `refunded` counts refunds that
        succeeded and did not fail since. Charges made in bulk appear in the sums once money moves on them.
    GET    /_sandbox/requests ?path=REGEX&method=POST
        -> {"requests": [{"id", "at", "method", "path", "query", "parameters", "idempotency_key", "account",
                          "key", "status", "error_code", "replayed", "fault"}, ...]}, API calls in order;
        status is null when no answer was sent. `parameters` as sent (decoded form); `key` cut to its end.
    DELETE /_sandbox/requests                                      -> {"deleted": n}
    GET    /_sandbox/settings
    POST   /_sandbox/settings {"refund_settles_after": 60, "refund_fails_after": 120,
                               "reference_after": 259200, "prevention_enrolled": true}   -> all settings
        Seconds of sandbox time: for the test cards whose refund is pending first, for those whose refund fails
        later, and until a refund has its reference. prevention_enrolled false turns the cards of RDR, CE3
        block and Ethoca into ordinary chargebacks.
    POST   /_sandbox/reset    {"seed": 2}                          -> {"reset": true}
        Forgets everything: objects, keys, faults, settings, logs, the clock's offset. Without `seed` ids go
        on counting, so that no id is given twice by one process.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import dispute_opening, made_charges
from sandbox.errors import ApiError, invalid, resource_missing
from sandbox.faults import Action, Fault
from sandbox.json_body import Body, read_time
from sandbox.resource import Resource
from sandbox.resources import accounts, balance, disputes, early_fraud_warnings, refunds
from sandbox.resources.charges import CHARGES
from sandbox.state import DEFAULT_ACCOUNT, Account, Sandbox
from sandbox.tables import Object

DAY = 86_400
DEFAULT_AMOUNTS = [499, 999, 1499, 1999, 2999, 4999, 9999]
Endpoint = Callable[[Sandbox, Body, Request], Any]


def control_plane(sandbox: Sandbox) -> Starlette:
    """The ASGI application of `/_sandbox/`."""

    def route(method: str, path: str, endpoint: Endpoint) -> Route:
        async def answer(request: Request) -> Response:
            try:
                body = Body(json.loads(await request.body() or b"{}"))
                result = endpoint(sandbox, body, request)
                body.done()
            except ApiError as error:
                return JSONResponse({"error": {"message": error.message}}, error.status)
            except json.JSONDecodeError as error:
                return JSONResponse({"error": {"message": f"the body is not JSON: {error}"}}, 400)
            return JSONResponse(result)

        return Route(path, answer, methods=[method])

    return Starlette(routes=[route(method, path, endpoint) for method, path, endpoint in ENDPOINTS])


def _account(sandbox: Sandbox, body: Body) -> Account:
    id = body.take("account", str, DEFAULT_ACCOUNT)
    if id not in sandbox.accounts:
        raise resource_missing("account", id, param="account")
    return sandbox.accounts[id]


def _find(sandbox: Sandbox, resource: Resource, id: str) -> tuple[Account, Object]:
    """The object with this id, in whichever account it is."""
    for account in sandbox.accounts.values():
        if (obj := resource.rows(account).get(id)) is not None:
            return account, obj
    raise resource_missing(resource.noun or resource.object, id, param="id")


def read_clock(sandbox: Sandbox, body: Body, request: Request) -> Any:
    now = sandbox.clock.now()
    return {"now": now, "iso": datetime.fromtimestamp(now, UTC).isoformat()}


def set_clock(sandbox: Sandbox, body: Body, request: Request) -> Any:
    target = body.take_time("set", None)
    seconds = body.take("advance", (int, float), None)
    if (target is None) is (seconds is None):
        raise invalid("give either set or advance")
    if target is not None:
        seconds = target - sandbox.clock.now()
    if seconds < 0:
        raise invalid("the sandbox clock only moves forward")
    sandbox.clock.advance(seconds)
    return read_clock(sandbox, body, request)


def make_charges(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account = _account(sandbox, body)
    if "count" in body:
        return made_charges.make_many(sandbox, account, _bulk(sandbox, body))
    emit = body.take("events", bool, False)
    wanted = body.take("charges", list)
    for given in wanted:
        if not isinstance(given, dict) or not isinstance(given.get("amount"), int):
            raise invalid("every charge needs an amount")
        if unknown := sorted(set(given) - made_charges.FIELDS):
            raise invalid(f"unknown field {unknown[0]}")
        if "id" in given and given["id"] in CHARGES.rows(account):
            raise invalid(f"id {given['id']} is taken")
        if "created" in given:
            given["created"] = read_time(given["created"], "created")
    return {"charges": [made_charges.make_one(sandbox, account, given, emit=emit) for given in wanted]}


def _bulk(sandbox: Sandbox, body: Body) -> made_charges.Bulk:
    last = body.take_time("to", sandbox.clock.now())
    bulk = made_charges.Bulk(
        count=body.take("count", int),
        first=body.take_time("from", last - 90 * DAY),
        last=last,
        amounts=tuple(body.take("amounts", list, DEFAULT_AMOUNTS)),
        currencies=tuple(body.take("currencies", list, ["usd"])),
        customers=body.take("customers", int, 0),
        seed=body.take("seed", int, 1),
    )
    if bulk.count < 1 or bulk.first > bulk.last or not bulk.amounts or not bulk.currencies:
        raise invalid("count, amounts and currencies must not be empty, and from must not be after to")
    return bulk


def settle_refund(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, refund = _find(sandbox, refunds.REFUNDS, request.path_params["id"])
    refunds.settle(sandbox, account, refund)
    return refund


def fail_refund(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, refund = _find(sandbox, refunds.REFUNDS, request.path_params["id"])
    reason = body.take("failure_reason", str, "unknown")
    if reason not in refunds.FAILURE_REASONS:
        raise invalid(f"failure_reason must be one of {', '.join(refunds.FAILURE_REASONS)}")
    refunds.fail(sandbox, account, refund, reason=reason)
    return refund


def open_dispute(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, charge = _find(sandbox, CHARGES, body.take("charge", str))
    kind = dispute_opening.KINDS.get(name := body.take("kind", str, "chargeback"))
    if kind is None:
        raise invalid(f"unknown kind {name}")
    return dispute_opening.open_dispute(
        sandbox,
        account,
        charge,
        kind,
        reason=body.take("reason", str, None),
        amount=body.take("amount", int, None),
        network_reason_code=body.take("network_reason_code", str, None),
        due_by=body.take_time("due_by", None),
        created=body.take_time("created", None),
    )


def close_dispute(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, dispute = _find(sandbox, disputes.DISPUTES, request.path_params["id"])
    status = body.take("status", str)
    if status not in ("won", "lost", "warning_closed"):
        raise invalid(f"unknown status {status}")
    disputes.close(sandbox, account, dispute, status=status)
    return dispute


def escalate_dispute(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, dispute = _find(sandbox, disputes.DISPUTES, request.path_params["id"])
    dispute_opening.escalate(sandbox, account, dispute)
    return dispute


def warn_of_fraud(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, charge = _find(sandbox, CHARGES, body.take("charge", str))
    fraud_type = body.take("fraud_type", str, "unauthorized_use_of_card")
    if fraud_type not in early_fraud_warnings.FRAUD_TYPES:
        raise invalid(f"unknown fraud_type {fraud_type}")
    created = body.take_time("created", None)
    return early_fraud_warnings.warn(sandbox, account, charge, fraud_type=fraud_type, created=created)


def set_balance(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account = _account(sandbox, body)
    for currency, available in body.take("available", dict).items():
        if available is None:
            account.balances.unlimit(currency)
        else:
            account.balances.limit(currency, available=available)
        refunds.release_held(sandbox, account, currency=currency)
    return balance.shape(account, now=sandbox.clock.now())


def open_account(sandbox: Sandbox, body: Body, request: Request) -> Any:
    id = body.take("id", str, None)
    platform = body.take("platform", str, None)
    if id in sandbox.accounts or (platform is not None and platform not in sandbox.accounts):
        raise invalid("id is taken, or platform does not exist")
    account = sandbox.open_account(
        id=id,
        country=body.take("country", str, "US"),
        default_currency=body.take("default_currency", str, "usd"),
        name=body.take("name", str, "Sandbox Shop"),
        platform=platform,
    )
    return accounts.shape(account)


def register_key(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account = _account(sandbox, body)
    key = sandbox.keys.register(
        body.take("key", str),
        account=account.id,
        scopes=body.take("scopes", list, None),
        expired=body.take("expired", bool, False),
    )
    scopes = None if key.scopes is None else sorted(key.scopes)
    return {"key": key.secret, "account": key.account, "scopes": scopes, "expired": key.expired}


def forget_key(sandbox: Sandbox, body: Body, request: Request) -> Any:
    return {"deleted": sandbox.keys.forget(request.path_params["key"])}


def read_faults(sandbox: Sandbox, body: Body, request: Request) -> Any:
    return {"faults": [fault.as_json() for fault in sandbox.faults.all()]}


def add_fault(sandbox: Sandbox, body: Body, request: Request) -> Any:
    action = body.take("action", str)
    if action not in set(Action):
        raise invalid(f"action must be one of {', '.join(Action)}")
    try:
        fault = Fault(
            id=sandbox.faults.next_id(),
            method=body.take("method", str, "*").upper(),
            path=body.take("path", str),
            action=Action(action),
            nth=body.take("nth", int, None),
            from_nth=body.take("from_nth", int, None),
            every=body.take("every", int, None),
            seconds=float(body.take("seconds", (int, float), 0)),
            reason=body.take("reason", str, "endpoint-rate"),
            after_work=body.take("after_work", bool, False),
        )
    except re.error as error:
        raise invalid(f"path is no regular expression: {error}") from None
    body.done()
    sandbox.faults.add(fault)
    return fault.as_json()


def remove_faults(sandbox: Sandbox, body: Body, request: Request) -> Any:
    return {"deleted": sandbox.faults.remove(request.path_params.get("id"))}


def read_ledger(sandbox: Sandbox, body: Body, request: Request) -> Any:
    charge, account = request.query_params.get("charge"), request.query_params.get("account")
    movements = sandbox.ledger.read(charge=charge, account=account)
    sums: dict[str, Any] = {}
    for movement in movements:
        if movement["charge"] not in sums:
            sums[movement["charge"]] = _sums(sandbox.accounts[movement["account"]], movement["charge"])
    return {"movements": movements, "charges": sums}


def _sums(account: Account, charge_id: str) -> dict[str, Any]:
    charge = CHARGES.rows(account).peek(charge_id)
    made = refunds.of_charge(account, charge)

    def total(status: str) -> int:
        return sum(refund["amount"] for refund in made if refund["status"] == status)

    return {
        "captured": charge["amount_captured"],
        "refunded": total("succeeded"),
        "refund_pending": total("pending"),
        "refund_failed": total("failed"),
        "currency": charge["currency"],
        "refunds": [refund["id"] for refund in reversed(made)],
    }


def read_requests(sandbox: Sandbox, body: Body, request: Request) -> Any:
    query = request.query_params
    return {"requests": sandbox.requests.read(path=query.get("path"), method=query.get("method"))}


def clear_requests(sandbox: Sandbox, body: Body, request: Request) -> Any:
    return {"deleted": sandbox.requests.clear()}


def read_settings(sandbox: Sandbox, body: Body, request: Request) -> Any:
    return asdict(sandbox.settings)


def change_settings(sandbox: Sandbox, body: Body, request: Request) -> Any:
    settings = sandbox.settings
    settings.refund_settles_after = body.take("refund_settles_after", int, settings.refund_settles_after)
    settings.refund_fails_after = body.take("refund_fails_after", int, settings.refund_fails_after)
    settings.reference_after = body.take("reference_after", int, settings.reference_after)
    settings.prevention_enrolled = body.take("prevention_enrolled", bool, settings.prevention_enrolled)
    return asdict(settings)


def reset(sandbox: Sandbox, body: Body, request: Request) -> Any:
    sandbox.reset(seed=body.take("seed", int, None))
    return {"reset": True}


ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/clock", read_clock),
    ("POST", "/clock", set_clock),
    ("POST", "/charges", make_charges),
    ("POST", "/refunds/{id}/settle", settle_refund),
    ("POST", "/refunds/{id}/fail", fail_refund),
    ("POST", "/disputes", open_dispute),
    ("POST", "/disputes/{id}/close", close_dispute),
    ("POST", "/disputes/{id}/escalate", escalate_dispute),
    ("POST", "/early_fraud_warnings", warn_of_fraud),
    ("POST", "/balance", set_balance),
    ("POST", "/accounts", open_account),
    ("POST", "/keys", register_key),
    ("DELETE", "/keys/{key}", forget_key),
    ("GET", "/faults", read_faults),
    ("POST", "/faults", add_fault),
    ("DELETE", "/faults", remove_faults),
    ("DELETE", "/faults/{id}", remove_faults),
    ("GET", "/ledger", read_ledger),
    ("GET", "/requests", read_requests),
    ("DELETE", "/requests", clear_requests),
    ("GET", "/settings", read_settings),
    ("POST", "/settings", change_settings),
    ("POST", "/reset", reset),
)
