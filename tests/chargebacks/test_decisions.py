"""What is decided about an alert, case by case, and what no situation may ever lead to."""

from datetime import timedelta

import pytest
from builders import (
    ACTING,
    ALERT,
    ALERTED_AT,
    AMBIGUOUS,
    CASE_ID,
    MATCHED,
    NOT_FOUND,
    SOLD_AT,
    acting,
    alert,
    charge,
    dispute,
    entry,
    others_entry,
    refund,
    refunded,
    situation,
    usd,
)
from hypothesis import given, settings
from situations import policies, situations

from chargebacks.alerts import AlertKind, AnswerMode, NetworkProduct, ReasonClass
from chargebacks.charges import ChargeStatus, SubscriptionSnapshot
from chargebacks.decisions import Action, Cancellation, CancelMoment, CancelScope, Decision, Mode, Situation
from chargebacks.ledger import EntryState
from chargebacks.money import Money
from chargebacks.outcomes import OutcomeCode
from chargebacks.policy import Policy, asks_for_metadata, decide, for_rules, parse_policy
from chargebacks.refund_state import blocks_refund, gone_minor
from chargebacks.refunds import RefundReason, network_settlement


def answers(decision: Decision, code: OutcomeCode, reason: str) -> bool:
    return (decision.action, decision.outcome, decision.reason) == (Action.ANSWER, code, reason)


def asks(decision: Decision, reason: str) -> bool:
    return (decision.action, decision.reason) == (Action.ASK, reason)


