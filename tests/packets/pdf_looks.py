"""What a reader sees in a PDF, told from its content streams."""

import io
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.generic import ContentStream


def texts(content: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def words(content: bytes) -> str:
    """All pages, with every run of spaces and line ends as one space."""
    return " ".join(" ".join(texts(content)).split())


def page_sizes(content: bytes) -> list[tuple[float, float]]:
    return [
        (float(page.mediabox.width), float(page.mediabox.height))
        for page in PdfReader(io.BytesIO(content)).pages
    ]


def page_count(content: bytes) -> int:
    return len(PdfReader(io.BytesIO(content)).pages)


def font_names(content: bytes) -> set[str]:
    """Names of the fonts, without the prefix of the subset."""
    pages = PdfReader(io.BytesIO(content)).pages
    named = {
        font.get_object()["/BaseFont"]
        for page in pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    return {str(name).split("+")[-1] for name in named}


def empty_boxes(content: bytes) -> int:
    """How many times glyph 0 is drawn, which every font shows as an empty box."""
    return sum(glyph == b"\0\0" for page in PdfReader(io.BytesIO(content)).pages for glyph in _glyphs(page))


def left_edge(content: bytes, script_of: str) -> float:
    """How far from the left, in points, the leftmost piece of text with this character starts on the last page."""
    page = PdfReader(io.BytesIO(content)).pages[-1]
    edges: list[float] = []

    def visit(text: str, transform: list[float], matrix: list[float], _font: object, _size: float) -> None:
        if script_of in text:
            edges.append(matrix[4] * transform[0] + transform[4])

    page.extract_text(visitor_text=visit)
    return min(edges)


def font_sizes(content: bytes) -> set[float]:
    """Sizes of text in points."""
    reader = PdfReader(io.BytesIO(content))
    return {
        float(operands[1])
        for page in reader.pages
        for operands, operator in ContentStream(page.get_contents(), reader).operations
        if operator == b"Tf"
    }


def colours(content: bytes) -> set[tuple[float, ...]]:
    """Operands of every colour that is set."""
    reader = PdfReader(io.BytesIO(content))
    return {
        tuple(float(number) for number in operands if isinstance(number, int | float))
        for page in reader.pages
        for operands, operator in ContentStream(page.get_contents(), reader).operations
        if operator in (b"rg", b"RG", b"g", b"G", b"sc", b"SC", b"scn", b"SCN")
    }


def _glyphs(page: object) -> Iterator[bytes]:
    stream = ContentStream(page.get_contents(), page.pdf)  # type: ignore[attr-defined]
    for operands, operator in stream.operations:
        shown = operands if operator == b"Tj" else operands[0] if operator == b"TJ" else ()
        for piece in shown:
            data = getattr(piece, "original_bytes", b"")
            yield from (data[start : start + 2] for start in range(0, len(data), 2))
