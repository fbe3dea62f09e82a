"""What a packet looks like: a letter of one page, numbered exhibits, one file for each of Stripe's slots."""

import hashlib
import io

import pytest
from file_samples import encoded, pdf, photo
from packet_samples import (
    CHARGE,
    PARCEL,
    document_block,
    draft,
    every_kind,
    exhibit,
    letter,
    policy,
    receipt,
    statement,
    usage,
)
from pdf_looks import colours, font_sizes, page_count, page_sizes, texts, words
from pypdf import PdfReader

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import FILE_FIELDS
from chargebacks.evidence_items import Supplier
from chargebacks.packet import BuiltPacket, Paper, QuoteBlock, Row, RowsBlock, Source, TableBlock
from packets.rendering import Renderer


@pytest.fixture(scope="module")
def packet(renderer: Renderer) -> BuiltPacket:
    return renderer.render(every_kind(), {})


def file_of(packet: BuiltPacket, field: str) -> bytes:
    return next(file.content for file in packet.files if file.field == field)


def test_every_slot_gets_one_pdf(packet: BuiltPacket) -> None:
    """Exhibits go to their slots, the letter and the rest to the uncategorised one, each slot once."""
    fields = [file.field for file in packet.files]
    assert sorted(fields) == [
        "customer_communication",
        "receipt",
        "refund_policy",
        "shipping_documentation",
        "uncategorized_file",
    ]
    assert set(fields) <= set(FILE_FIELDS)
    assert {file.media_type for file in packet.files} == {"application/pdf"}
    assert all(file.content.startswith(b"%PDF-1.7") for file in packet.files)


def test_the_letter_comes_first_and_has_one_page(packet: BuiltPacket) -> None:
    """The first page says who, what and why; the exhibits of the slot follow in the order of their numbers."""
    pages = texts(file_of(packet, "uncategorized_file"))
    assert "Response to dispute: product not received" in pages[0]
    assert "Why this dispute is unfounded" in pages[0]
    assert "Letter · page 1 of 1" in pages[0]
    assert "Exhibit 3 · Usage log" in pages[1]
    assert "Exhibit 6 · Timeline" in pages[-1]


def test_the_argument_stands_under_the_letters_own_heading(renderer: Renderer) -> None:
    """An inquiry is answered, not called unfounded."""
    page = texts(renderer.render(draft(letter=letter(heading="Answer to the inquiry")), {}).reading_copy)[0]
    assert "Answer to the inquiry" in page
    assert "unfounded" not in page


def test_a_narrow_column_breaks_a_word_and_not_its_neighbour(renderer: Renderer) -> None:
    """An IP address that is wider than its column goes on in the next line instead of running into the next cell."""
    table = TableBlock(
        columns=("Time", "IP address", "Device"),
        weights=(30, 5, 30),
        rows=(("8 Nov 2026, 08:00", "198.51.100.240", "Planwell for iPhone"),),
    )
    page = texts(renderer.render(draft(exhibit("log", table)), {}).reading_copy)[-1]
    assert "198.51.100.240" not in page
    assert "198.51.100.240" in "".join(page.split())


def test_sources_name_each_object_once(renderer: Renderer) -> None:
    """With all that comes from it, so that a reader finds it in one place."""
    parts = ("amount", "created", "billing_details.name, billing_details.email", "amount")
    rows = tuple(
        Row(
            label="Fact",
            value="1",
            sources=(Source(supplier=Supplier.STRIPE, reference=f"charge ch_1, {part}"),),
        )
        for part in parts
    )
    shown = words(renderer.render(draft(exhibit("facts", RowsBlock(rows=rows))), {}).reading_copy)
    assert "Stripe: charge ch_1 (amount, created, billing_details.name, billing_details.email)" in shown
    assert shown.count("ch_1 (") == 1


def test_statements_name_the_exhibits_that_prove_them(packet: BuiltPacket) -> None:
    """A statement carries the numbers of its exhibits, and the letter lists all of them."""
    page = words(packet.reading_copy)
    assert "and paid EUR 249.00. (Exhibit 1)" in page
    assert "from the same city on the next day. (Exhibits 3, 6)" in page
    assert "matched postal code and street. 3." in page
    assert "1 Receipt 2 Delivery 3 Usage log 4 Correspondence 5 Refund policy 6 Timeline" in page


