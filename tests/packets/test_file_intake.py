"""Files as merchants send them: what becomes evidence, what is done to it, and what is refused with which words."""

import hashlib
import io
import struct
import zlib

import pytest
from file_samples import (
    adobe_form,
    archive,
    encoded,
    encrypted_pdf,
    layered_pdf,
    lively_pdf,
    pdf,
    pdf_writer,
    phone_photo,
    photo,
    photo_pdf,
    saved,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pdf_looks import page_count, page_sizes, texts
from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
)

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import FILE_FIELDS
from chargebacks.evidence_items import FileContent
from packets.intake import AIM, MOST_ARRIVING, Intake


def checked(intake: Intake, content: bytes, name: str = "file.pdf") -> tuple[FileContent, bytes]:
    return intake.check(field="shipping_documentation", name=name, content=content)


def refusal(intake: Intake, content: bytes, name: str) -> str:
    with pytest.raises(BadInput) as refused:
        checked(intake, content, name)
    return str(refused.value)


def test_a_sound_pdf_is_kept_as_it_looks(intake: Intake) -> None:
    """Same pages, same text, same size; the record says what is kept."""
    kept, content = checked(intake, pdf(3), "note.pdf")
    assert texts(content) == [f"Signed for by A. Muller, page {number}" for number in (1, 2, 3)]
    assert page_sizes(content) == [(595, 842)] * 3
    assert (kept.field, kept.name, kept.media_type) == (
        "shipping_documentation",
        "note.pdf",
        "application/pdf",
    )
    assert (kept.sha256, kept.size, kept.pages) == (hashlib.sha256(content).hexdigest(), len(content), 3)
    assert kept.note == ""


@pytest.mark.parametrize("form", ["JPEG", "PNG", "HEIF", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_pictures_become_pdf(intake: Intake, form: str) -> None:
    """Whatever a phone, a scanner or a screenshot makes, by content and not by name."""
    kept, content = checked(intake, encoded(photo(), form), "evidence.bin")
    said = {"HEIF": "HEIC", "WEBP": "WebP"}.get(form, form)
    assert kept.media_type == "application/pdf"
    assert kept.note == f"{said} picture turned into a PDF"
    assert page_sizes(content) == [pytest.approx((595.28, 841.89))]
    assert len(list(PdfReader(io.BytesIO(content)).pages[0].images)) == 1


def test_a_photograph_of_six_megabytes_becomes_a_light_upright_page(intake: Intake) -> None:
    """Turned as the camera was held, at print resolution, and without the place where it was taken."""
    sent = phone_photo()
    kept, content = checked(intake, sent, "door.jpg")
    (shown,) = PdfReader(io.BytesIO(content)).pages[0].images
    assert len(sent) > 5_900_000
    assert kept.size <= AIM
    assert kept.note.startswith("JPEG picture turned into a PDF, 6.0 MB became 1.")
    assert shown.image is not None
    assert shown.image.height > shown.image.width
    assert shown.image.getpixel((shown.image.width - 5, 5))[0] > 200
    assert not [mark for mark in (b"Exif", b"Phonemaker", b"GPS") if mark in content]


def test_transparent_pictures_lie_on_white(intake: Intake) -> None:
    """A screenshot without a background is printed on paper."""
    clear = photo(200, 100).convert("RGBA")
    clear.putalpha(0)
    _, content = checked(intake, encoded(clear, "PNG"))
    (shown,) = PdfReader(io.BytesIO(content)).pages[0].images
    assert shown.image is not None
    assert shown.image.convert("RGB").getpixel((50, 50)) == (255, 255, 255)


def test_every_page_of_a_scan_is_kept(intake: Intake) -> None:
    """A TIFF of a fax machine has many pages; a moving GIF shows its first picture."""
    frames = [photo(200, 160, seed=seed) for seed in range(3)]
    assert checked(intake, encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:]))[0].pages == 3
    assert checked(intake, encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))[0].pages == 1


def test_drawings_of_few_colours_stay_sharp(intake: Intake) -> None:
    """A black and white scan is kept without loss."""
    sent = photo(400, 500).convert("1")
    _, content = checked(intake, encoded(sent, "PNG"))
    (shown,) = PdfReader(io.BytesIO(content)).pages[0].images
    assert shown.image is not None
    assert shown.image.convert("1").tobytes() == sent.tobytes()


def test_a_heavy_scan_is_made_lighter(intake: Intake) -> None:
    """Pictures inside a PDF lose detail until the file is light; its pages stay."""
    sent = photo_pdf(3)
    kept, content = checked(intake, sent, "scan.pdf")
    assert len(sent) > 4 * AIM
    assert kept.size <= AIM
    assert page_count(content) == 3
    assert kept.note.startswith(f"images made lighter, {len(sent) / 1e6:.1f} MB became 1.")


