"""What may truthfully be reported, and in which words."""

import pytest
from builders import CHARGE, charge, refund, refunded, usd
from hypothesis import given, settings
from hypothesis import strategies as st
from situations import charges, moneys, policies, situations

from chargebacks import vocabulary
from chargebacks.alerts import ReasonClass
from chargebacks.charges import ChargeSnapshot
from chargebacks.decisions import Action, Decision, Situation
from chargebacks.errors import BadInput
from chargebacks.outcomes import DecidedBy, Outcome, OutcomeCode, outcome_of
from chargebacks.policy import Policy, decide
from chargebacks.refunds import MoneyState, RefundResult, result_of
from chargebacks.vocabulary import Needs, Speaker

REFUND = Decision(action=Action.REFUND, amount=usd(10_000), reason="refund", explanation="It fits.")
MADE = refund(10_000)

PAID = {OutcomeCode.REFUNDED, OutcomeCode.REFUNDED_PARTIAL}
PAID_EARLIER = {OutcomeCode.ALREADY_REFUNDED, OutcomeCode.DUPLICATE}


def told(
    decision: Decision,
    money: RefundResult | None = None,
    *,
    by: DecidedBy = DecidedBy.RULE,
    at: ChargeSnapshot | None = CHARGE,
) -> Outcome:
    return outcome_of(decision, money, decided_by=by, charge=at)


def answer(code: OutcomeCode, **facts: object) -> Decision:
    return Decision.model_validate(
        {"action": Action.ANSWER, "outcome": code, "reason": "r", "explanation": "Because.", **facts}
    )


class TestMoney:
    def test_refunded(self) -> None:
        """A refund that succeeded is told with amount, time and reference."""
        made = MADE.model_copy(update={"arn": "74087"})
        outcome = told(REFUND, result_of(made, CHARGE), at=charge(order_ids=("order-7", "other")))
        assert outcome.code is OutcomeCode.REFUNDED
        assert (outcome.refunded, outcome.refunded_at, outcome.refund_id, outcome.refund_arn) == (
            usd(10_000),
            made.created,
            "re_1",
            "74087",
        )
        assert (outcome.charge_id, outcome.order_id) == ("ch_1", "order-7")

    def test_partial(self) -> None:
        """A part of the charge is told as a part, with the amount that went back."""
        outcome = told(REFUND, result_of(refund(4_000), CHARGE))
        assert (outcome.code, outcome.refunded) == (OutcomeCode.REFUNDED_PARTIAL, usd(4_000))

    @pytest.mark.parametrize("status", ["pending", "requires_action", "failed", "canceled", "new_word"])
    def test_unpaid_is_never_refunded(self, status: str) -> None:
        """A refund that has not succeeded is reported as failed, without an amount."""
        outcome = told(REFUND, result_of(refund(10_000, status=status), CHARGE))
        assert outcome.code is OutcomeCode.REFUND_FAILED
        assert (outcome.refunded, outcome.refunded_at, outcome.refund_id) == (None, None, None)
        assert outcome.comment == "The refund has not succeeded; no money has gone back."

    def test_refund_without_result(self) -> None:
        """A decision to refund that came to nothing is a failed refund."""
        assert told(REFUND).code is OutcomeCode.REFUND_FAILED

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            (MoneyState.VOIDED, OutcomeCode.NOT_SETTLED),
            (MoneyState.ALREADY_DISPUTED, OutcomeCode.ALREADY_DISPUTED),
            (MoneyState.PAYMENT_UNSUCCESSFUL, OutcomeCode.PAYMENT_UNSUCCESSFUL),
            (MoneyState.NETWORK_SETTLED, OutcomeCode.ALREADY_DISPUTED),
        ],
    )
    def test_no_money_moved(self, state: MoneyState, code: OutcomeCode) -> None:
        """States without a payment to the customer carry no amount."""
        outcome = told(REFUND, RefundResult(state=state, detail="so"))
        assert (outcome.code, outcome.refunded) == (code, None)

    @pytest.mark.parametrize(
        ("state", "duplicate_of", "code"),
        [
            (MoneyState.ALREADY_REFUNDED, None, OutcomeCode.ALREADY_REFUNDED),
            (MoneyState.DUPLICATE, "alert-0", OutcomeCode.DUPLICATE),
            (MoneyState.DUPLICATE, None, OutcomeCode.ALREADY_REFUNDED),
            (MoneyState.NETWORK_SETTLED, "alert-0", OutcomeCode.DUPLICATE),
            (MoneyState.NETWORK_SETTLED, None, OutcomeCode.ALREADY_REFUNDED),
        ],
    )
    def test_paid_back_earlier(self, state: MoneyState, duplicate_of: str | None, code: OutcomeCode) -> None:
        """Money that went back earlier is told with its amount; a duplicate names the other alert."""
        money = RefundResult(state=state, amount=usd(10_000), duplicate_of=duplicate_of, detail="so")
        outcome = told(REFUND, money)
        assert (outcome.code, outcome.refunded) == (code, usd(10_000))
        assert outcome.duplicate_of == (duplicate_of if code is OutcomeCode.DUPLICATE else None)