class TestRefundRequest:
    def test_whole_charge(self) -> None:
        """A clean match within the limit is refunded whole, and the linked subscription ends."""
        decision = decide(situation(), ACTING)
        assert (decision.action, decision.amount, decision.reason) == (Action.REFUND, usd(10_000), "refund")
        assert decision.cancellation.scope is CancelScope.LINKED
        assert decision.refund_reason is RefundReason.REQUESTED_BY_CUSTOMER

    def test_partial_dispute(self) -> None:
        """An alert about a part of the charge refunds that part only."""
        assert decide(situation(alert(amount=usd(4_000))), ACTING).amount == usd(4_000)

    def test_alert_above_charge(self) -> None:
        """An alert about more than the charge refunds the charge, and says so."""
        decision = decide(situation(alert(amount=usd(12_000))), ACTING)
        assert (decision.action, decision.amount) == (Action.REFUND, usd(10_000))
        assert "more than the charge of 100.00 USD" in decision.explanation

    def test_partly_refunded(self) -> None:
        """What is left of a partly refunded charge goes back, never more."""
        decision = decide(situation(at=refunded(refund(3_000))), ACTING)
        assert (decision.amount, decision.refunded_before_minor) == (usd(7_000), 3_000)

    def test_part_already_back(self) -> None:
        """A partial dispute whose amount has gone back before is already refunded."""
        decision = decide(situation(alert(amount=usd(3_000)), refunded(refund(3_000))), ACTING)
        assert answers(decision, OutcomeCode.ALREADY_REFUNDED, "already_refunded")

    def test_fully_refunded(self) -> None:
        """A refunded charge is answered as such, to be confirmed with Stripe, and the subscription ends."""
        decision = decide(situation(at=refunded(refund(10_000))), ACTING)
        assert answers(decision, OutcomeCode.ALREADY_REFUNDED, "already_refunded")
        assert decision.settled_by_state
        assert decision.cancellation.scope is CancelScope.LINKED

    def test_refunded_by_another_alert(self) -> None:
        """A refund that the ledger knows from another alert makes this one a duplicate, which names the other."""
        decision = decide(situation(at=refunded(refund(10_000)), ledger=(others_entry(),)), ACTING)
        assert answers(decision, OutcomeCode.DUPLICATE, "duplicate")
        assert decision.duplicate_of == "alert-0"

    def test_refunded_by_this_case(self) -> None:
        """A case that starts over after its own refund goes on to adopt it instead of calling it somebody else's."""
        made = refund(10_000, case_id=CASE_ID, ledger_key=entry().ledger_key)
        decision = decide(situation(at=refunded(made)), acting('[refund.deny]\ncustomers="cus_1"'))
        assert (decision.action, decision.amount, decision.reason) == (
            Action.REFUND,
            usd(10_000),
            "refund_resumed",
        )

    def test_pending_elsewhere(self) -> None:
        """A pending refund of somebody else's is not called refunded: the refund step waits for it."""
        decision = decide(situation(at=refunded(refund(10_000, status="pending"))), ACTING)
        assert (decision.action, decision.reason) == (Action.REFUND, "refund_pending_elsewhere")

    def test_partial_dispute_pending_elsewhere(self) -> None:
        """A pending partial refund of somebody else's may or may not be the disputed part: a person looks."""
        decision = decide(
            situation(alert(amount=usd(3_000)), refunded(refund(3_000, status="pending"))), ACTING
        )
        assert asks(decision, "refund_pending_elsewhere")

    def test_failed_refund_does_not_count(self) -> None:
        """A refund that failed leaves the charge to be refunded."""
        decision = decide(situation(at=refunded(refund(10_000, status="failed"))), ACTING)
        assert (decision.action, decision.amount) == (Action.REFUND, usd(10_000))

    def test_disputed(self) -> None:
        """A disputed charge is never refunded."""
        decision = decide(situation(disputes=(dispute(),)), ACTING)
        assert answers(decision, OutcomeCode.ALREADY_DISPUTED, "already_disputed")
        assert decision.settled_by_state
        assert decision.cancellation.scope is CancelScope.NONE

    def test_disputed_by_the_index(self) -> None:
        """A charge that the index calls disputed is not refunded while its disputes are unread."""
        assert decide(situation(at=charge(disputed=True)), ACTING).reason == "already_disputed"

    def test_inquiry_is_refundable(self) -> None:
        """An inquiry leaves the charge refundable."""
        decision = decide(situation(at=charge(disputed=True), disputes=(dispute(refundable=True),)), ACTING)
        assert decision.action is Action.REFUND

    def test_one_of_several_disputes_blocks(self) -> None:
        """Every dispute of the payment counts, not only the first."""
        decision = decide(situation(disputes=(dispute(refundable=True), dispute())), ACTING)
        assert decision.reason == "already_disputed"

    def test_settled_by_the_network(self) -> None:
        """A dispute that the network resolved has paid the customer back: refunding again would pay twice."""
        decision = decide(situation(disputes=(dispute(settled=True, case_type="resolution"),)), ACTING)
        assert answers(decision, OutcomeCode.ALREADY_REFUNDED, "network_settled")
        assert decision.amount == usd(10_000)

    def test_blocked_by_the_network(self) -> None:
        """A dispute that the network blocked has paid nobody back: no refund, and no claim of one."""
        decision = decide(situation(disputes=(dispute(settled=True, case_type="block"),)), ACTING)
        assert answers(decision, OutcomeCode.ALREADY_DISPUTED, "network_settled")
        assert decision.amount is None

    def test_booked_as_network_refund(self) -> None:
        """After an RDR notice, another alert on the same charge is a duplicate of it."""
        decision = decide(
            situation(ledger=(others_entry(state=EntryState.EXTERNAL, refund_id=None),)), ACTING
        )
        assert answers(decision, OutcomeCode.DUPLICATE, "network_settled")
        assert decision.duplicate_of == "alert-0"

    def test_failed_payment(self) -> None:
        """A payment that failed has taken no money."""
        decision = decide(situation(at=charge(status=ChargeStatus.FAILED)), ACTING)
        assert answers(decision, OutcomeCode.PAYMENT_UNSUCCESSFUL, "payment_unsuccessful")

    def test_payment_in_progress(self) -> None:
        """A payment that is still being made is a person's to judge."""
        assert asks(decide(situation(at=charge(status=ChargeStatus.PENDING)), ACTING), "charge_pending")

    def test_uncaptured(self) -> None:
        """An uncaptured payment goes the way of a refund, which cancels it."""
        decision = decide(situation(at=charge(captured=False, captured_minor=0)), ACTING)
        assert (decision.action, decision.reason) == (Action.REFUND, "uncaptured")

    def test_presentment_amount(self) -> None:
        """An alert in the currency that the customer saw, over the whole amount, means the whole charge."""
        seen = Money(amount_minor=15_000, currency="JPY")
        decision = decide(situation(alert(amount=seen), charge(presentment=seen)), ACTING)
        assert (decision.action, decision.amount) == (Action.REFUND, usd(10_000))

    @pytest.mark.parametrize("minor", [1, 14_999, 15_001])
    def test_other_currency(self, minor: int) -> None:
        """An amount in another currency that is not the whole presentment amount names no part of the charge."""
        seen = Money(amount_minor=15_000, currency="JPY")
        said = Money(amount_minor=minor, currency="JPY")
        decision = decide(situation(alert(amount=said), charge(presentment=seen)), ACTING)
        assert asks(decision, "currency_differs")
        assert decision.amount is None

    @pytest.mark.parametrize("amount", [None, usd(0)])
    def test_no_amount(self, amount: Money | None) -> None:
        """Without an amount a person says how much."""
        assert asks(decide(situation(alert(amount=amount)), ACTING), "no_amount")

    def test_not_found(self) -> None:
        """Nothing found: a person may name the charge; silence and refusal both say not found."""
        decision = decide(situation(at=None), ACTING)
        assert asks(decision, "not_found")
        assert (decision.outcome, decision.silence_outcome) == (OutcomeCode.NOT_FOUND, OutcomeCode.NOT_FOUND)
        assert decision.on_silence is Action.ANSWER

    def test_ambiguous(self) -> None:
        """Two charges that fit are never told apart by guessing."""
        assert asks(decide(situation(at=None, match=AMBIGUOUS), ACTING), "ambiguous")

    def test_named_by_a_person(self) -> None:
        """A charge that a person named is decided on although nothing was matched."""
        assert decide(situation(match=NOT_FOUND), ACTING).action is Action.REFUND

    def test_charge_of_the_match(self) -> None:
        """Without a fresher reading the match's charge is decided on."""
        facts = Situation(alert=ALERT, match=MATCHED)
        assert decide(facts, ACTING).amount == usd(10_000)

    def test_unmatched_answered_at_once(self) -> None:
        """The policy may answer not found without asking anybody."""
        policy = acting('[unmatched]\nambiguous = "ask"\nnot_found = "not_found"')
        assert answers(decide(situation(at=None), policy), OutcomeCode.NOT_FOUND, "not_found")
        assert asks(decide(situation(at=None, match=AMBIGUOUS), policy), "ambiguous")

    def test_unknown_product(self) -> None:
        """A product nobody knows moves no money without a person, not even in silence."""
        decision = decide(
            situation(alert(product=NetworkProduct.UNKNOWN)), acting('[approval]\nsilence = "refund"')
        )
        assert asks(decision, "unknown_product")
        assert (decision.amount, decision.on_silence) == (usd(10_000), Action.ANSWER)

    def test_old_transaction(self) -> None:
        """A charge from more than 120 days before the alert goes to a person; on the day itself it does not."""
        on_the_day = alert(alerted_at=SOLD_AT + timedelta(days=120))
        after = alert(alerted_at=SOLD_AT + timedelta(days=120, seconds=1))
        assert decide(situation(on_the_day), ACTING).action is Action.REFUND
        assert asks(decide(situation(after), ACTING), "too_old")

    def test_an_alert_whose_window_is_over(self) -> None:
        """What comes in after its 72 hours prevents nothing by itself: a person looks, and silence never refunds."""
        in_time = alert(received_at=ALERTED_AT + timedelta(hours=71))
        late = alert(received_at=ALERTED_AT + timedelta(hours=72))
        assert decide(situation(in_time), ACTING).action is Action.REFUND
        decision = decide(situation(late), acting('[approval]\nsilence = "refund"'))
        assert asks(decision, "window_over")
        assert (decision.amount, decision.on_silence) == (usd(10_000), Action.ANSWER)

    @pytest.mark.parametrize("account_livemode", [True, False])
    def test_live_and_test_never_mix(self, account_livemode: bool) -> None:
        """A charge of the other mode is not the account's: nobody refunds it, silence says not found."""
        decision = decide(
            situation(at=charge(livemode=not account_livemode), account_livemode=account_livemode), ACTING
        )
        assert asks(decision, "livemode_mismatch")
        assert (decision.amount, decision.silence_outcome) == (None, OutcomeCode.NOT_FOUND)


