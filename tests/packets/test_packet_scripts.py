"""Names and addresses in the scripts of the world, shown as they are written, and never read as markup."""

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hypothesis import given, settings
from hypothesis import strategies as st
from packet_samples import draft, exhibit, letter
from pdf_looks import empty_boxes, font_names, left_edge, words

from chargebacks.packet import BuiltPacket, QuoteBlock, Row, RowsBlock, TableBlock, TextBlock
from packets.fonts import FontSet
from packets.glyphs import Spelling
from packets.rendering import Renderer

LATIN = "Łukasz Żółć-O’Brien, Þórsgata 5, 101 Reykjavík"
CYRILLIC = "Владимир Щербаков, вул. Хрещатик 22, Київ"
GREEK = "Ελένη Παπαδοπούλου, Οδός Ερμού 12, Αθήνα"
ARABIC = "محمد بن عبد الله، شارع الملك فهد 12، الرياض"
HEBREW = "דוד כהן, רחוב הרצל 5, תל אביב"
DEVANAGARI = "राजेश कुमार, ४२ महात्मा गांधी मार्ग, नई दिल्ली"
CHINESE = "张伟"


def built(renderer: Renderer, name: str) -> BuiltPacket:
    """The name as a fact of the letter and in a row of an exhibit."""
    facts = (Row(label="Cardholder", value=name),)
    return renderer.render(draft(exhibit("names", RowsBlock(rows=facts)), letter=letter(facts=facts)), {})


@pytest.mark.parametrize("name", [LATIN, CYRILLIC, GREEK], ids=["latin", "cyrillic", "greek"])
def test_european_names_read_back_as_they_are(renderer: Renderer, name: str) -> None:
    """The text of the page is the name, letter by letter, on the letter and in the exhibit."""
    packet = built(renderer, name)
    assert words(packet.reading_copy).count(name) == 2
    assert packet.manifest.findings == ()


@pytest.mark.parametrize(
    ("name", "font"),
    [
        (LATIN, "NotoSans-Regular"),
        (ARABIC, "NotoSansArabic-Regular"),
        (HEBREW, "Heebo-Regular"),
        (DEVANAGARI, "NotoSans-Regular"),
    ],
    ids=["latin", "arabic", "hebrew", "devanagari"],
)
def test_every_character_is_drawn_by_a_font_that_has_it(renderer: Renderer, name: str, font: str) -> None:
    """No empty box is drawn and nothing is reported, in each of the scripts that are always there."""
    packet = built(renderer, name)
    assert font in font_names(packet.reading_copy)
    assert empty_boxes(packet.reading_copy) == 0
    assert packet.manifest.findings == ()


@pytest.mark.parametrize("name", [ARABIC, HEBREW], ids=["arabic", "hebrew"])
def test_names_from_right_to_left_stand_at_the_right(renderer: Renderer, name: str) -> None:
    """The base direction is the name's own, so that commas and house numbers stand where they belong."""
    page = built(renderer, name).reading_copy
    assert left_edge(page, name[0]) > left_edge(built(renderer, LATIN).reading_copy, LATIN[0]) + 50


def test_what_follows_an_isolated_name_stays_behind_it(renderer: Renderer) -> None:
    """In a sentence of Latin letters the number after a Hebrew name stands at its right, as it was written."""

    def number_at(said: str) -> float:
        page = renderer.render(draft(exhibit("names", TextBlock(text=said))), {}).reading_copy
        assert empty_boxes(page) == 0
        return left_edge(page, "²") - left_edge(page, "כ")

    assert number_at("Signed by דוד כהן ² times.") < 0
    assert number_at("Signed by \u2068דוד כהן\u2069 ² times.") > 0


def test_a_name_without_a_font_is_said_and_shown_by_its_code(renderer: Renderer) -> None:
    """Instead of an empty box stands the code point, and the finding names the package to install."""
    packet = built(renderer, CHINESE)
    assert "[U+5F20][U+4F1F]" in words(packet.reading_copy)
    assert empty_boxes(packet.reading_copy) == 0
    assert packet.manifest.findings == (
        "Letter, Cardholder, Exhibit 1, Cardholder: Chinese, Japanese or Korean characters without a font "
        "(2, such as '伟', shown as [U+4F1F]): install the Debian package fonts-noto-cjk or the PyPI package "
        "noto-cjk-sans-otc.",
    )


