"""Reading what a source answers: every mistake has its sentence, and nothing said is quoted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supply_samples import NOW, supplied_file, supplies

from chargebacks.errors import BadInput
from chargebacks.evidence_items import Supply, UsageRow
from chargebacks.supply_reading import read_supply

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*Supply.model_fields, "at", "what", "carrier", "field", "kind", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(supply=supplies)
def test_what_is_written_by_the_contract_is_read_as_it_is(supply):
    """JSON out and in again is the same supply."""
    assert read_supply(json.loads(supply.model_dump_json())) == supply


@given(value=json_values)
def test_any_json_is_a_supply_or_a_refusal_in_sentences(value):
    """Nothing else ever comes of it, and no refusal is silent about the reason."""
    came_of_it = outcome(value)
    if isinstance(came_of_it, BadInput):
        assert came_of_it.reason == "bad_supply"
        assert all(sentence.endswith((".", "?")) for sentence in str(came_of_it).splitlines())


def outcome(value) -> Supply | BadInput:
    try:
        return read_supply(value)
    except BadInput as refusal:
        return refusal


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ([], "The supply must be an object, not a list."),
        (None, "The supply must be an object, not null."),
        ("text", "The supply must be an object, not text."),
        ({"feilds": {}}, '"feilds" is no part of a supply: did you mean fields?'),
        ({"file": [], "usage": []}, '"file" is no part of a supply: did you mean files?'),
        ({"delivery": {}}, '"delivery" is no part of a supply: did you mean deliveries?'),
        ({"orderNumber": "1"}, '"orderNumber" is no part of a supply: known are fields, files,'),
        ({"fields": []}, "fields: must be an object, not a list."),
        ({"fields": {"shipping_carrier": 7}}, "fields.shipping_carrier: must be text, not a number."),
        ({"usage": {}}, "usage: must be a list, not an object."),
        ({"usage": [{"what": "x"}]}, "usage[0].at: is required."),
        (
            {"usage": [{"at": "2026-11-23T10:30:00", "what": "x"}]},
            "usage[0].at: must be a time with its time zone",
        ),
        ({"usage": [{"at": "23.11.2026", "what": "x"}]}, "usage[0].at: must be a time with its time zone"),
        ({"usage": [{"at": 1764000000, "what": "x"}]}, "usage[0].at: must be a time with its time zone"),
        (
            {"usage": [{"at": "2026-11-23T10:30:00Z", "what": "x" * 501}]},
            "usage[0].what: has more than 500 characters",
        ),
        ({"deliveries": [{"carrier": "UPS"}]}, "deliveries[0].tracking_number: is required."),
        (
            {"policies": [{"kind": "refunds", "text": "x"}]},
            "policies[0].kind: must be one of refund_policy, cancellation_policy, terms.",
        ),
        ({"facts": {"product_type": "sofa"}}, "facts.product_type: must be one of physical, digital,"),
        ({"facts": {"returned": "no"}}, "facts.returned: must be true or false, not text."),
        ({"facts": []}, "facts: must be an object, not a list."),
        ({"messages": [{"at": "2026-11-23T10:30:00Z"}]}, "messages[0].sender: is required."),
        (
            {"fields": {"uncategorized_text": "x" * 20_001}},
            "fields.uncategorized_text: has 20,001 characters",
        ),
        ({"fields": {"shipping_carrier": "x" * 5_001}}, "fields.shipping_carrier: has 5,001 characters"),
        (
            {"fields": {"carrier": "UPS"}},
            'fields."carrier" is no evidence field: did you mean shipping_carrier?',
        ),
        ({"usage": [{"at": float("nan"), "what": "x"}]}, "NaN or Infinity"),
        ({"files": [{"field": "receipt", "url": "https://f.example/1"}]}, "files[0].name: is required."),
    ],
)
def test_each_mistake_has_a_sentence_with_its_place(answer, sentence):
    """The sentence says which field was wrong, and what belongs there."""
    with pytest.raises(BadInput) as refusal:
        read_supply(answer)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("differences", "sentence"),
    [
        ({"field": "reciept"}, 'files[0].field: "reciept" is no evidence field: did you mean receipt?'),
        ({"field": "shipping_carrier"}, 'files[0].field: "shipping_carrier" takes text, not a file'),
        ({"content_base64": "eA=="}, "files[0]: give exactly one of url and content_base64."),
        ({"url": None}, "files[0]: give exactly one of url and content_base64."),
        ({"url": "ftp://files.shop.example/1"}, "files[0].url: must be an https:// address"),
        ({"url": "https://f.example/" + "x" * 4_000}, "files[0].url: must be an https:// address"),
        ({"sha256": "abc"}, "files[0].sha256: must be 64 hexadecimal digits."),
    ],
)
def test_a_wrongly_named_file_is_told_before_it_is_fetched(differences, sentence):
    """What can be seen without the bytes is refused at once."""
    file = json.loads(supplied_file(**differences).model_dump_json())
    with pytest.raises(BadInput) as refusal:
        read_supply({"files": [file]})
    assert sentence in str(refusal.value)


def test_what_a_newer_source_adds_is_passed_over():
    """A source may know more than this version does."""
    row = {"at": NOW.isoformat(), "what": "signed in", "browser_version": "131"}
    read = read_supply({"usage": [row], "profiles": [1], "schema_version": 3})
    assert read == Supply(usage=(UsageRow(at=NOW, what="signed in"),))


def test_null_and_blank_text_count_as_not_given():
    """Many languages write an absent list as null and an unknown text as nothing."""
    row = {"at": NOW.isoformat(), "what": "signed in", "ip": None, "device": " "}
    answer = {
        "fields": {"shipping_carrier": "", "customer_name": None},
        "files": None,
        "facts": None,
        "usage": [row],
    }
    assert read_supply(answer) == Supply(usage=(UsageRow(at=NOW, what="signed in"),))


def test_characters_that_no_document_can_hold_become_spaces():
    """A stray control character or half a surrogate does not cost the whole answer; line ends stay."""
    read = read_supply({"fields": {"uncategorized_text": "one\x00two\ud800three\nfour\t5\x1b"}})
    assert read.fields == {"uncategorized_text": "one two three\nfour\t5"}


def test_nothing_that_was_said_is_quoted():
    """Refusals end in histories and logs; what was said may be personal."""
    answer = {
        "usage": [{"at": "jane@example.com", "what": ["jane@example.com"]}],
        "facts": {"product_type": "jane@example.com", "order_id": {"jane@example.com": 1}},
        "policies": [{"kind": "jane@example.com", "text": "x"}],
    }
    with pytest.raises(BadInput) as refusal:
        read_supply(answer)
    assert "jane" not in str(refusal.value)


def test_a_bottomless_answer_is_refused():
    """Nesting ends somewhere."""
    answer: dict[str, object] = {}
    for _ in range(2_000):
        answer = {"facts": answer}
    with pytest.raises(BadInput, match="nested too deeply"):
        read_supply(answer)
