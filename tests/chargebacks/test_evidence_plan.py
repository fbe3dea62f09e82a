"""The evidence plan: every reason, product type and code has one, and it asks for what answers the claim."""

import pytest
from dispute_builders import a_dispute
from dispute_strategies import REASONS, disputes, product_types
from hypothesis import given

from chargebacks.disputes import Dispute, DisputeStatus
from chargebacks.evidence import EvidencePlan, Proof, Weight
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS, ProductType
from chargebacks.evidence_items import Supplier
from chargebacks.evidence_plan import plan_for
from chargebacks.evidence_plan_codes import BRANCHES
from chargebacks.evidence_plan_reasons import BANK_RETURNS
from chargebacks.evidence_plan_reasons import REASONS as PLANNED
from chargebacks.reason_codes import CODES

NAMES = {*TEXT_FIELDS, *FILE_FIELDS, *(proof.value for proof in Proof)}
ANSWERABLE = [reason for reason in REASONS if reason not in BANK_RETURNS]


def plan(
    reason: str,
    product_type: ProductType = ProductType.PHYSICAL,
    *,
    network: str | None = "visa",
    code: str | None = None,
    **changes: object,
) -> EvidencePlan:
    about = a_dispute(reason=reason, network=network, network_reason_code=code, **changes)
    return plan_for(about, product_type)


def weights(of: EvidencePlan) -> dict[str, Weight]:
    return {need.name: need.weight for need in of.needs}


def required(of: EvidencePlan) -> set[str]:
    return {need.name for need in of.needs if need.weight is Weight.REQUIRED}


def assert_sane(of: EvidencePlan) -> None:
    names = [need.name for need in of.needs]
    assert len(names) == len(set(names))
    assert set(names) <= NAMES
    assert of.argument.endswith(".")
    for need in of.needs:
        assert need.source.startswith("https://")
        assert need.why.strip().endswith((".", "?"))
        assert need.who
        assert set(need.instead) <= NAMES - {need.name}
        assert (need.points > 0) is (need.weight is not Weight.HARMFUL)
    assert any(need.weight is not Weight.HARMFUL for need in of.needs)


@pytest.mark.parametrize("product_type", ProductType)
@pytest.mark.parametrize("reason", ANSWERABLE)
def test_every_reason_and_product_type_has_a_plan(reason: str, product_type: ProductType) -> None:
    """No dispute is met without knowing what answers it, who could supply it, and where that is written."""
    assert_sane(plan(reason, product_type))


@pytest.mark.parametrize("product_type", ProductType)
def test_every_code_of_every_network_has_a_plan(product_type: ProductType) -> None:
    """Whatever code comes with Stripe's reason for it, the plan stays in order."""
    for (network, code), (reason, _) in CODES.items():
        assert_sane(plan(reason, product_type, network=network, code=code))


@given(disputes(), product_types)
def test_any_dispute_has_a_plan_of_its_own_reason(dispute: Dispute, product_type: ProductType) -> None:
    """Reasons, codes and statuses of next year never break a case."""
    of = plan_for(dispute, product_type)

    assert (of.reason, of.product_type, of.network) == (dispute.reason, product_type, dispute.network)
    assert of.answerable is (of.why_not is None)


@given(disputes(), product_types)
def test_what_is_answerable_awaits_an_answer_in_time(dispute: Dispute, product_type: ProductType) -> None:
    """Nothing is filed that Stripe or the network would not take."""
    if plan_for(dispute, product_type).answerable:
        assert dispute.awaits_answer
        assert dispute.due_by is not None
        assert dispute.reason not in BANK_RETURNS


@pytest.mark.parametrize("reason", ANSWERABLE)
@pytest.mark.parametrize("product_type", ProductType)
def test_somebody_else_than_stripe_can_supply_what_is_required(
    reason: str, product_type: ProductType
) -> None:
    """What a case cannot be won without can be asked for."""
    for need in plan(reason, product_type).needs:
        if need.weight is Weight.REQUIRED:
            assert {Supplier.ACTIVITY, Supplier.ENDPOINT, Supplier.PERSON} <= set(need.who)


def test_the_tables_know_every_reason_of_stripes() -> None:
    """Fifteen reasons: nine that evidence can answer and six returned bank debits."""
    assert {*PLANNED, *BANK_RETURNS} == set(REASONS)


def test_every_branch_belongs_to_a_code_that_is_known() -> None:
    """A misspelt code would change nothing, and nobody would see it."""
    assert BRANCHES.keys() <= CODES.keys()


@pytest.mark.parametrize("reason", BANK_RETURNS)
def test_a_returned_bank_debit_cannot_be_answered(reason: str) -> None:
    """The bank has taken the money back: nobody is asked for evidence."""
    of = plan(reason, network=None)

    assert not of.answerable
    assert reason in (of.why_not or "")
    assert of.needs == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"network_reason_code": "10.5"}, "10.5"),
        ({"due_by": None}, "no time to answer"),
        ({"past_due": True}, "2026-03-28 23:59 UTC"),
        ({"network": "cartes_bancaires"}, "Cartes Bancaires"),
        ({"status": DisputeStatus.PREVENTED.value}, "settled"),
        ({"network_settled": True}, "settled"),
        ({"status": DisputeStatus.UNDER_REVIEW.value}, "under_review"),
        ({"status": "a_status_of_next_year"}, "a_status_of_next_year"),
    ],
)
def test_a_plan_says_why_a_dispute_cannot_be_answered(changes: dict[str, object], said: str) -> None:
    """A person reads the one reason instead of a case that does nothing."""
    of = plan_for(a_dispute(**changes), ProductType.PHYSICAL)

    assert not of.answerable
    assert said in (of.why_not or "")