def test_the_reading_copy_holds_everything_in_order(packet: BuiltPacket) -> None:
    """People read one PDF: the letter, then exhibits 1 to 6."""
    read = words(packet.reading_copy)
    places = [
        read.index(f"Exhibit {number} · {title}")
        for number, title in enumerate(packet.manifest.exhibits, start=1)
    ]
    assert places == sorted(places)
    assert page_count(packet.reading_copy) == packet.manifest.pages


@pytest.mark.parametrize(
    "shown",
    [
        "Sold to Anna Müller, Lindenstraße 7, 10969 Berlin, DE",
        "16 Sep 2026, 09:30 UTC Delivered to Anna Müller",
        "Time (UTC) What IP address Device",
        "From Anna Müller to support@fjordfilter.example, 16 September 2026, 08:41 UTC",
        "the filter arrived yesterday, thank you! How do I set the reminder?",
        "Returns are accepted within 30 days of delivery.",
        "Accepted by ticking the box at checkout on 12 September 2026, 10:11 UTC.",
        "The parcel reached the cardholder's billing address and was signed for.",
        "Sources Endpoint: evidence item 9f3a55d01c2b7e48 (delivered_at)",
    ],
)
def test_every_kind_of_block_is_shown(packet: BuiltPacket, shown: str) -> None:
    """Rows, timeline, table, quotation, marked clause, text, summary and sources all reach the page."""
    assert shown in words(packet.reading_copy)


def test_a_packet_of_six_exhibits_stays_short(packet: BuiltPacket) -> None:
    """An analyst has minutes: under 12 pages."""
    assert packet.manifest.pages < 12


@pytest.mark.parametrize(("paper", "size"), [(Paper.A4, (595.28, 841.89)), (Paper.LETTER, (612, 792))])
def test_paper_is_a4_or_letter_portrait(renderer: Renderer, paper: Paper, size: tuple[float, float]) -> None:
    """Every page has the paper that the draft asks for."""
    built = renderer.render(every_kind(paper=paper), {})
    for found in page_sizes(built.reading_copy):
        assert found == pytest.approx(size, abs=0.02)


def test_evidence_is_set_in_twelve_points_and_more(packet: BuiltPacket) -> None:
    """Only sources, running heads and footers are smaller (https://docs.stripe.com/disputes/best-practices)."""
    assert {size for size in font_sizes(packet.reading_copy) if size < 12} == {9.0}


def test_nothing_is_coloured(packet: BuiltPacket) -> None:
    """Networks fax and copy: black, white and grey only."""
    assert all(len(set(colour)) <= 1 for colour in colours(packet.reading_copy))


def test_no_page_has_a_link(packet: BuiltPacket) -> None:
    """An address in a text stays a text."""
    built = packet.reading_copy
    assert not any("/Annots" in page for page in PdfReader(io.BytesIO(built)).pages)


def test_a_marked_clause_is_bold_and_underlined(renderer: Renderer) -> None:
    """The clause that matters stands out without colour: the same text unmarked has one font and no line."""
    text = "One. Two. Three."
    plain = renderer.render(draft(exhibit("policy", QuoteBlock(text=text))), {})
    marked = renderer.render(draft(exhibit("policy", QuoteBlock(text=text, marked="Two."))), {})
    assert _strokes(marked.reading_copy) == _strokes(plain.reading_copy) + 1
    assert text in words(marked.reading_copy)


def test_a_clause_that_is_not_in_the_text_is_found(renderer: Renderer) -> None:
    """Nothing is marked then, and a person learns of it."""
    built = renderer.render(draft(exhibit("policy", QuoteBlock(text="One.", marked="Two."))), {})
    assert built.manifest.findings == (
        "The passage to be marked in the exhibit “Policy” is not part of its text: nothing is marked.",
    )


