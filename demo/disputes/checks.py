"""Looks at what was really filed: the same bytes as approved, inside Stripe's limits, and fit to be read on paper."""

import asyncio
import hashlib
import io
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pypdf import PageObject, PdfReader

from activities.packets import CE3_FIELD
from chargebacks.contracts import CaseFile
from chargebacks.dispute_case import FiledBy
from chargebacks.disputes import CE3
from chargebacks.evidence_fields import MOST_BYTES, MOST_CHARACTERS, TEXT_FIELDS, most_pages
from chargebacks.packet import BuiltPacket
from demo.stack import Stack

LETTER = "uncategorized_file"
"""The file that begins with the letter."""
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
_DEEPEST = 5
"""Drawings within drawings."""


async def problems_of(stack: Stack, case: CaseFile) -> tuple[str, ...]:
    """One sentence for everything that is wrong with what we filed, or staged where nothing is filed yet."""
    story = case.dispute
    if story is None or story.dispute is None:
        return ()
    network, found = story.dispute.network, []
    ours = [filing for filing in story.filings if filing.filed_by is FiledBy.US]
    submissions = await _submissions(stack, story.dispute.id)
    if len(submissions) != len(story.filings):
        found.append(f"{len(submissions)} submissions reached Stripe, the case knows {len(story.filings)}")
    for filing in ours:
        packet = await stack.store.packets.packet(case.case_id, filing.digest or "")
        received = submissions[story.filings.index(filing)] if len(submissions) == len(story.filings) else {}
        found += [*_differences(packet, received), *await _look(packet, network)]
    if not ours and story.packet is not None:
        packet = await stack.store.packets.packet(case.case_id, story.packet.digest)
        found += await _look(packet, network)
    return tuple(dict.fromkeys(found))


async def _submissions(stack: Stack, dispute_id: str) -> list[dict[str, Any]]:
    """What went to the bank, round by round."""
    answer = await stack.stripe_control.get(f"/_sandbox/disputes/{dispute_id}/submissions")
    made: list[dict[str, Any]] = answer.raise_for_status().json()["submissions"]
    return made


def _differences(packet: BuiltPacket, received: Mapping[str, Any]) -> Iterator[str]:
    """Between what was approved and what Stripe sent on."""
    approved = {entry.field: entry.sha256 for entry in packet.manifest.entries if entry.kind == "file"}
    files = {field: file["sha256"] for field, file in received.get("files", {}).items()}
    if received.get("stage") == "appeal_needs_response":
        if missing := set(approved.values()) - set(files.values()):
            yield f"{len(missing)} files of the appeal did not reach Stripe as approved"
        return
    for field in sorted(approved.keys() | files.keys()):
        if approved.get(field) != files.get(field):
            yield f"{field} is not the file that was approved"
    for field, text in packet.texts.items():
        if received.get("evidence", {}).get(field) != text:
            yield f"{field} is not the text that was approved"
    wants_ce3 = any(entry.field == CE3_FIELD for entry in packet.manifest.entries)
    if wants_ce3 != bool(_ce3_of(received)):
        yield "CE 3.0 was not filed as approved"


def _ce3_of(received: Mapping[str, Any]) -> object:
    return (received.get("evidence", {}).get("enhanced_evidence") or {}).get(CE3)


async def _look(packet: BuiltPacket, network: str | None) -> list[str]:
    return await asyncio.to_thread(lambda: list(_flaws(packet, network)))


def _flaws(packet: BuiltPacket, network: str | None) -> Iterator[str]:
    """Limits: https://docs.stripe.com/disputes/best-practices. Fonts that are not embedded look different elsewhere."""
    manifest, pages = packet.manifest, 0
    for file in packet.files:
        reader = PdfReader(io.BytesIO(file.content))
        pages += len(reader.pages)
        if not plain("".join(page.extract_text() for page in reader.pages)):
            yield f"{file.field} has no text"
        for font in sorted({font for page in reader.pages for font in _loose_fonts(page)}):
            yield f"{file.field}: font {font} is not embedded"
        if file.field == LETTER:
            yield from _flaws_of_letter(reader, packet.texts.get("uncategorized_text", ""))
    size = sum(len(file.content) for file in packet.files)
    if pages > most_pages(network) or pages != manifest.pages:
        yield f"{pages} pages filed, {manifest.pages} in the manifest, {most_pages(network)} allowed"
    if size > MOST_BYTES or size != manifest.size:
        yield f"{size} bytes filed, {manifest.size} in the manifest, {MOST_BYTES} allowed"
    for entry in manifest.entries:
        content = {file.field: file.content for file in packet.files}.get(entry.field)
        if entry.kind == "file" and (content is None or hashlib.sha256(content).hexdigest() != entry.sha256):
            yield f"{entry.field} does not have the hash of the manifest"
    too_long = [field for field, text in packet.texts.items() if len(text) > TEXT_FIELDS[field]]
    if too_long or sum(map(len, packet.texts.values())) > MOST_CHARACTERS:
        yield f"too long for Stripe: {', '.join(too_long) or 'all texts together'}"
    if LETTER not in {file.field for file in packet.files}:
        yield "there is no letter"


def _flaws_of_letter(reader: PdfReader, argument: str) -> Iterator[str]:
    """One page that says the argument; what follows it is no part of it. Compared by Latin letters: scripts that are
    shaped do not come back from a PDF as they went in."""
    texts = [_latin(page.extract_text()) for page in reader.pages]
    if _latin(argument.split("\n")[0]) not in texts[0]:
        yield "the letter does not name the argument on its page"
    if any("weaskthat" in text for text in texts[1:]):
        yield "the letter runs over its page"


def _loose_fonts(page: PageObject) -> Iterator[str]:
    """Names of fonts that the page uses and the file does not hold, those of drawings on it included."""
    yield from _loose_in(_seen(page.get("/Resources")), depth=0)


def _loose_in(resources: Any, *, depth: int) -> Iterator[str]:
    for font in map(_seen, _seen(resources.get("/Font")).values()):
        for carrier in map(_seen, font.get("/DescendantFonts", [font])):
            descriptor = _seen(carrier.get("/FontDescriptor"))
            if carrier.get("/Subtype") != "/Type3" and not any(name in descriptor for name in _FONT_FILES):
                yield str(font.get("/BaseFont"))
    for drawing in map(_seen, _seen(resources.get("/XObject")).values()):
        if drawing.get("/Subtype") == "/Form" and depth < _DEEPEST:
            yield from _loose_in(_seen(drawing.get("/Resources")), depth=depth + 1)


def _seen(thing: Any) -> Any:
    """What a PDF's reference leads to; an empty dictionary for what is not there."""
    return {} if thing is None else thing.get_object() if hasattr(thing, "get_object") else thing


def plain(text: str) -> str:
    """Letters and digits alone: line breaks, ligatures and kinds of quotation marks do not count."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())


def _latin(text: str) -> str:
    return "".join(letter for letter in plain(text) if letter.isascii())