class TestMerchantRules:
    def test_above_limit(self) -> None:
        """Above the limit a person decides; exactly at the limit nobody is asked."""
        at_limit = charge(amount=usd(15_000), captured_minor=15_000)
        above = charge(amount=usd(15_001), captured_minor=15_001)
        whole = alert(amount=usd(20_000))
        assert decide(situation(whole, at_limit), ACTING).action is Action.REFUND
        decision = decide(situation(whole, above), ACTING)
        assert asks(decision, "above_limit")
        assert decision.amount == usd(15_001)

    def test_limit_counts_what_is_refunded(self) -> None:
        """The limit is compared with the refund, not with the charge."""
        large = charge(amount=usd(90_000), captured_minor=90_000)
        assert decide(situation(alert(amount=usd(15_000)), large), ACTING).action is Action.REFUND

    def test_no_limit_for_the_currency(self) -> None:
        """A currency without a limit asks, or declines where the policy says so."""
        euros = charge(amount=Money(amount_minor=100, currency="EUR"), captured_minor=100)
        said = alert(amount=Money(amount_minor=100, currency="EUR"))
        assert asks(decide(situation(said, euros), ACTING), "no_limit")
        declining = acting('[refund]\nother_currencies = "decline"')
        assert answers(decide(situation(said, euros), declining), OutcomeCode.DECLINED_BY_RULE, "no_limit")

    def test_shipped_default_refunds_nothing(self) -> None:
        """Without limits every refund is a question."""
        assert asks(decide(situation(), parse_policy("")), "no_limit")

    def test_deny_list(self) -> None:
        """A denied customer is never refunded without a person, whatever a rule or silence says."""
        policy = acting(
            '[approval]\nsilence="refund"\n[refund.deny]\ncustomers="cus_1"\n'
            '[[rule]]\nname="all"\nthen="refund"'
        )
        decision = decide(situation(), policy)
        assert asks(decision, "deny_list")
        assert decision.on_silence is Action.ANSWER

    @pytest.mark.parametrize("lists", ['customers = "cus_1"', 'products = "p1"', 'metadata = "plan=monthly"'])
    def test_allow_list_passes_switches_but_not_limits(self, lists: str) -> None:
        """A charge on the allow list passes the switches; the limits still hold."""
        policy = acting(f'[refund.allow]\n{lists}\n[refund.products]\ncdrn = "decline"')
        marked = {"metadata": {"product_id": "p1", "plan": "monthly"}}
        assert decide(situation(at=charge(**marked)), policy).action is Action.REFUND
        large = charge(amount=usd(20_000), captured_minor=20_000, **marked)
        assert asks(decide(situation(alert(amount=usd(20_000)), large), policy), "above_limit")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ('[refund.products]\ncdrn = "decline"', "product_switch"),
            ('[refund.reason_classes]\ndispute = "decline"', "reason_class_switch"),
            ('[refund.card_countries]\nUS = "decline"', "card_country"),
            ('[refund.card_countries]\nUS = "decline"\n[refund.products]\ncdrn = "ask"', "card_country"),
        ],
    )
    def test_switches(self, text: str, reason: str) -> None:
        """Each switch declines by itself, and the most careful of several wins."""
        assert answers(decide(situation(), acting(text)), OutcomeCode.DECLINED_BY_RULE, reason)

    def test_liability_shift(self) -> None:
        """A fraud alert on an authenticated payment follows its switch; a dispute alert does not ask for it."""
        policy = acting('[refund]\nliability_shift = "decline"')
        authenticated = charge(three_d_secure=True)
        fraud = alert(reason_class=ReasonClass.FRAUD)
        assert answers(
            decide(situation(fraud, authenticated), policy), OutcomeCode.DECLINED_3DS, "liability_shift"
        )
        assert decide(situation(ALERT, authenticated), policy).action is Action.REFUND

    def test_stripe_knows_the_liability(self) -> None:
        """Where Stripe says that liability has not shifted, an authentication does not change that."""
        policy = acting('[refund]\nliability_shift = "decline"')
        attempted = charge(three_d_secure=True, liability_shift=False)
        fraud = alert(reason_class=ReasonClass.FRAUD)
        assert decide(situation(fraud, attempted), policy).action is Action.REFUND

    def test_first_rule_that_holds_decides(self) -> None:
        """Rules are asked in order, and the decision names the one that spoke."""
        policy = acting(
            '[[rule]]\nname="others"\nwhen={customer="cus_2"}\nthen="refund"\n'
            '[[rule]]\nname="shipped"\nwhen={product="cdrn"}\nthen="decline"\noutcome="fulfilled_cannot_stop"\n'
            '[[rule]]\nname="last"\nthen="refund"'
        )
        decision = decide(situation(), policy)
        assert answers(decision, OutcomeCode.FULFILLED_CANNOT_STOP, "rule_decline")
        assert decision.rule == "shipped"

    @pytest.mark.parametrize(
        "when",
        [
            'source = "hit"',
            'product = ["rdr", "cdrn"]',
            'reason_class = "dispute"',
            'reason_code = "13.1"',
            'brand = "visa"',
            'funding = "credit"',
            'card_country = "us"',
            'currency = "USD"',
            'customer = "cus_1"',
            'metadata = ["plan=yearly", "plan=monthly"]',
            'risk = "normal"',
            "liability_shift = false",
            'amount_above = { USD = "99.99" }',
            'amount_up_to = { USD = "100.00" }',
        ],
    )
    def test_every_condition(self, when: str) -> None:
        """Each condition holds for a charge that has what it names, and not for one that has something else."""
        policy = acting(f'[[rule]]\nname="it"\nwhen={{ {when} }}\nthen="acknowledge"')
        fits = charge(metadata={"plan": "monthly"}, radar_risk="normal")
        about = alert(reason_code="13.1")
        assert answers(decide(situation(about, fits), policy), OutcomeCode.ACKNOWLEDGED, "rule_acknowledge")
        differs = charge(
            amount=Money(amount_minor=10_000, currency="JPY"),
            captured_minor=10_000,
            brand="mastercard",
            funding="debit",
            card_country="DE",
            customer="cus_2",
            liability_shift=True,
        )
        other = alert(
            source="other",
            product="ethoca",
            reason_class="fraud",
            reason_code="10.4",
            amount=Money(amount_minor=10_000, currency="JPY"),
        )
        assert decide(situation(other, differs), policy).rule is None

    def test_observing_rule_only_notes(self) -> None:
        """A rule on trial leaves the decision alone and leaves a note."""
        policy = acting('[[rule]]\nname="trial"\nmode="observe"\nthen="decline"')
        decision = decide(situation(), policy)
        assert decision.action is Action.REFUND
        assert "Rule trial (observing) would decline." in decision.explanation

    def test_proposing_rule_asks(self) -> None:
        """A rule in mode propose turns its own refund into a question, even where the account acts."""
        policy = acting('[[rule]]\nname="new"\nmode="propose"\nthen="refund"')
        decision = decide(situation(), policy)
        assert asks(decision, "proposed")
        assert (decision.rule, decision.amount) == ("new", usd(10_000))

    @pytest.mark.parametrize(
        ("text", "on_silence", "outcome"),
        [
            ("", Action.ANSWER, OutcomeCode.DECLINED_BY_RULE),
            ('[approval]\nsilence="refund"', Action.REFUND, OutcomeCode.DECLINED_BY_RULE),
            ('[[approval.band]]\nup_to={USD="100"}\nsilence="refund"', Action.REFUND, OutcomeCode.DECLINED_BY_RULE),
            ('[[approval.band]]\nup_to={USD="99.99"}\nsilence="refund"', Action.ANSWER, OutcomeCode.DECLINED_BY_RULE),
            ('[[approval.band]]\nup_to={USD="100"}\nsilence="decline"\noutcome="fulfilled_cannot_stop"',
             Action.ANSWER, OutcomeCode.FULFILLED_CANNOT_STOP),
        ],
    )  # fmt: skip
    def test_silence_by_amount(self, text: str, on_silence: Action, outcome: OutcomeCode) -> None:
        """What silence means depends on the amount, by the first band that covers it."""
        policy = acting(text).model_copy(update={"mode": Mode.PROPOSE})
        decision = decide(situation(), policy)
        assert (decision.on_silence, decision.silence_outcome) == (on_silence, outcome)


