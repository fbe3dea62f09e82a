"""Words of next year: whatever Stripe calls a status, a reason, a network, a code or a method, nothing breaks.

Stripe's enumerations are open (https://docs.stripe.com/upgrades): a case that is followed for months meets new words.
"""

from datetime import timedelta

from composing_samples import messages, parcel, policy, usage
from dispute_builders import DISPUTED_AT, DUE_BY, READ_AT, a_dispute, a_dossier, an_earlier_charge, an_item
from dispute_strategies import dossiers, items
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_looks import words

from chargebacks.compelling_evidence import ce3_summary, find_priors
from chargebacks.composing import Composed, compose, screen
from chargebacks.decisions import Mode
from chargebacks.dispute_deadlines import dispute_priority, dispute_window
from chargebacks.dispute_outcomes import money_of, verdict_of
from chargebacks.dispute_verdict import decide_dispute
from chargebacks.disputes import Dispute, DisputeStatus
from chargebacks.dossier import Dossier
from chargebacks.economics import Way, credited_minor, weigh
from chargebacks.evidence import EvidencePlan, available, completeness
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS
from chargebacks.evidence_items import EvidenceItem
from chargebacks.evidence_plan import plan_for
from chargebacks.packet import Paper
from chargebacks.policy.disputes import DisputeRules
from chargebacks.product_types import product_type_of
from chargebacks.representment import DisputeAction, DisputeDecision, DisputeSituation
from packets.rendering import Renderer

RULES = DisputeRules(mode=Mode.ACT)
AWAITING = ("warning_needs_response", "needs_response", "appeal_needs_response")
SUPPLIED = tuple(an_item(one) for one in (parcel(), messages("Where is it?"), policy(), usage(1, 2)))

snake_case = st.from_regex(
    r"(warning_|appeal_|needs_|visa_)?[a-z]{1,12}(_[a-z0-9]{1,9}){0,3}", fullmatch=True
)
any_words = snake_case | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)
unknown_words = any_words.filter(lambda word: word not in tuple(DisputeStatus))


@st.composite
def foreign_disputes(draw: st.DrawFn) -> Dispute:
    """Every word of Stripe's is one that nobody here has seen, but for a status that is sometimes known."""
    return a_dispute(
        status=draw(unknown_words | st.sampled_from(DisputeStatus).map(lambda known: known.value)),
        reason=draw(any_words),
        method=draw(any_words),
        network=draw(st.none() | any_words),
        network_reason_code=draw(st.none() | any_words),
        case_type=draw(st.none() | any_words),
        submission_method=draw(st.none() | any_words),
        intended_submission_method=draw(st.none() | any_words),
        enhanced_types=tuple(draw(st.lists(any_words, max_size=2))),
        ce3_status=draw(st.none() | any_words),
        ce3_required_actions=tuple(draw(st.lists(any_words, max_size=2))),
        due_by=draw(st.none() | st.integers(1, 30).map(lambda days: DISPUTED_AT + timedelta(days=days))),
    )


def decided(
    dossier: Dossier, supplied: tuple[EvidenceItem, ...]
) -> tuple[EvidencePlan, DisputeDecision, Composed]:
    """The whole way from facts to decision and packet, as the product goes it."""
    dispute, charge = dossier.dispute, dossier.sale.charge
    product_type = product_type_of(dossier, supplied, default=RULES.product_type)
    plan = plan_for(dispute, product_type)
    usable = screen(dossier, supplied, plan).items
    complete = completeness(plan, available(dossier, usable))
    ce3 = ce3_summary(dispute, find_priors(dossier, usable))
    weighing = weigh(
        dispute,
        completeness_percent=complete.percent,
        ce3_ready=ce3.open and ce3.ready,
        liability_shift=charge.liability_shift,
        refunded_minor=credited_minor(dispute, charge),
        rules=RULES,
    )
    situation = DisputeSituation(
        dispute=dispute,
        product_type=product_type,
        answerable=plan.answerable,
        why_not=plan.why_not,
        completeness=complete,
        ce3=ce3,
        weighing=weighing,
    )
    made = compose(dossier, supplied, plan, paper=Paper.A4, dated=DUE_BY)
    return plan, decide_dispute(situation, RULES), made


@given(dispute=foreign_disputes(), data=st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_unknown_words_lead_to_a_plan_a_decision_and_a_packet(dispute: Dispute, data: st.DataObject) -> None:
    """With any facts and any evidence: a plan with its reason, a decision that explains itself, a draft of Stripe's
    fields only."""
    dossier = data.draw(dossiers(dispute=dispute))
    plan, decision, made = decided(dossier, data.draw(items()))
    assert plan.reason == dispute.reason
    assert plan.answerable or plan.why_not
    assert decision.reason
    assert decision.explanation
    assert made.draft.texts.keys() <= TEXT_FIELDS.keys()
    assert {one.slot for one in made.draft.exhibits} <= set(FILE_FIELDS)
    assert made.draft.letter.argument.sources


@given(dispute=foreign_disputes())
@settings(max_examples=200, deadline=None)
def test_an_unknown_status_is_only_watched(dispute: Dispute) -> None:
    """Nothing irrevocable is done on a word that nobody knows: no filing, no acceptance, no refund, no deadline."""
    plan, decision, _ = decided(a_dossier(dispute=dispute), SUPPLIED)
    window = dispute_window(dispute, RULES, now=READ_AT)
    if dispute.status in AWAITING:
        assert window.due_by == dispute.due_by or not plan.answerable
        return
    assert not plan.answerable
    assert (decision.action, decision.on_silence) == (DisputeAction.RECORD, Way.LEAVE)
    assert window.submit_at is None
    assert 1 <= dispute_priority(READ_AT, window) <= 5


@given(dispute=foreign_disputes())
@settings(max_examples=200, deadline=None)
def test_an_unknown_status_is_no_verdict(dispute: Dispute) -> None:
    """It neither won nor lost, and what has moved on the balance is told all the same."""
    known = {status.value for status in DisputeStatus}
    settled = verdict_of(dispute, accepted=False, refunded=False)
    assert dispute.status in known or settled is None
    assert money_of(dispute).withdrawn_minor == 0


@given(reason=unknown_words, code=any_words, status=st.sampled_from(AWAITING[:2]))
@settings(max_examples=150, deadline=None)
def test_a_new_reason_is_answered_with_what_fits_any_sale(reason: str, code: str, status: str) -> None:
    """It can be fought like any other: planned by what its code means, else as a general claim, and never left for its
    name alone."""
    dispute = a_dispute(
        reason=f"next_{reason}", network="next_network", network_reason_code=code, status=status
    )
    plan, decision, made = decided(a_dossier(dispute=dispute, earlier=(an_earlier_charge(),)), SUPPLIED)
    assert plan.answerable
    assert plan.needs
    assert plan.argument
    assert decision.action is not DisputeAction.RECORD
    assert "delivery" in [one.key for one in made.draft.exhibits]


@given(dispute=foreign_disputes())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_packet_is_rendered_whatever_the_words(dispute: Dispute, renderer: Renderer) -> None:
    """Every file is a PDF that can be read, the letter names the dispute, and no text field is lost."""
    made = decided(a_dossier(dispute=dispute), SUPPLIED)[2]
    built = renderer.render(made.draft, {})
    assert all(words(file.content) for file in built.files)
    assert dispute.id in words(built.reading_copy)
    assert built.texts == made.draft.texts
