"""Photographs, scans and screenshots as PDF pages: upright, on white, at print resolution, without EXIF or position."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageOps, ImageSequence
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from packets.drawing import Form, draw, written

pillow_heif.register_heif_opener()

A4_WIDTH, A4_HEIGHT = 595.28, 841.89
"""Points."""
MOST_PIXELS = 89_000_000
"""Larger than any phone's photo as it is sent. Pillow warns from there on, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """`longest` side in pixels, and JPEG quality from 1 to 95."""

    longest: int
    jpeg: int


PRINT = Quality(longest=2340, jpeg=82)
"""200 dots per inch on A4."""
STEPS = (
    PRINT,
    Quality(longest=2000, jpeg=72),
    Quality(longest=1650, jpeg=62),
    Quality(longest=1300, jpeg=50),
)
"""From print to the least that can be read."""


class ImageTooLarge(ValueError):
    """More pixels than anybody photographs: it would fill the memory."""


def frames_of(content: bytes, *, every: bool) -> list[Image.Image]:
    """The pictures of the file, upright and on white; of several only the first, unless `every` is wanted.

    Errors of many kinds for a damaged file, ImageTooLarge for a bomb."""
    try:
        with Image.open(io.BytesIO(content)) as opened:
            return [_clean(opened, frame) for frame in _chosen(opened, every=every)]
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageTooLarge(str(error)) from error


def image_pdf(frames: Sequence[Image.Image], quality: Quality) -> bytes:
    """Each picture on a portrait A4 page of its own, as wide or as high as the page."""
    writer = PdfWriter()
    for frame in frames:
        page = writer.add_blank_page(width=A4_WIDTH, height=A4_HEIGHT)
        smaller = scaled(frame, quality.longest)
        stream = _lossless(smaller) if smaller.size == frame.size else None
        stream = stream or jpeg_stream(smaller, quality.jpeg)
        form = Form(reference=writer._add_object(stream), width=1, height=1)
        scale = min(A4_WIDTH / frame.width, A4_HEIGHT / frame.height)
        width, height = frame.width * scale, frame.height * scale
        left = (A4_WIDTH - width) / 2
        draw(writer, page, form, matrix=(width, 0, 0, height, left, A4_HEIGHT - height))
    return written(writer)


def scaled(image: Image.Image, longest: int) -> Image.Image:
    """Its longest side no longer than this, in pixels."""
    if max(image.size) <= longest:
        return image
    factor = longest / max(image.size)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def jpeg_stream(image: Image.Image, quality: int) -> StreamObject:
    """The picture as an image of a PDF (ISO 32000-2, 8.9.5)."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    stream = _image_stream(image, out.getvalue(), "/DCTDecode")
    stream[NameObject("/ColorSpace")] = NameObject("/DeviceGray" if image.mode == "L" else "/DeviceRGB")
    return stream


def _chosen(opened: Image.Image, *, every: bool) -> Iterator[Image.Image]:
    if opened.width * opened.height > MOST_PIXELS:
        raise ImageTooLarge(f"{opened.width} × {opened.height} pixels")
    opened.draft("RGB", (PRINT.longest, PRINT.longest))
    frames = ImageSequence.Iterator(opened) if every else iter((opened,))
    for frame in frames:
        if frame.width * frame.height > MOST_PIXELS:
            raise ImageTooLarge(f"{frame.width} × {frame.height} pixels")
        yield frame


def _clean(opened: Image.Image, frame: Image.Image) -> Image.Image:
    """Pixels alone: turned as the camera was held, transparency on white, grey where it is grey."""
    upright = ImageOps.exif_transpose(frame)
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright)
    mode = "L" if upright.mode in ("1", "L", "I;16", "I", "F") else "RGB"
    clean = upright.convert(mode)
    return clean.copy() if clean is opened else clean


def _lossless(image: Image.Image) -> StreamObject | None:
    """For scans and drawings of few colours: sharp, and smaller than a JPEG. None for photographs."""
    if image.getcolors(256) is None:
        return None
    few = image.convert("P", palette=Image.Palette.ADAPTIVE, colors=256)
    palette = bytes(few.getpalette("RGB") or ())
    stream = _image_stream(image, few.tobytes(), None).flate_encode()
    indexed = [NameObject("/Indexed"), NameObject("/DeviceRGB"), NumberObject(len(palette) // 3 - 1)]
    stream[NameObject("/ColorSpace")] = ArrayObject([*indexed, ByteStringObject(palette)])
    return stream


def _image_stream(image: Image.Image, data: bytes, coding: str | None) -> StreamObject:
    stream = DecodedStreamObject()
    stream.set_data(data)
    stream[NameObject("/Type")] = NameObject("/XObject")
    stream[NameObject("/Subtype")] = NameObject("/Image")
    stream[NameObject("/Width")] = NumberObject(image.width)
    stream[NameObject("/Height")] = NumberObject(image.height)
    stream[NameObject("/BitsPerComponent")] = NumberObject(8)
    if coding:
        stream[NameObject("/Filter")] = NameObject(coding)
    return stream
