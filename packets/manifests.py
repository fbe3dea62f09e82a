"""The manifest of a packet: what is filed, where each statement comes from, and what was left out. No personal data."""

import hashlib
from collections.abc import Iterator

from chargebacks.packet import (
    DocumentBlock,
    Exhibit,
    LeftOut,
    Manifest,
    ManifestEntry,
    PacketDraft,
    TableBlock,
    TimelineBlock,
)
from packets.plans import counted, kept_rows, sources_of, unmarked
from packets.shrinking import LETTER_SLOT, Attempt, limits


def file_name(slot: str) -> str:
    return f"{slot}.pdf"


def manifest_of(draft: PacketDraft, attempt: Attempt) -> Manifest:
    """Every field with its hash, size and sources; what was left out; what a person should know."""
    texts = tuple(
        ManifestEntry(
            field=name,
            kind="text",
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            size=len(text),
            sources=draft.text_sources.get(name, ()),
        )
        for name, text in draft.texts.items()
    )
    files = tuple(_file_entry(draft, attempt, slot) for slot in attempt.files)
    return Manifest(
        dispute_id=draft.dispute_id,
        entries=texts + files,
        exhibits=tuple(exhibit.title for exhibit in attempt.cut.exhibits),
        left_out=tuple(_left_out(draft, attempt)),
        findings=(*attempt.findings, *attempt.shelf.findings, *unmarked(attempt.cut.exhibits)),
        pages=attempt.pages,
        size=attempt.size,
    )


def _file_entry(draft: PacketDraft, attempt: Attempt, slot: str) -> ManifestEntry:
    content = attempt.files[slot]
    numbers = attempt.numbers(slot)
    sources = [source for number in numbers for source in sources_of(attempt.cut.exhibits[number - 1].blocks)]
    if slot == LETTER_SLOT:
        said = (draft.letter.argument, *draft.letter.statements[: attempt.cut.statements])
        facts = [source for row in draft.letter.facts for source in row.sources]
        sources = [*facts, *(source for statement in said for source in statement.sources), *sources]
    return ManifestEntry(
        field=slot,
        kind="file",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        pages=len(attempt.pages_of(slot)),
        name=file_name(slot),
        exhibits=numbers,
        sources=tuple(dict.fromkeys(sources)),
    )


def _left_out(draft: PacketDraft, attempt: Attempt) -> Iterator[LeftOut]:
    why = f"A{limits(draft)[1:]}."
    if attempt.cut.statements is not None:
        said = len(draft.letter.statements)
        what = f"The last {said - attempt.cut.statements} of {said} statements of the letter"
        yield LeftOut(what=what, why="The letter has one page.")
    lightened = attempt.shelf.lightened(attempt.quality)
    for exhibit in attempt.cut.exhibits:
        documents = {block.sha256 for block in exhibit.blocks if isinstance(block, DocumentBlock)}
        if documents & lightened:
            yield LeftOut(what=f"Detail of the images in the exhibit “{exhibit.title}”", why=why)
        for gone, count in _gone_rows(exhibit, attempt.cut.most_rows):
            yield LeftOut(what=f"{gone} of {count} rows in the exhibit “{exhibit.title}”", why=why)
    for exhibit in draft.exhibits:
        if exhibit not in attempt.cut.exhibits:
            yield LeftOut(what=f"The exhibit “{exhibit.title}” (rank {exhibit.rank})", why=why)


def _gone_rows(exhibit: Exhibit, most_rows: int) -> Iterator[tuple[int, int]]:
    """Rows left out and rows there were, of each shortened table."""
    for block in exhibit.blocks:
        if isinstance(block, TableBlock | TimelineBlock):
            count, important = counted(block)
            if gone := count - len(kept_rows(count, important, most_rows)):
                yield gone, count
