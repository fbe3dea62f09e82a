"""Images inside a PDF made lighter: the pages stay as they are."""

import io
from collections.abc import Iterator

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, EncodedStreamObject, NameObject, StreamObject

from packets.drawing import written
from packets.images import MOST_PIXELS, Quality, jpeg_stream, scaled

_WORTH = 20_000
"""Bytes. Smaller images are logos and lines."""
_TAKEN_OVER = ("/Filter", "/ColorSpace", "/BitsPerComponent", "/Width", "/Height")


def lighter(pdf: bytes, quality: Quality) -> bytes:
    """The PDF with its images at this quality, where that makes them smaller. Never larger than before."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    changed = False
    seen: set[int] = set()
    for page in writer.pages:
        for image in _images(page, seen):
            changed = _lightened(image, quality) or changed
    result = written(writer) if changed else pdf
    return min(result, pdf, key=len)


def _images(holder: DictionaryObject, seen: set[int]) -> Iterator[EncodedStreamObject]:
    """Every image that the holder draws, also inside of forms, once."""
    resources = holder.get("/Resources", DictionaryObject()).get_object()
    for entry in resources.get("/XObject", DictionaryObject()).get_object().values():
        drawn = entry.get_object()
        if not isinstance(drawn, StreamObject) or id(drawn) in seen:
            continue
        seen.add(id(drawn))
        if drawn.get("/Subtype") == "/Form":
            yield from _images(drawn, seen)
        elif isinstance(drawn, EncodedStreamObject) and drawn.get("/Subtype") == "/Image":
            yield drawn


def _lightened(stream: EncodedStreamObject, quality: Quality) -> bool:
    """Whether the image was replaced by a smaller one."""
    if len(stream._data) < _WORTH or stream.get("/ImageMask") or not 0 < _pixels(stream) <= MOST_PIXELS:
        return False
    image = _picture(stream)
    if image is None:
        return False
    smaller = jpeg_stream(scaled(image, quality.longest), quality.jpeg)
    if len(smaller._data) > 0.9 * len(stream._data):
        return False
    stream._data = smaller._data
    stream.decoded_self = None
    for key in ("/DecodeParms", "/Decode"):
        stream.pop(key, None)
    for key in _TAKEN_OVER:
        stream[NameObject(key)] = smaller[key]
    return True


def _picture(stream: EncodedStreamObject) -> Image.Image | None:
    """The image's pixels without its mask, which stays. None for what Pillow or pypdf cannot decode: such an image
    stays as it is."""
    if stream.get("/Mask") is not None:
        return None
    mask = stream.pop("/SMask", None)
    try:
        image = stream.decode_as_image({"compress_level": 1} if _filter(stream) != "/DCTDecode" else None)
    except Exception:
        return None
    finally:
        if mask is not None:
            stream[NameObject("/SMask")] = mask
    if image is None or image.mode == "CMYK":
        return None
    picture: Image.Image = image.convert("L" if image.mode in ("1", "L") else "RGB")
    return picture


def _pixels(stream: StreamObject) -> int:
    return int(stream.get("/Width", 0)) * int(stream.get("/Height", 0))


def _filter(stream: StreamObject) -> str:
    held = stream.get("/Filter", "").get_object() if "/Filter" in stream else ""
    return str(held[-1]) if isinstance(held, list) and held else str(held)
