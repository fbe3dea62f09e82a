"""Evidence as it comes in: what it is, who supplied it, when, and the hash of what was supplied.

`Supply` is the contract with the merchant's own evidence sources (`docs/evidence-sources.md`); an `EvidenceItem` is
one thing out of a supply, as it is kept. All of it may hold personal data: it lives sealed in the store, never in a
history.
"""

import hashlib
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from chargebacks.evidence_fields import ProductType
from chargebacks.values import Instant, Value

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Supplier(StrEnum):
    """Where an item came from."""

    STRIPE = "stripe"
    ACTIVITY = "activity"
    """A `collect_evidence` activity on a task queue of the merchant's."""
    ENDPOINT = "endpoint"
    """An HTTP endpoint of the merchant's."""
    PERSON = "person"
    """The command line, a folder, or later the console."""
    STANDING = "standing"
    """A document kept for the account, such as its refund policy."""


class Provenance(Value):
    """`by` names the person or the source; `reference` says where in it, such as `charge.billing_details.name`."""

    supplier: Supplier
    by: str
    at: Instant
    reference: str = ""


_TOWN_FIRST = frozenset({"AU", "CA", "GB", "US"})
"""Countries (ISO 3166-1 alpha-2) that write `Springfield, IL 62701`: town, state if any, postal code. The others are
written `12345 Town` with the state below, as in most of Europe."""


class Address(Value):
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """As written on a letter in its country; empty when nothing is known."""
        return tuple(part for part in (self.line1, self.line2, *self._town(), self.country) if part)

    def one_line(self) -> str:
        return ", ".join(self.lines)

    def _town(self) -> tuple[str | None, ...]:
        """The lines between street and country."""
        if (self.country or "").strip().upper() not in _TOWN_FIRST:
            return " ".join(part for part in (self.postal_code, self.city) if part), self.state
        place = ", ".join(part for part in (self.city, self.state) if part)
        return (" ".join(part for part in (place, self.postal_code) if part),)


class TextContent(Value):
    """The text of one of Stripe's evidence fields."""

    type: Literal["text"] = "text"
    field: str
    text: Text


class FileContent(Value):
    """A checked file for one of Stripe's slots; the bytes lie in the store under `sha256`."""

    type: Literal["file"] = "file"
    field: str
    name: Line
    sha256: str
    media_type: str
    size: Annotated[int, Field(gt=0)]
    pages: Annotated[int, Field(gt=0)] = 1
    note: str = ""
    """What was done to it on arrival, such as `HEIC photo turned into a PDF`."""


class UsageRow(Value):
    """One act of the customer in the merchant's product."""

    at: Instant
    what: Line
    ip: str | None = None
    device: str | None = None
    detail: str = ""


class UsageContent(Value):
    type: Literal["usage"] = "usage"
    rows: Annotated[tuple[UsageRow, ...], Field(min_length=1, max_length=5000)]


class Message(Value):
    at: Instant
    sender: Line
    recipient: Line
    channel: str = "e-mail"
    subject: str = ""
    text: Text


class MessagesContent(Value):
    """Correspondence with the customer."""

    type: Literal["messages"] = "messages"
    messages: Annotated[tuple[Message, ...], Field(min_length=1, max_length=500)]


class DeliveryEvent(Value):
    at: Instant
    what: Line
    place: str = ""


class DeliveryContent(Value):
    """One parcel."""

    type: Literal["delivery"] = "delivery"
    carrier: Line
    tracking_number: Line
    shipped_at: Instant | None = None
    delivered_at: Instant | None = None
    signed_by: str | None = None
    address: Address | None = None
    events: tuple[DeliveryEvent, ...] = ()


class PolicyKind(StrEnum):
    REFUND = "refund_policy"
    CANCELLATION = "cancellation_policy"
    TERMS = "terms"


class PolicyContent(Value):
    """A policy as the customer saw it. `clause` is the part of `text` that matters, marked in the exhibit."""

    type: Literal["policy"] = "policy"
    kind: PolicyKind
    text: Text
    clause: str | None = None
    in_force_from: Instant | None = None
    in_force_until: Instant | None = None
    shown_where: str = ""
    """Where and when the customer saw or accepted it, such as `checkbox at checkout`."""
    url: str | None = None


