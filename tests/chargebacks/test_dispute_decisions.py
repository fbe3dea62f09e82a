"""What is done about a dispute: every branch has its reason, and some things no policy can make happen."""

from collections.abc import Iterable

import pytest
from dispute_builders import a_dispute
from dispute_situations import (
    APPEAL,
    COMPLIANCE,
    INQUIRY,
    complete,
    dispute_rules,
    situation_of,
    situations,
    usd,
)
from hypothesis import given
from hypothesis import strategies as st

from chargebacks.decisions import Mode
from chargebacks.dispute_verdict import decide_dispute
from chargebacks.disputes import Dispute, DisputeStatus, Stage
from chargebacks.economics import Way
from chargebacks.evidence_fields import ProductType
from chargebacks.money import Money
from chargebacks.policy.disputes import (
    DisputeConditions,
    DisputeRule,
    DisputeRules,
    DisputeThen,
    InquiryRules,
)
from chargebacks.representment import Ce3Summary, DisputeAction, DisputeDecision, DisputeSituation


def policy(**changes: object) -> DisputeRules:
    """Mode `act`, and what a test says differs from the default."""
    return DisputeRules.model_validate({"mode": Mode.ACT} | changes)


def decided(
    dispute: Dispute | None = None, rules: DisputeRules | None = None, **facts: object
) -> DisputeDecision:
    """The decision on a chargeback of 49.99 USD for fraud, 28 % to win."""
    rules = rules or policy()
    return decide_dispute(situation_of(dispute, rules, **facts), rules)  # type: ignore[arg-type]


def rule(then: DisputeThen, mode: Mode = Mode.ACT, name: str = "ours", **when: object) -> DisputeRule:
    return DisputeRule(name=name, when=DisputeConditions.model_validate(when), then=then, mode=mode)


def outcome(decision: DisputeDecision) -> tuple[DisputeAction, str]:
    return decision.action, decision.reason


def question(decision: DisputeDecision) -> tuple[str, Way | None, Way]:
    """What a person is asked, and what nobody's answer means."""
    assert decision.action is DisputeAction.ASK
    return decision.reason, decision.proposal, decision.on_silence


SMALL_INQUIRY = a_dispute(**INQUIRY, amount=usd(1000))
"""Better refunded than answered."""


class TestOnlyFollowed:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"network_settled": True}, "network_settled"),
            ({"status": DisputeStatus.PREVENTED}, "network_settled"),
            ({"status": DisputeStatus.LOST}, "decided"),
            ({"status": DisputeStatus.WARNING_CLOSED}, "decided"),
            ({"status": DisputeStatus.UNDER_REVIEW}, "under_review"),
            ({"status": "a_status_of_next_year"}, "unknown_status"),
            ({"past_due": True}, "past_due"),
            ({"due_by": None}, "not_answerable"),
        ],
    )
    def test_what_cannot_be_answered_is_recorded(self, changes: dict[str, object], reason: str) -> None:
        """Settled by the network, decided, answered, over, or in words that nobody knows yet."""
        assert outcome(decided(a_dispute(**changes))) == (DisputeAction.RECORD, reason)

    def test_the_plan_may_say_that_no_answer_helps(self) -> None:
        """A Visa 10.5 or the return of a bank debit is recorded with the plan's own words."""
        decision = decided(answerable=False, why_not="Visa takes no answer to 10.5.")
        assert outcome(decision) == (DisputeAction.RECORD, "not_answerable")
        assert decision.explanation == "Visa takes no answer to 10.5."

    def test_an_appeal_needs_no_known_deadline(self) -> None:
        """Deadlines of appeals are not documented: a person is asked all the same."""
        assert decided(a_dispute(**APPEAL, due_by=None)).action is DisputeAction.ASK


