"""Characters without a font: shown as their code point and said, never as an empty box.

Typst prints an empty box for such a character and gives no warning (typst 0.15), so every text is looked at before.
"""

import re
from collections.abc import Mapping
from typing import Any

from packets.fonts import Family, FontSet, family_for

_DROPPED = frozenset("\u200b\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e")
"""Without a shape of their own. The last five turn the direction of what follows: a page could say something else."""
_ISOLATES = frozenset("\u2066\u2067\u2068\u2069")
"""Keep a name of another direction together. Dropped, too, where they do not pair."""
_SHAPING = frozenset("\u200c\u200d\u200e\u200f\ufe0e\ufe0f") | _ISOLATES
"""Tell how their neighbours are joined or ordered; no glyph is needed."""
_SPACES = {ord("\t"): "    ", ord("\r"): None, 0x0B: " ", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_TO_DROP = {**dict.fromkeys(map(ord, _DROPPED)), **_SPACES}
_WITHOUT_ISOLATES = dict.fromkeys(map(ord, _ISOLATES))
_PLAIN = re.compile(r"[ -~\n]*")

_KANA = re.compile("[\u3040-\u30ff]")


class Spelling:
    """Makes texts printable with the fonts that are here, and keeps what it could not print."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts
        self._missing: dict[Family | None, dict[str, list[str]]] = {}
        self._japanese = False

    def printable(self, text: str, place: str) -> str:
        """The text with `[U+5F20]` for each character that no font here has. `place` names it in the finding."""
        if _PLAIN.fullmatch(text):
            return text
        text = text.translate(_TO_DROP)
        if text.count("\u2069") != sum(map(text.count, "\u2066\u2067\u2068")):
            text = text.translate(_WITHOUT_ISOLATES)
        self._japanese = self._japanese or _KANA.search(text) is not None
        lacking = {c for c in set(text) - _SHAPING - {"\n"} if ord(c) not in self._fonts.characters}
        for character in sorted(lacking):
            self._remember(character, place)
        return "".join(f"[U+{ord(c):04X}]" if c in lacking else c for c in text) if lacking else text

    def printed(self, data: Any, place: str) -> Any:
        """The same data with every text in it made printable."""
        if isinstance(data, str):
            return self.printable(data, place)
        if isinstance(data, Mapping):
            place = f"{place}, {data['label']}" if "label" in data else place
            return {key: self.printed(value, place) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.printed(value, place) for value in data]
        return data

    @property
    def families(self) -> list[str]:
        """Fonts in the order to try: Chinese forms of the characters, unless something is Japanese."""
        forms = "Noto Sans CJK JP" if self._japanese else "Noto Sans CJK SC"
        return [forms if name == "Noto Sans CJK SC" else name for name in self._fonts.families]

    def findings(self) -> tuple[str, ...]:
        """One sentence per missing font. Names one character at most: a manifest holds no personal data."""
        return tuple(_finding(family, characters) for family, characters in self._missing.items())

    def _remember(self, character: str, place: str) -> None:
        places = self._missing.setdefault(family_for(character), {}).setdefault(character, [])
        if place not in places:
            places.append(place)


def _finding(family: Family | None, characters: Mapping[str, list[str]]) -> str:
    example = next(iter(characters))
    places = list(dict.fromkeys(place for places in characters.values() for place in places))
    where = ", ".join(places[:3]) + (f" and {len(places) - 3} more places" if len(places) > 3 else "")
    what = f"{family.people_say} characters" if family else "characters"
    advice = f"install {family.remedy}" if family else "no font of this program has them"
    code = f"[U+{ord(example):04X}]"
    named = f"{example!r}, shown as {code}" if example.isprintable() else f"shown as {code}"
    return f"{where}: {what} without a font ({len(characters)}, such as {named}): {advice}."
