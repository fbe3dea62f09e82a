"""What holds for any facts: sources that exist, Stripe's limits, nothing of anybody in what stands in histories."""

import re

from composing_strategies import AnyCase, cases, made_of
from dispute_builders import BUYER
from hypothesis import given, settings

from chargebacks.composing import argument_for, exhibits_for, texts_for
from chargebacks.dossier import Dossier
from chargebacks.evidence import Weight, available
from chargebacks.evidence_fields import FILE_FIELDS, MOST_CHARACTERS, TEXT_FIELDS
from chargebacks.evidence_items import FileContent, Supplier, TextContent
from chargebacks.evidence_plan import plan_for
from chargebacks.packet import PacketDraft, QuoteBlock, RowsBlock, Source, TableBlock, TimelineBlock


def sources_in(draft: PacketDraft) -> list[Source]:
    """Every place that anything in the draft names."""
    letter = draft.letter
    found = [one for said in (letter.argument, *letter.statements) for one in said.sources]
    found += [one for row in letter.facts for one in row.sources]
    found += [one for sources in draft.text_sources.values() for one in sources]
    for block in (block for shown in draft.exhibits for block in shown.blocks):
        if isinstance(block, RowsBlock):
            found += [one for row in block.rows for one in row.sources]
        elif isinstance(block, TimelineBlock):
            found += [one for entry in block.entries for one in entry.sources]
        else:
            found += list(block.sources)
    return found


def known_places(dossier: Dossier) -> set[str]:
    """Objects of Stripe that the dossier holds."""
    charge = dossier.sale.charge
    places = {f"charge {charge.id}", f"dispute {dossier.dispute.id}"}
    places |= {f"charge {one.id}" for one in dossier.earlier}
    places |= {f"refund {one.id}" for one in charge.refunds}
    places |= {f"customer {dossier.customer.id}"} if dossier.customer else set()
    places |= {f"invoice {dossier.invoice.id}"} if dossier.invoice else set()
    places |= {f"subscription {dossier.subscription.id}"} if dossier.subscription else set()
    return places


@given(case=cases())
@settings(max_examples=120)
def test_every_statement_has_a_source_that_exists(case: AnyCase) -> None:
    """Whatever is said names the object of Stripe or the evidence item that it rests on, and that object is there."""
    dossier, supplied, _ = case
    draft = made_of(case).draft
    by_id = {item.id: item for item in supplied}
    for source in sources_in(draft):
        place, _, part = source.reference.partition(", ")
        assert part
        if place.startswith("evidence item "):
            item = by_id[place.removeprefix("evidence item ")]
            assert (source.supplier, source.sha256) == (item.provenance.supplier, item.sha256)
        else:
            assert place in known_places(dossier)
            assert source.supplier is Supplier.STRIPE
    for said in (draft.letter.argument, *draft.letter.statements):
        assert said.sources


@given(case=cases())
@settings(max_examples=120)
def test_within_stripes_limits(case: AnyCase) -> None:
    """Fields are Stripe's, texts keep to their limits alone and together, and the letter to its page."""
    draft = made_of(case).draft
    assert draft.texts.keys() <= TEXT_FIELDS.keys()
    assert draft.texts.keys() == draft.text_sources.keys()
    assert all(0 < len(said) <= TEXT_FIELDS[field] for field, said in draft.texts.items())
    assert sum(map(len, draft.texts.values())) <= MOST_CHARACTERS
    assert len(draft.letter.statements) <= 7
    assert sum(len(one.text) for one in (draft.letter.argument, *draft.letter.statements)) <= 1800


@given(case=cases())
@settings(max_examples=120)
def test_exhibits_hang_together(case: AnyCase) -> None:
    """Exhibits have names of their own and a slot of Stripe's; the letter cites only those that are there."""
    draft = made_of(case).draft
    names = [one.key for one in draft.exhibits]
    assert len(set(names)) == len(names)
    assert all(one.slot in FILE_FIELDS and one.blocks for one in draft.exhibits)
    proofs = draft.letter.argument.exhibits
    assert names[: len(proofs)] == list(proofs)
    others = [one.rank for one in draft.exhibits[len(proofs) :]]
    assert others == sorted(others)
    for said in (draft.letter.argument, *draft.letter.statements):
        assert set(said.exhibits) <= set(names)