def test_words_without_end_stay_inside_their_cell(renderer: Renderer) -> None:
    """A long id breaks over several lines, and is still one word for who copies it."""
    long = "ch_" + "3PqRs7LkdIwHu7ix" * 12
    built = renderer.render(draft(exhibit("ids", RowsBlock(rows=(Row(label="Charge", value=long),)))), {})
    lines = texts(built.reading_copy)[1].splitlines()
    assert max(map(len, lines)) < len(long)
    assert long in "".join(lines)


def test_documents_follow_their_exhibit(renderer: Renderer) -> None:
    """Each page of a document stands on a page of ours that says which exhibit it is."""
    note = pdf(2)
    built = renderer.render(draft(receipt(), exhibit("note", document_block(note, pages=2))), _held(note))
    pages = texts(built.reading_copy)
    assert [page.splitlines()[0] for page in pages[2:]] == [
        "Exhibit 2 · Note",
        "Exhibit 2 · Note note.pdf, page 2 of 2",
    ]
    assert "Signed for by A. Muller, page 1" in pages[2]
    assert "Signed for by A. Muller, page 2" in pages[3]
    assert "Exhibit 2 · page 2 of 2" in pages[3]


def test_landscape_documents_stand_upright_on_portrait_paper(renderer: Renderer) -> None:
    """The page is made narrower until it fits, not turned."""
    wide = pdf(1, width=842, height=595)
    built = renderer.render(draft(exhibit("wide", document_block(wide))), _held(wide))
    assert page_sizes(built.reading_copy)[1] == pytest.approx((595.28, 841.89), abs=0.02)
    assert "Signed for by A. Muller, page 1" in texts(built.reading_copy)[1]


def test_pictures_may_be_shown_as_they_are(renderer: Renderer) -> None:
    """A document that is still a JPEG becomes a page, too."""
    picture = encoded(photo())
    block = document_block(picture, name="door.jpg").model_copy(update={"media_type": "image/jpeg"})
    built = renderer.render(draft(exhibit("door", block)), _held(picture))
    assert built.manifest.pages == 2
    assert built.manifest.size > 50_000


def test_a_document_that_cannot_be_read_is_said(renderer: Renderer) -> None:
    """The packet is built without it, and the manifest names it without telling its file name."""
    broken = b"%PDF-1.4 nothing"
    built = renderer.render(draft(exhibit("note", document_block(broken, name="anna.pdf"))), _held(broken))
    (finding,) = built.manifest.findings
    assert finding.endswith("of the exhibit “Note” cannot be read and is not shown.")
    assert "anna" not in built.manifest.model_dump_json()


def test_a_missing_or_exchanged_document_is_refused(renderer: Renderer) -> None:
    """Never somebody else's document: the bytes must be those that were checked."""
    note, other = pdf(1), pdf(1, text="Somebody else")
    asked = draft(exhibit("note", document_block(note)))
    with pytest.raises(BadInput, match="is not kept any more: add it again"):
        renderer.render(asked, {})
    with pytest.raises(BadInput, match="is not the one that was checked: add it again"):
        renderer.render(asked, {document_block(note).sha256: other})


def test_the_manifest_tells_what_is_filed(packet: BuiltPacket) -> None:
    """Each field with its kind, hash, size, pages and exhibits, as they are in the packet."""
    entries = {entry.field: entry for entry in packet.manifest.entries}
    assert len(entries) == 2 + len(packet.files)
    for file in packet.files:
        entry = entries[file.field]
        assert (entry.kind, entry.sha256) == ("file", hashlib.sha256(file.content).hexdigest())
        assert (entry.size, entry.pages, entry.name) == (
            len(file.content),
            page_count(file.content),
            file.name,
        )
    assert entries["customer_name"].sha256 == hashlib.sha256("Anna Müller".encode()).hexdigest()
    assert entries["customer_name"].size == 11
    assert packet.manifest.size == sum(len(file.content) for file in packet.files)
    assert packet.manifest.exhibits[:2] == ("Receipt", "Delivery")