class TestValue:
    def test_worth_fighting(self) -> None:
        """The decision shows its sum and where the chance comes from."""
        decision = decided()
        assert outcome(decision) == (DisputeAction.FIGHT, "worth_fighting")
        assert decision.explanation == (
            "Fighting is expected to end at -61.79 USD, leaving it at -64.99 USD. Chance to win: 28 % "
            "(estimates of 2026-11-01: 28 % for fraudulent, 70 to 89 % complete)."
        )

    @pytest.mark.parametrize("way", ["leave", "accept"])
    def test_not_worth_fighting(self, way: str) -> None:
        """What is not worth the fee is left, or accepted where the policy says so."""
        decision = decided(a_dispute(amount=usd(999)), policy(when_hopeless=way))
        assert outcome(decision) == (DisputeAction(way), "not_worth_fighting")

    def test_too_little_evidence(self) -> None:
        """A packet that is not better than nothing is not filed, however large the amount."""
        decision = decided(a_dispute(amount=usd(100_000)), percent=29)
        assert outcome(decision) == (DisputeAction.LEAVE, "too_little_evidence")
        assert decided(a_dispute(amount=usd(100_000)), percent=30).action is DisputeAction.FIGHT

    def test_a_partial_refund_is_always_something_to_show(self) -> None:
        """A charge that was partly refunded and disputed in full is answered even without other evidence."""
        decision = decided(percent=0, refunded_minor=3000)
        assert outcome(decision) == (DisputeAction.FIGHT, "worth_fighting")

    def test_a_weighing_without_a_fight_is_no_reason_to_fight(self) -> None:
        """Where the sum does not say what fighting is worth, nothing is filed."""
        weighing = situation_of(a_dispute(network_settled=True)).weighing
        assert outcome(decided(weighing=weighing)) == (DisputeAction.LEAVE, "not_worth_fighting")


class TestLimits:
    def test_always_from_an_amount_on(self) -> None:
        """From this amount on it is fought whatever the sum and the evidence say."""
        decision = decided(rules=policy(fight_above=[usd(4999)]), percent=0)
        assert outcome(decision) == (DisputeAction.FIGHT, "always_fight")

    def test_never_below_an_amount(self) -> None:
        """Below this amount it is not fought, however good the chance."""
        decision = decided(rules=policy(never_fight_below=[usd(5000)]))
        assert outcome(decision) == (DisputeAction.LEAVE, "below_never_fight")
        assert decided(rules=policy(never_fight_below=[usd(4999)])).action is DisputeAction.FIGHT

    def test_other_currencies_have_no_limit(self) -> None:
        """A limit in euros says nothing of dollars."""
        euros = usd(1).model_copy(update={"currency": "EUR"})
        assert decided(rules=policy(never_fight_below=[euros])).reason == "worth_fighting"

    def test_never_for_these_customers(self) -> None:
        """A customer on the list is not fought."""
        decision = decided(rules=policy(customers_never_fight=["cus_1"]))
        assert outcome(decision) == (DisputeAction.LEAVE, "never_fight_customer")

    def test_a_person_approves_large_ones(self) -> None:
        """Above the limit nothing is filed without a person, unless nobody answers and the policy files then."""
        rules = policy(ask_above=[usd(4998)])
        assert question(decided(rules=rules)) == ("above_ask_limit", Way.FIGHT, Way.FIGHT)
        assert decided(rules=policy(ask_above=[usd(4999)])).action is DisputeAction.FIGHT


class TestCredit:
    def test_a_full_refund_is_shown(self) -> None:
        """Refunded and disputed all the same: the proof is filed, whatever else is at hand."""
        decision = decided(a_dispute(reason="product_not_received"), percent=0, refunded_minor=4999)
        assert outcome(decision) == (DisputeAction.FIGHT, "credit_issued")

    def test_it_is_never_refunded_again(self) -> None:
        """An inquiry about money that went back is answered, even where refunds are wanted."""
        rules = policy(
            inquiries={"refund": "by_value", "limits": [usd(9999)]}, rule=[rule(DisputeThen.REFUND)]
        )
        decision = decided(SMALL_INQUIRY, rules, refunded_minor=1000)
        assert outcome(decision) == (DisputeAction.FIGHT, "credit_issued")