@given(case=cases())
@settings(max_examples=120)
def test_prefilled_fields_stay(case: AnyCase) -> None:
    """No field that Stripe filled in is overwritten but by a text that the merchant supplied for it."""
    dossier, supplied, _ = case
    own = {item.content.text for item in supplied if isinstance(item.content, TextContent)}
    draft = made_of(case).draft
    for field in dossier.prefilled.keys() & draft.texts.keys():
        whole = draft.texts[field].removesuffix(" [The rest is left out for its length.]")
        assert any(one.startswith(whole) for one in own)


@given(case=cases())
@settings(max_examples=60)
def test_same_facts_same_draft(case: AnyCase) -> None:
    """The same facts give the same draft, and its parts agree with what each of them is by itself."""
    dossier, supplied, product = case
    plan = plan_for(dossier.dispute, product)
    first, second = made_of(case), made_of(case)
    assert first.model_dump_json() == second.model_dump_json()
    argument = argument_for(dossier, supplied, plan)
    assert argument.statement.text == first.draft.letter.argument.text
    assert {one.key for one in exhibits_for(dossier, supplied, plan)} == {
        one.key for one in first.draft.exhibits
    }
    assert texts_for(dossier, supplied, plan).texts == first.draft.texts


@given(case=cases())
@settings(max_examples=60)
def test_findings_hold_no_personal_data(case: AnyCase) -> None:
    """Findings and what was left out stand in histories: no name, address or e-mail is in them."""
    made = made_of(case)
    said = " ".join((*made.findings, *(f"{one.what} {one.why}" for one in made.left_out)))
    assert BUYER.name is not None
    assert not [word for word in (BUYER.name, "@", "Hill Road", "203.0.113") if word in said]


@given(case=cases())
@settings(max_examples=300)
def test_completeness_counts_what_is_filed(case: AnyCase) -> None:
    """Each text that the plan asks for is filed if and only if it counts as at hand.

    `uncategorized_text` is always filed and counts only in the merchant's own words: there the plan asks for an answer
    that facts do not give. What a refund denies counts for nothing anyway.
    """
    dossier, _, product = case
    made, plan = made_of(case), plan_for(dossier.dispute, product)
    asked = {need.name for need in plan.needs if need.weight is not Weight.HARMFUL} & TEXT_FIELDS.keys()
    asked -= {"uncategorized_text"}
    at_hand = available(dossier, made.used) & asked
    filled = (made.draft.texts.keys() | dossier.prefilled.keys() | dossier.dispute.staged.keys()) & asked
    assert filled <= at_hand
    refunded = "full_refund" in available(dossier, made.used)
    denied = {"cancellation_rebuttal", "refund_refusal_explanation"} if refunded else set()
    cut = {field for field in at_hand if any(f"text of {field}" in one.what for one in made.left_out)}
    assert at_hand - filled <= cut | denied


@given(case=cases())
@settings(max_examples=120)
def test_what_is_marked_stands_there(case: AnyCase) -> None:
    """A marked clause is a part of the text that is shown, word for word; a bold row is one of several."""
    for block in (block for shown in made_of(case).draft.exhibits for block in shown.blocks):
        if isinstance(block, QuoteBlock) and block.marked is not None:
            assert block.marked
            assert block.marked in block.text
        if isinstance(block, TableBlock):
            assert len(block.highlighted) < len(block.rows)
            assert len(block.columns) == len(block.weights)
            assert all(any(row[number] for row in block.rows) for number in range(len(block.columns)))


@given(case=cases())
@settings(max_examples=120)
def test_sentences_read_well(case: AnyCase) -> None:
    """No sentence of ours begins with a digit or is unfinished, and what runs from right to left is closed."""
    draft = made_of(case).draft
    for said in (draft.letter.argument, *draft.letter.statements):
        assert not said.text[0].isdigit()
        assert re.search(r"[.!?]\u2069?”?$", said.text)
        assert said.text.count("\u2068") == said.text.count("\u2069")
    assert not re.search("[\u2066-\u2069]", "".join(draft.texts.values()))


@given(case=cases())
@settings(max_examples=120)
def test_titles_and_sources_hold_no_personal_data(case: AnyCase) -> None:
    """They stand in the manifest and in histories: no name, address or e-mail, and no file's name, which may be one."""
    supplied, draft = case[1], made_of(case).draft
    told = " ".join((*(one.title for one in draft.exhibits), *(one.reference for one in sources_in(draft))))
    names = [item.content.name for item in supplied if isinstance(item.content, FileContent)]
    assert BUYER.name is not None
    assert not [word for word in (BUYER.name, "@", "Hill Road", "203.0.113", *names) if word in told]
