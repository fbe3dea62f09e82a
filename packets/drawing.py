"""A page, or part of one, drawn onto another: as a form XObject, so that only what is drawn comes along.

Scripts, links, form fields, attachments and metadata hang on a PDF's catalogue and annotations, and stay behind
(ISO 32000-2, 7.7.2 and 12.5).
"""

import io
from dataclasses import dataclass

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    RectangleObject,
    StreamObject,
)

from packets.annotations import Matrix, appearances

_LEFT_BEHIND = (
    "/Parent",
    "/StructParent",
    "/StructParents",
    "/Metadata",
    "/PieceInfo",
    "/OC",
    "/AF",
    "/LastModified",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One page as something that can be drawn. Points."""

    reference: IndirectObject
    width: float
    height: float


def written(writer: PdfWriter) -> bytes:
    """The bytes: no clock, no chance."""
    out = io.BytesIO()
    writer.pdf_header = "%PDF-1.7"
    writer.write(out)
    return out.getvalue()


def form_of(page: PageObject, writer: PdfWriter) -> Form:
    """The page as a form of this writer: upright, its lower left corner at the origin."""
    box = page.cropbox
    left, bottom, right, top = (float(edge) for edge in (box.left, box.bottom, box.right, box.top))
    width, height = right - left, top - bottom
    turned = page.rotation % 360
    matrix = {
        0: (1.0, 0.0, 0.0, 1.0, -left, -bottom),
        90: (0.0, -1.0, 1.0, 0.0, -bottom, right),
        180: (-1.0, 0.0, 0.0, -1.0, right, top),
        270: (0.0, 1.0, -1.0, 0.0, top, -left),
    }[turned]
    contents = page.get_contents()
    data = contents.get_data() if contents is not None else b""
    resources = _carried(page, "/Resources", writer)
    form = _stream(data + _with_annotations(page, resources, writer)).flate_encode()
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = RectangleObject((left, bottom, right, top))
    form[NameObject("/Matrix")] = _numbers(*matrix)
    form[NameObject("/Resources")] = resources
    if "/Group" in page:
        form[NameObject("/Group")] = _carried(page, "/Group", writer)
    if turned in (90, 270):
        width, height = height, width
    return Form(reference=writer._add_object(form), width=width, height=height)


def draw(writer: PdfWriter, page: PageObject, form: Form, *, matrix: Matrix, edge: bool = False) -> None:
    """Draw the form on the page, on top of what is there. `edge`: with a thin line around it."""
    resources = DictionaryObject(page.get("/Resources", DictionaryObject()).get_object())
    name = _named(form.reference, resources)
    page[NameObject("/Resources")] = resources
    line = f"0.6 G {0.5 / matrix[0]:.4f} w 0 0 {form.width:.2f} {form.height:.2f} re S " if edge else ""
    drawing = f"q {_written(matrix)} cm {name} Do {line}Q"
    before = page.get("/Contents")
    if before is None:
        page[NameObject("/Contents")] = writer._add_object(_stream(drawing.encode()))
        return
    parts = before.get_object()
    own = list(parts) if isinstance(parts, ArrayObject) else [before]
    opened = writer._add_object(_stream(b"q"))
    closed = writer._add_object(_stream(f"Q {drawing}".encode()))
    page[NameObject("/Contents")] = ArrayObject([opened, *own, closed])


def _carried(page: PageObject, key: str, writer: PdfWriter) -> DictionaryObject:
    held = page.get(key, DictionaryObject()).get_object()
    return DictionaryObject(held.clone(writer, ignore_fields=_LEFT_BEHIND))


def _stream(data: bytes) -> StreamObject:
    stream = DecodedStreamObject()
    stream.set_data(data)
    return stream


def _numbers(*values: float) -> ArrayObject:
    return ArrayObject(FloatObject(value) for value in values)


def _with_annotations(page: PageObject, resources: DictionaryObject, writer: PdfWriter) -> bytes:
    """Drawing of what is stamped, signed or filled in on the page."""
    drawn = []
    for appearance, matrix in appearances(page):
        copy = appearance.clone(writer, ignore_fields=_LEFT_BEHIND)
        copy[NameObject("/Subtype")] = NameObject("/Form")
        reference = copy.indirect_reference or writer._add_object(copy)
        drawn.append(f"q {_written(matrix)} cm {_named(reference, resources)} Do Q")
    return "\n".join(["", *drawn]).encode()


def _named(reference: IndirectObject, resources: DictionaryObject) -> str:
    """The name by which a content stream with these resources draws the form."""
    name = f"/Document{reference.idnum}"
    shown = DictionaryObject(resources.get("/XObject", DictionaryObject()).get_object())
    shown[NameObject(name)] = reference
    resources[NameObject("/XObject")] = shown
    return name


def _written(matrix: Matrix) -> str:
    return " ".join(f"{number:.5f}" for number in matrix)