class TestInquiry:
    BY_VALUE = InquiryRules(refund="by_value", limits=(usd(1000),))

    def test_is_answered_where_that_is_worth_more(self) -> None:
        """An inquiry never goes without an answer, however little evidence there is."""
        assert outcome(decided(a_dispute(**INQUIRY), percent=0)) == (DisputeAction.ASK, "refund_inquiry")
        never = policy(inquiries={"refund": "never"})
        assert outcome(decided(a_dispute(**INQUIRY), never, percent=0)) == (
            DisputeAction.FIGHT,
            "answer_inquiry",
        )

    def test_the_shipped_default_asks(self) -> None:
        """Where a refund is worth more, a person is asked; nobody's answer files the evidence."""
        assert question(decided(SMALL_INQUIRY)) == ("refund_inquiry", Way.REFUND, Way.FIGHT)

    def test_is_refunded_by_value_within_the_limits(self) -> None:
        """With a limit, a small inquiry is refunded by itself, and the sum is shown."""
        decision = decided(SMALL_INQUIRY, policy(inquiries=self.BY_VALUE))
        assert outcome(decision) == (DisputeAction.REFUND, "refund_inquiry")
        assert decision.explanation == (
            "Refunding is expected to end at -10.00 USD, answering at -18.00 USD."
        )

    def test_asks_above_the_limit(self) -> None:
        """Above it, or in a currency without one, a person decides."""
        rules = policy(inquiries={"refund": "by_value", "limits": [usd(999)]})
        assert question(decided(SMALL_INQUIRY, rules)) == ("refund_inquiry", Way.REFUND, Way.FIGHT)

    def test_is_answered_where_it_cannot_be_refunded(self) -> None:
        """Stripe says whether the charge can still be refunded."""
        dispute = a_dispute(**(INQUIRY | {"is_charge_refundable": False}), amount=usd(1000))
        assert outcome(decided(dispute)) == (DisputeAction.FIGHT, "answer_inquiry")

    def test_about_a_part_of_a_sale_is_answered(self) -> None:
        """Ten of five hundred are asked about: giving ten back ends nothing, and five hundred were never asked for."""
        rules = policy(inquiries=self.BY_VALUE)
        assert outcome(decided(SMALL_INQUIRY, rules, charge_left=usd(1000)))[0] is DisputeAction.REFUND
        assert outcome(decided(SMALL_INQUIRY, rules, charge_left=usd(50_000)))[0] is DisputeAction.FIGHT

    def test_in_another_currency_than_the_charge_asks(self) -> None:
        """What would be refunded cannot be held against the limit."""
        left = Money(amount_minor=950, currency="EUR")
        decision = decided(SMALL_INQUIRY, policy(inquiries=self.BY_VALUE), charge_left=left)
        assert question(decision) == ("refund_inquiry", Way.REFUND, Way.FIGHT)
        assert "9.50 EUR" in decision.explanation

    def test_the_limits_of_chargebacks_do_not_hold(self) -> None:
        """An inquiry below the amount that is fought is answered all the same: nothing is at stake yet but silence."""
        rules = policy(never_fight_below=[usd(100_000)], inquiries={"refund": "never"})
        assert decided(a_dispute(**INQUIRY), rules).action is DisputeAction.FIGHT

    def test_of_a_customer_who_is_never_fought(self) -> None:
        """The money is offered back; nobody's answer leaves it."""
        rules = policy(customers_never_fight=["cus_1"])
        assert question(decided(a_dispute(**INQUIRY), rules)) == (
            "never_fight_customer",
            Way.REFUND,
            Way.LEAVE,
        )


