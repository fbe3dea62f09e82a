"""A second opinion on packets for six Visa codes: the PyPI package `disputeguard`, which shares no code with us.

It sees what the filed packet says, never what went in. By rules only it can say no more than `weak`: every slot is
filled, and nobody judged what stands there.
"""

from collections.abc import Callable

import pytest
from composing_samples import parcel
from dispute_builders import a_ce3_dossier, a_refund, a_sale, an_earlier_charge, refunded_sale
from disputeguard import DisputeReport, UnsupportedReasonCodeError, check_evidence
from disputeguard.criteria import VISA_REASON_CODES
from disputeguard.providers import Provider
from package_slots import PlainRules, slots_of
from strong_cases import STRONG, StrongCase, days_from_now

from chargebacks.dossier import CardChecks
from chargebacks.evidence_items import DeliveryContent, FactsContent, MessagesContent, PolicyContent
from chargebacks.evidence_plan import plan_for
from packets.rendering import Renderer

Change = Callable[[StrongCase], StrongCase]
UNCHECKED = CardChecks(address_line1="fail", address_postal_code="fail", cvc="pass")


def opinion(case: StrongCase, renderer: Renderer, judge: Provider | None = None) -> DisputeReport:
    """What the package says of the packet for these facts."""
    built = renderer.render(case.composed().draft, {})
    return check_evidence(
        reason_code=case.code, deadline=case.deadline, evidence=slots_of(case.code, built), provider=judge
    )


def lacking(report: DisputeReport) -> list[str]:
    return [one.name for one in report.criteria if one.status.value == "missing"]


def test_every_code_that_it_knows_is_put_to_it() -> None:
    """A code that a later version of the package adds fails here until there is a case for it."""
    assert STRONG.keys() == VISA_REASON_CODES.keys()


@pytest.mark.parametrize("code", STRONG)
def test_a_strong_packet_fills_every_slot(code: str, renderer: Renderer) -> None:
    """By rules only nothing is missing, which is the best that it can say without a judge; nor do we miss anything
    that is required."""
    case = STRONG[code]()
    report = opinion(case, renderer)
    assert (report.verdict, report.score, lacking(report)) == ("weak", 50, [])
    assert case.completeness().required_missing == ()


@pytest.mark.parametrize("code", STRONG)
def test_a_strong_packet_is_ready(code: str, renderer: Renderer) -> None:
    """A judge who reads what stands in the slots finds what each of the package's criteria asks for."""
    report = opinion(STRONG[code](), renderer, PlainRules())
    assert (report.verdict, report.score, report.action_items) == ("ready", 100, [])


NO_PRODUCT = a_sale(description=None)
THE_SAME_AGAIN = an_earlier_charge(days_before=0, charge_id="ch_other", description="Walking boots, size 42")
AGREED: list[tuple[str, Change, str, str]] = [
    ("13.1", lambda case: case.without(DeliveryContent), "Proof of delivery", "delivery_confirmation"),
    (
        "13.3",
        lambda case: case.knowing(sale=NO_PRODUCT),
        "Product description match",
        "product_description",
    ),
    ("13.6", lambda case: case.without(PolicyContent), "Refund policy disclosure", "refund_policy"),
    (
        "13.6",
        lambda case: case.without(FactsContent),
        "Proof no refund was owed, or refund already issued",
        "refund_refusal_explanation",
    ),
    (
        "12.6.1",
        lambda case: case.knowing(earlier=(THE_SAME_AGAIN,)),
        "Distinct transaction evidence",
        "duplicate_charge_explanation",
    ),
    (
        "13.7",
        lambda case: case.without(PolicyContent),
        "Cancellation policy disclosure",
        "cancellation_policy",
    ),
    (
        "13.7",
        lambda case: case.without(FactsContent),
        "Proof of non-cancellation or valid fee",
        "refund_refusal_explanation",
    ),
]
"""Code, what is taken away, what the package then misses, what we miss."""


@pytest.mark.parametrize(("code", "weakened", "criterion", "need"), AGREED)
def test_both_miss_what_the_case_turns_on(
    code: str, weakened: Change, criterion: str, need: str, renderer: Renderer
) -> None:
    """Without the decisive evidence the packet says nothing in its place: missing to the package, and to us."""
    case = weakened(STRONG[code]())
    report = opinion(case, renderer, PlainRules())
    assert report.verdict == "missing-required"
    assert criterion in lacking(report)
    assert need in case.completeness().required_missing


def test_half_a_proof_is_not_ready(renderer: Renderer) -> None:
    """A parcel whose arrival nobody recorded fills the slot; whoever reads it finds no delivery there, as we do."""
    strong = STRONG["13.1"]()
    under_way = parcel(delivered_at=None, signed_by=None, events=())
    kept = strong.without(DeliveryContent).contents
    case = StrongCase(dossier=strong.dossier, contents=(under_way, *kept))
    assert opinion(case, renderer).verdict == "weak"
    assert lacking(opinion(case, renderer, PlainRules())) == ["Proof of delivery"]
    assert "delivery_confirmation" in case.completeness().required_missing


