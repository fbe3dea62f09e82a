"""docs/evidence-sources.md says what the code does."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from supply_samples import question

from chargebacks.evidence_fields import FILE_FIELDS, LONG, TEXT_FIELDS
from chargebacks.evidence_items import (
    Address,
    DeliveryContent,
    DeliveryEvent,
    FactsContent,
    IdentifiersContent,
    Message,
    PolicyContent,
    PolicyKind,
    SuppliedFile,
    Supply,
    SupplyRequest,
    UsageRow,
)
from chargebacks.supplies import MOST_ENTRIES
from chargebacks.supply_reading import read_supply

GUIDE = (Path(__file__).parents[2] / "docs" / "evidence-sources.md").read_text(encoding="utf-8")
QUESTION, ANSWER = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize(
    "model",
    [
        SupplyRequest,
        Supply,
        SuppliedFile,
        UsageRow,
        Message,
        DeliveryContent,
        DeliveryEvent,
        Address,
        PolicyContent,
        IdentifiersContent,
        FactsContent,
    ],
)
def test_every_field_of_the_contract_is_explained(model: type[BaseModel]):
    """A field that nobody reads of is a field that nobody sends."""
    assert [name for name in model.model_fields if f"`{name}`" not in GUIDE] == []


def test_every_evidence_field_is_named_with_its_limit():
    """Long ones before the short ones, and every file field."""
    long, _, rest = GUIDE.partition("20,000 characters for")[2].partition("5,000 for")
    short = rest.partition("is refused, never cut")[0]
    for name, most in TEXT_FIELDS.items():
        assert f"`{name}`" in (long if most == LONG else short)
    assert [name for name in (*FILE_FIELDS, *PolicyKind) if f"`{name}`" not in GUIDE] == []


def test_the_limits_are_those_of_the_code():
    """How many entries each part may have."""
    written = dict(re.findall(r"\*\*`(\w+)`\*\*, at most ([\d,]+)", GUIDE))
    assert {part: int(most.replace(",", "")) for part, most in written.items()} == MOST_ENTRIES


def test_the_question_in_it_is_one():
    """Every field of the question stands in the example, and nothing else."""
    shown = json.loads(QUESTION)
    assert SupplyRequest.model_validate_json(QUESTION).case_id == question().case_id
    assert list(shown) == list(SupplyRequest.model_fields)


def test_the_answer_in_it_is_taken():
    """The example is a supply with something in every part."""
    supply = read_supply(json.loads(ANSWER))
    assert [part for part in Supply.model_fields if not getattr(supply, part)] == []
