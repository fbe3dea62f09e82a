"""What a file is, by its content: names and declared types are not believed."""

import io
import zipfile
from dataclasses import dataclass
from enum import StrEnum


class FileKind(StrEnum):
    """What can be made into evidence."""

    PDF = "PDF"
    JPEG = "JPEG"
    PNG = "PNG"
    HEIC = "HEIC"
    AVIF = "AVIF"
    WEBP = "WebP"
    TIFF = "TIFF"
    GIF = "GIF"
    BMP = "BMP"
    TEXT = "text"


IMAGES = frozenset(FileKind) - {FileKind.PDF, FileKind.TEXT}


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file that cannot be evidence: what it is, and what to do instead."""

    what: str
    advice: str


_SAVE = "save it as PDF and send that"
_FILM = "networks take no film or sound: send a screenshot or a transcript"
_PROGRAM = "send the document itself as PDF, JPEG or PNG"
_UNPACK = "unpack it and send the files that matter one by one"

_STARTS: tuple[tuple[bytes, FileKind | Unusable], ...] = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"GIF8", FileKind.GIF),
    (b"II*\x00", FileKind.TIFF),
    (b"MM\x00*", FileKind.TIFF),
    (b"BM", FileKind.BMP),
    (b"MZ", Unusable("a Windows program", _PROGRAM)),
    (b"\x7fELF", Unusable("a program", _PROGRAM)),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Unusable("an older Office document", _SAVE)),
    (b"{\\rtf", Unusable("an RTF document", _SAVE)),
    (b"%!PS", Unusable("a PostScript file", _SAVE)),
    (b"Rar!", Unusable("a RAR archive", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", Unusable("a 7-Zip archive", _UNPACK)),
    (b"\x1f\x8b", Unusable("a gzip archive", _UNPACK)),
    (b"ID3", Unusable("a sound file", _FILM)),
    (b"OggS", Unusable("a sound or film file", _FILM)),
    (b"\x1aE\xdf\xa3", Unusable("a film", _FILM)),
)
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), FileKind.HEIC),
    **dict.fromkeys((b"avif", b"avis"), FileKind.AVIF),
}
"""Of ISO base media files (ISO/IEC 14496-12); all others are films or sound."""
_PACKED = (
    ("word/", Unusable("a Word document", _SAVE)),
    ("xl/", Unusable("an Excel workbook", _SAVE)),
    ("ppt/", Unusable("a PowerPoint presentation", _SAVE)),
    ("content.xml", Unusable("an OpenDocument file", _SAVE)),
)
_MARKUP = (
    ("<!doctype html", Unusable("a web page", _SAVE)),
    ("<html", Unusable("a web page", _SAVE)),
    ("<svg", Unusable("an SVG drawing", _SAVE)),
    ("<?xml", Unusable("an XML file", _SAVE)),
)
_UNKNOWN = Unusable("of a kind that cannot be read here", "send it as PDF, JPEG or PNG")


def sniffed(content: bytes) -> FileKind | Unusable:
    """By the first bytes; an archive by what is in it; anything that reads as text is text."""
    start = content[:1024]
    if b"%PDF-" in start:
        return FileKind.PDF
    if start[:4] == b"RIFF":
        return FileKind.WEBP if start[8:12] == b"WEBP" else Unusable("a film or sound file", _FILM)
    if start[4:8] == b"ftyp":
        return _BRANDS.get(start[8:12], Unusable("a film", _FILM))
    if start[:2] == b"PK":
        return _packed(content)
    for magic, kind in _STARTS:
        if start.startswith(magic):
            return kind
    return _textual(content)


def text_of(content: bytes) -> str | None:
    """The text of a plain file in UTF-8 or, with its mark, UTF-16; None when it is no text."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        return None
    controls = sum(1 for character in text if ord(character) < 32 and character not in "\t\n\r\f\v")
    return None if controls else text


def _textual(content: bytes) -> FileKind | Unusable:
    text = text_of(content)
    if text is None:
        return _UNKNOWN
    opening = text.lstrip()[:200].lower()
    return next((kind for tag, kind in _MARKUP if opening.startswith(tag)), FileKind.TEXT)


def _packed(content: bytes) -> Unusable:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        names = []
    for beginning, kind in _PACKED:
        if any(name.startswith(beginning) for name in names):
            return kind
    return Unusable("a ZIP archive", _UNPACK)