class IdentifiersContent(Value):
    """What tells that the same person bought, for CE 3.0. `charge_id` None: the disputed charge."""

    type: Literal["identifiers"] = "identifiers"
    charge_id: str | None = None
    purchase_ip: str | None = None
    device_fingerprint: str | None = None
    device_id: str | None = None
    account_id: str | None = None
    email: str | None = None
    shipping_address: Address | None = None
    product_description: str | None = None


class FactsContent(Value):
    """What the merchant knows of the sale besides: all optional, each used only where it is given."""

    type: Literal["facts"] = "facts"
    product_type: ProductType | None = None
    product_description: str | None = None
    order_id: str | None = None
    service_at: Instant | None = None
    """When the service, the event or the stay was."""
    cancelled_at: Instant | None = None
    """When the customer cancelled, by the merchant's own record."""
    agreed_at: Instant | None = None
    """When delivery or performance was agreed for."""
    return_received_at: Instant | None = None
    returned: bool | None = None
    """False: the goods did not come back."""
    refund_refused_because: str | None = None
    instalment: Line | None = None
    """Which instalment of one purchase the charge is, such as `2 of 4`."""


Content = Annotated[
    TextContent
    | FileContent
    | UsageContent
    | MessagesContent
    | DeliveryContent
    | PolicyContent
    | IdentifiersContent
    | FactsContent,
    Field(discriminator="type"),
]


class EvidenceItem(Value):
    """One thing that may be said or shown."""

    id: str
    """First 16 hex digits of the hash of its content and supplier: the same thing twice is one item."""
    content: Content
    provenance: Provenance
    sha256: str
    """Of the file, or of the content's canonical JSON."""


def item_of(content: Content, provenance: Provenance) -> EvidenceItem:
    """The item for this content."""
    digest = hashlib.sha256(content.model_dump_json().encode()).hexdigest()
    named = hashlib.sha256(f"{provenance.supplier.value} {provenance.by} {digest}".encode()).hexdigest()
    sha256 = content.sha256 if isinstance(content, FileContent) else digest
    return EvidenceItem(id=named[:16], content=content, provenance=provenance, sha256=sha256)


class SuppliedFile(Value):
    """A file out of a merchant's source. Exactly one of `url` and `content_base64`; `sha256` is checked when given."""

    field: str
    name: Line
    url: str | None = None
    content_base64: str | None = None
    sha256: str | None = None


class Supply(Value):
    """What a source answers. Everything is optional: an empty supply says that it has nothing."""

    fields: dict[str, Text] = {}
    """Text by the name of Stripe's evidence field."""
    files: tuple[SuppliedFile, ...] = ()
    usage: tuple[UsageRow, ...] = ()
    messages: tuple[Message, ...] = ()
    deliveries: tuple[DeliveryContent, ...] = ()
    policies: tuple[PolicyContent, ...] = ()
    identifiers: tuple[IdentifiersContent, ...] = ()
    facts: FactsContent | None = None


class SupplyRequest(Value):
    """What a source is asked. No card data; personal data only as ids that the merchant knows."""

    case_id: str
    account: str
    dispute_id: str
    reason: str
    network: str | None = None
    network_reason_code: str | None = None
    product_type: ProductType
    amount_minor: int
    currency: str
    charge_id: str
    payment_intent: str | None = None
    customer: str | None = None
    subscription: str | None = None
    order_ids: tuple[str, ...] = ()
    metadata: dict[str, str] = {}
    """The charge's own metadata: endpoints get it. An activity's input stands in Temporal's history, where it has no
    place."""
    charged_at: Instant
    wanted: tuple[str, ...] = ()
    """Names of what is missing, the most important first."""
    prior_charges: tuple[str, ...] = ()
    """Earlier charges for which `identifiers` would help (CE 3.0)."""
    answer_by: Instant
    """Supplies that come later may not be used."""


class SourceRef(Value):
    """One of the merchant's evidence sources, as a workflow names it."""

    name: str
    task_queue: str | None = None
    """An activity on the merchant's own queue; None: an HTTP endpoint."""
