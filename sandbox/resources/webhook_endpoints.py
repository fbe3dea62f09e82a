"""Webhook endpoints. The signing secret is shown once, when the endpoint is made.

https://docs.stripe.com/api/webhook_endpoints
"""

import hashlib
import re
from urllib.parse import urlsplit

from sandbox.errors import invalid
from sandbox.parameters import Kind, Parameters, Values, flag, list_of, merged_metadata, metadata, text
from sandbox.resource import Call, Resource
from sandbox.state import API_VERSION
from sandbox.tables import Object
from sandbox.webhooks import Registration

WEBHOOK_ENDPOINTS = Resource(
    "webhook_endpoint", table="webhook_endpoints", prefixes=("we",), noun="webhook endpoint"
)
WEBHOOK_ENDPOINTS.retrieval("/v1/webhook_endpoints/{id}", permission="webhook")
WEBHOOK_ENDPOINTS.listing("/v1/webhook_endpoints", permission="webhook")
EVENT_NAME = re.compile(r"\*|[a-z0-9_]+(\.[a-z0-9_]+)+")
CHANGEABLE: dict[str, Kind] = {
    "description": text(unset=True),
    "enabled_events": list_of(text()),
    "metadata": metadata(),
    "url": text(),
}


@WEBHOOK_ENDPOINTS.post(
    "/v1/webhook_endpoints",
    permission="webhook",
    parameters=Parameters(
        CHANGEABLE,
        required=("enabled_events", "url"),
        api_version=text(API_VERSION),
        connect=flag(),
    ),
)
def create(call: Call) -> Object:
    """The sandbox speaks one version of the API only and takes no other `api_version`."""
    id = call.sandbox.ids.next("we")
    endpoint: Object = {
        "id": id,
        "object": "webhook_endpoint",
        "api_version": call.given.get("api_version"),
        "application": None,
        "created": call.now,
        "description": None,
        "enabled_events": [],
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": "",
    }
    _apply(endpoint, call.given)
    secret = "whsec_" + hashlib.sha256(id.encode()).hexdigest()[:32]
    call.sandbox.webhooks.registered[id] = Registration(
        account=call.account.id, secret=secret, connect=call.given.get("connect", False)
    )
    WEBHOOK_ENDPOINTS.rows(call.account).add(endpoint)
    return endpoint | {"secret": secret}


@WEBHOOK_ENDPOINTS.post(
    "/v1/webhook_endpoints/{id}", permission="webhook", parameters=Parameters(CHANGEABLE, disabled=flag())
)
def update(call: Call) -> Object:
    endpoint = WEBHOOK_ENDPOINTS.find(call.account, call.path["id"], param="id")
    _apply(endpoint, call.given)
    if "disabled" in call.given:
        endpoint["status"] = "disabled" if call.given["disabled"] else "enabled"
    return endpoint


@WEBHOOK_ENDPOINTS.delete("/v1/webhook_endpoints/{id}", permission="webhook")
def delete(call: Call) -> Object:
    endpoint = WEBHOOK_ENDPOINTS.find(call.account, call.path["id"], param="id")
    deleted = {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}
    WEBHOOK_ENDPOINTS.rows(call.account).remove(endpoint)
    return deleted


def _apply(endpoint: Object, given: Values) -> None:
    if "url" in given:
        parts = urlsplit(given["url"])
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", param="url")
    for number, name in enumerate(given.get("enabled_events", ("*",))):
        if not EVENT_NAME.fullmatch(name):
            raise invalid(f"Invalid event name: {name}", param=f"enabled_events[{number}]")
    if given.get("enabled_events") == []:
        raise invalid("You must enable at least one event.", param="enabled_events")
    names = ("description", "enabled_events", "url")
    endpoint |= {name: given[name] for name in names if name in given}
    endpoint["metadata"] = merged_metadata(endpoint["metadata"], given)
