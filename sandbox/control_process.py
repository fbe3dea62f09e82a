"""What the control plane does to the clock, accounts, keys, faults, logs and settings."""

import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request

from sandbox import refund_settlement
from sandbox.control_objects import chosen_account
from sandbox.dispute_course import ANSWERS
from sandbox.errors import invalid
from sandbox.faults import Action, Fault
from sandbox.json_body import Body
from sandbox.resources import accounts
from sandbox.resources.charges import CHARGES
from sandbox.resources.disputes import DISPUTES
from sandbox.state import Account, Sandbox, Settings


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
        smart_disputes=body.take("smart_disputes", bool, False),
    )
    return accounts.shape(account)


def switch_smart_disputes(sandbox: Sandbox, body: Body, request: Request) -> Any:
    """Disputes that still wait for an answer follow the switch."""
    account = chosen_account(sandbox, body)
    account.smart_disputes = body.take("enabled", bool)
    for dispute in DISPUTES.rows(account).newest_first():
        if dispute["status"] in ANSWERS:
            method = (
                (dispute["intended_submission_method"] or "prefer_manual") if account.smart_disputes else None
            )
            dispute["intended_submission_method"] = method
    return {"account": account.id, "enabled": account.smart_disputes}


def register_key(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account = chosen_account(sandbox, body)
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
            parameter=body.take("parameter", str, ""),
            key=body.take("key", str, None),
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
    made = refund_settlement.of_charge(account, charge)

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
    """All or none of them."""
    old = asdict(sandbox.settings)
    given = {name: body.take(name, type(value), value) for name, value in old.items()}
    body.done()
    sandbox.settings = Settings(**given)
    return asdict(sandbox.settings)


def reset(sandbox: Sandbox, body: Body, request: Request) -> Any:
    sandbox.reset(seed=body.take("seed", int, None))
    return {"reset": True}