def test_the_manifest_traces_every_file_to_its_sources(packet: BuiltPacket) -> None:
    """Sources of texts, rows, statements and scans, each once."""
    entries = {entry.field: entry for entry in packet.manifest.entries}
    assert entries["customer_name"].sources == (CHARGE,)
    assert entries["shipping_documentation"].sources == (PARCEL,)
    assert entries["shipping_documentation"].exhibits == (2,)
    assert CHARGE in entries["uncategorized_file"].sources
    assert entries["uncategorized_file"].exhibits == (3, 6)


def test_the_manifest_holds_no_personal_data(packet: BuiltPacket) -> None:
    """It may lie in a history; names and addresses may not."""
    told = packet.manifest.model_dump_json()
    assert not [word for word in ("Anna", "Müller", "Lindenstra", "00340434161094042557") if word in told]


def test_a_long_letter_takes_less_space_first(renderer: Renderer) -> None:
    """Twelve statements fit on one page without losing any."""
    many = tuple(
        statement(f"Statement {number}, which fills about one line of the letter.") for number in range(22)
    )
    built = renderer.render(draft(letter=letter(statements=many)), {})
    assert built.manifest.pages == 1
    assert built.manifest.left_out == ()
    assert "22. Statement 21, which" in words(built.reading_copy)


def test_a_letter_that_is_too_long_loses_its_last_statements(renderer: Renderer) -> None:
    """One page in any case: the last statements go, and the manifest says how many."""
    many = tuple(statement(f"Statement {number}: " + "words that go on and on " * 6) for number in range(40))
    built = renderer.render(draft(letter=letter(statements=many)), {})
    (left_out,) = built.manifest.left_out
    assert built.manifest.pages == 1
    assert min(font_sizes(built.reading_copy) - {9.0}) == 12
    assert "Statement 0:" in words(built.reading_copy)
    assert left_out.what.endswith("of 40 statements of the letter")
    assert left_out.why == "The letter has one page."


def test_text_beyond_a_limit_is_refused_whole(renderer: Renderer) -> None:
    """Nothing is cut short silently: per field, over all fields, and for a field that is none."""
    with pytest.raises(BadInput, match="customer_name has 5001 characters; Stripe takes 5000"):
        renderer.render(draft(texts={"customer_name": "x" * 5001}), {})
    fields = (
        "access_activity_log",
        "cancellation_rebuttal",
        "duplicate_charge_explanation",
        "product_description",
    )
    more = (
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "uncategorized_text",
        "cancellation_policy_disclosure",
    )
    with pytest.raises(BadInput, match="together have 160000 characters; Stripe takes 150000"):
        renderer.render(draft(texts=dict.fromkeys(fields + more, "x" * 20_000)), {})
    with pytest.raises(
        BadInput, match="nickname is no text field of a dispute; use one of access_activity_log"
    ):
        renderer.render(draft(texts={"nickname": "x"}), {})


def test_an_exhibit_for_an_unknown_slot_is_refused(renderer: Renderer) -> None:
    """Stripe has nine file fields."""
    with pytest.raises(BadInput, match="shipping_papers of exhibit x is no file field of a dispute"):
        renderer.render(draft(exhibit("x", slot="shipping_papers")), {})


def test_a_table_that_does_not_add_up_is_an_error(renderer: Renderer) -> None:
    """Cells would slip into other columns, and a statement under a wrong head is a wrong statement."""
    uneven = TableBlock(title="Use", columns=("Time", "What"), rows=(("now", "signed in"), ("later",)))
    with pytest.raises(ValueError, match="The table Use has 2 columns; so must each row and the weights"):
        renderer.render(draft(exhibit("usage", uneven)), {})


def test_long_tables_repeat_their_head(renderer: Renderer) -> None:
    """Every page of a usage log says what its columns are."""
    built = renderer.render(draft(usage(90)), {})
    pages = texts(built.reading_copy)[1:]
    assert len(pages) > 2
    assert all("IP address" in page for page in pages)
    assert policy().title not in built.manifest.exhibits


def _held(*documents: bytes) -> dict[str, bytes]:
    return {hashlib.sha256(document).hexdigest(): document for document in documents}


def _strokes(content: bytes) -> int:
    pages = PdfReader(io.BytesIO(content)).pages
    return sum(page.get_contents().get_data().count(b"\nS\n") for page in pages)