def test_landscape_pages_come_to_portrait_paper(intake: Intake) -> None:
    """Networks want portrait: the page is made smaller, not turned."""
    kept, content = checked(intake, pdf(1, width=842, height=595))
    assert page_sizes(content) == [pytest.approx((595.28, 841.89))]
    assert texts(content) == ["Signed for by A. Muller, page 1"]
    assert kept.note == "landscape pages put on portrait paper"


def test_posters_come_to_a4(intake: Intake) -> None:
    """No page is larger than paper."""
    assert page_sizes(checked(intake, pdf(1, width=2384, height=3370))[1]) == [
        pytest.approx((595.28, 841.89))
    ]


def test_turned_pages_are_stood_upright(intake: Intake) -> None:
    """A page that is to be shown turned by 90 degrees is drawn that way."""
    writer = pdf_writer(1, width=842, height=595)
    writer.pages[0].rotate(90)
    _, content = checked(intake, saved(writer))
    page = PdfReader(io.BytesIO(content)).pages[0]
    assert (page.rotation, page_sizes(content)) == (0, [(595, 842)])
    assert "page 1" in page.extract_text()


def test_what_runs_links_or_is_attached_is_removed(intake: Intake) -> None:
    """Networks refuse links, and nothing in evidence may act."""
    kept, content = checked(intake, lively_pdf())
    reader = PdfReader(io.BytesIO(content))
    assert kept.note == "links, scripts and attachments removed"
    assert set(reader.root_object) <= {"/Type", "/Pages"}
    assert "/Annots" not in reader.pages[0]
    assert not [
        mark for mark in (b"/JavaScript", b"/URI", b"attached", b"tracking.example") if mark in content
    ]


def test_stamps_and_signatures_stay_visible(intake: Intake) -> None:
    """A signature that was put on as an annotation is drawn into the page."""
    writer = pdf_writer(1)
    _stamp(writer, "SIGNED")
    _, content = checked(intake, saved(writer))
    assert "SIGNED" in texts(content)[0]
    assert "/Annots" not in PdfReader(io.BytesIO(content)).pages[0]


def test_hidden_stamps_stay_hidden(intake: Intake) -> None:
    """What the document does not show is not shown."""
    writer = pdf_writer(1)
    _stamp(writer, "DRAFT", flags=2)
    assert "DRAFT" not in texts(checked(intake, saved(writer))[1])[0]


def test_a_pdf_that_only_forbids_changes_is_taken(intake: Intake) -> None:
    """It opens without a password, so everybody may read it."""
    kept, content = checked(intake, encrypted_pdf(""))
    assert kept.note == "write protection removed"
    assert not PdfReader(io.BytesIO(content)).is_encrypted
    assert texts(content) == ["Text, page 1"]


def test_a_damaged_pdf_is_repaired(intake: Intake) -> None:
    """A file whose end was cut off or whose index is wrong is read object by object."""
    for damaged in (pdf(2)[:-8], pdf(2).replace(b"startxref\n", b"startxref\n9")):
        kept, content = checked(intake, damaged)
        assert (kept.pages, kept.note) == (2, "damaged, repaired")
        assert texts(content)[1] == "Signed for by A. Muller, page 2"


def test_text_becomes_pages(intake: Intake) -> None:
    """A chat log is set on pages, never read as markup; what no font has is said."""
    kept, content = checked(intake, "Müller: *arrived* #yes\n\n张: ok".encode(), "chat.txt")
    assert texts(content)[0].split("\n") == ["Müller: *arrived* #yes", "[U+5F20]: ok"]
    assert kept.note.startswith("text turned into a PDF; Text: Chinese, Japanese or Korean characters")


def test_the_same_file_gives_the_same_bytes(intake: Intake) -> None:
    """Checking twice, in whatever process, keeps one document."""
    for sent in (pdf(2), phone_photo(900, 600), b"some text", lively_pdf()):
        assert checked(intake, sent) == checked(Intake(), sent)


def test_names_are_tidied(intake: Intake) -> None:
    """Folders and control characters are no part of a file's name."""
    assert checked(intake, pdf(1), "C:\\scans\\..\\no\x00te.pdf")[0].name == "note.pdf"
    assert checked(intake, pdf(1), "/etc/")[0].name == "file"