class TestModes:
    def test_propose_asks_before_each_refund(self) -> None:
        """Mode propose turns a refund into a question about the same amount."""
        decision = decide(situation(), ACTING.model_copy(update={"mode": Mode.PROPOSE}))
        assert asks(decision, "proposed")
        assert decision.amount == usd(10_000)

    def test_propose_cancels_nothing_unasked(self) -> None:
        """In mode propose, no subscription ends without a person, not even behind a network refund."""
        proposing = ACTING.model_copy(update={"mode": Mode.PROPOSE})
        resolved = alert(kind=AlertKind.NETWORK_RESOLVED, product=NetworkProduct.RDR)
        for facts in (situation(resolved), situation(at=refunded(refund(10_000)))):
            assert decide(facts, proposing).cancellation.scope is CancelScope.NONE

    def test_observe_decides_the_same(self) -> None:
        """Observing shows what acting would do."""
        observing = ACTING.model_copy(update={"mode": Mode.OBSERVE})
        assert decide(situation(), observing) == decide(situation(), ACTING)


class TestNotices:
    @pytest.mark.parametrize(
        "kind",
        [
            AlertKind.INQUIRY,
            AlertKind.PREVENTED,
            AlertKind.DISPUTE_NOTICE,
            AlertKind.NETWORK_DECLINED,
            AlertKind.NETWORK_REVERSED,
        ],
    )
    def test_acknowledged_where_an_answer_is_taken(self, kind: AlertKind) -> None:
        """A notice is acknowledged where the source takes an answer, else nothing is due; no money either way."""
        told = decide(situation(alert(kind=kind)), ACTING)
        untold = decide(situation(alert(kind=kind, answer_mode=AnswerMode.NONE)), ACTING)
        assert (told.action, told.outcome) == (Action.ANSWER, OutcomeCode.ACKNOWLEDGED)
        assert (untold.action, untold.outcome) == (Action.NOTHING, None)
        assert told.cancellation == untold.cancellation == Cancellation()

    def test_rdr_resolved(self) -> None:
        """RDR has paid the customer: book it, end the subscription, refund nothing."""
        resolved = alert(kind=AlertKind.NETWORK_RESOLVED, product=NetworkProduct.RDR)
        decision = decide(situation(resolved), ACTING)
        assert answers(decision, OutcomeCode.ACKNOWLEDGED, "rdr_resolved")
        assert decision.network_refund
        assert decision.cancellation.scope is CancelScope.LINKED

    def test_rdr_after_our_refund(self) -> None:
        """RDR on a charge that we refunded may have paid the customer twice: the case says so."""
        resolved = alert(kind=AlertKind.NETWORK_RESOLVED, product=NetworkProduct.RDR)
        decision = decide(situation(resolved, refunded(refund(10_000))), ACTING)
        assert "paid twice" in decision.explanation

    def test_rdr_declined(self) -> None:
        """A declined RDR refunds nothing and ends nothing."""
        declined = alert(kind=AlertKind.NETWORK_DECLINED, product=NetworkProduct.RDR)
        decision = decide(situation(declined), ACTING)
        assert answers(decision, OutcomeCode.ACKNOWLEDGED, "rdr_declined")
        assert not decision.network_refund
        assert decision.cancellation == Cancellation()

    def test_cancel_only(self) -> None:
        """A request to cancel ends the subscription and moves no money."""
        decision = decide(situation(alert(kind=AlertKind.CANCEL_ONLY)), ACTING)
        assert answers(decision, OutcomeCode.ACKNOWLEDGED, "cancel_only")
        assert decision.cancellation.scope is CancelScope.LINKED

    def test_unknown_kind(self) -> None:
        """An unknown kind waits for a person where an answer is owed, and silence only acknowledges."""
        decision = decide(situation(alert(kind=AlertKind.UNKNOWN)), acting('[approval]\nsilence="refund"'))
        assert asks(decision, "unknown_kind")
        assert (decision.on_silence, decision.silence_outcome) == (Action.ANSWER, OutcomeCode.ACKNOWLEDGED)
        silent = alert(kind=AlertKind.UNKNOWN, answer_mode=AnswerMode.NONE)
        assert decide(situation(silent), ACTING).action is Action.NOTHING