class TestPersonOnly:
    def test_compliance_asks_and_silence_never_pays(self) -> None:
        """500 USD are never spent by silence, and the proposal follows the sum."""
        small, large = a_dispute(**COMPLIANCE), a_dispute(**COMPLIANCE, amount=usd(500_000))
        rules = policy(silence="file", fight_above=[usd(1)], rule=[rule(DisputeThen.FIGHT)])
        assert question(decided(small, rules)) == ("compliance_fee", Way.LEAVE, Way.LEAVE)
        assert question(decided(large, rules)) == ("compliance_fee", Way.FIGHT, Way.LEAVE)

    def test_appeals_ask(self) -> None:
        """A second round is a person's to start."""
        assert question(decided(a_dispute(**APPEAL))) == ("appeal", Way.FIGHT, Way.LEAVE)

    @pytest.mark.parametrize(
        ("changes", "key", "reason"),
        [(COMPLIANCE, "compliance", "compliance_fee_never"), (APPEAL, "appeals", "appeal_never")],
    )
    def test_neither_where_the_policy_says_never(
        self, changes: dict[str, object], key: str, reason: str
    ) -> None:
        """Ruled out, a person is not even asked."""
        decision = decided(a_dispute(**changes), policy(**{key: "never"}))
        assert outcome(decision) == (DisputeAction.LEAVE, reason)

    def test_an_appeal_is_never_accepted(self) -> None:
        """Accepting is for the first round."""
        rules = policy(appeals="never", when_hopeless="accept")
        assert decided(a_dispute(**APPEAL), rules).action is DisputeAction.LEAVE


class TestNamedRules:
    @pytest.mark.parametrize(
        ("then", "action"),
        [
            (DisputeThen.FIGHT, DisputeAction.FIGHT),
            (DisputeThen.ACCEPT, DisputeAction.ACCEPT),
            (DisputeThen.LEAVE, DisputeAction.LEAVE),
            (DisputeThen.ASK, DisputeAction.ASK),
        ],
    )
    def test_the_first_that_holds_decides(self, then: DisputeThen, action: DisputeAction) -> None:
        """And is named in the decision."""
        rules = policy(rule=[rule(then, reason=["fraudulent"]), rule(DisputeThen.LEAVE, name="later")])
        decision = decided(rules=rules)
        assert outcome(decision) == (action, f"rule_{then}")
        assert decision.rule == "ours"

    def test_asking_proposes_what_would_be_done_without_it(self) -> None:
        """The sum goes with the question."""
        decision = decided(rules=policy(rule=[rule(DisputeThen.ASK)]))
        assert question(decision) == ("rule_ask", Way.FIGHT, Way.FIGHT)
        assert decision.explanation.startswith(
            "Rule ours says ask. Fighting is expected to end at -61.79 USD"
        )

    def test_a_refund_keeps_to_the_limits(self) -> None:
        """A rule refunds an inquiry by itself within the limits only."""
        wants = rule(DisputeThen.REFUND)
        inside = policy(rule=[wants], inquiries={"limits": [usd(1000)]})
        assert decided(SMALL_INQUIRY, inside).action is DisputeAction.REFUND
        assert question(decided(SMALL_INQUIRY, policy(rule=[wants]))) == (
            "rule_refund",
            Way.REFUND,
            Way.FIGHT,
        )

    def test_what_stripe_does_not_allow_is_passed_over(self) -> None:
        """A chargeback is not refunded, an inquiry not accepted: the next rule decides."""
        rules = policy(rule=[rule(DisputeThen.REFUND), rule(DisputeThen.LEAVE, name="next")])
        assert decided(rules=rules).rule == "next"
        accepting = policy(rule=[rule(DisputeThen.ACCEPT)], inquiries={"refund": "never"})
        assert decided(a_dispute(**INQUIRY), accepting).rule is None

    def test_an_observing_rule_only_notes(self) -> None:
        """What it would have said stands in the case, and nothing else changes."""
        decision = decided(rules=policy(rule=[rule(DisputeThen.LEAVE, mode=Mode.OBSERVE)]))
        assert outcome(decision) == (DisputeAction.FIGHT, "worth_fighting")
        assert decision.explanation.endswith("Rule ours (observing) would leave.")

    def test_a_rule_on_probation_asks(self) -> None:
        """What it wants waits for a person."""
        decision = decided(rules=policy(rule=[rule(DisputeThen.ACCEPT, mode=Mode.PROPOSE)]))
        assert question(decision) == ("proposed", Way.ACCEPT, Way.LEAVE)
        assert decision.rule == "ours"

    @pytest.mark.parametrize(
        ("when", "changes"),
        [
            ({"network": ["visa"]}, {"dispute": a_dispute(network="amex")}),
            ({"code": ["10.4"]}, {"dispute": a_dispute(network_reason_code="13.1")}),
            ({"stage": [Stage.CHARGEBACK]}, {"dispute": a_dispute(**INQUIRY)}),
            ({"product_type": [ProductType.PHYSICAL]}, {"product_type": ProductType.DIGITAL}),
            ({"currency": ["USD"]}, {"dispute": a_dispute(amount={"amount_minor": 1, "currency": "EUR"})}),
            ({"customer": ["cus_1"]}, {"customer": None}),
            ({}, {"dispute": a_dispute(reason="general")}),
            ({"amount_above": [usd(4998)]}, {"dispute": a_dispute(amount=usd(4998))}),
            ({"amount_up_to": [usd(4999)]}, {"dispute": a_dispute(amount=usd(5000))}),
            ({"completeness_at_least": 75}, {"completeness": complete(74)}),
            ({"completeness_below": 76}, {"completeness": complete(76)}),
            ({"compelling_evidence": False}, {"ce3": Ce3Summary(open=True, ready=True, why="Two priors.")}),
            ({"liability_shift": False}, {"liability_shift": True}),
        ],
    )
    def test_every_condition_is_asked(self, when: dict[str, object], changes: dict[str, object]) -> None:
        """A rule holds for the plain case, and no longer when the one thing it names differs."""
        rules = policy(rule=[rule(DisputeThen.LEAVE, reason=["fraudulent"], **when)])
        assert decide_dispute(situation_of(rules=rules), rules).rule == "ours"
        other = situation_of(rules=rules).model_copy(update=changes)
        assert decide_dispute(other, rules).rule is None

    def test_metadata_is_asked(self) -> None:
        """One of several pairs must be there."""
        rules = policy(rule=[rule(DisputeThen.LEAVE, metadata=["plan=a", "plan=b"])])
        assert decided(rules=rules, metadata={"plan": "b"}).rule == "ours"
        assert decided(rules=rules, metadata={"plan": "c"}).rule is None


