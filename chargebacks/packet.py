"""A packet as data: what is said, what is shown, and where each statement comes from.

A `PacketDraft` is composed from facts alone (`chargebacks.composing`) and rendered by `packets/`; a `Manifest` says
what came of it, field by field. The draft holds personal data and stays out of histories; the manifest holds none.
"""

import hashlib
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from chargebacks.evidence_items import Supplier
from chargebacks.values import Instant, Value


class Paper(StrEnum):
    A4 = "a4"
    LETTER = "us-letter"


class Source(Value):
    """Where a statement comes from, so that anybody can check it."""

    supplier: Supplier
    reference: str
    """Such as `charge ch_1…, billing_details.address` or `evidence item 9f…, delivered_at`."""
    sha256: str | None = None


class Statement(Value):
    """One sentence of the argument. Never without a source."""

    text: str
    """Names of another direction of writing stand between U+2068 and U+2069."""
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    exhibits: tuple[str, ...] = ()
    """Keys of the exhibits that prove it."""


class Row(Value):
    label: str
    value: str
    sources: tuple[Source, ...] = ()


class RowsBlock(Value):
    """Label and value, line by line."""

    type: Literal["rows"] = "rows"
    title: str = ""
    rows: tuple[Row, ...]


class TableBlock(Value):
    """A table of texts. `weights` are relative column widths."""

    type: Literal["table"] = "table"
    title: str = ""
    columns: tuple[str, ...]
    weights: tuple[int, ...] = ()
    rows: tuple[tuple[str, ...], ...]
    sources: tuple[Source, ...] = ()
    highlighted: tuple[int, ...] = ()
    """Numbers of the rows that matter, from 0: set in bold, since colour is not allowed."""


class TimelineEntry(Value):
    at: Instant
    text: str
    sources: tuple[Source, ...] = ()
    key: bool = False
    """The dispute turns on it."""


class TimelineBlock(Value):
    type: Literal["timeline"] = "timeline"
    title: str = ""
    entries: tuple[TimelineEntry, ...]


class QuoteBlock(Value):
    """Somebody's words as they were said; `head` says whose, to whom, when. `marked`: a part of `text` that matters."""

    type: Literal["quote"] = "quote"
    title: str = ""
    head: str = ""
    text: str
    marked: str | None = None
    sources: tuple[Source, ...] = ()


class TextBlock(Value):
    type: Literal["text"] = "text"
    text: str
    sources: tuple[Source, ...] = ()


class DocumentBlock(Value):
    """A document that came in, shown as it is: its pages follow the exhibit's cover lines."""

    type: Literal["document"] = "document"
    sha256: str
    name: str
    media_type: str
    pages: int = 1
    sources: tuple[Source, ...] = ()


Block = Annotated[
    RowsBlock | TableBlock | TimelineBlock | QuoteBlock | TextBlock | DocumentBlock,
    Field(discriminator="type"),
]


class Exhibit(Value):
    """Numbered in the order of the draft. All exhibits of one slot become one file, in that order."""

    key: str
    """Stable name within the draft, such as `delivery`."""
    title: str
    slot: str
    """Stripe's file field."""
    rank: Annotated[int, Field(ge=1, le=9)]
    """Importance: 1 is never left out, 9 goes first when room is short."""
    summary: str = ""
    """What it proves, in one sentence."""
    blocks: tuple[Block, ...]


class Letter(Value):
    """One page: who, what, why the dispute is unfounded, which exhibit proves it."""

    merchant: str
    merchant_lines: tuple[str, ...] = ()
    subject: str
    facts: tuple[Row, ...]
    """Dispute id, charge, amount, date of sale, cardholder, network and reason code."""
    heading: str = "Why this dispute is unfounded"
    """Over the argument."""
    argument: Statement
    """The whole case in one or two sentences: what an analyst reads first."""
    statements: tuple[Statement, ...]
    request: str
    """What is asked of the issuer."""


class PacketDraft(Value):
    dispute_id: str
    network: str | None = None
    paper: Paper = Paper.A4
    letter: Letter
    exhibits: tuple[Exhibit, ...]
    texts: dict[str, str]
    """Stripe text field → text, within its limits."""
    text_sources: dict[str, tuple[Source, ...]] = {}
    dated: Instant
    """Stands on the letter and in the PDF's metadata: the same facts give the same bytes."""


class LeftOut(Value):
    what: str
    why: str


class ManifestEntry(Value):
    """What goes into one field."""

    field: str
    kind: Literal["text", "file"]
    sha256: str
    size: int
    """Characters of a text, bytes of a file."""
    pages: int | None = None
    name: str | None = None
    exhibits: tuple[int, ...] = ()
    sources: tuple[Source, ...] = ()


class Manifest(Value):
    """What is to be filed, field by field. No personal data."""

    dispute_id: str
    entries: tuple[ManifestEntry, ...]
    exhibits: tuple[str, ...] = ()
    """Titles, in order of their numbers."""
    left_out: tuple[LeftOut, ...] = ()
    findings: tuple[str, ...] = ()
    """What a person should know: a glyph without a font, a file that could not be read."""
    pages: int = 0
    size: int = 0
    """Bytes of all files together."""

    @property
    def digest(self) -> str:
        """The packet's identity: hash of what is filed, whatever was remarked about it."""
        filed = "\n".join(
            f"{entry.field} {entry.kind} {entry.sha256}"
            for entry in sorted(self.entries, key=lambda entry: entry.field)
        )
        return hashlib.sha256(filed.encode()).hexdigest()


class PacketFile(Value):
    """One file for one slot."""

    field: str
    name: str
    media_type: str
    content: bytes
    """Raw bytes. Kept sealed; never a payload."""


class BuiltPacket(Value):
    manifest: Manifest
    texts: dict[str, str]
    files: tuple[PacketFile, ...]
    reading_copy: bytes
    """Letter and exhibits as one PDF, for people."""