class TestAnswers:
    def test_already_refunded_tells_the_earlier_refund(self) -> None:
        """Amount and time of the refund before the alert come from the charge."""
        outcome = told(answer(OutcomeCode.ALREADY_REFUNDED), at=refunded(MADE))
        assert (outcome.refunded, outcome.refunded_at, outcome.refund_id) == (
            usd(10_000),
            MADE.created,
            "re_1",
        )

    def test_pending_refund_is_no_earlier_refund(self) -> None:
        """A pending refund has given nothing back that could be told."""
        pending = refunded(refund(4_000, status="pending", refund_id="re_2"), refund(6_000))
        assert told(answer(OutcomeCode.ALREADY_REFUNDED), at=pending).refunded == usd(6_000)

    def test_network_refund(self) -> None:
        """What the network paid back is told from the decision."""
        decision = answer(OutcomeCode.DUPLICATE, amount=usd(10_000), duplicate_of="alert-0")
        outcome = told(decision)
        assert (outcome.refunded, outcome.refunded_at, outcome.duplicate_of) == (
            usd(10_000),
            None,
            "alert-0",
        )

    @pytest.mark.parametrize(
        ("by", "code"),
        [
            (DecidedBy.SILENCE, OutcomeCode.NOT_FOUND),
            (DecidedBy.PERSON, OutcomeCode.DECLINED_3DS),
        ],
    )
    def test_unapproved_question(self, by: DecidedBy, code: OutcomeCode) -> None:
        """A question that nobody answered, or that a person refused, is told by its own words."""
        question = Decision(
            action=Action.ASK,
            outcome=OutcomeCode.DECLINED_3DS,
            silence_outcome=OutcomeCode.NOT_FOUND,
            reason="liability_shift",
            explanation="Authenticated.",
        )
        outcome = told(question, by=by)
        assert (outcome.code, outcome.decided_by) == (code, by)

    def test_no_answer_due(self) -> None:
        """A decision that owes nothing reads as an acknowledgement in the case file."""
        nothing = Decision(action=Action.NOTHING, reason="inquiry", explanation="Asked about the sale.")
        assert told(nothing).code is OutcomeCode.ACKNOWLEDGED


class TestHonesty:
    results = st.builds(
        RefundResult,
        state=st.sampled_from(MoneyState),
        amount=st.none() | moneys,
        partial=st.booleans(),
        duplicate_of=st.sampled_from([None, "alert-0"]),
        detail=st.just("so"),
    )

    @settings(max_examples=250, deadline=None)
    @given(situations(), policies, st.none() | results, st.sampled_from(DecidedBy), st.none() | charges())
    def test_refunded_means_refunded(
        self,
        facts: Situation,
        policy: Policy,
        money: RefundResult | None,
        by: DecidedBy,
        at: ChargeSnapshot | None,
    ) -> None:
        """`refunded` is only said of a refund that succeeded, and money is only told where money went back."""
        outcome = told(decide(facts, policy), money, by=by, at=at)
        if outcome.code in PAID:
            assert money is not None
            assert money.state is MoneyState.REFUNDED
        if outcome.refunded is not None:
            assert outcome.code in PAID | PAID_EARLIER
        if outcome.duplicate_of is not None:
            assert outcome.code is OutcomeCode.DUPLICATE
        assert 0 < len(outcome.comment) <= 250


