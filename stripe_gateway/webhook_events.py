"""What Stripe sends to webhook endpoints: which events we ask for, whether they are Stripe's, and what they say.

https://docs.stripe.com/webhooks, https://docs.stripe.com/api/events/object. Events come in any order and more than
once, and show how their object was when they were made: act on what Stripe says now.
"""

from typing import Annotated, Any

import stripe
from pydantic import Field, StrictBool, StrictInt, StringConstraints, ValidationError
from pydantic_core import PydanticSerializationError

from chargebacks.errors import BadInput
from chargebacks.strict_json import read_json
from chargebacks.values import Instant, Value
from runtime.stripe_signatures import verify
from stripe_gateway.conversion import instant
from stripe_gateway.wire import Wire

__all__ = [
    "API_VERSION",
    "CONNECT_EVENTS",
    "EVENTS",
    "MAX_BODY_BYTES",
    "StripeEvent",
    "read_event",
    "verify",
]

API_VERSION = stripe.api_version
"""In which the objects of events come: the one that the SDK, and with it everything that reads them, is made for."""

EVENTS = (
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.succeeded",
    "charge.captured",
    "charge.updated",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
    "review.opened",
    "review.closed",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice_payment.paid",
    "payment_intent.canceled",
)
"""What an endpoint must listen to: disputes and warnings start cases, refunds and subscriptions tell running ones how
their acts went, charges and invoice payments keep the index fresh. No more than one list of missed events takes."""

CONNECT_EVENTS = (*EVENTS, "account.application.deauthorized")
"""What an endpoint for connected accounts must listen to: these also end the connection themselves."""

MAX_BODY_BYTES = 1024 * 1024
"""Far above the largest object that these events carry."""

_THIN = "v2.core.event"

Name = Annotated[str, StringConstraints(strict=True, pattern=r"^[!-~]{1,255}$")]
"""Ids, types and versions: printable ASCII without spaces."""

_Seconds = Annotated[StrictInt, Field(ge=0, le=253_402_300_799)]
"""Unix time up to the end of the year 9999."""


class StripeEvent(Value):
    """A snapshot event. Of types and fields that are new since nothing is lost and nothing breaks."""

    id: str
    type: str
    created: Instant
    account: str | None = None
    """`acct_…` of the connected account it happened on; None for the endpoint's own account."""
    livemode: bool
    api_version: str | None = None
    """In which `object` is written. None where Stripe names none."""
    object: dict[str, Any]
    """As it was then, decimals exact."""
    object_id: str | None = None
    """None for objects without an id, such as a balance."""
    object_type: str | None = None
    """Such as `dispute`."""
    changed: tuple[str, ...] = ()
    """The names of the object's fields whose values before an update the event tells, in order."""


class _Object(Wire):
    id: Name | None = None
    object: Name | None = None


class _Data(Wire):
    object: dict[str, Any]
    previous_attributes: dict[str, Any] | None = None


class _Event(Wire):
    id: Name
    type: Name
    created: _Seconds
    account: Name | None = None
    livemode: StrictBool
    api_version: Name | None = None
    data: _Data


def read_event(body: bytes) -> StripeEvent:
    """The event in a body that `verify` has found to be Stripe's. BadInput, and nothing else, for what is none."""
    if len(body) > MAX_BODY_BYTES:
        raise BadInput(
            f"The body has {len(body)} bytes; an event has at most {MAX_BODY_BYTES}.", reason="oversized"
        )
    given = read_json(body)
    kind = given.get("object") if isinstance(given, dict) else None
    if kind == _THIN:
        raise BadInput(
            "This is a thin event, which only names its object: let the endpoint send snapshots "
            f"(a webhook endpoint of API version {API_VERSION}).",
            reason="thin_event",
        )
    if kind != "event":
        raise BadInput(
            "The body is not an event of Stripe's: its object must be event.", reason="not_an_event"
        )
    try:
        event = _Event.model_validate(given)
        about = _Object.model_validate(event.data.object)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise BadInput(f"The event's {field} is missing or wrong.", reason="not_an_event") from None
    return _that_can_be_kept(
        StripeEvent(
            id=event.id,
            type=event.type,
            created=instant(event.created),
            account=event.account,
            livemode=event.livemode,
            api_version=event.api_version,
            object=event.data.object,
            object_id=about.id,
            object_type=about.object,
            changed=tuple(sorted(event.data.previous_attributes or ())),
        )
    )


def _that_can_be_kept(event: StripeEvent) -> StripeEvent:
    """Halves of characters and endless nesting can be read, but neither stored nor sent on. Of the names in a plain
    dict the dump would let halves pass, as something else."""
    try:
        event.model_dump_json()
        "".join(event.object).encode()
    except (PydanticSerializationError, ValueError, RecursionError):
        raise BadInput(
            "The event holds text that is no Unicode, or is nested too deeply.", reason="unparseable"
        ) from None
    return event
