"""Annotations drawn into the page: a signature, a stamp or a filled field belongs to what the document says.

Only their appearance is drawn (ISO 32000-2, 12.5.5). Links, attachments, films and notes that open on a click have no
place in evidence and are left away.
"""

from collections.abc import Iterator
from typing import cast

from pypdf import PageObject
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject, StreamObject

Matrix = tuple[float, float, float, float, float, float]
"""As PDF writes it: x' = ax + cy + e, y' = bx + dy + f."""

_ACTIVE = frozenset(
    {
        "/Link",
        "/Popup",
        "/FileAttachment",
        "/Sound",
        "/Movie",
        "/Screen",
        "/RichMedia",
        "/3D",
        "/Text",
        "/PrinterMark",
    }
)
_HIDDEN = 2 | 32
"""Flags Hidden and NoView."""


def appearances(
    page: PageObject,
) -> Iterator[tuple[StreamObject, Matrix]]:
    """What is to be drawn for each annotation, and the matrix to draw it with, in the page's own space."""
    for entry in page.get("/Annots", ()) or ():
        annotation = entry.get_object()
        if not isinstance(annotation, DictionaryObject) or annotation.get("/Subtype") in _ACTIVE:
            continue
        if int(annotation.get("/F", 0)) & _HIDDEN:
            continue
        appearance = _normal(annotation)
        if appearance is not None and (matrix := _matrix(appearance, annotation)):
            yield appearance, matrix


def active(page: PageObject) -> bool:
    """Whether something on the page opens, plays or runs."""
    entries = [entry.get_object() for entry in page.get("/Annots", ()) or ()]
    return "/AA" in page or any(
        "/A" in entry or "/AA" in entry or entry.get("/Subtype") in _ACTIVE for entry in entries
    )


def _normal(annotation: DictionaryObject) -> StreamObject | None:
    """The appearance at rest; of several states the one that is on."""
    shown = annotation.get("/AP", DictionaryObject()).get_object().get("/N")
    shown = shown.get_object() if shown is not None else None
    if isinstance(shown, DictionaryObject) and not isinstance(shown, StreamObject):
        state = shown.get(annotation.get("/AS", "/Off"))
        shown = state.get_object() if state is not None else None
    return shown if isinstance(shown, StreamObject) else None


def _matrix(appearance: StreamObject, annotation: DictionaryObject) -> Matrix | None:
    """Maps the appearance's box, as its own matrix turns it, onto the annotation's rectangle (12.5.5, algorithm 8)."""
    a, b, c, d, e, f = (float(number) for number in appearance.get("/Matrix", (1, 0, 0, 1, 0, 0)))
    x0, y0, x1, y1 = (float(number) for number in _array(appearance["/BBox"]))
    corners = [(x, y) for x in (x0, x1) for y in (y0, y1)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    left, bottom, right, top = (float(number) for number in _array(annotation["/Rect"]))
    left, right, bottom, top = min(left, right), max(left, right), min(bottom, top), max(bottom, top)
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    if not width or not height:
        return None
    across, up = (right - left) / width, (top - bottom) / height
    return across, 0, 0, up, left - min(xs) * across, bottom - min(ys) * up


def _array(held: PdfObject) -> ArrayObject:
    return ArrayObject(cast("ArrayObject", held.get_object()))
