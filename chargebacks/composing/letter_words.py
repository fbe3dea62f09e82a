"""How a letter and its exhibits write moments, quotes and counts, and how a long text is made shorter."""

import re
from datetime import datetime
from unicodedata import bidirectional

from chargebacks.evidence_derived import fold
from chargebacks.evidence_items import Address

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NUMBERS = ("Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
_ISOLATES = dict.fromkeys((0x2066, 0x2067, 0x2068, 0x2069))
_MOST_QUOTED = 160
_BREAKS = (re.compile(r"\n+"), re.compile(r"(?<=[.!?。！？])\s+"), re.compile(r"\s+"))
"""Where a text may end, the best places first: a line, a sentence, a word."""


def on_day(at: datetime) -> str:
    """`14 March 2026`, in UTC: no reader can take the day for the month."""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def at_time(at: datetime) -> str:
    """`14 March 2026, 09:30 UTC`."""
    return f"{on_day(at)}, {at:%H:%M} UTC"


def in_table(at: datetime) -> str:
    """`14 Mar 2026, 09:30`, in UTC: for the narrow columns of a table that names the time zone."""
    return f"{day_in_table(at)}, {at:%H:%M}"


def day_in_table(at: datetime) -> str:
    """`14 Mar 2026`, in UTC."""
    return f"{at.day} {_MONTHS[at.month - 1][:3]} {at.year}"


def from_to(period: tuple[datetime, datetime]) -> str:
    """`1 March 2026 to 1 April 2026`."""
    start, end = period
    return f"{on_day(start)} to {on_day(end)}"


def counted(number: int, noun: str) -> str:
    """`1 time`, `3 times`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def counted_first(number: int, noun: str) -> str:
    """`One document`, `Twelve documents`, `The 13 documents`: no sentence begins with a digit."""
    if number == 1:
        return f"One {noun}"
    return f"{_NUMBERS[number - 2]} {noun}s" if number - 2 < len(_NUMBERS) else f"The {number} {noun}s"


def one_line(text: str) -> str:
    """The text without line breaks and runs of blanks."""
    return " ".join(text.split())


def told(text: str) -> str | None:
    """The words for a sentence of a one-page letter: None where they are too long for it, or none at all.

    Where they are written from right to left they are isolated, so that what follows them stays in its place
    (U+2068 and U+2069, https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates).
    """
    words = one_line(without_isolates(text))
    return isolated(words) if 0 < len(words) <= _MOST_QUOTED else None


def quoted(text: str) -> str | None:
    """As `told`, in quotation marks."""
    words = told(text)
    return f"“{words}”" if words else None


def isolated(words: str) -> str:
    """The words so that their direction does not reach beyond them; as they are where nothing runs right to left."""
    backwards = any(bidirectional(sign) in ("R", "AL") for sign in words)
    return f"\u2068{words}\u2069" if backwards else words


def without_isolates(text: str) -> str:
    """For Stripe's fields, where nobody sets the page."""
    return text.translate(_ISOLATES)


def ended(sentence: str) -> str:
    """The sentence with a full stop, unless the words that it quotes at its end have one."""
    return sentence if sentence.rstrip("”\u2069")[-1:] in (".", "!", "?") else f"{sentence}."


def capitalised(text: str) -> str:
    """The text with a capital at its beginning and nothing else changed."""
    return text[:1].upper() + text[1:]


def same_address(one: Address | None, other: Address | None) -> bool:
    """Street, postal code and, where both name it, country are the same. Unknown is never the same."""
    if one is None or other is None:
        return False
    street, code = fold(one.line1 or ""), fold(one.postal_code or "")
    if not street or not code or (street, code) != (fold(other.line1 or ""), fold(other.postal_code or "")):
        return False
    return not one.country or not other.country or fold(one.country) == fold(other.country)


def shortened(text: str, *, most: int, note: str = "[The rest is left out for its length.]") -> str | None:
    """At most `most` characters: whole lines, else whole sentences, else whole words, and a note that says so.

    None when not even one word fits.
    """
    if len(text) <= most:
        return text
    room = most - len(note) - 1
    for place in _BREAKS:
        ends = [found.start() for found in place.finditer(text) if found.start() <= room]
        # An end that loses most of what would fit is worse than one at a lesser break.
        if ends and (ends[-1] * 2 >= room or place is _BREAKS[-1]):
            return f"{text[: ends[-1]].rstrip()} {note}"
    return None
