"""What a person's word or silence makes of a decision."""

from builders import charge
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.decisions import Action, Cancellation, CancelScope, Decision
from chargebacks.money import Money
from chargebacks.outcomes import OutcomeCode
from chargebacks.replies import approved, declined, obstacle, overtaken, unanswered

currencies = st.sampled_from(["USD", "EUR"])
named_amounts = st.none() | st.builds(Money, amount_minor=st.integers(0, 3), currency=currencies)
amounts = st.none() | st.builds(Money, amount_minor=st.integers(1, 10**6), currency=st.just("USD"))
outcomes = st.none() | st.sampled_from(
    [OutcomeCode.NOT_FOUND, OutcomeCode.DECLINED_3DS, OutcomeCode.DECLINED_BY_RULE]
)
questions = st.builds(
    Decision,
    action=st.just(Action.ASK),
    amount=amounts,
    outcome=outcomes,
    silence_outcome=outcomes,
    on_silence=st.sampled_from([Action.REFUND, Action.ANSWER]),
    cancellation=st.builds(Cancellation, scope=st.sampled_from(CancelScope)),
    reason=st.just("above_limit"),
    explanation=st.just("Above the limit."),
)
settled = questions.map(lambda decision: decision.model_copy(update={"action": Action.ANSWER}))


@given(questions)
def test_a_decline_touches_nothing(question: Decision) -> None:
    """No money, no subscription; the source hears the refusal that was held ready, or a plain decline."""
    refusal = declined(question)
    assert (refusal.action, refusal.amount) == (Action.ANSWER, None)
    assert refusal.cancellation.scope is CancelScope.NONE
    assert refusal.outcome == (question.outcome or OutcomeCode.DECLINED_BY_RULE)


@given(questions)
def test_silence_refunds_only_what_is_known_and_wanted(question: Decision) -> None:
    """Silence moves money only where the policy says refund and the amount is known; otherwise it touches nothing."""
    result = unanswered(question)
    refunds = question.on_silence is Action.REFUND and question.amount is not None
    assert (result.action is Action.REFUND) == refunds
    if not refunds:
        assert result.cancellation.scope is CancelScope.NONE
        assert result.outcome is not None


@given(questions, amounts)
def test_an_approval_refunds_the_proposed_or_the_named_amount(
    question: Decision, named: Money | None
) -> None:
    """The amount a person names wins over the proposed one."""
    result = approved(question, amount=named)
    assert result.action is Action.REFUND
    assert result.amount == (named or question.amount)


@given(settled, amounts)
def test_words_change_nothing_that_no_longer_asks(decision: Decision, named: Money | None) -> None:
    """A charge that was refunded or disputed while a person thought is not refunded because they approved."""
    assert approved(decision, amount=named) == decision
    assert unanswered(decision) == decision


@given(questions, named_amounts, currencies)
def test_an_approval_is_carried_out_only_with_an_amount_that_the_charge_can_give(
    question: Decision, named: Money | None, currency: str
) -> None:
    """Known or named, above zero, in the charge's own currency: anything else is sent back with a sentence."""
    wanted = named or question.amount
    fits = wanted is not None and wanted.amount_minor > 0 and wanted.currency == currency
    amount = Money(amount_minor=9_000_000, currency=currency)
    said = obstacle(question, charge=charge(amount=amount), amount=named)
    assert (said is None) == fits
    assert said is None or said.endswith(".")


@given(questions, st.booleans())
def test_a_refusal_is_overtaken_by_what_has_happened(question: Decision, happened: bool) -> None:
    """A charge that was refunded or disputed meanwhile is told as that; a refusal touches nothing either way."""
    fresh = question.model_copy(update={"action": Action.ANSWER, "settled_by_state": happened})
    refusal = declined(question)
    result = overtaken(refusal, by=fresh)
    assert result.cancellation.scope is CancelScope.NONE
    assert result.outcome == (fresh.outcome if happened else refusal.outcome)