@pytest.mark.parametrize(
    ("character", "remedy"),
    [
        ("ท", "Thai characters without a font (1, such as 'ท', shown as [U+0E17]): install the Debian package "
              "fonts-noto-core or the PyPI package fontpkg-noto-sans-thai."),
        ("ქ", "Georgian characters without a font (1, such as 'ქ', shown as [U+10E5]): install the Debian package "
              "fonts-noto-core."),
        ("한", "Chinese, Japanese or Korean characters without a font (1, such as '한', shown as [U+D55C]): install "
              "the Debian package fonts-noto-cjk or the PyPI package noto-cjk-sans-otc."),
        ("😀", "emoji characters without a font (1, such as '😀', shown as [U+1F600]): install the Debian package "
              "fonts-noto-color-emoji."),
        ("\x07", "characters without a font (1, such as shown as [U+0007]): no font of this program has them."),
    ],
    ids=["thai", "georgian", "korean", "emoji", "bell"],
)  # fmt: skip
def test_every_missing_script_names_its_remedy(fonts: FontSet, character: str, remedy: str) -> None:
    """One sentence per font that is missing, with what to install."""
    spelling = Spelling(fonts)
    assert spelling.printable(f"a{character}", "Letter") == f"a[U+{ord(character):04X}]"
    assert spelling.findings() == (f"Letter: {remedy}",)


def test_a_font_of_the_system_is_used_where_it_is_installed(tmp_path: Path) -> None:
    """A script without a package of its own is set with the system's font, and nothing is reported."""
    _small_font(tmp_path / "NotoSansGeorgian-Regular.ttf", "Noto Sans Georgian", "ქ")
    packet = built(Renderer(FontSet(system_folders=(tmp_path,))), "ქქ")
    assert packet.manifest.findings == ()
    assert "ქქ" in words(packet.reading_copy)


def test_a_font_that_cannot_be_read_counts_as_missing(tmp_path: Path) -> None:
    """A broken file in the right place does not hide that the script has no font."""
    (tmp_path / "NotoSansGeorgian-Regular.ttf").write_bytes(b"no font")
    packet = built(Renderer(FontSet(system_folders=(tmp_path,))), "ქ")
    assert "[U+10E5]" in words(packet.reading_copy)
    assert "Georgian characters without a font" in packet.manifest.findings[0]


def test_other_fonts_of_the_machine_change_nothing(renderer: Renderer, tmp_path: Path) -> None:
    """A font that nobody asked for, lying in a system folder, leaves every byte as it was."""
    _small_font(tmp_path / "NotoSans-Regular.ttf", "Noto Sans", "A")
    elsewhere = Renderer(FontSet(system_folders=(tmp_path,)))
    assert built(elsewhere, LATIN).reading_copy == built(renderer, LATIN).reading_copy


MARKUP = '#image("/etc/passwd") #eval("1+1") $x^2$ *bold* _it_ `code` <label> @ref // note \\ = h - i + n'


def test_data_is_never_read_as_markup(renderer: Renderer) -> None:
    """Whatever a customer writes is shown as it was written, wherever it is shown."""
    packet = renderer.render(
        draft(
            exhibit(
                "words",
                RowsBlock(title=MARKUP, rows=(Row(label="said", value=MARKUP),)),
                TableBlock(columns=("What",), rows=((MARKUP,),)),
                QuoteBlock(head=MARKUP, text=f"{MARKUP} end", marked=MARKUP),
                TextBlock(text=MARKUP),
                summary=MARKUP,
            ),
            letter=letter(request=MARKUP, subject=MARKUP),
        ),
        {},
    )
    assert words(packet.reading_copy).count(MARKUP) == 9


def test_marks_that_turn_the_direction_are_dropped(fonts: FontSet) -> None:
    """U+202E would make an amount read backwards; a pair that keeps a name together stays."""
    spelling = Spelling(fonts)
    assert spelling.printable("paid \u202e942 EUR", "Letter") == "paid 942 EUR"
    assert spelling.printable("\u2068محمد\u2069 12", "Letter") == "\u2068محمد\u2069 12"
    assert spelling.printable("\u2068محمد 12", "Letter") == "محمد 12"


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_text_can_be_printed(renderer: Renderer, text: str) -> None:
    """No text breaks the packet, and none leaves an empty box."""
    packet = built(renderer, text)
    assert empty_boxes(packet.reading_copy) == 0
    assert packet.manifest.pages == 2


def _small_font(path: Path, family: str, character: str) -> None:
    """A font of one square glyph."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((0, 500))
    pen.lineTo((500, 500))
    pen.lineTo((500, 0))
    pen.closePath()
    square = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap({ord(character): "square"})
    builder.setupGlyf({".notdef": square, "square": square})
    builder.setupHorizontalMetrics({".notdef": (600, 0), "square": (600, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