@pytest.mark.parametrize("days", [-3, -2])
def test_a_deadline_that_has_passed(days: int, renderer: Renderer) -> None:
    """Nothing helps any more: the package says so by the machine's day, we by the instant and by Stripe's own word."""
    strong = STRONG["13.1"]()
    late = strong.dossier.dispute.model_copy(update={"due_by": days_from_now(days), "past_due": True})
    case = strong.knowing(dispute=late)
    assert opinion(case, renderer, PlainRules()).verdict == "missing-required"
    assert not plan_for(late, case.product).answerable


# Where it and we differ, and why.


def test_differs_card_checks_are_no_proof_of_who_bought(renderer: Renderer) -> None:
    """It requires AVS and CVC matches against a claim of fraud. To us they only help: at Visa they are no compelling
    evidence (https://docs.stripe.com/disputes/best-practices), and what was delivered decides."""
    strong = STRONG["10.4"]()
    unchecked = strong.knowing(sale=strong.dossier.sale.model_copy(update={"checks": UNCHECKED}))
    assert lacking(opinion(unchecked, renderer)) == ["AVS match"]
    assert unchecked.completeness().required_missing == ()
    undelivered = strong.without(DeliveryContent)
    assert opinion(undelivered, renderer, PlainRules()).verdict == "ready"
    assert undelivered.completeness().required_missing == ("delivery_confirmation",)


def test_differs_it_knows_nothing_of_compelling_evidence_3(renderer: Renderer) -> None:
    """Two qualifying earlier payments shift liability whatever AVS said; it has no criterion for that."""
    listed = a_ce3_dossier(sale=STRONG["10.4"]().dossier.sale.model_copy(update={"checks": UNCHECKED}))
    due = listed.dispute.model_copy(update={"due_by": days_from_now(10)})
    case = StrongCase(dossier=listed.model_copy(update={"dispute": due}))
    assert opinion(case, renderer).verdict == "missing-required"
    assert {"ce3"} <= set(case.completeness().have)
    assert case.completeness().required_missing == ()


def test_differs_a_delivery_needs_no_letter_from_the_customer(renderer: Renderer) -> None:
    """It requires correspondence; to us it helps: most customers whose parcel arrived never write."""
    case = STRONG["13.1"]().without(MessagesContent)
    assert lacking(opinion(case, renderer)) == ["Customer communication"]
    assert case.completeness().required_missing == ()


def test_differs_a_refund_in_full_needs_no_policy(renderer: Renderer) -> None:
    """The money is back: it still asks for the policy, we ask for nothing more and say nothing of a refusal."""
    case = (
        STRONG["13.6"]().without(PolicyContent).without(FactsContent).knowing(sale=refunded_sale(a_refund()))
    )
    report = opinion(case, renderer, PlainRules())
    assert lacking(report) == ["Refund policy disclosure"]
    assert case.completeness().required_missing == ()


def test_differs_a_return_policy_decides_no_quality(renderer: Renderer) -> None:
    """Against a claim of bad quality it requires the return policy; to us what was described decides."""
    case = STRONG["13.3"]().without(PolicyContent)
    assert lacking(opinion(case, renderer)) == ["Return policy disclosure"]
    assert case.completeness().required_missing == ()


@pytest.mark.parametrize(
    ("network", "code"), [("visa", "13.2"), ("visa", "10.5"), ("mastercard", "4853"), ("amex", "C08")]
)
def test_differs_most_codes_are_unknown_to_it(network: str, code: str) -> None:
    """It refuses them; we have a plan for every code, and say where none can be answered."""
    with pytest.raises(UnsupportedReasonCodeError):
        check_evidence(reason_code=code, deadline="2999-01-01", evidence={})
    strong = STRONG["13.1"]()
    about = strong.dossier.dispute.model_copy(update={"network": network, "network_reason_code": code})
    plan = plan_for(about, strong.product)
    assert plan.needs
    assert plan.answerable or plan.why_not


def test_differs_a_filled_slot_is_not_a_good_one(renderer: Renderer) -> None:
    """By rules only it takes any words; our packet says of a failed check nothing at all, and counts none."""
    said = {"avs_match": "N - no match", "cvv_match": "fail", "customer_history": "none"}
    deadline = days_from_now(10).date().isoformat()
    assert check_evidence(reason_code="10.4", deadline=deadline, evidence=said).verdict == "weak"
    strong = STRONG["10.4"]()
    failed = CardChecks(address_line1="fail", address_postal_code="fail", cvc="fail")
    case = strong.knowing(sale=strong.dossier.sale.model_copy(update={"checks": failed}), earlier=())
    assert lacking(opinion(case, renderer)) == ["AVS match", "CVV match", "Customer purchase history"]
