"""How fast packets are built, how large they are, and how that compares to typst alone.

*From facts* is what the activity does between reading the store and writing to it: compose and render. The yardstick of
*rendered* is one `typst.compile` of the same words and documents on as many pages: no letter brought to one page, no
glyphs looked up, no limits kept, no file per slot, no manifest. Ours and the yardstick take turns, and each pair
changes which goes first; the result is the median of the pairs' ratios. Every packet is about another sale, so that
little of what typst remembers of the last one helps.
"""

import io
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

import typst
from pypdf import PdfReader

from benchmarks.packet_cases import PacketCase, PacketKind, packet_kinds
from chargebacks.packet import BuiltPacket, PacketDraft
from packets.fonts import FontSet
from packets.intake import Intake
from packets.rendering import Renderer

AT_ONCE = os.cpu_count() or 1
"""As many as a worker builds."""

_TEMPLATE = Path(__file__).with_name("bare_packet.typ")
_WARM_UP = 2

Result = TypeVar("Result")

_sales = count(1)


@dataclass(frozen=True)
class Span:
    """Seconds by the clock, and of the processor over all threads."""

    seconds: float
    processor: float


@dataclass(frozen=True, kw_only=True)
class PacketPair:
    """One packet, built by us and set by typst alone. Sizes in bytes, ours of all files together."""

    composed: Span
    rendered: Span
    bare: Span
    pages: int
    size: int
    bare_pages: int
    bare_size: int

    @property
    def from_facts(self) -> float:
        """Seconds."""
        return self.composed.seconds + self.rendered.seconds

    @property
    def ratio(self) -> float:
        return self.rendered.seconds / self.bare.seconds

    @property
    def processor_ratio(self) -> float:
        return self.rendered.processor / self.bare.processor


@dataclass(frozen=True)
class PacketSpeed:
    """All of one kind. `at_once_per_second`: from facts, `AT_ONCE` at a time."""

    kind: PacketKind
    pairs: list[PacketPair]
    at_once_per_second: float


class Press:
    """Ours, and typst alone with the same fonts loaded."""

    def __init__(self) -> None:
        self._fonts = FontSet()
        self._renderer = Renderer(self._fonts)
        self.intake = Intake(self._fonts)

    def render(self, draft: PacketDraft, case: PacketCase) -> BuiltPacket:
        return self._renderer.render(draft, case.documents)

    def bare(self, folder: Path) -> bytes:
        """Of what `laid_out` put there."""
        pdf = typst.compile(folder / "main.typ", format="pdf", font_paths=self._fonts.loaded, pdf_tags=False)
        assert isinstance(pdf, bytes)
        return pdf


def measure_packets(*, rounds: int) -> list[PacketSpeed]:
    """`rounds` pairs of each kind, after a few to warm up."""
    press = Press()
    return [_speed(press, kind, rounds) for kind in packet_kinds(press.intake)]


def _speed(press: Press, kind: PacketKind, rounds: int) -> PacketSpeed:
    pairs = [_pair(press, kind, bare_first=number % 2 == 1) for number in range(rounds + _WARM_UP)]
    return PacketSpeed(kind=kind, pairs=pairs[_WARM_UP:], at_once_per_second=_at_once(press, kind, rounds))


def _pair(press: Press, kind: PacketKind, *, bare_first: bool) -> PacketPair:
    case = kind.make(next(_sales))
    draft, composed = _timed(lambda: case.compose().draft)
    with tempfile.TemporaryDirectory(prefix="bare-packet-") as folder:
        _lay_out(Path(folder), draft, case)
        early = _timed(lambda: press.bare(Path(folder))) if bare_first else None
        built, rendered = _timed(lambda: press.render(draft, case))
        pdf, bare = early if early is not None else _timed(lambda: press.bare(Path(folder)))
    return PacketPair(
        composed=composed,
        rendered=rendered,
        bare=bare,
        pages=built.manifest.pages,
        size=built.manifest.size,
        bare_pages=len(PdfReader(io.BytesIO(pdf)).pages),
        bare_size=len(pdf),
    )


def _lay_out(folder: Path, draft: PacketDraft, case: PacketCase) -> None:
    """The yardstick's files. Typst takes a PDF by its name only."""
    (folder / "main.typ").write_bytes(_TEMPLATE.read_bytes())
    (folder / "data.json").write_text(draft.model_dump_json(), encoding="utf-8")
    for sha256, content in case.documents.items():
        (folder / f"{sha256}.pdf").write_bytes(content)


def _at_once(press: Press, kind: PacketKind, packets: int) -> float:
    """Packets per second."""
    cases = [kind.make(next(_sales)) for _ in range(packets)]
    began = perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda case: press.render(case.compose().draft, case), cases))
    return packets / (perf_counter() - began)


def _timed(job: Callable[[], Result]) -> tuple[Result, Span]:
    began, used = perf_counter(), process_time()
    result = job()
    return result, Span(perf_counter() - began, process_time() - used)