class TestFraudReports:
    WARNING = alert(
        kind=AlertKind.FRAUD_REPORT,
        product=NetworkProduct.EFW,
        reason_class=ReasonClass.FRAUD,
        amount=None,
        answer_mode=AnswerMode.NONE,
        livemode=False,
    )
    POLICY = acting('[fraud_report]\nrefund = true\nlimits = { USD = "100.00" }')

    def test_off_by_default(self) -> None:
        """An early fraud warning moves no money unless the policy says so."""
        decision = decide(situation(self.WARNING), ACTING)
        assert (decision.action, decision.reason) == (Action.NOTHING, "fraud_report")

    def test_refunds_small_amounts(self) -> None:
        """Up to its own limit the whole charge goes back."""
        decision = decide(situation(self.WARNING), self.POLICY)
        assert (decision.action, decision.amount) == (Action.REFUND, usd(10_000))

    def test_leaves_larger_amounts(self) -> None:
        """Above its limit nothing moves and nobody is asked."""
        larger = charge(amount=usd(10_001), captured_minor=10_001)
        decision = decide(situation(self.WARNING, larger), self.POLICY)
        assert (decision.action, decision.reason) == (Action.NOTHING, "above_limit")

    @pytest.mark.parametrize(
        "facts",
        [
            situation(WARNING, refunded(refund(10_000))),
            situation(WARNING, disputes=(dispute(),)),
            situation(WARNING, charge(three_d_secure=True)),
            situation(WARNING, None),
            situation(WARNING.model_copy(update={"product": NetworkProduct.UNKNOWN})),
        ],
        ids=["refunded", "disputed", "authenticated", "not found", "unknown product"],
    )
    def test_doubts_are_acknowledged(self, facts: Situation) -> None:
        """Whatever speaks against a refund ends the matter: no answer is owed."""
        assert decide(facts, self.POLICY).action is Action.NOTHING

    def test_propose_asks(self) -> None:
        """In mode propose the refund of a warning is a question; silence acknowledges."""
        decision = decide(situation(self.WARNING), self.POLICY.model_copy(update={"mode": Mode.PROPOSE}))
        assert asks(decision, "proposed")
        assert (decision.on_silence, decision.silence_outcome) == (Action.ANSWER, OutcomeCode.ACKNOWLEDGED)


