"""A PDF that came in, opened, and redrawn so that only its visible pages are left of it."""

import io

from pypdf import PageObject, PasswordType, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject

from packets.annotations import active
from packets.drawing import draw, form_of, written
from packets.images import A4_HEIGHT, A4_WIDTH

_OVERSIZE = 1.05
_ENDING = b"\nstartxref\n0\n%%EOF\n"


class NeedsPassword(ValueError):
    """It opens with a password only."""


class Opened:
    """A PDF and what was found on it. Errors of many kinds for a broken one, NeedsPassword for a locked one."""

    def __init__(self, content: bytes) -> None:
        self.reader, self.repaired = _open(content)
        self.locked = self.reader.is_encrypted
        if self.locked and self.reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise NeedsPassword("It opens with a password only.")
        self.pages = len(self.reader.pages)

    @property
    def active(self) -> bool:
        """Whether something in it runs, opens, plays or is attached."""
        root = self.reader.root_object
        names = root.get("/Names", {}).get_object() if "/Names" in root else {}
        hung = any(key in root for key in ("/OpenAction", "/AA", "/AF", "/Collection"))
        return (
            hung or "/JavaScript" in names or "/EmbeddedFiles" in names or any(map(active, self.reader.pages))
        )

    @property
    def unprintable(self) -> str | None:
        """Why its pages alone do not show what it shows; None when they do. As the end of a sentence."""
        root = self.reader.root_object
        if root.get("/NeedsRendering"):
            return "is a form that only Adobe's programs can show"
        layers = (
            root.get("/OCProperties", DictionaryObject())
            .get_object()
            .get("/D", DictionaryObject())
            .get_object()
        )
        if layers.get("/OFF") or layers.get("/BaseState") == "/OFF":
            return "has layers that are switched off"
        return None

    @property
    def landscape(self) -> bool:
        return any(_size(page)[0] > _size(page)[1] for page in self.reader.pages)


def redrawn(opened: Opened) -> bytes:
    """The same pages on portrait paper, drawn anew: nothing that runs or links, no metadata, no password."""
    writer = PdfWriter()
    for page in opened.reader.pages:
        form = form_of(page, writer)
        width, height = _paper(form.width, form.height)
        scale = min(width / form.width, height / form.height)
        sheet = writer.add_blank_page(width=width, height=height)
        left, bottom = (width - form.width * scale) / 2, height - form.height * scale
        draw(writer, sheet, form, matrix=(scale, 0, 0, scale, left, bottom))
    return written(writer)


def _open(content: bytes) -> tuple[PdfReader, bool]:
    """The reader, and whether the file had to be repaired for it."""
    try:
        reader = PdfReader(io.BytesIO(content), strict=True)
        if not reader.is_encrypted:
            len(reader.pages)
        return reader, False
    except PyPdfError:
        return _repaired(content), True


def _repaired(content: bytes) -> PdfReader:
    """Found anew object by object, also where the end of the file is cut off."""
    try:
        return PdfReader(io.BytesIO(content), strict=False)
    except PyPdfError:
        return PdfReader(io.BytesIO(content + _ENDING), strict=False)


def _paper(width: float, height: float) -> tuple[float, float]:
    """A portrait page keeps its size up to A4 and Letter; anything else goes onto A4. Points."""
    if width > height or width > A4_WIDTH * _OVERSIZE or height > A4_HEIGHT * _OVERSIZE:
        return A4_WIDTH, A4_HEIGHT
    return width, height


def _size(page: PageObject) -> tuple[float, float]:
    """As it is looked at."""
    width, height = float(page.cropbox.width), float(page.cropbox.height)
    return (height, width) if page.rotation % 180 else (width, height)
