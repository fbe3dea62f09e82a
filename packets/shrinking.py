"""The ladder by which a packet becomes small enough: lighter images, shorter tables, fewer exhibits.

As little as possible is lost, exhibits go last and the least important first; `packets.manifests` says what went.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from chargebacks.errors import Refused
from chargebacks.evidence_fields import MOST_BYTES, most_pages
from chargebacks.packet import Exhibit, PacketDraft
from packets.fonts import FontSet
from packets.glyphs import Spelling
from packets.images import Quality
from packets.merging import mounted, split
from packets.plans import Cut, Data, Spacing, planned
from packets.shelf import Shelf
from packets.typesetting import LETTER, Typeset, letter_pages, typeset_packet

LETTER_SLOT = "uncategorized_file"

_QUALITIES = (
    None,
    Quality(longest=1800, jpeg=70),
    Quality(longest=1300, jpeg=55),
    Quality(longest=900, jpeg=40),
)
_MOST_ROWS = (120, 40, 12)
_ROWS_OF_A_PAGE = 45
"""No page of ours holds more: a longer table than fills all pages need not be set first."""
_RESERVE = 50_000
"""Bytes kept free below the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    most_rows: int
    quality: Quality | None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A packet as one set of cuts makes it."""

    cut: Cut
    quality: Quality | None
    typeset: Typeset
    shelf: Shelf
    findings: tuple[str, ...]

    @property
    def pages(self) -> int:
        return self.typeset.pages

    @cached_property
    def reading_copy(self) -> bytes:
        """Letter and exhibits by their numbers, as one PDF."""
        return mounted(self.typeset.pdf, self.typeset.frames, self.shelf.at(self.quality))

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Slot → PDF. The letter's comes first."""
        slots = dict.fromkeys((LETTER_SLOT, *(exhibit.slot for exhibit in self.cut.exhibits)))
        return split(
            self.reading_copy, {slot: self.pages_of(slot) for slot in slots}, title="Response to dispute"
        )

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(map(len, self.files.values()))

    def numbers(self, slot: str) -> tuple[int, ...]:
        """Exhibits in this slot."""
        return tuple(n for n, exhibit in enumerate(self.cut.exhibits, start=1) if exhibit.slot == slot)

    def pages_of(self, slot: str) -> list[int]:
        """Pages of the reading copy that are this slot's."""
        numbers = ((LETTER,) if slot == LETTER_SLOT else ()) + self.numbers(slot)
        return [page for number in numbers for page in self.typeset.pages_of(number)]


class Shrinker:
    """For one draft."""

    def __init__(self, draft: PacketDraft, shelf: Shelf, fonts: FontSet) -> None:
        self._draft = draft
        self._shelf = shelf
        self._fonts = fonts
        self._most_pages = most_pages(draft.network)
        rows = (self._most_pages * _ROWS_OF_A_PAGE, *_MOST_ROWS)
        self._steps = [Step(most_rows=most, quality=quality) for most in rows for quality in _QUALITIES]
        self._known: dict[Hashable, Attempt] = {}

    def fitting(self) -> Attempt:
        """The fullest packet within the limits. Refused("packet_too_large") when there is none."""
        gone: list[Exhibit] = []
        for leaving in (None, *self._leaving()):
            gone += [leaving] if leaving else []
            exhibits = [exhibit for exhibit in self._draft.exhibits if exhibit not in gone]
            if attempt := self._mildest(exhibits):
                return self._refilled(attempt, gone[:-1])
        least = self._attempt(exhibits, self._steps[-1])
        raise Refused(
            f"The packet cannot be made small enough: what must stay has {least.pages} pages and "
            f"{megabytes(least.size)}; {limits(self._draft)}. Shorten the documents of the most important exhibits.",
            reason="packet_too_large",
        )

    def _leaving(self) -> list[Exhibit]:
        """In the order in which they go: the highest rank first, of one rank the last."""
        order = sorted(enumerate(self._draft.exhibits), key=lambda one: (one[1].rank, one[0]), reverse=True)
        return [exhibit for _, exhibit in order if exhibit.rank > 1]

    def _mildest(self, exhibits: Sequence[Exhibit]) -> Attempt | None:
        """With as little lost as possible; None when even the hardest step does not do."""
        mildest, *between, hardest = self._steps
        if self._fits(attempt := self._attempt(exhibits, mildest)):
            return attempt
        if not self._fits(last := self._attempt(exhibits, hardest)):
            return None
        attempts = (self._attempt(exhibits, step) for step in between)
        return next((attempt for attempt in attempts if self._fits(attempt)), last)

    def _refilled(self, attempt: Attempt, gone: Sequence[Exhibit]) -> Attempt:
        """With those exhibits back whose leaving did not help: one large document must not cost the small ones."""
        step = Step(most_rows=attempt.cut.most_rows, quality=attempt.quality)
        for returning in reversed(gone):
            stay = (*attempt.cut.exhibits, returning)
            exhibits = [exhibit for exhibit in self._draft.exhibits if exhibit in stay]
            fuller = self._attempt(exhibits, step)
            attempt = fuller if self._fits(fuller) else attempt
        return attempt

    def _fits(self, attempt: Attempt) -> bool:
        return attempt.pages <= self._most_pages and attempt.size <= MOST_BYTES - _RESERVE

    def _attempt(self, exhibits: Sequence[Exhibit], step: Step) -> Attempt:
        """The letter is brought to one page on the way."""
        cut = Cut(exhibits=tuple(exhibits), most_rows=step.most_rows)
        attempt = self._typeset(cut)
        if len(attempt.typeset.pages_of(LETTER)) > 1:
            attempt = self._typeset(self._with_short_letter(cut))
        return replace(attempt, quality=step.quality)

    def _with_short_letter(self, cut: Cut) -> Cut:
        """Less space first, then fewer statements, the last first."""
        for shorter in _shorter_letters(cut, len(self._draft.letter.statements)):
            data = self._planned(shorter, Spelling(self._fonts))
            if letter_pages(data, fonts=self._fonts) == 1:
                return shorter
        raise Refused(
            "The letter does not fit on one page even without its statements: shorten the argument, the facts or the "
            "request.",
            reason="packet_too_large",
        )

    def _typeset(self, cut: Cut) -> Attempt:
        key = (tuple(exhibit.key for exhibit in cut.exhibits), cut.most_rows, cut.statements, cut.spacing)
        if key not in self._known:
            spelling = Spelling(self._fonts)
            typeset = typeset_packet(self._planned(cut, spelling), fonts=self._fonts, dated=self._draft.dated)
            findings = spelling.findings()
            self._known[key] = Attempt(
                cut=cut, quality=None, typeset=typeset, shelf=self._shelf, findings=findings
            )
        return self._known[key]

    def _planned(self, cut: Cut, spelling: Spelling) -> Data:
        return planned(self._draft, cut, spelling, self._shelf.pages)


def _shorter_letters(cut: Cut, statements: int) -> Iterator[Cut]:
    for spacing in (Spacing.COMPACT, Spacing.TIGHT):
        yield replace(cut, spacing=spacing)
    for staying in reversed(range(statements)):
        yield replace(cut, spacing=Spacing.TIGHT, statements=staying)


def limits(draft: PacketDraft) -> str:
    """As part of a sentence."""
    kind = "a Mastercard dispute" if draft.network == "mastercard" else "a dispute"
    most = f"{most_pages(draft.network)} pages and {megabytes(MOST_BYTES)}"
    return f"all files of {kind} together may have {most}"


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