class TestCancellation:
    def test_by_policy(self) -> None:
        """Scope and moment are the policy's."""
        policy = acting('[subscription]\nscope = "all"\nmoment = "period_end"')
        ends = decide(situation(), policy).cancellation
        assert (ends.scope, ends.moment) == (CancelScope.ALL, CancelMoment.PERIOD_END)

    def test_never_for_a_listed_customer(self) -> None:
        """A customer on the never-cancel list keeps every subscription."""
        policy = acting('[subscription]\nscope = "all"\nnever_cancel = "cus_1"')
        assert decide(situation(), policy).cancellation.scope is CancelScope.NONE

    @pytest.mark.parametrize("mark", ["sub_1", "tier=enterprise"])
    def test_spares_listed_subscriptions(self, mark: str) -> None:
        """A listed subscription stays although the scope names it; others end."""
        ends = Cancellation(scope=CancelScope.ALL, never_cancel=(mark,))
        listed = SubscriptionSnapshot(id="sub_1", status="active", metadata={"tier": "enterprise"})
        assert not ends.may_cancel(listed)
        assert ends.may_cancel(SubscriptionSnapshot(id="sub_2", status="active"))


class TestInvariants:
    """Over every situation and policy that can be written down."""

    @settings(max_examples=250, deadline=None)
    @given(situations(), policies)
    def test_total_and_consistent(self, facts: Situation, policy: Policy) -> None:
        """Every situation gets a decision that says why and carries what its action needs."""
        decision = decide(facts, policy)
        assert decision.reason
        assert decision.explanation
        match decision.action:
            case Action.REFUND:
                assert decision.amount is not None
                assert decision.amount.amount_minor > 0
            case Action.ANSWER:
                assert decision.outcome not in (None, OutcomeCode.REFUNDED, OutcomeCode.REFUNDED_PARTIAL)
            case Action.ASK:
                assert decision.silence_outcome is not None
                assert decision.outcome is not None
            case Action.NOTHING:
                assert decision.outcome is None

    @settings(max_examples=250, deadline=None)
    @given(situations(), policies)
    def test_only_two_kinds_move_money(self, facts: Situation, policy: Policy) -> None:
        """Only a refund request, or a fraud report where the policy says so, may refund, by rule or in silence."""
        decision = decide(facts, policy)
        if _may_refund(decision):
            kind = facts.alert.kind
            assert kind is AlertKind.REFUND_REQUEST or (
                kind is AlertKind.FRAUD_REPORT and policy.fraud_report.refund
            )

    @settings(max_examples=250, deadline=None)
    @given(situations(), policies)
    def test_state_forbids(self, facts: Situation, policy: Policy) -> None:
        """Nothing moves by rule or silence on a charge that is disputed, settled, gone, or of the other mode."""
        decision = decide(facts, policy)
        if not _may_refund(decision) or decision.reason == "refund_resumed":
            return
        at = facts.charge or facts.match.charge
        assert at is not None
        assert at.livemode is facts.account_livemode
        assert facts.alert.livemode in (None, at.livemode)
        assert network_settlement(facts.disputes, facts.ledger) is None
        assert at.status is ChargeStatus.SUCCEEDED
        assert decision.amount is not None
        assert decision.amount.currency == at.amount.currency
        if (
            at.captured
            and decision.reason != "refund_pending_elsewhere"
            and gone_minor(at) < at.captured_minor
        ):
            assert not blocks_refund(at, facts.disputes)
            assert decision.amount.amount_minor <= at.captured_minor - gone_minor(at)

    @settings(max_examples=250, deadline=None)
    @given(situations(), policies)
    def test_limits_hold(self, facts: Situation, policy: Policy) -> None:
        """No refund is made by rule above the limit of its currency, or unasked in mode propose."""
        decision = decide(facts, policy)
        if decision.action is not Action.REFUND or decision.reason == "refund_resumed":
            return
        assert decision.amount is not None
        report = facts.alert.kind is AlertKind.FRAUD_REPORT
        limits = policy.fraud_report.limits if report else policy.refund.limits
        most = next(limit for limit in limits if limit.currency == decision.amount.currency)
        assert decision.amount <= most
        assert policy.mode is not Mode.PROPOSE
        assert facts.alert.product is not NetworkProduct.UNKNOWN

    @settings(max_examples=100, deadline=None)
    @given(situations(), policies)
    def test_network_refund_is_never_repeated(self, facts: Situation, policy: Policy) -> None:
        """What the network paid back is never refunded, and only an account's own charge is booked."""
        decision = decide(facts, policy)
        if decision.network_refund:
            assert decision.action in (Action.ANSWER, Action.NOTHING)
            assert facts.alert.kind is AlertKind.NETWORK_RESOLVED


