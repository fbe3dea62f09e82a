"""What an alert source is to us: it proves who it is, tells of alerts, and takes one outcome for each.

An adapter is a small class without state. One file implements it, one line in `networks.registry` registers it; see
docs/adding-a-network.md.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol

import httpx
from pydantic import field_validator

from chargebacks.alerts import Alert
from chargebacks.outcomes import Acknowledgement, Outcome
from chargebacks.values import Instant, Value
from runtime.connections import SourceSettings

MAX_BODY_BYTES = 256 * 1024
"""No documented alert is longer than a few kilobytes; what is bigger is not one."""


class Inbound(Value):
    """One HTTP request as it came in. Header names are lower case; the body is the raw bytes that were signed."""

    method: str = "POST"
    path: str = "/"
    headers: Mapping[str, str]
    body: bytes
    received_at: Instant

    @field_validator("headers")
    @classmethod
    def _lower_case(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        return {name.lower(): value for name, value in headers.items()}


class Reply(Value):
    """What the ingest service answers once the alerts are durable, in the form that this provider expects."""

    status: int = 200
    content_type: str = "application/json"
    body: bytes = b"{}"


def json_reply(content: Mapping[str, Any]) -> Reply:
    """A 200 with a JSON object."""
    return Reply(body=json.dumps(dict(content)).encode())


class Setting(Value):
    """A secret or an option that an adapter reads from its `SourceSettings`, with the words that ask for it."""

    name: str
    help: str
    required: bool = True


class Adapter(Protocol):
    """One alert source's way of speaking.

    `authenticate` raises `NotAuthentic` for anything that does not prove its sender, and `NeedsOperator` when the
    secrets to prove it with are not configured. `parse` raises `BadInput` and nothing else, for any bytes at all.
    `report` raises `TryLater`, `Refused` or `NeedsOperator`; that the source already holds a final outcome is not an
    error but `Acknowledgement(already_known=True)`.
    """

    kind: ClassVar[str]
    """Stored as `Alert.provider` and `SourceSettings.kind`."""
    default_base_url: ClassVar[str]
    """The real service; stand-ins and test systems are given as the source's `base_url`."""
    secrets: ClassVar[tuple[Setting, ...]]
    options: ClassVar[tuple[Setting, ...]]

    def authenticate(self, request: Inbound, source: SourceSettings) -> None:
        """Check the sender by the raw bytes. Says nothing about what they mean."""
        ...

    def parse(self, body: bytes, source: SourceSettings, *, received_at: datetime) -> tuple[Alert, ...]:
        """The alerts in an authentic body. Empty when it tells of none, such as an echo of our own answer."""
        ...

    def reply(self, alerts: tuple[Alert, ...]) -> Reply:
        """The answer to a webhook whose alerts are stored."""
        ...

    async def report(
        self, http: httpx.AsyncClient, source: SourceSettings, alert: Alert, outcome: Outcome
    ) -> Acknowledgement:
        """Send the final outcome in the source's own words. The same arguments always make the same body."""
        ...
