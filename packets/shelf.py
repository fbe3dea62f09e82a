"""The documents a draft shows, opened and checked once per packet, and lighter copies of them when room is short."""

import hashlib
import io
from collections.abc import Mapping

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from chargebacks.errors import BadInput
from chargebacks.packet import DocumentBlock, PacketDraft
from packets.compressing import lighter
from packets.images import PRINT, Quality, frames_of, image_pdf


class Shelf:
    """Documents by sha256."""

    def __init__(self, documents: Mapping[str, bytes], findings: tuple[str, ...] = ()) -> None:
        self._documents = dict(documents)
        self._lighter: dict[tuple[str, Quality], bytes] = {}
        self.pages = {sha256: _pages(content) for sha256, content in documents.items()}
        self.findings = findings

    @classmethod
    def of(cls, draft: PacketDraft, documents: Mapping[str, bytes]) -> "Shelf":
        """Those of the draft. BadInput when one is missing or not the one that was meant."""
        held: dict[str, bytes] = {}
        findings: list[str] = []
        for exhibit in draft.exhibits:
            for block in exhibit.blocks:
                if not isinstance(block, DocumentBlock) or block.sha256 in held:
                    continue
                content = _meant(block, exhibit.title, documents)
                try:
                    held[block.sha256] = _as_pdf(block, content)
                except (PyPdfError, OSError):
                    findings.append(f"{_named(block, exhibit.title)} cannot be read and is not shown.")
        return cls(held, tuple(findings))

    def lightened(self, quality: Quality | None) -> frozenset[str]:
        """Documents that lose something at this quality."""
        shown = self.at(quality)
        return frozenset(
            sha256 for sha256, content in self._documents.items() if shown[sha256] is not content
        )

    def at(self, quality: Quality | None) -> Mapping[str, bytes]:
        """Every document, its images no better than this."""
        if quality is None:
            return self._documents
        for sha256, content in self._documents.items():
            if (sha256, quality) not in self._lighter:
                self._lighter[sha256, quality] = lighter(content, quality)
        return {sha256: self._lighter[sha256, quality] for sha256 in self._documents}


def _meant(block: DocumentBlock, title: str, documents: Mapping[str, bytes]) -> bytes:
    content = documents.get(block.sha256)
    if content is None:
        raise BadInput(
            f"{_named(block, title)} is not kept any more: add it again.", reason="document_missing"
        )
    if hashlib.sha256(content).hexdigest() != block.sha256:
        raise BadInput(
            f"{_named(block, title)} is not the one that was checked: add it again.",
            reason="document_changed",
        )
    return content


def _as_pdf(block: DocumentBlock, content: bytes) -> bytes:
    """Documents that came through `packets.intake` are PDFs already."""
    pdf = (
        image_pdf(frames_of(content, every=False), PRINT)
        if block.media_type.startswith("image/")
        else content
    )
    _pages(pdf)
    return pdf


def _named(block: DocumentBlock, title: str) -> str:
    """Without the file's name, which may be somebody's."""
    return f"The document {block.sha256[:12]} of the exhibit “{title}”"


def _pages(content: bytes) -> int:
    return len(PdfReader(io.BytesIO(content)).pages)