class TestModeAndSilence:
    def test_observing_decides_the_same(self) -> None:
        """The workflow touches nothing; what would be done is told."""
        assert decided(rules=policy(mode=Mode.OBSERVE)) == decided()

    def test_proposing_asks_before_each_act(self) -> None:
        """Filing waits for a person; leaving is no act."""
        rules = policy(mode=Mode.PROPOSE)
        assert question(decided(rules=rules)) == ("proposed", Way.FIGHT, Way.FIGHT)
        assert decided(a_dispute(amount=usd(999)), rules).action is DisputeAction.LEAVE

    @pytest.mark.parametrize(
        ("silence", "on_silence"), [("file", Way.FIGHT), ("accept", Way.ACCEPT), ("leave", Way.LEAVE)]
    )
    def test_silence_is_the_policys(self, silence: str, on_silence: Way) -> None:
        """What nobody's answer means for a dispute that would be fought."""
        assert decided(rules=policy(mode=Mode.PROPOSE, silence=silence)).on_silence is on_silence

    def test_silence_files_nothing_that_is_not_better_than_nothing(self) -> None:
        """Where filing is not proposed, silence leaves it, or accepts it where the policy says so."""
        asks = rule(DisputeThen.ASK)
        for way in (Way.LEAVE, Way.ACCEPT):
            decision = decided(rules=policy(rule=[asks], when_hopeless=way.value), percent=10)
            assert question(decision) == ("rule_ask", way, way)

    def test_filed_at_once_when_complete(self) -> None:
        """Where the policy does not wait and nothing that is needed is missing."""
        rules = policy(submit_when_complete=True)
        assert decided(rules=rules, percent=90).at_once
        assert not decided(percent=100).at_once
        assert not decided(rules=rules, percent=89).at_once
        assert not decided(rules=rules, completeness=complete(95, lacks=("receipt",))).at_once


