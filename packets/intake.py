"""Files on arrival: looked at by their content, made into PDFs that Stripe takes, or refused with the reason.

Limits: https://docs.stripe.com/disputes/best-practices (PDF, JPEG or PNG, fewer than 50 pages, no links, portrait).
"""

import hashlib
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from pypdf import PdfReader

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import FILE_FIELDS, MOST_BYTES, MOST_PAGES, MediaType
from chargebacks.evidence_items import FileContent
from packets.compressing import lighter
from packets.fonts import FontSet
from packets.glyphs import Spelling
from packets.images import STEPS, ImageTooLarge, frames_of, image_pdf
from packets.reading import NeedsPassword, Opened, redrawn
from packets.sniffing import IMAGES, FileKind, Unusable, sniffed, text_of
from packets.typesetting import typeset_text

MOST_ARRIVING = 50_000_000
"""Bytes of one file as it comes in."""
AIM = 1_500_000
"""Bytes: three documents of this size fit into one packet."""

_LINES_OF_A_PAGE, _CHARACTERS_OF_A_LINE = 60, 150
"""No page of text holds more: what is surely too long is not set first."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Intake:
    """Implements `activities.dispute_ports.DocumentChecks`. Thread-safe. The same bytes give the same bytes."""

    def __init__(self, fonts: FontSet | None = None) -> None:
        self._fonts = fonts or FontSet()

    def check(self, *, field: str, name: str, content: bytes) -> tuple[FileContent, bytes]:
        """A PDF for this slot of Stripe's, with a note on what was done to the file. BadInput with the reason and
        what to do when the file cannot be used."""
        if field not in FILE_FIELDS:
            known = ", ".join(FILE_FIELDS)
            raise BadInput(
                f"{field} is no file field of a dispute; use one of {known}.", reason="unknown_field"
            )
        name = _tidy(name)
        if not content:
            raise _refused(name, "is empty: send it again", "empty_file")
        if len(content) > MOST_ARRIVING:
            raise _refused(
                name,
                f"has {_mb(len(content))} and {_mb(MOST_ARRIVING)} are the most: send a smaller copy",
                "file_too_large",
            )
        form = sniffed(content)
        if isinstance(form, Unusable):
            raise _refused(name, f"is {form.what}: {form.advice}", "file_type")
        pdf, notes = self._converted(form, name, content)
        return _checked(field, name, pdf, notes)

    def _converted(self, form: FileKind, name: str, content: bytes) -> tuple[bytes, list[str]]:
        if form is FileKind.PDF:
            return _from_pdf(name, content)
        if form in IMAGES:
            return _from_image(form, name, content)
        return self._from_text(name, content)

    def _from_text(self, name: str, content: bytes) -> tuple[bytes, list[str]]:
        spelling = Spelling(self._fonts)
        text = spelling.printable(text_of(content) or "", "Text")
        if max(text.count("\n"), len(text) // _CHARACTERS_OF_A_LINE) > MOST_PAGES * _LINES_OF_A_PAGE:
            raise _too_long(name, f"makes more than {MOST_PAGES} pages")
        paragraphs = re.split(r"\n\s*\n", text.strip())
        data = {"paragraphs": paragraphs, "fonts": spelling.families}
        pdf = typeset_text(data, fonts=self._fonts, dated=_EPOCH)
        return pdf, ["text turned into a PDF", *spelling.findings()]


def _from_pdf(name: str, content: bytes) -> tuple[bytes, list[str]]:
    opened = _opened(name, content)
    if opened.pages > MOST_PAGES:
        raise _too_long(name, f"has {opened.pages} pages")
    if not opened.pages:
        raise _refused(name, "has no pages: send it again", "unreadable")
    try:
        if why := opened.unprintable:
            raise _refused(name, f"{why}: print it into a PDF and send that", "unprintable")
        remarks = (
            ("damaged, repaired", opened.repaired),
            ("write protection removed", opened.locked),
            ("links, scripts and attachments removed", opened.active),
            ("landscape pages put on portrait paper", opened.landscape),
        )
        pdf = redrawn(opened)
    except BadInput:
        raise
    except Exception as error:  # pypdf raises errors of many kinds for broken pages
        raise _damaged(name, "PDF") from error
    notes = [remark for remark, true in remarks if true]
    return _lightened(pdf, len(content), notes)


def _opened(name: str, content: bytes) -> Opened:
    try:
        return Opened(content)
    except NeedsPassword as error:
        raise _refused(name, "is protected by a password: send a copy without it", "password") from error
    except Exception as error:  # pypdf raises errors of many kinds for broken files
        raise _damaged(name, "PDF") from error


def _lightened(pdf: bytes, arrived: int, notes: list[str]) -> tuple[bytes, list[str]]:
    """No more done to it than the aim needs."""
    lightest = pdf
    for quality in STEPS:
        if len(lightest) <= AIM:
            break
        lightest = lighter(pdf, quality)  # from the first one each time: no loss upon loss
    if lightest is not pdf:
        notes = [*notes, f"images made lighter, {_mb(arrived)} became {_mb(len(lightest))}"]
    return lightest, notes


def _from_image(form: FileKind, name: str, content: bytes) -> tuple[bytes, list[str]]:
    try:
        frames = frames_of(content, every=form is FileKind.TIFF)
        versions = (image_pdf(frames, quality) for quality in STEPS)
        pdf = _first_small(versions)
    except ImageTooLarge as error:
        raise _refused(
            name, f"is too large a picture ({error}): send a smaller copy", "image_too_large"
        ) from error
    except Exception as error:  # Pillow raises errors of many kinds for broken files
        raise _damaged(name, form.value) from error
    size = f", {_mb(len(content))} became {_mb(len(pdf))}" if len(content) > AIM else ""
    return pdf, [f"{form.value} picture turned into a PDF{size}"]


def _first_small(versions: Iterable[bytes]) -> bytes:
    """The first within the aim, else the last."""
    version = b""
    for version in versions:
        if len(version) <= AIM:
            break
    return version


def _checked(field: str, name: str, pdf: bytes, notes: list[str]) -> tuple[FileContent, bytes]:
    """What is kept is what can be read again and filed."""
    pages = len(PdfReader(io.BytesIO(pdf)).pages)
    if pages > MOST_PAGES:
        raise _too_long(name, f"makes {pages} pages")
    if len(pdf) > MOST_BYTES:
        raise _refused(
            name,
            f"has {_mb(len(pdf))} even after its images were made lighter, and all files of a dispute together may "
            f"have {_mb(MOST_BYTES)}: send the pages that matter",
            "file_too_large",
        )
    kept = FileContent(
        field=field,
        name=name,
        sha256=hashlib.sha256(pdf).hexdigest(),
        media_type=MediaType.PDF,
        size=len(pdf),
        pages=pages,
        note="; ".join(notes),
    )
    return kept, pdf


def _refused(name: str, why: str, reason: str) -> BadInput:
    return BadInput(f"{name} {why}.", reason=reason)


def _too_long(name: str, length: str) -> BadInput:
    advice = "send the pages that matter"
    return _refused(
        name, f"{length} and Stripe takes fewer than {MOST_PAGES + 1}: {advice}", "too_many_pages"
    )


def _damaged(name: str, kind: str) -> BadInput:
    return _refused(name, f"is not a readable {kind} file: open it, save it anew and send that", "unreadable")


def _tidy(name: str) -> str:
    """The file's own name, without folders and control characters, 200 characters at most."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(character for character in last if character.isprintable()).strip()
    return clean[-200:] or "file"


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