def _may_refund(decision: Decision) -> bool:
    silent = decision.action is Action.ASK and decision.on_silence is Action.REFUND
    return decision.action is Action.REFUND or silent


class TestMetadata:
    @settings(max_examples=300, deadline=None)
    @given(situations(), policies)
    def test_what_rules_do_not_name_changes_nothing(self, given: Situation, policy: Policy) -> None:
        """A verdict over what the history holds of a charge is the verdict over all of it."""
        charge, matched = given.charge, given.match.charge
        shown = given.model_copy(
            update={
                "charge": charge and for_rules(charge, policy),
                "match": given.match.model_copy(update={"charge": matched and for_rules(matched, policy)}),
            }
        )
        assert decide(shown, policy) == decide(given, policy)

    @given(situations(), policies)
    def test_only_what_the_policy_says_itself_is_shown(self, given: Situation, policy: Policy) -> None:
        """Nothing of the merchant's own about a customer; and where nothing is named, nothing needs to be read."""
        shown = for_rules(given.charge or charge(), policy).metadata
        assert shown.keys() <= {"plan", "product_id"}
        assert "p2" not in shown.values()
        assert asks_for_metadata(policy) or not shown

    def test_subscriptions_that_stay(self) -> None:
        """The never-cancel list is asked by a subscription's metadata, too."""
        policy = parse_policy('mode = "act"\n[subscription]\nnever_cancel = ["plan=team"]\n')
        live = SubscriptionSnapshot(id="sub_1", status="active", metadata={"plan": "team", "owner": "Jane"})
        (shown,) = for_rules(charge(live_subscriptions=(live,)), policy).live_subscriptions or ()
        assert shown.metadata == {"plan": "team"}
