"""Files as merchants send them: photographs, scans, PDFs sound and broken."""

import io
import random
import zipfile
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.actions import JavaScript
from pypdf.annotations import Link
from pypdf.generic import ArrayObject, BooleanObject, DecodedStreamObject, DictionaryObject, NameObject

ORIENTATION, GPS = 0x0112, 0x8825


def photo(width: int = 800, height: int = 600, *, seed: int = 7, grain: float = 40) -> Image.Image:
    """A picture with the noise of a camera, the same for the same seed."""
    chance = random.Random(seed)
    noise = Image.frombytes(
        "RGB", (width // 4, height // 4), chance.randbytes((width // 4) * (height // 4) * 3)
    )
    smooth = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    picture = Image.blend(smooth, noise.resize((width, height)), grain / 100)
    ImageDraw.Draw(picture).rectangle((0, 0, width // 10, height // 10), fill=(255, 0, 0))
    return picture


def encoded(picture: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def phone_photo(width: int = 4000, height: int = 3000) -> bytes:
    """A large JPEG held sideways, with the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (52.0, 30.0, 0.0)
    exif[0x010F] = "Phonemaker"
    return encoded(photo(width, height), "JPEG", quality=96, exif=exif)


def pdf(
    pages: int = 1, *, text: str = "Signed for by A. Muller", width: float = 595, height: float = 842
) -> bytes:
    """Pages with a line of text each."""
    return saved(pdf_writer(pages, text=text, width=width, height=height))


def pdf_writer(pages: int = 1, *, text: str = "Text", width: float = 595, height: float = 842) -> PdfWriter:
    writer = PdfWriter()
    for number in range(1, pages + 1):
        page = writer.add_blank_page(width=width, height=height)
        font = DictionaryObject(
            {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")}
        )
        font[NameObject("/BaseFont")] = NameObject("/Helvetica")
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        drawing = DecodedStreamObject()
        drawing.set_data(f"BT /F1 18 Tf 72 {height - 90} Td ({text}, page {number}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(drawing)
    return writer


def heavy_drawing(seed: int) -> bytes:
    """One page of about 2.4 MB without a picture in it."""
    writer = pdf_writer(1)
    drawing = DecodedStreamObject()
    drawing.set_data(b"% " + random.Random(seed).randbytes(2_400_000).hex().encode() + b"\n0 0 m 9 9 l S")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(drawing.flate_encode())
    return saved(writer)


def saved(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def lively_pdf() -> bytes:
    """A link, a script that runs on opening, and an attachment."""
    writer = pdf_writer(1)
    writer.add_annotation(0, Link(rect=(50, 550, 200, 650), url="https://tracking.example/parcel"))
    writer.add_open_action(JavaScript("app.alert('hello');"))
    writer.add_attachment("secret.txt", b"attached")
    return saved(writer)


def layered_pdf() -> bytes:
    """One layer, switched off."""
    writer = pdf_writer(1)
    layer = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/OCG")}))
    shown = DictionaryObject({NameObject("/OFF"): ArrayObject([layer])})
    layers = DictionaryObject({NameObject("/OCGs"): ArrayObject([layer]), NameObject("/D"): shown})
    writer.root_object[NameObject("/OCProperties")] = layers
    return saved(writer)


def adobe_form() -> bytes:
    writer = pdf_writer(1, text="Please wait")
    writer.root_object[NameObject("/NeedsRendering")] = BooleanObject(True)
    return saved(writer)


def encrypted_pdf(password: str) -> bytes:
    writer = pdf_writer(1)
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    return saved(writer)


def photo_pdf(pages: int = 1, *, width: int = 2000, height: int = 2600, quality: int = 92) -> bytes:
    """A scan: every page one large picture."""
    pictures = [photo(width, height, seed=page, grain=60) for page in range(pages)]
    return encoded(pictures[0], "PDF", save_all=True, append_images=pictures[1:], quality=quality)


def archive(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()