@pytest.mark.parametrize("status", ["needs_response", "warning_needs_response", "appeal_needs_response"])
def test_a_dispute_that_awaits_an_answer_can_be_answered(status: str) -> None:
    """Inquiries and appeals want an answer as chargebacks do."""
    assert plan_for(a_dispute(status=status), ProductType.DIGITAL).answerable


def test_a_parcel_is_proved_by_its_delivery_and_a_download_by_its_use() -> None:
    """The claim that nothing came is answered by what the product leaves behind."""
    assert required(plan("product_not_received", ProductType.PHYSICAL)) == {"delivery_confirmation"}
    assert required(plan("product_not_received", ProductType.DIGITAL)) == {"access_activity_log"}
    assert required(plan("product_not_received", ProductType.SERVICE)) == {"service_documentation"}


def test_measured_lifts_are_the_points() -> None:
    """Delivery confirmation was measured to be worth most by far, a signature little."""
    points = {need.name: need.points for need in plan("product_not_received").needs}

    assert (points["delivery_confirmation"], points["customer_signature"]) == (27, 2)
    assert max(points.values()) == points["delivery_confirmation"]


def test_ce3_is_wanted_for_visa_10_4_only() -> None:
    """Sent anywhere else, Stripe refuses it together with everything else."""
    assert "ce3" in weights(plan("fraudulent", code="10.4"))
    for network, code in (("visa", "10.3"), ("visa", None), ("mastercard", "4837"), ("amex", "F29")):
        assert "ce3" not in weights(plan("fraudulent", network=network, code=code))


def test_fraud_at_a_terminal_is_answered_by_the_terminal() -> None:
    """Addresses and log-ins answer nothing where a chip should have been read."""
    for network, code in (("visa", "10.1"), ("mastercard", "4870"), ("amex", "F30"), ("discover", "7010")):
        of = plan("fraudulent", ProductType.DIGITAL, network=network, code=code)
        assert required(of) == {"uncategorized_file"}
        assert "access_activity_log" not in weights(of)


def test_a_missing_authorisation_is_answered_by_the_approval() -> None:
    """Discover's 4863 and Visa's 11.3 ask for the approval, Mastercard's 4863 for the cardholder's part in it."""
    for network, code in (("visa", "11.3"), ("mastercard", "4808"), ("amex", "A02"), ("discover", "4863")):
        assert required(plan("general", network=network, code=code)) == {"approval"}
    assert "approval" not in weights(plan("unrecognized", network="mastercard", code="4863"))


def test_mastercard_4853_asks_for_what_its_other_variants_turn_on() -> None:
    """One code covers goods not as described, not provided, cancelled subscriptions and no-shows."""
    plain = weights(plan("product_unacceptable", ProductType.SUBSCRIPTION, network="mastercard"))
    broad = weights(plan("product_unacceptable", ProductType.SUBSCRIPTION, network="mastercard", code="4853"))
    physical = plan("product_unacceptable", ProductType.PHYSICAL, network="mastercard", code="4853")

    assert "cancellation_rebuttal" in broad.keys() - plain.keys()
    assert "product_description" in required(physical)
    assert "shipping_tracking_number" in weights(physical)


def test_mastercard_4834_is_more_than_a_duplicate() -> None:
    """It covers wrong amounts and currencies, too: a receipt answers what an explanation of duplicates does not."""
    needs = {need.name: need for need in plan("duplicate", network="mastercard", code="4834").needs}

    assert "receipt" in needs["duplicate_charge_explanation"].instead
    assert "approval" in needs


def test_paid_by_other_means_names_no_second_card_payment() -> None:
    """Cash or another card is claimed: there is no duplicate charge to name."""
    for network, code in (("visa", "12.6.2"), ("amex", "C14"), ("discover", "4865")):
        assert "duplicate_charge_id" not in weights(plan("duplicate", network=network, code=code))
    assert "duplicate_charge_id" in weights(plan("duplicate", code="12.6.1"))


def test_a_code_that_stripe_files_as_general_is_planned_by_what_it_means() -> None:
    """Discover's quality complaint needs what every quality complaint needs."""
    quality = plan("general", network="discover", code="4553")

    assert required(quality) == required(plan("product_unacceptable", network="discover"))
    assert quality.reason == "general"


def test_a_reason_of_next_year_is_planned_by_its_code_or_as_general() -> None:
    """What the network says is known even where Stripe's word is not."""
    assert required(plan("brand_new", code="13.1")) == {"delivery_confirmation"}
    assert weights(plan("brand_new")) == weights(plan("general"))


def test_a_code_is_read_however_it_is_written() -> None:
    """Small letters and blanks do not change a claim."""
    assert plan("fraudulent", network="amex", code=" f30 ") == plan("fraudulent", network="amex", code="F30")


def test_authentication_does_harm_against_a_claim_of_paying_twice() -> None:
    """It confirms that both payments were the cardholder's, and the plan says so."""
    [need] = [need for need in plan("duplicate").needs if need.weight is Weight.HARMFUL]

    assert need.name == "three_d_secure"
    assert "confirms both payments" in need.why


def test_a_parcel_does_harm_where_nothing_was_shipped() -> None:
    """It would be evidence of another purchase."""
    assert (
        weights(plan("product_not_received", ProductType.DIGITAL))["shipping_documentation"] is Weight.HARMFUL
    )


@pytest.mark.parametrize("reason", ANSWERABLE)
@pytest.mark.parametrize("product_type", ProductType)
def test_a_refund_in_full_stands_for_everything_particular(reason: str, product_type: ProductType) -> None:
    """Where the money has gone back, nobody is asked to prove a delivery."""
    for need in plan(reason, product_type).needs:
        if need.weight is Weight.REQUIRED:
            assert "full_refund" in need.instead
