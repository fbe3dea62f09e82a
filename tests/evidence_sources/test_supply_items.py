"""What was supplied becomes items: all of it, each thing once, each with where it comes from."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supply_samples import NOW, supplied_file, suppliers, supplies, words

from chargebacks.errors import BadInput
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS
from chargebacks.evidence_items import (
    FactsContent,
    IdentifiersContent,
    MessagesContent,
    Supplier,
    Supply,
    TextContent,
    UsageContent,
    UsageRow,
)
from chargebacks.supplies import MOST_ENTRIES, items_of, parse_assignment


def from_shop(supply: Supply, **differences):
    return items_of(supply, **({"supplier": Supplier.ENDPOINT, "by": "shop-api", "at": NOW} | differences))


class TestEveryThingIsKept:
    @given(supply=supplies)
    def test_nothing_is_lost(self, supply):
        """The items tell everything that the supply told."""
        contents = [item.content for item in from_shop(supply)]
        assert {one.field: one.text for one in contents if isinstance(one, TextContent)} == supply.fields
        assert [row for one in contents if isinstance(one, UsageContent) for row in one.rows] == list(
            supply.usage
        )
        said = [message for one in contents if isinstance(one, MessagesContent) for message in one.messages]
        assert said == list(supply.messages)
        for content in (*supply.deliveries, *supply.policies):
            assert content in contents
        for told in supply.identifiers:
            assert told in contents or told == IdentifiersContent(charge_id=told.charge_id)
        if supply.facts is not None:
            assert supply.facts in contents or supply.facts == FactsContent()

    @given(supply=supplies)
    def test_nothing_is_made_up(self, supply):
        """No item tells what the supply did not tell."""
        told = {
            "text": len(supply.fields),
            "usage": int(bool(supply.usage)),
            "messages": int(bool(supply.messages)),
            "delivery": len(supply.deliveries),
            "policy": len(supply.policies),
            "identifiers": len(supply.identifiers),
            "facts": int(supply.facts is not None),
        }
        kinds = [item.content.type for item in from_shop(supply)]
        assert all(kinds.count(kind) <= most for kind, most in told.items())
        assert set(kinds) <= set(told)

    def test_an_empty_supply_has_no_items(self):
        """A source that has nothing leaves nothing behind."""
        empty = Supply(facts=FactsContent(), identifiers=(IdentifiersContent(charge_id="ch_0"),))
        assert from_shop(Supply()) == ()
        assert from_shop(empty) == ()


class TestProvenance:
    @given(supply=supplies, supplier=suppliers, by=words)
    def test_every_item_says_who_supplied_it_when_and_where_it_stood(self, supply, supplier, by):
        """Supplier, name, time and place are on every item, and so is a hash."""
        for item in from_shop(supply, supplier=supplier, by=by):
            assert (item.provenance.supplier, item.provenance.by, item.provenance.at) == (supplier, by, NOW)
            assert item.provenance.reference
            assert len(item.sha256) == 64

    @given(supply=supplies)
    def test_the_same_supply_again_is_the_same_items(self, supply):
        """A source that is asked again a day later adds nothing when it says the same."""
        first, again = from_shop(supply), from_shop(supply, at=NOW + timedelta(days=1))
        assert [item.id for item in first] == [item.id for item in again]

    @given(supply=supplies)
    def test_ids_are_unique(self, supply):
        """What a source says twice in one answer is one item."""
        ids = [item.id for item in from_shop(supply)]
        assert len(ids) == len(set(ids))

    @given(supply=supplies.filter(lambda supply: from_shop(supply)))
    def test_another_supplier_is_another_item(self, supply):
        """Two sources that say the same are two witnesses."""
        one = {item.id for item in from_shop(supply)}
        other = {item.id for item in from_shop(supply, by="warehouse")}
        assert not one & other

    def test_the_reference_finds_the_thing_in_the_answer(self):
        """It reads like a path into the JSON."""
        supply = Supply(fields={"shipping_carrier": "UPS"}, usage=(UsageRow(at=NOW, what="signed in"),))
        references = [item.provenance.reference for item in from_shop(supply)]
        assert references == ["fields.shipping_carrier", "usage"]


class TestRefusals:
    def test_a_misspelled_field_is_told_with_the_right_name(self):
        """The sentence offers the name that was meant, and lists the others."""
        with pytest.raises(BadInput, match="did you mean shipping_tracking_number") as refusal:
            from_shop(Supply(fields={"shiping_tracking_numbr": "1Z"}))
        assert all(name in str(refusal.value) for name in TEXT_FIELDS)

    @given(name=st.sampled_from(FILE_FIELDS))
    def test_text_for_a_file_field_is_told(self, name):
        """A file cannot be given as words."""
        with pytest.raises(BadInput, match=f'"{name}" takes a file, not text'):
            from_shop(Supply(fields={name: "see attachment"}))

    @given(name=st.sampled_from(sorted(TEXT_FIELDS)), more=st.integers(min_value=1, max_value=50))
    def test_text_is_refused_above_its_limit_and_never_cut(self, name, more):
        """The field, its length and Stripe's limit are in the sentence; a text of just the limit is taken."""
        most = TEXT_FIELDS[name]
        (item,) = from_shop(Supply(fields={name: "x" * most}))
        assert item.content.text == "x" * most
        with pytest.raises(BadInput, match=rf"fields\.{name}: has {most + more:,} characters"):
            from_shop(Supply.model_construct(fields={name: "x" * (most + more)}))

    def test_too_many_rows_are_refused(self):
        """Nobody reads more than a few thousand, and none is dropped in silence."""
        rows = (UsageRow(at=NOW, what="signed in"),) * (MOST_ENTRIES["usage"] + 1)
        with pytest.raises(BadInput, match="usage: has 5,001 entries; at most 5,000"):
            from_shop(Supply(usage=rows))

    def test_every_mistake_is_told_up_to_ten(self):
        """One sentence each; the rest is counted."""
        with pytest.raises(BadInput) as refusal:
            from_shop(Supply(fields={f"wrong-{number}": "x" for number in range(14)}))
        sentences = str(refusal.value).splitlines()
        assert len(sentences) == 11
        assert sentences[-1] == "… and 4 more."

    def test_files_are_left_to_those_who_have_their_bytes(self):
        """A file is no item before it was fetched and checked."""
        assert from_shop(Supply(files=(supplied_file(),))) == ()


