"""A usage log that may be long: which acts are shown, and how the log reads as a text."""

from typing import NamedTuple

from chargebacks.composing.case_facts import Case, item_source
from chargebacks.composing.letter_words import at_time, one_line, shortened
from chargebacks.evidence_items import EvidenceItem, UsageRow
from chargebacks.packet import Source

Act = tuple[UsageRow, EvidenceItem]
_HEAD = "Time | Activity | IP address | Device | Detail"
_LONGEST_DETAIL = 1000
_NOTE = "Rows of the log that are left out for length: {}."


class LogText(NamedTuple):
    text: str
    """Empty when there is no row, or none fits."""
    sources: tuple[Source, ...]
    hidden: int
    """Rows that are left out."""


class Marks(NamedTuple):
    rows: tuple[int, ...]
    """Numbers of the acts that are set in bold, from 0."""
    words: str
    """What they, or all acts, have in common: sentences that follow upon another one."""


def detail_of(row: UsageRow, *, most: int) -> str:
    """In one line, shortened with a note where it is longer than `most` characters."""
    return shortened(one_line(row.detail), most=most) or ""


def is_telling(row: UsageRow, case: Case) -> bool:
    """From the IP address of the purchase, or after the recorded cancellation."""
    ip, cancelled = case.purchase_ip, case.cancelled_at
    return (ip is not None and row.ip == ip.value) or (cancelled is not None and row.at > cancelled.value)


def marks_of(acts: tuple[Act, ...], case: Case) -> Marks:
    """What a part of the acts tells is marked; what all of them tell is only said."""
    ip, cancelled = case.purchase_ip, case.cancelled_at
    groups = (
        (
            "after the recorded cancellation",
            [cancelled is not None and row.at > cancelled.value for row, _ in acts],
        ),
        ("from the IP address of the purchase", [ip is not None and row.ip == ip.value for row, _ in acts]),
    )
    of_all = [words for words, told in groups if all(told)]
    of_some = [(words, told) for words, told in groups if any(told) and not all(told)]
    marked = [any(told) for told in zip(*(told for _, told in of_some), strict=True)]
    if of_some and all(marked):
        # Together they are all: then the first of them, which the case turns on, is marked alone.
        of_some = of_some[:1]
        marked = of_some[0][1]
    words = f" All of it {' and '.join(of_all)}." if of_all else ""
    if of_some:
        words += f" In bold: {', or '.join(words for words, _ in of_some)}."
    return Marks(tuple(number for number, mark in enumerate(marked) if mark), words)


def chosen_acts(case: Case, *, most: int) -> tuple[Act, ...]:
    """The acts after the sale that tell most, then the earliest; oldest first."""
    return tuple(sorted(_ranked(case)[:most], key=lambda act: act[0].at))


def log_text(case: Case, *, room: int) -> LogText:
    """A table of whole rows, at most `room` characters: those that tell most, then the earliest; oldest first."""
    room -= len(_HEAD) + len(_NOTE.format(len(case.usage))) + 2
    kept: list[tuple[Act, str]] = []
    for act in _ranked(case):
        line = _line(act[0])
        if len(line) < room:
            kept.append((act, line))
            room -= len(line) + 1
    kept.sort(key=lambda pair: pair[0][0].at)
    hidden = len(case.usage) - len(kept)
    lines = [_HEAD, *(line for _, line in kept), *([_NOTE.format(hidden)] if hidden else [])]
    sources = dict.fromkeys(item_source(item, "rows") for (_, item), _ in kept)
    return LogText("\n".join(lines) if kept else "", tuple(sources), hidden)


def _ranked(case: Case) -> list[Act]:
    return sorted(case.usage, key=lambda act: not is_telling(act[0], case))


def _line(row: UsageRow) -> str:
    cells = (at_time(row.at), row.what, row.ip or "", row.device or "", detail_of(row, most=_LONGEST_DETAIL))
    return " | ".join(one_line(cell) for cell in cells)
