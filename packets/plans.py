"""A draft as the templates read it: numbers, references, dates and fonts settled, every text printable.

Pure: what is said and in which order, not where it stands on the page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from chargebacks.packet import (
    Block,
    DocumentBlock,
    Exhibit,
    PacketDraft,
    QuoteBlock,
    RowsBlock,
    Source,
    TableBlock,
    TextBlock,
    TimelineBlock,
    TimelineEntry,
)
from packets.glyphs import Spelling

Data = dict[str, Any]


class Spacing(StrEnum):
    """How much room the letter takes."""

    ROOMY = "roomy"
    COMPACT = "compact"
    TIGHT = "tight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is left of a draft after shortening it."""

    exhibits: tuple[Exhibit, ...]
    """Those that stay, in order: their numbers follow from it."""
    most_rows: int
    """Rows of a table or entries of a timeline, beside those that matter."""
    statements: int | None = None
    """How many of the letter's statements stay."""
    spacing: Spacing = Spacing.ROOMY


def planned(draft: PacketDraft, cut: Cut, spelling: Spelling, pages: Mapping[str, int]) -> Data:
    """Data for the templates. `pages`: sha256 → pages of each document that can be shown."""
    numbers = {exhibit.key: number for number, exhibit in enumerate(cut.exhibits, start=1)}
    head = {
        "title": f"Response to dispute {draft.dispute_id}",
        "merchant": draft.letter.merchant,
        "dispute": draft.dispute_id,
        "dated": day(draft.dated),
        "paper": draft.paper.value,
    }
    letter = spelling.printed(_letter(draft, cut, numbers), "Letter")
    exhibits = [
        spelling.printed(_exhibit(exhibit, number, cut, pages), f"Exhibit {number}")
        for number, exhibit in enumerate(cut.exhibits, start=1)
    ]
    head = spelling.printed(head, "Letter")
    return {**head, "fonts": spelling.families, "letter": letter, "exhibits": exhibits}


def day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def minute(moment: datetime) -> str:
    return f"{moment.day} {moment:%b} {moment.year}, {moment:%H:%M} UTC"


def reference(keys: Sequence[str], numbers: Mapping[str, int]) -> str:
    """Such as `(Exhibits 2, 4)`; empty when nothing that is shown proves it."""
    shown = sorted({numbers[key] for key in keys if key in numbers})
    if not shown:
        return ""
    listed = ", ".join(map(str, shown))
    return f"(Exhibit{'s' if len(shown) > 1 else ''} {listed})".replace(" ", "\u00a0")


