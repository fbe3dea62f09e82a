"""Typst, as far as packets need it: data in, PDF and the places of things out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from packets.fonts import FontSet

LETTER = 0
"""The letter's number among the exhibits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where one page of a document is to stand: points from the top left corner of page `page` (from 1)."""

    document: str
    """sha256."""
    sheet: int
    """Page of the document, from 1."""
    page: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    """Letter and exhibits by their numbers as one PDF."""

    pdf: bytes
    ends: Mapping[int, int]
    """Number of the exhibit → its last page, from 1."""
    frames: tuple[Frame, ...]

    @property
    def pages(self) -> int:
        return max(self.ends.values())

    def pages_of(self, number: int) -> range:
        """Pages of an exhibit, or of the letter. From 1."""
        before = max((end for other, end in self.ends.items() if other < number), default=0)
        return range(before + 1, self.ends[number] + 1)


def typeset_packet(data: Mapping[str, Any], *, fonts: FontSet, dated: datetime) -> Typeset:
    """Same data, fonts and date, same bytes. Thread-safe."""
    sources = _sources("packet.typ", data)
    compiler = typst.Compiler(input=sources, font_paths=fonts.loaded)
    marks = json.loads(compiler.query("<mark>", field="value"))
    return Typeset(
        pdf=_compiled(compiler, sources, dated),
        ends={mark["exhibit"]: mark["page"] for mark in marks if mark["kind"] == "end"},
        frames=tuple(_frame(mark) for mark in marks if mark["kind"] == "frame"),
    )


def letter_pages(data: Mapping[str, Any], *, fonts: FontSet) -> int:
    """How many pages the letter of this packet takes."""
    sources = _sources("packet.typ", {**data, "exhibits": []})
    marks = json.loads(typst.Compiler(input=sources, font_paths=fonts.loaded).query("<mark>", field="value"))
    return int(next(mark["page"] for mark in marks if mark["exhibit"] == LETTER))


def typeset_text(data: Mapping[str, Any], *, fonts: FontSet, dated: datetime) -> bytes:
    """A text file as a PDF."""
    return _compiled(typst.Compiler(font_paths=fonts.loaded), _sources("plain.typ", data), dated)


def _sources(template: str, data: Mapping[str, Any]) -> Any:
    """Templates and data are handed over as files in memory: nothing is read from anywhere else, and data is never
    part of a template. (The package's types do not know that typst takes files by name; its documentation does.)"""
    templates = _templates()
    return {
        **templates,
        "main.typ": templates[template],
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
    }


def _compiled(compiler: typst.Compiler, sources: Any, dated: datetime) -> bytes:
    pdf = compiler.compile(input=sources, format="pdf", timestamp=int(dated.timestamp()), pdf_tags=False)
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst returned {type(pdf).__name__} for a PDF.")
    return pdf


def _frame(mark: Mapping[str, Any]) -> Frame:
    return Frame(
        document=mark["document"],
        sheet=mark["sheet"],
        page=mark["page"],
        x=mark["x"],
        y=mark["y"],
        width=mark["width"],
        height=mark["height"],
    )


@cache
def _templates() -> dict[str, bytes]:
    folder = files("packets") / "templates"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".typ")}
