"""Tables that fit their page: columns as wide as what stands in them, and none that is empty."""

import re
from collections.abc import Sequence

from chargebacks.packet import Source, TableBlock

_ROOM = 70
"""Characters of 12 points, bold ones among them, in a line of a page."""
_GAP = 2
"""Characters between two columns."""
_WIDEST = 30
"""Characters. A longer text goes on in the next line of its cell."""
_LONGEST_WORD = 21
"""Characters. A longer word, such as an id or an IPv6 address, is broken in two."""
_TOGETHER = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}(, \d{2}:\d{2})?|[\d.]+ [A-Z]{3}\b")
"""A moment or an amount: never broken (`packets/templates/parts.typ`)."""


def table_of(
    columns: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    *,
    sources: tuple[Source, ...],
    title: str = "",
    highlighted: tuple[int, ...] = (),
) -> TableBlock:
    """The table without the columns in which nothing stands."""
    filled = [number for number in range(len(columns)) if any(row[number] for row in rows)]
    shown = tuple(tuple(row[number] for number in filled) for row in rows)
    titles = tuple(columns[number] for number in filled)
    return TableBlock(
        title=title,
        columns=titles,
        weights=_widths(list(zip(titles, *shown, strict=True))),
        rows=shown,
        sources=sources,
        highlighted=highlighted,
    )


def _widths(columns: list[tuple[str, ...]]) -> tuple[int, ...]:
    """Each column holds its longest word, and what room is left goes where texts would else break most."""
    longest = [max(map(_longest_word, cells)) for cells in columns]
    least = [_unbroken(word) + _GAP for word in longest]
    wanted = [
        narrow if word > _LONGEST_WORD else max(narrow, min(_WIDEST, max(map(len, cells))) + _GAP)
        for narrow, word, cells in zip(least, longest, columns, strict=True)
    ]
    spare, lacking = max(0, _ROOM - sum(least)), sum(wanted) - sum(least)
    if spare >= lacking:
        return tuple(wanted)
    return tuple(
        narrow + (wide - narrow) * spare // lacking for narrow, wide in zip(least, wanted, strict=True)
    )


def _longest_word(cell: str) -> int:
    """A line may end at a blank and after a hyphen."""
    words = _TOGETHER.sub(_as_word, cell).replace("-", "- ").split()
    return max(map(len, words), default=1)


def _as_word(found: re.Match[str]) -> str:
    """The blanks and points of a moment are narrow: together they take two characters less."""
    return "x" * (len(found[0]) - (2 if ":" in found[0] else 0))


def _unbroken(length: int) -> int:
    """Characters of a word that must stand side by side."""
    return length if length <= _LONGEST_WORD else min(_LONGEST_WORD, length // 2 + 1)
