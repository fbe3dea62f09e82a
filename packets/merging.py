"""The pages of documents put into the frames that an exhibit keeps for them."""

import io
from collections.abc import Mapping, Sequence

from pypdf import PageObject, PdfReader, PdfWriter

from packets.drawing import Form, draw, form_of, written
from packets.typesetting import Frame

_MOST_ENLARGED = 1.5


def mounted(pdf: bytes, frames: Sequence[Frame], documents: Mapping[str, bytes]) -> bytes:
    """The PDF with each document's page in its frame. `documents`: PDFs by sha256."""
    if not frames:
        return pdf
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    readers = {frame.document: PdfReader(io.BytesIO(documents[frame.document])) for frame in frames}
    for frame in frames:
        source = readers[frame.document].pages[frame.sheet - 1]
        _place(writer, writer.pages[frame.page - 1], form_of(source, writer), frame)
    return written(writer)


def split(pdf: bytes, parts: Mapping[str, Sequence[int]], *, title: str) -> dict[str, bytes]:
    """A PDF of its own for each part. `parts`: name → pages, from 1."""
    reader = PdfReader(io.BytesIO(pdf))
    everything = list(range(1, len(reader.pages) + 1))
    return {
        name: pdf if list(pages) == everything else _excerpt(reader, pages, title)
        for name, pages in parts.items()
    }


def _excerpt(reader: PdfReader, pages: Sequence[int], title: str) -> bytes:
    writer = PdfWriter()
    for page in pages:
        writer.add_page(reader.pages[page - 1])
    writer.add_metadata({"/Title": title})
    return written(writer)


def _place(writer: PdfWriter, page: PageObject, form: Form, frame: Frame) -> None:
    """As large as fits, in the middle, at the top."""
    scale = min(frame.width / form.width, frame.height / form.height, _MOST_ENLARGED)
    x = frame.x + (frame.width - form.width * scale) / 2
    y = float(page.mediabox.top) - frame.y - form.height * scale
    draw(writer, page, form, matrix=(scale, 0, 0, scale, x, y), edge=True)