def source_lines(sources: Sequence[Source]) -> list[str]:
    """Such as `Stripe: charge ch_1… (amount, created)`: each object once, with all that comes from it."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for source in sources:
        place, _, parts = source.reference.partition(", ")
        named = found.setdefault((source.supplier.value.capitalize(), place), {})
        named.update(dict.fromkeys(parts.split(", ") if parts else ()))
    return [f"{supplier}: {place}{_of(parts)}" for (supplier, place), parts in found.items()]


def _of(parts: Iterable[str]) -> str:
    listed = ", ".join(parts)
    return f" ({listed})" if listed else ""


def _letter(draft: PacketDraft, cut: Cut, numbers: Mapping[str, int]) -> Data:
    letter = draft.letter
    argued = reference(letter.argument.exhibits, numbers)
    return {
        "spacing": cut.spacing.value,
        "merchant": letter.merchant,
        "lines": list(letter.merchant_lines),
        "subject": letter.subject,
        "facts": [{"label": row.label, "value": row.value} for row in letter.facts],
        "heading": letter.heading,
        "argument": {"text": letter.argument.text, "reference": argued},
        "statements": [
            {"text": statement.text, "reference": reference(statement.exhibits, numbers)}
            for statement in letter.statements[: cut.statements]
        ],
        "request": letter.request,
        "exhibits": [[number, exhibit.title] for number, exhibit in enumerate(cut.exhibits, start=1)],
    }


def _exhibit(exhibit: Exhibit, number: int, cut: Cut, pages: Mapping[str, int]) -> Data:
    shown = [block for block in exhibit.blocks if not isinstance(block, DocumentBlock)]
    documents = [block for block in exhibit.blocks if isinstance(block, DocumentBlock)]
    return {
        "number": number,
        "title": exhibit.title,
        "summary": exhibit.summary,
        "blocks": [_block(block, cut.most_rows) for block in shown],
        "sources": source_lines(sources_of(exhibit.blocks)),
        "sheets": [
            {
                "document": document.sha256,
                "name": document.name,
                "page": page,
                "pages": pages[document.sha256],
            }
            for document in documents
            if document.sha256 in pages
            for page in range(1, pages[document.sha256] + 1)
        ],
    }


def sources_of(blocks: Sequence[Block]) -> tuple[Source, ...]:
    """Each source once, in order."""
    found: list[Source] = []
    for block in blocks:
        if isinstance(block, RowsBlock):
            found.extend(source for row in block.rows for source in row.sources)
        elif isinstance(block, TimelineBlock):
            found.extend(source for entry in block.entries for source in entry.sources)
        else:
            found.extend(block.sources)
    return tuple(dict.fromkeys(found))


def _block(block: Block, most_rows: int) -> Data:
    match block:
        case RowsBlock():
            rows = [{"label": row.label, "value": row.value} for row in block.rows]
            return {"type": "rows", "title": block.title, "rows": rows}
        case TableBlock():
            return _table(block, most_rows)
        case TimelineBlock():
            return _timeline(block, most_rows)
        case QuoteBlock():
            before, marked, after = _split(block.text, block.marked)
            parts = {"before": before, "marked": marked, "after": after}
            return {"type": "quote", "title": block.title, "head": block.head, **parts}
        case TextBlock():
            return {"type": "text", "text": block.text}
        case DocumentBlock():
            raise TypeError("A document has pages of its own.")


def _table(block: TableBlock, most_rows: int) -> Data:
    rows: list[Data] = []
    for number, left_out in _kept(*counted(block), most_rows):
        if number is None:
            rows.append({"note": _left_out(left_out, "row")})
        else:
            rows.append({"cells": list(block.rows[number]), "strong": number in block.highlighted})
    weights = list(block.weights) or [1] * len(block.columns)
    if {len(weights), *map(len, block.rows)} != {len(block.columns)}:
        raise ValueError(
            f"The table {block.title} has {len(block.columns)} columns; so must each row and the weights."
        )
    return {
        "type": "table",
        "title": block.title,
        "columns": list(block.columns),
        "weights": weights,
        "rows": rows,
    }


def _timeline(block: TimelineBlock, most_rows: int) -> Data:
    entries: list[Data] = []
    for number, left_out in _kept(*counted(block), most_rows):
        if number is None:
            entries.append({"note": _left_out(left_out, "entry")})
        else:
            entries.append(_entry(block.entries[number]))
    return {"type": "timeline", "title": block.title, "entries": entries}


def _entry(entry: TimelineEntry) -> Data:
    return {"at": minute(entry.at), "text": entry.text, "key": entry.key}


def _left_out(count: int, what: str) -> str:
    plural = {"row": "rows", "entry": "entries"}[what]
    return f"… {count} {what if count == 1 else plural} left out"


def counted(block: TableBlock | TimelineBlock) -> tuple[int, set[int]]:
    """How many rows there are, and the numbers of those that matter."""
    if isinstance(block, TableBlock):
        return len(block.rows), set(block.highlighted)
    return len(block.entries), {number for number, entry in enumerate(block.entries) if entry.key}


def unmarked(exhibits: Sequence[Exhibit]) -> Iterator[str]:
    """A sentence for each quotation that does not hold what is to be marked in it."""
    for exhibit in exhibits:
        for block in exhibit.blocks:
            if isinstance(block, QuoteBlock) and block.marked and block.marked not in block.text:
                where = f"in the exhibit “{exhibit.title}”"
                yield f"The passage to be marked {where} is not part of its text: nothing is marked."


def kept_rows(count: int, important: set[int], most: int) -> tuple[int, ...]:
    """Those that matter, and of the others the first and the last, half of `most` each."""
    if count <= most:
        return tuple(range(count))
    ordinary = [number for number in range(count) if number not in important]
    half = most // 2
    return tuple(sorted({*ordinary[:half], *ordinary[len(ordinary) - half :], *important}))


def _kept(count: int, important: set[int], most: int) -> list[tuple[int | None, int]]:
    """The numbers that stay; None stands for a gap, with how many it left out."""
    shown: list[tuple[int | None, int]] = []
    expected = 0
    for number in (*kept_rows(count, important, most), count):
        if number > expected:
            shown.append((None, number - expected))
        if number < count:
            shown.append((number, 0))
        expected = number + 1
    return shown


def _split(text: str, marked: str | None) -> tuple[str, str, str]:
    """Before, marked part, after. All before when there is nothing to mark."""
    before, found, after = text.partition(marked) if marked else (text, "", "")
    return before, found, after