@st.composite
def cases(draw: st.DrawFn) -> tuple[DisputeSituation, DisputeRules]:
    rules = draw(dispute_rules)
    return draw(situations(rules)), rules


def possible(decision: DisputeDecision) -> Iterable[str]:
    """All that may happen without a person."""
    if decision.action is DisputeAction.ASK:
        return (decision.on_silence.value,)
    return (decision.action.value,)


class TestWhatNoPolicyCanDo:
    @given(cases())
    def test_every_situation_has_a_decision_that_is_told(
        self, case: tuple[DisputeSituation, DisputeRules]
    ) -> None:
        """Whatever the facts and the rules, there is a decision with a reason; a question has a proposal."""
        decision = decide_dispute(*case)
        assert decision.reason
        assert decision.explanation.endswith((".", ")."))
        assert (decision.proposal is not None) is (decision.action is DisputeAction.ASK)

    @given(cases())
    def test_compliance_and_appeals_are_never_fought_without_a_person(
        self, case: tuple[DisputeSituation, DisputeRules]
    ) -> None:
        """Neither by a rule, nor by a limit, nor by silence."""
        if case[0].dispute.stage in (Stage.COMPLIANCE, Stage.APPEAL):
            assert "fight" not in possible(decide_dispute(*case))

    @given(cases())
    def test_only_a_refundable_inquiry_is_refunded(self, case: tuple[DisputeSituation, DisputeRules]) -> None:
        """Never a chargeback, never what went back already, never by silence, never above the limit."""
        situation, rules = case
        decision = decide_dispute(situation, rules)
        dispute = situation.dispute
        assert decision.on_silence is not Way.REFUND
        if decision.action is DisputeAction.REFUND or decision.proposal is Way.REFUND:
            assert dispute.stage is Stage.INQUIRY
            assert dispute.is_charge_refundable
            assert situation.refunded_minor < dispute.amount.amount_minor
        if decision.action is DisputeAction.REFUND:
            limits = {limit.currency: limit.amount_minor for limit in rules.inquiries.limits}
            left = dispute.amount.amount_minor - situation.refunded_minor
            assert left <= limits[dispute.amount.currency]

    @given(cases())
    def test_nothing_is_done_where_no_answer_is_possible(
        self, case: tuple[DisputeSituation, DisputeRules]
    ) -> None:
        """What the network settled, what is decided, and what is over is recorded."""
        dispute = case[0].dispute
        closed = not dispute.awaits_answer or dispute.past_due or not case[0].answerable
        if closed or dispute.stage is Stage.PREVENTED:
            assert decide_dispute(*case).action is DisputeAction.RECORD

    @given(cases())
    def test_only_a_first_round_chargeback_or_compliance_case_is_accepted(
        self, case: tuple[DisputeSituation, DisputeRules]
    ) -> None:
        """Accepting is irrevocable and ends neither an inquiry nor an appeal."""
        if case[0].dispute.stage in (Stage.INQUIRY, Stage.APPEAL):
            assert "accept" not in possible(decide_dispute(*case))

    @given(cases())
    def test_mode_propose_acts_on_nothing_unasked(self, case: tuple[DisputeSituation, DisputeRules]) -> None:
        """Whatever is not left or recorded waits for a person."""
        situation, rules = case
        decision = decide_dispute(situation, rules.model_copy(update={"mode": Mode.PROPOSE}))
        assert decision.action in (DisputeAction.ASK, DisputeAction.LEAVE, DisputeAction.RECORD)

    @given(cases())
    def test_nothing_is_filed_at_once_unless_it_is_fought(
        self, case: tuple[DisputeSituation, DisputeRules]
    ) -> None:
        """Filing early is for complete packets of a policy that does not wait."""
        decision = decide_dispute(*case)
        if decision.at_once:
            assert decision.action is DisputeAction.FIGHT
            assert case[1].submit_when_complete
            assert not case[0].completeness.required_missing
