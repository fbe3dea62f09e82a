"""How a packet writes: addresses of a country, brands, numbers, names from right to left, tables that fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.composing.brands import brand_name
from chargebacks.composing.letter_words import counted_first, ended, quoted, told, without_isolates
from chargebacks.composing.tables import table_of
from chargebacks.evidence_items import Address, Supplier
from chargebacks.packet import Source

SOURCE = Source(supplier=Supplier.STRIPE, reference="charge ch_1, id")
STREET = {"line1": "1 Hill Road"}
_texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (("Springfield", "IL", "62701", "US"), ("Springfield, IL 62701", "US")),
        (("Toronto", "ON", "M5V 2T6", "CA"), ("Toronto, ON M5V 2T6", "CA")),
        (("Sydney", "NSW", "2000", "AU"), ("Sydney, NSW 2000", "AU")),
        (("London", None, "SW1A 1AA", "GB"), ("London SW1A 1AA", "GB")),
        (("Berlin", None, "10969", "DE"), ("10969 Berlin", "DE")),
        (("København K", None, "1058", "DK"), ("1058 København K", "DK")),
        (("Tokyo", "Tokyo", "100-0001", "JP"), ("100-0001 Tokyo", "Tokyo", "JP")),
        (("Springfield", "IL", "62701", None), ("62701 Springfield", "IL")),
        (("Springfield", None, None, "us"), ("Springfield", "us")),
        ((None, "IL", "62701", "US"), ("IL 62701", "US")),
    ],
)
def test_an_address_is_written_as_in_its_country(
    place: tuple[str | None, ...], written: tuple[str, ...]
) -> None:
    """An analyst reads the address as the cardholder would write it."""
    city, state, postal_code, country = place
    address = Address(**STREET, city=city, state=state, postal_code=postal_code, country=country)
    assert address.lines == ("1 Hill Road", *written)
    assert address.one_line() == ", ".join(address.lines)


@given(st.builds(Address, **{name: st.none() | st.text(max_size=9) for name in Address.model_fields}))
def test_an_address_loses_nothing(address: Address) -> None:
    """Whatever is known of it is written, and nothing else."""
    parts = [part for part in dict(address).values() if part]
    assert all(part in address.one_line() for part in parts)
    assert bool(address.lines) == bool(parts)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("amex", "American Express"),
        ("american_express", "American Express"),
        ("visa", "Visa"),
        ("Mastercard", "Mastercard"),
        ("jcb", "JCB"),
        ("diners", "Diners Club"),
        ("apple_pay", "Apple Pay"),
        ("a_new_one", "A New One"),
        ("", ""),
    ],
)
def test_a_brand_has_one_spelling(word: str, name: str) -> None:
    """Card, network and wallet are spelled as their owners do."""
    assert brand_name(word) == name


def test_a_sentence_begins_with_a_word() -> None:
    """A number at its beginning is written out."""
    assert counted_first(1, "document") == "One document"
    assert counted_first(2, "document") == "Two documents"
    assert counted_first(12, "document") == "Twelve documents"
    assert counted_first(13, "document") == "The 13 documents"


def test_a_quote_may_end_the_sentence() -> None:
    """No second full stop follows upon that of the words."""
    assert ended("It says: “No.”") == "It says: “No.”"
    assert ended("It says: “no”") == "It says: “no”."


def test_names_from_right_to_left_are_isolated() -> None:
    """So that what follows them stays in its place; other names stay as they are."""
    assert told("נועה לוי") == "\u2068נועה לוי\u2069"
    assert quoted("شكرا 12") == "“\u2068شكرا 12\u2069”"
    assert told("Анна  Ковалёва") == "Анна Ковалёва"


@given(_texts)
def test_isolates_come_in_pairs(text: str) -> None:
    """Whatever the words hold: one pair around them or none, and the words themselves within."""
    words = told(text)
    assert words is None or words.count("\u2068") == words.count("\u2069") <= 1
    assert words is None or without_isolates(words) == " ".join(without_isolates(text).split())


def test_a_table_holds_its_longest_words() -> None:
    """Addresses, days and amounts get the room that they need; a column in which nothing stands is not shown."""
    table = table_of(
        columns=("Time", "Amount", "IP address", "Device", "Activity"),
        rows=[("14 Nov 2026, 08:49", "1249.00 USD", "198.51.100.240", "", "word " * 60)],
        sources=(SOURCE,),
    )
    assert table.columns == ("Time", "Amount", "IP address", "Activity")
    assert table.rows[0][:3] == ("14 Nov 2026, 08:49", "1249.00 USD", "198.51.100.240")
    for width, words in zip(
        table.weights, ("14 Nov 2026, 08:49", "1249.00 USD", "198.51.100.240", ""), strict=True
    ):
        assert width > len(words)
    assert sum(table.weights) <= 70


@given(st.lists(st.tuples(_texts, _texts, _texts), min_size=1, max_size=9))
def test_any_table_has_widths(rows: list[tuple[str, ...]]) -> None:
    """One for each column that is shown, none of them nothing."""
    table = table_of(columns=("One", "Two", "Three"), rows=rows, sources=(SOURCE,))
    assert len(table.columns) == len(table.weights) == len(table.rows[0])
    assert all(width > 0 for width in table.weights)