class TestAssignments:
    @given(name=st.sampled_from(sorted(TEXT_FIELDS)), value=words)
    def test_name_and_value_are_told_apart_at_the_first_equals_sign(self, name, value):
        """The value may hold more of them."""
        assert parse_assignment(f"{name}={value}=1", known=TEXT_FIELDS) == (name, f"{value}=1")

    @pytest.mark.parametrize(
        ("given_text", "sentence"),
        [
            ("shipping_traking_number=1Z", "did you mean shipping_tracking_number"),
            ("Shipping-Carrier=UPS", "did you mean shipping_carrier"),
            ("shipping_documentation=label.pdf", "takes a file, not text"),
            ("colour=blue", "is no evidence field: Known are access_activity_log"),
            ("shipping_carrier", "is not of the form name=value, such as access_activity_log="),
            ("=UPS", "is not of the form name=value"),
            ("shipping_carrier=  ", "is followed by nothing"),
        ],
    )
    def test_a_wrong_one_says_what_to_write(self, given_text, sentence):
        """One sentence with the known names, and the one that was meant."""
        with pytest.raises(BadInput, match=sentence):
            parse_assignment(given_text, known=TEXT_FIELDS)

    def test_files_have_names_of_their_own(self):
        """A text field given as a file is told apart."""
        assert parse_assignment("receipt=a=b.pdf", known=FILE_FIELDS) == ("receipt", "a=b.pdf")
        with pytest.raises(BadInput, match="takes text, not a file; files go to cancellation_policy"):
            parse_assignment("shipping_carrier=ups.txt", known=FILE_FIELDS)
