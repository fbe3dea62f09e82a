"""Connections to the outside as configured: what adapters get to reach Stripe, alert sources and evidence sources.

Secrets are `SecretStr`: they print as asterisks, and never enter a payload, a log line or an error.
"""

from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from chargebacks.errors import BadInput
from chargebacks.evidence_items import Supplier
from chargebacks.values import Instant, Value


class StripeCredentials(Value):
    """How one account's Stripe calls are made."""

    account: str
    api_key: SecretStr
    stripe_account: str | None = None
    """`acct_…` of a connected account (Connect direct charges): sent as the Stripe-Account header."""
    livemode: bool
    order_metadata_keys: tuple[str, ...] = ("order_id", "order_number")
    """Charge metadata keys that hold the merchant's own order id."""


class SourceSettings(Value):
    """One configured alert source. `secrets` and `options` are named by the adapter of its `kind`."""

    name: str
    kind: str
    account: str
    """The account whose charges this source's alerts are about."""
    base_url: str
    """Where outcomes are sent; the real service's address by default, a stand-in's in demo and tests."""
    secrets: dict[str, SecretStr] = {}
    options: dict[str, str] = {}
    previous_secrets: dict[str, SecretStr] = {}
    """The secrets before the last rotation. What comes in may still be signed with them until `previous_until`."""
    previous_until: Instant | None = None

    def accepted_at(self, now: datetime) -> tuple[Self, ...]:
        """The settings under which a message that comes now may be proven: the present ones first."""
        if self.previous_until is None or now >= self.previous_until or not self.previous_secrets:
            return (self,)
        return (self, self.model_copy(update={"secrets": self.previous_secrets}))


class EvidenceSourceSettings(Value):
    """One of the merchant's own evidence sources. BadInput when it cannot be reached as it is described."""

    name: str
    account: str
    """The account whose disputes it is asked about."""
    kind: Literal[Supplier.ACTIVITY, Supplier.ENDPOINT]
    """The supplier that its evidence names."""
    task_queue: str | None = None
    """ACTIVITY: where a worker of the merchant's offers `collect_evidence`."""
    url: str | None = None
    """ENDPOINT: https, or http on the machine itself."""
    secret: SecretStr | None = None
    """ENDPOINT: signs the requests. None where a list left it out."""
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 30
    """For one answer."""

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        activity = self.kind is Supplier.ACTIVITY
        needed, foreign = (self.task_queue, self.url) if activity else (self.url, self.task_queue)
        if not needed or foreign is not None or (activity and self.secret is not None):
            raise BadInput(
                f"evidence source {self.name}: give an activity its task queue and nothing else, "
                "an endpoint its URL and its secret",
                reason="source_settings",
            )
        if not activity and not _is_safe(needed):
            raise BadInput(
                f"evidence source {self.name}: the URL must begin with https://, or with http:// on this machine "
                "(localhost), and hold no user name or fragment",
                reason="source_url",
            )
        return self


def _is_safe(url: str) -> bool:
    """Requests name a customer, and answers hold personal data: neither crosses a network in the clear."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