def _bomb() -> bytes:
    """A PNG of a thousand bytes that claims 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")


def _pdf_bomb() -> bytes:
    """A page whose drawing grows from a few kilobytes to 90 MB."""
    writer = pdf_writer(1)
    stream = DecodedStreamObject()
    stream.set_data(b" " * 90_000_000)
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    return saved(writer)


_UNREADABLE = "is not a readable {} file: open it, save it anew and send that."


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("all.pdf", pdf(80), "has 80 pages and Stripe takes fewer than 50: send the pages that matter."),
        ("empty.pdf", b"", "is empty: send it again."),
        ("fake.pdf", b"%PDF-1.4 hello", _UNREADABLE.format("PDF")),
        ("cut.jpg", phone_photo(900, 600)[:30_000], _UNREADABLE.format("JPEG")),
        ("locked.pdf", encrypted_pdf("secret"), "is protected by a password: send a copy without it."),
        ("map.pdf", layered_pdf(), "has layers that are switched off: print it into a PDF and send that."),
        (
            "form.pdf",
            adobe_form(),
            "is a form that only Adobe's programs can show: print it into a PDF and send that.",
        ),
        ("order.docx", archive(word__document_xml="x"), "is a Word document: save it as PDF and send that."),
        ("sheet.xlsx", archive(xl__workbook_xml="x"), "is an Excel workbook: save it as PDF and send that."),
        (
            "all.zip",
            archive(a_pdf="x"),
            "is a ZIP archive: unpack it and send the files that matter one by one.",
        ),
        ("page.html", b"<!DOCTYPE html><p>Order", "is a web page: save it as PDF and send that."),
        ("order.pdf", b"MZ\x90\0\3", "is a Windows program: send the document itself as PDF, JPEG or PNG."),
        (
            "film.mp4",
            b"\0\0\0\x18ftypmp42\0\0\0\0",
            "is a film: networks take no film or sound: send a screenshot or a transcript.",
        ),
        (
            "data.bin",
            b"\x00\x01\x02\xfe" * 9,
            "is of a kind that cannot be read here: send it as PDF, JPEG or PNG.",
        ),
        (
            "long.txt",
            b"line\n" * 2500,
            "makes 56 pages and Stripe takes fewer than 50: send the pages that matter.",
        ),
        (
            "log.txt",
            b"x" * 9_000_000,
            "makes more than 49 pages and Stripe takes fewer than 50: send the pages that matter.",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    intake: Intake, name: str, content: bytes, said: str
) -> None:
    """One sentence: which file, what is wrong with it, what to do."""
    assert refusal(intake, content, name) == f"{name} {said}"


def test_bombs_are_refused(intake: Intake) -> None:
    """A small file that unpacks to gigabytes never fills the memory."""
    assert "is too large a picture" in refusal(intake, _bomb(), "bomb.png")
    assert refusal(intake, _pdf_bomb(), "bomb.pdf") == f"bomb.pdf {_UNREADABLE.format('PDF')}"


def test_files_beyond_the_most_are_refused_unread(intake: Intake) -> None:
    """However light it would become."""
    said = refusal(intake, b"%PDF-" + b"\0" * MOST_ARRIVING, "huge.pdf")
    assert said == "huge.pdf has 50.0 MB and 50.0 MB are the most: send a smaller copy."


def test_an_unknown_field_is_refused_with_the_nine(intake: Intake) -> None:
    """A typing error must not lose a document."""
    with pytest.raises(BadInput) as refused:
        intake.check(field="recipt", name="a.pdf", content=pdf(1))
    assert str(refused.value) == f"recipt is no file field of a dispute; use one of {', '.join(FILE_FIELDS)}."


@settings(max_examples=60, deadline=None)
@given(
    start=st.sampled_from(
        [b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"PK\x03\x04", b"II*\0"]
    ),
    rest=st.binary(max_size=300),
)
@example(start=b"%PDF-1.7\n", rest=b"1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj trailer<</Root 1 0 R>>")
def test_no_bytes_break_the_intake(intake: Intake, start: bytes, rest: bytes) -> None:
    """Whatever comes in: a PDF that can be filed, or a sentence that says why not."""
    try:
        kept, content = checked(intake, start + rest)
    except BadInput:
        return
    assert page_count(content) == kept.pages


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 700), value=st.integers(0, 255))
def test_no_flipped_byte_breaks_the_intake(intake: Intake, at: int, value: int) -> None:
    """A PDF that was damaged on its way is repaired or refused."""
    sound = bytearray(lively_pdf())
    sound[at] = value
    try:
        kept, content = checked(intake, bytes(sound))
    except BadInput:
        return
    assert page_count(content) == kept.pages


def _stamp(writer: object, words: str, *, flags: int = 4) -> None:
    """Puts words on the first page as a stamp."""
    page = writer.pages[0]  # type: ignore[attr-defined]
    shown = DecodedStreamObject()
    shown.set_data(f"BT /F1 12 Tf 2 4 Td ({words}) Tj ET".encode())
    shown[NameObject("/Type")] = NameObject("/XObject")
    shown[NameObject("/Subtype")] = NameObject("/Form")
    shown[NameObject("/BBox")] = ArrayObject(map(FloatObject, (0, 0, 100, 20)))
    shown[NameObject("/Resources")] = page["/Resources"]
    stamp = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Stamp"),
            NameObject("/Rect"): ArrayObject(map(FloatObject, (300, 100, 500, 140))),
            NameObject("/F"): NumberObject(flags),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(shown)}),  # type: ignore[attr-defined]
        }
    )
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(stamp)])  # type: ignore[attr-defined]
