"""Files as merchants hand them in: labels and sheets as PDF, photographs, and what is no evidence at all."""

import io
import random
import zipfile
from functools import cache

import pillow_heif
import typst
from PIL import Image, ImageDraw, ImageFont

pillow_heif.register_heif_opener()

_SHEET = """
#set page(paper: sys.inputs.paper, margin: 18mm)
#set text(size: 12pt)
#text(size: 18pt, weight: "bold", sys.inputs.title)
#v(6mm)
#for line in sys.inputs.lines.split("\\n") [#line \\ ]
"""
_MANY_PAGES = """
#set page(paper: "a4", numbering: "1")
#for page in range(int(sys.inputs.pages)) [= Scans of the parcel, sheet #(page + 1)
#lorem(60) #pagebreak(weak: true)]
"""


def sheet(title: str, *lines: str, paper: str = "a4") -> bytes:
    """One page with a heading and lines below it."""
    inputs = {"title": title, "lines": "\n".join(lines), "paper": paper}
    return typst.compile(_SHEET.encode(), sys_inputs=inputs)


def scan_log(pages: int) -> bytes:
    """A PDF of so many pages."""
    return typst.compile(_MANY_PAGES.encode(), sys_inputs={"pages": str(pages)})


@cache
def large_photo() -> bytes:
    """A signed delivery note, photographed with a telephone: a JPEG of some 6 MB."""
    return _encoded(_photograph(3000, 2250, grain=0.34), "JPEG", quality=96)


@cache
def heic_photo() -> bytes:
    """A parcel at a door as an iPhone keeps it."""
    return _encoded(_photograph(640, 480, grain=0.02), "HEIF", quality=70)


def word_document() -> bytes:
    """Stripe takes no Word files, and nobody can read them on paper."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<document/>")
    return out.getvalue()


def _photograph(width: int, height: int, *, grain: float) -> Image.Image:
    """A note on a table, with the noise of a camera; the same each time."""
    table = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(table)
    edge = width // 10
    draw.rectangle((edge, edge, width - edge, height - edge), fill=(244, 242, 236))
    large = ImageFont.load_default(size=width // 24)
    for number, line in enumerate(
        ("Delivery note", "1 side table, walnut", "Received in good order", "J. Miller")
    ):
        draw.text((edge * 1.5, edge * (1.6 + number * 1.3)), line, fill=(30, 30, 40), font=large)
    draw.line((edge * 1.5, edge * 6.4, edge * 6, edge * 6.4), fill=(30, 30, 40), width=4)
    noise = Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))
    return Image.blend(table, noise, grain)


def _encoded(picture: Image.Image, form: str, *, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, quality=quality)
    return out.getvalue()