class TestVocabulary:
    """Final words only; which alert type takes which is Ethoca's published list."""

    CHARGEBACKHIT = (
        "reversed", "previously-reversed", "decline", "reverse-error", "not-found", "acknowledged", "shipped",
        "duplicate", "error",
    )  # fmt: skip
    ETHOCA = (
        (ReasonClass.FRAUD, ("STOPPED", "PARTIALLY_STOPPED", "PREVIOUSLY_CANCELLED", "MISSED", "NOT_FOUND", "OTHER")),
        (ReasonClass.DISPUTE,
         ("RESOLVED", "RESOLVED_PREVIOUSLY_REFUNDED", "UNRESOLVED_DISPUTE", "NOT_FOUND", "OTHER")),
        (ReasonClass.UNKNOWN, ("NOT_FOUND", "OTHER")),
    )  # fmt: skip
    CDRN = {
        "100": ("001",), "101": ("001",), "102": ("003",), "900": ("002",), "902": ("002",),
        "940": ("001", "002", "003"), "950": ("002",), "951": ("001", "003"), "952": ("001", "002"),
        "954": ("002",), "956": ("002",), "957": ("002",),
    }  # fmt: skip
    CHARGEBLAST = (
        "Resolved", "AlreadyRefunded", "ResolvedPartial", "ResolvedCancelled", "UnmatchedCannotFindTransaction",
        "Duplicate", "AlreadyChargeback", "Ineligible", "TDS", "MatchedWillShip", "EscalateChargeback",
    )  # fmt: skip

    @pytest.mark.parametrize("code", OutcomeCode)
    def test_every_code_has_a_final_word_everywhere(self, code: OutcomeCode) -> None:
        """Every code can be said to every network and class, in a word that it takes as final."""
        assert vocabulary.chargebackhit(code) in self.CHARGEBACKHIT
        assert vocabulary.chargeblast(code) in self.CHARGEBLAST
        reason, _, result = vocabulary.cdrn(code).partition(".")
        assert result in self.CDRN[reason]
        for reason_class, words in self.ETHOCA:
            assert vocabulary.ethoca(code, reason_class).outcome in words

    @pytest.mark.parametrize("code", OutcomeCode)
    @pytest.mark.parametrize("reason_class", ReasonClass)
    def test_every_network_hears_the_same_of_the_money(
        self, code: OutcomeCode, reason_class: ReasonClass
    ) -> None:
        """Ethoca's refund status and CDRN's result agree on whether money went back, and with the code itself."""
        results = {"001": "REFUNDED", "002": "NOT_REFUNDED", "003": "NOT_SETTLED"}
        status = vocabulary.ethoca(code, reason_class).refund_status
        assert status == results[vocabulary.cdrn(code).partition(".")[2]]
        assert (status == "REFUNDED") == (code in PAID | PAID_EARLIER)

    def test_documented_words(self) -> None:
        """The commonest answers are the documented ones."""
        assert vocabulary.chargebackhit(OutcomeCode.REFUNDED) == "reversed"
        assert vocabulary.ethoca(OutcomeCode.REFUNDED, ReasonClass.FRAUD) == ("STOPPED", "REFUNDED")
        assert vocabulary.ethoca(OutcomeCode.REFUNDED, ReasonClass.DISPUTE) == ("RESOLVED", "REFUNDED")
        assert vocabulary.ethoca(OutcomeCode.ALREADY_REFUNDED, ReasonClass.DISPUTE).outcome == (
            "RESOLVED_PREVIOUSLY_REFUNDED"
        )
        assert vocabulary.cdrn(OutcomeCode.REFUNDED) == "100.001"
        assert vocabulary.cdrn(OutcomeCode.NOT_FOUND) == "902.002"
        assert vocabulary.chargeblast(OutcomeCode.DECLINED_3DS) == "TDS"

    @pytest.mark.parametrize(
        ("speaker", "code", "reason_class", "needs"),
        [
            (Speaker.CHARGEBACKHIT, OutcomeCode.REFUNDED, ReasonClass.FRAUD, Needs(amount=True)),
            (Speaker.CHARGEBACKHIT, OutcomeCode.NOT_FOUND, ReasonClass.FRAUD, Needs()),
            (Speaker.ETHOCA, OutcomeCode.NOT_FOUND, ReasonClass.FRAUD, Needs(amount=True)),
            (Speaker.ETHOCA, OutcomeCode.REFUND_FAILED, ReasonClass.FRAUD, Needs(amount=True, comment=True)),
            (Speaker.ETHOCA, OutcomeCode.DECLINED_3DS, ReasonClass.FRAUD, Needs(amount=True, comment=True)),
            (Speaker.ETHOCA, OutcomeCode.DECLINED_3DS, ReasonClass.DISPUTE, Needs(amount=True)),
            (Speaker.CDRN, OutcomeCode.REFUNDED, ReasonClass.DISPUTE, Needs()),
            (Speaker.CDRN, OutcomeCode.REFUNDED_PARTIAL, ReasonClass.DISPUTE, Needs(amount=True)),
            (Speaker.CDRN, OutcomeCode.ACKNOWLEDGED, ReasonClass.DISPUTE, Needs(comment=True)),
            (Speaker.CDRN, OutcomeCode.DUPLICATE, ReasonClass.DISPUTE, Needs(other_alert=True)),
            (Speaker.CHARGEBLAST, OutcomeCode.DUPLICATE, ReasonClass.DISPUTE, Needs()),
        ],
    )
    def test_needs(
        self, speaker: Speaker, code: OutcomeCode, reason_class: ReasonClass, needs: Needs
    ) -> None:
        """A word that must be accompanied by an amount, a comment or another alert's id says so."""
        assert vocabulary.accepts(speaker, code, reason_class) == needs

    @pytest.mark.parametrize(
        ("word", "today"),
        [
            ("stopped", "STOPPED"),
            ("notfound", "NOT_FOUND"),
            ("previously_refunded", "RESOLVED_PREVIOUSLY_REFUNDED"),
            ("UNRESOLVED_DISPUTE", "UNRESOLVED_DISPUTE"),
            ("Partially_Stopped", "PARTIALLY_STOPPED"),
        ],
    )
    def test_older_ethoca_words(self, word: str, today: str) -> None:
        """The legacy words are read as today's."""
        assert vocabulary.ethoca_today(word) == today

    def test_unknown_ethoca_word(self) -> None:
        """A word that no version knows is refused."""
        with pytest.raises(BadInput):
            vocabulary.ethoca_today("solved")
