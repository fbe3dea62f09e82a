"""How complete a case is: the share of the plan that is at hand, what is missing, and what does harm."""

import pytest
from dispute_builders import a_dispute
from dispute_strategies import REASONS, disputes, product_types
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.evidence import Completeness, EvidencePlan, Need, Proof, Weight, completeness
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS, ProductType
from chargebacks.evidence_items import Supplier
from chargebacks.evidence_plan import plan_for

NAMES = sorted({*TEXT_FIELDS, *FILE_FIELDS, *(proof.value for proof in Proof)})

plans = st.builds(plan_for, disputes(), product_types)
havings = st.frozensets(st.sampled_from(NAMES))


def a_need(name: str, points: int, weight: Weight = Weight.HELPFUL, instead: tuple[str, ...] = ()) -> Need:
    return Need(
        name=name,
        weight=weight,
        points=points,
        who=(Supplier.PERSON,),
        why="It helps.",
        source="https://docs.stripe.com/disputes/categories",
        instead=instead,
    )


def a_plan(*needs: Need) -> EvidencePlan:
    return EvidencePlan(
        reason="general",
        product_type=ProductType.PHYSICAL,
        network=None,
        code=None,
        answerable=True,
        argument="It was so.",
        needs=needs,
    )


def score(plan: EvidencePlan, *have: str) -> Completeness:
    return completeness(plan, frozenset(have))


@given(plans, havings, havings)
def test_more_evidence_never_makes_a_case_less_complete(
    plan: EvidencePlan, some: frozenset[str], more: frozenset[str]
) -> None:
    """Nobody loses points by supplying something."""
    before, after = completeness(plan, some), completeness(plan, some | more)

    assert 0 <= before.percent <= after.percent <= 100
    assert {one.name for one in after.missing} <= {one.name for one in before.missing}


@given(plans, havings)
def test_a_hundred_percent_is_the_same_as_nothing_missing(plan: EvidencePlan, have: frozenset[str]) -> None:
    """A score of 100 never hides that something is still to be had."""
    result = completeness(plan, have)

    assert (result.percent == 100) is (result.missing == () and plan.needs != ())


@given(plans, havings)
def test_a_case_without_what_is_required_stays_at_sixty(plan: EvidencePlan, have: frozenset[str]) -> None:
    """However much there is besides, what decides the claim is not there."""
    result = completeness(plan, have)

    if result.required_missing:
        assert result.percent <= 60


@given(plans, havings)
def test_every_need_is_at_hand_replaced_or_missing(plan: EvidencePlan, have: frozenset[str]) -> None:
    """Nothing of the plan is lost from sight, and what is at hand was not invented."""
    result = completeness(plan, have)
    missing = {one.name for one in result.missing}

    assert set(result.have) | set(result.harmful) <= have
    assert not set(result.have) & set(result.harmful)
    for need in plan.needs:
        at_hand = bool(have & {need.name, *need.instead})
        assert (need.name in missing) is (need.weight is not Weight.HARMFUL and not at_hand)


@given(plans, havings)
def test_what_is_harmful_earns_nothing(plan: EvidencePlan, have: frozenset[str]) -> None:
    """A case does not look better for evidence that is left out of its packet."""
    harmful = {need.name for need in plan.needs if need.weight is Weight.HARMFUL}
    used = {
        name
        for need in plan.needs
        for name in (need.name, *need.instead)
        if need.weight is not Weight.HARMFUL
    }

    without = completeness(plan, have - (harmful - used))

    assert completeness(plan, have).percent == without.percent


def test_the_score_is_the_share_of_points_rounded_down() -> None:
    """Two thirds are 66."""
    plan = a_plan(a_need("receipt", 2), a_need("refund_policy", 1))

    assert score(plan, "receipt").percent == 66
    assert score(plan).percent == 0


def test_nine_tenths_without_what_is_required_are_sixty() -> None:
    """The cap holds for a case that has everything else, and falls with the last thing required."""
    plan = a_plan(a_need("receipt", 90), a_need("refund_policy", 10, Weight.REQUIRED))

    assert score(plan, "receipt").percent == 60
    assert score(plan, "receipt", "refund_policy").percent == 100


def test_what_is_required_is_asked_for_first_then_what_counts_most() -> None:
    """A person starts at the top of the list."""
    plan = a_plan(
        a_need("receipt", 5), a_need("refund_policy", 1, Weight.REQUIRED), a_need("service_date", 20)
    )

    assert [one.name for one in score(plan).missing] == ["refund_policy", "service_date", "receipt"]
    assert score(plan).required_missing == ("refund_policy",)


def test_something_else_that_does_as_well_is_enough() -> None:
    """Where the customer signed, the carrier's word is not asked for, too."""
    plan = a_plan(a_need("delivery_confirmation", 10, Weight.REQUIRED, instead=("customer_signature",)))
    result = score(plan, "customer_signature")

    assert (result.percent, result.missing, result.have) == (100, (), ("customer_signature",))


def test_a_plan_without_needs_is_never_complete() -> None:
    """A returned bank debit shows nothing at hand, not a perfect case."""
    assert score(a_plan(), "receipt").percent == 0


@pytest.mark.parametrize("product_type", ProductType)
@pytest.mark.parametrize("reason", [*REASONS[:3], "fraudulent", "product_not_received"])
def test_everything_at_hand_is_a_complete_case(reason: str, product_type: ProductType) -> None:
    """Every plan can be fulfilled."""
    plan = plan_for(a_dispute(reason=reason, network=None, network_reason_code=None), product_type)

    assert completeness(plan, frozenset(NAMES)).percent == (100 if plan.needs else 0)


def test_a_refund_in_full_leaves_nothing_required_missing() -> None:
    """The money has gone back: the rest is background."""
    plan = plan_for(
        a_dispute(reason="credit_not_processed", network_reason_code="13.6"), ProductType.PHYSICAL
    )
    result = score(plan, "refund_proof", "full_refund")

    assert result.required_missing == ()
    assert result.percent >= 90


def test_a_refusal_beside_the_refund_does_harm() -> None:
    """An answer that says both that money was given back and that none was due is believed in neither."""
    plan = plan_for(a_dispute(reason="credit_not_processed"), ProductType.PHYSICAL)

    assert score(plan, "refund_refusal_explanation", "full_refund").harmful == ("refund_refusal_explanation",)
    assert score(plan, "refund_refusal_explanation", "refund_proof").harmful == ()
