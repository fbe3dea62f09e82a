"""What the control plane does to the delivery of webhooks."""

from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request

from sandbox.control_objects import found
from sandbox.errors import invalid
from sandbox.json_body import Body
from sandbox.resources.events import EVENTS
from sandbox.resources.webhook_endpoints import WEBHOOK_ENDPOINTS
from sandbox.state import Sandbox


def read_settings(sandbox: Sandbox, body: Body, request: Request) -> Any:
    return asdict(sandbox.webhooks.settings)


def change_settings(sandbox: Sandbox, body: Body, request: Request) -> Any:
    old = sandbox.webhooks.settings
    waits = body.take("retry_after", list, list(old.retry_after))
    if not all(isinstance(wait, int) and wait >= 0 for wait in waits):
        raise invalid("retry_after must be a list of seconds")
    sandbox.webhooks.settings = replace(
        old,
        duplicate=body.take("duplicate", bool, old.duplicate),
        reorder=body.take("reorder", bool, old.reorder),
        delay=body.take("delay", int, old.delay),
        retry_after=tuple(waits),
        timeout=body.take("timeout", int, old.timeout),
    )
    return read_settings(sandbox, body, request)


def read_deliveries(sandbox: Sandbox, body: Body, request: Request) -> Any:
    query = request.query_params
    found = sandbox.webhooks.read(
        endpoint=query.get("endpoint"), event=query.get("event"), type=query.get("type")
    )
    return {"deliveries": [delivery.listed() for delivery in found]}


def resend(sandbox: Sandbox, body: Body, request: Request) -> Any:
    account, event = found(sandbox, EVENTS, body.take("event", str))
    _, endpoint = found(sandbox, WEBHOOK_ENDPOINTS, body.take("endpoint", str))
    delivery = sandbox.webhooks.expect(
        account=account.id,
        event=event["id"],
        type=event["type"],
        endpoint=endpoint["id"],
        now=sandbox.clock.now(),
    )
    return delivery.listed()
