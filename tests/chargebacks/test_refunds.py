"""What a refund may do just before the write, and what its result is called."""

import pytest
from builders import (
    CASE_ID,
    CHARGE,
    OTHER_CASE_ID,
    charge,
    dispute,
    entry,
    others_entry,
    refund,
    refunded,
    usd,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from situations import charges, disputes, ledgers, minor_units

from chargebacks.charges import ChargeSnapshot, ChargeStatus, DisputeSnapshot
from chargebacks.errors import CaseError, NeedsOperator, Refused, TryLater
from chargebacks.ledger import EntryState, LedgerEntry
from chargebacks.money import Money
from chargebacks.refund_state import blocks_refund, gone_minor, is_live
from chargebacks.refunds import (
    MoneyState,
    PlannedAct,
    RefundPlan,
    RefundResult,
    entry_state_of,
    network_settlement,
    plan_refund,
    result_of,
)

OURS = entry()


def plan(
    at: ChargeSnapshot = CHARGE,
    *,
    requested: Money | None = None,
    disputes: tuple[DisputeSnapshot, ...] = (),
    ledger: tuple[LedgerEntry, ...] = (),
    ours: LedgerEntry = OURS,
    account_livemode: bool | None = None,
    refunded_before_minor: int | None = None,
) -> RefundPlan:
    return plan_refund(
        charge=at,
        disputes=disputes,
        ledger=(*ledger, ours),
        entry=ours,
        requested=requested or at.amount,
        account_livemode=account_livemode,
        refunded_before_minor=refunded_before_minor,
    )


class TestCreating:
    def test_requested_amount(self) -> None:
        """On an untouched charge the requested amount is refunded."""
        assert plan(requested=usd(4_000)) == RefundPlan(act=PlannedAct.CREATE, amount=usd(4_000))

    def test_no_more_than_is_left(self) -> None:
        """Earlier refunds, pending ones included, leave only the rest."""
        made = refunded(refund(3_000), refund(2_000, status="pending", refund_id="re_2"))
        assert plan(made).amount == usd(5_000)

    def test_stripe_sum_counts(self) -> None:
        """What Stripe sums up but does not list is gone, too."""
        assert plan(charge(refunded_minor=9_000)).amount == usd(1_000)

    def test_only_what_was_captured(self) -> None:
        """A partial capture is all there is to refund."""
        assert plan(charge(captured_minor=6_000)).amount == usd(6_000)

    def test_failed_refunds_count_for_nothing(self) -> None:
        """A failed or cancelled refund has given nothing back."""
        made = refunded(refund(10_000, status="failed"), refund(10_000, status="canceled", refund_id="re_2"))
        assert plan(made).amount == usd(10_000)

    def test_unknown_status_counts_as_pending(self) -> None:
        """A status that Stripe may invent holds its part of the charge."""
        assert plan(refunded(refund(9_000, status="being_considered"))).amount == usd(1_000)

    def test_inquiry_does_not_block(self) -> None:
        """An inquiry leaves the charge refundable."""
        assert plan(charge(disputed=True), disputes=(dispute(refundable=True),)).act is PlannedAct.CREATE

    def test_repeated_partial_refund_is_caught(self) -> None:
        """What somebody refunded between decision and write is taken off a partial refund."""
        made = refunded(refund(3_000))
        assert plan(made, requested=usd(4_000), refunded_before_minor=0).amount == usd(1_000)
        assert plan(made, requested=usd(4_000), refunded_before_minor=3_000).amount == usd(4_000)

    def test_part_is_rounded_down_to_what_stripe_moves(self) -> None:
        """A part of a charge in a currency with coarse steps is rounded down, never up; the rest is not."""
        dinars = Money(amount_minor=10_000, currency="KWD")
        at = charge(amount=dinars)
        assert plan(at, requested=Money(amount_minor=1_255, currency="KWD")).amount == Money(
            amount_minor=1_250, currency="KWD"
        )
        with pytest.raises(Refused, match="as little as"):
            plan(at, requested=Money(amount_minor=5, currency="KWD"))


class TestAdopting:
    @pytest.mark.parametrize(
        "ours",
        [
            refund(10_000, ledger_key=OURS.ledger_key, case_id=CASE_ID),
            refund(10_000, ledger_key=OURS.ledger_key),
            refund(10_000, case_id=CASE_ID),
            refund(10_000, ledger_key=OURS.ledger_key, status="pending"),
        ],
        ids=["key and case", "key", "case", "pending"],
    )
    def test_refund_of_ours(self, ours: object) -> None:
        """A refund that carries our ledger key or our case is ours, whatever was lost on our side."""
        made = refunded(ours)  # type: ignore[arg-type]
        assert plan(made) == RefundPlan(act=PlannedAct.ADOPT, refund=ours)

    def test_before_every_other_rule(self) -> None:
        """Our refund is adopted although the charge is disputed by now: the money has moved."""
        made = refunded(refund(10_000, ledger_key=OURS.ledger_key))
        assert plan(made, disputes=(dispute(),)).act is PlannedAct.ADOPT

    def test_known_by_the_ledger(self) -> None:
        """A refund that the ledger names is ours although it carries no mark."""
        booked = entry(state=EntryState.PENDING, refund_id="re_1")
        assert plan(refunded(refund(10_000)), ours=booked).act is PlannedAct.ADOPT

    def test_live_one_first(self) -> None:
        """Of two refunds under our key the one that was not refused counts."""
        failed = refund(10_000, status="failed", ledger_key=OURS.ledger_key)
        live = refund(10_000, refund_id="re_2", ledger_key=OURS.ledger_key)
        assert plan(refunded(failed, live)).refund == live

    def test_failed_one_of_the_same_entry(self) -> None:
        """A failed refund of this entry is not silently repeated: a new entry has to be reserved first."""
        failed = refund(10_000, status="failed", ledger_key=OURS.ledger_key)
        assert plan(refunded(failed)).refund == failed
        assert plan(refunded(failed), ours=entry(sequence=2)).act is PlannedAct.CREATE

    def test_reused_key_of_another_case(self) -> None:
        """After the ledger was lost, an equal key of another case's refund is not ours."""
        made = refunded(refund(10_000, ledger_key=OURS.ledger_key, case_id=OTHER_CASE_ID))
        assert plan(made).act is PlannedAct.NOTHING


class TestNothing:
    def told(self, result: RefundPlan) -> tuple[PlannedAct, MoneyState]:
        return result.act, result.result().state

    def test_already_refunded(self) -> None:
        """Somebody else's refund of the whole charge is told with its amount and time."""
        made = refund(10_000)
        result = plan(refunded(made)).result()
        assert (result.state, result.amount, result.refund, result.at) == (
            MoneyState.ALREADY_REFUNDED,
            usd(10_000),
            made,
            made.created,
        )
        assert not result.partial

    def test_duplicate(self) -> None:
        """A refund that another case made is a duplicate and names that case's alert."""
        result = plan(refunded(refund(10_000)), ledger=(others_entry(),), ours=entry(sequence=2)).result()
        assert (result.state, result.duplicate_of) == (MoneyState.DUPLICATE, "alert-0")

    def test_disputed(self) -> None:
        """One dispute that forbids refunds is enough."""
        blocked = plan(disputes=(dispute(refundable=True), dispute()))
        assert self.told(blocked) == (PlannedAct.NOTHING, MoneyState.ALREADY_DISPUTED)

    def test_disputed_without_its_disputes(self) -> None:
        """A charge marked as disputed is not refunded while its disputes are unknown."""
        assert self.told(plan(charge(disputed=True)))[1] is MoneyState.ALREADY_DISPUTED

    def test_refunded_then_disputed(self) -> None:
        """A charge that was refunded before it was disputed counts as refunded."""
        state = self.told(plan(refunded(refund(10_000)), disputes=(dispute(),)))[1]
        assert state is MoneyState.ALREADY_REFUNDED

    def test_network_settled(self) -> None:
        """What the network settled is never refunded, whether the ledger or Stripe knows it."""
        settled = plan(disputes=(dispute(settled=True, refundable=True),))
        assert self.told(settled) == (PlannedAct.NOTHING, MoneyState.NETWORK_SETTLED)
        external = others_entry(state=EntryState.EXTERNAL, refund_id=None)
        booked = plan(ledger=(external,), ours=entry(sequence=2)).result()
        assert (booked.state, booked.duplicate_of) == (MoneyState.NETWORK_SETTLED, "alert-0")

    def test_payment_unsuccessful(self) -> None:
        """A failed payment has nothing to give back."""
        failed = plan(charge(status=ChargeStatus.FAILED))
        assert self.told(failed) == (PlannedAct.NOTHING, MoneyState.PAYMENT_UNSUCCESSFUL)

    def test_uncaptured(self) -> None:
        """An uncaptured payment is cancelled."""
        voided = plan(charge(captured=False, captured_minor=0))
        assert self.told(voided) == (PlannedAct.VOID, MoneyState.VOIDED)

    def test_told_by_its_refund(self) -> None:
        """A plan that makes or adopts a refund has no result of its own."""
        with pytest.raises(ValueError, match="told by its refund"):
            plan().result()


class TestRefusing:
    def test_other_mode(self) -> None:
        """A charge of the other mode is refused."""
        with pytest.raises(Refused) as refusal:
            plan(account_livemode=True)
        assert refusal.value.reason == "livemode_mismatch"

    def test_other_currency(self) -> None:
        """A refund is in the charge's currency or not at all."""
        with pytest.raises(Refused) as refusal:
            plan(requested=Money(amount_minor=1, currency="EUR"))
        assert refusal.value.reason == "currency_mismatch"

    def test_nothing(self) -> None:
        """A refund of nothing is refused."""
        with pytest.raises(Refused) as refusal:
            plan(requested=usd(0))
        assert refusal.value.reason == "nothing_requested"

    def test_other_charge(self) -> None:
        """A ledger entry refunds its own charge only."""
        with pytest.raises(Refused) as refusal:
            plan(CHARGE.model_copy(update={"id": "ch_2"}))
        assert refusal.value.reason == "wrong_charge"

    @pytest.mark.parametrize("state", [EntryState.FAILED, EntryState.RELEASED, EntryState.EXTERNAL])
    def test_closed_entry(self, state: EntryState) -> None:
        """A closed ledger entry makes no refund."""
        with pytest.raises(Refused) as refusal:
            plan(ours=entry(state=state))
        assert refusal.value.reason == "ledger_entry_closed"

    @pytest.mark.parametrize("state", [EntryState.PENDING, EntryState.SUCCEEDED])
    def test_booked_refund_that_stripe_does_not_show(self, state: EntryState) -> None:
        """A refund that the ledger holds and Stripe does not show is waited for, never made again."""
        with pytest.raises(TryLater) as wait:
            plan(ours=entry(state=state, refund_id="re_9"))
        assert wait.value.reason == "refund_not_visible"

    def test_pending_elsewhere(self) -> None:
        """Somebody else's pending refund of the rest is neither repeated nor called refunded."""
        with pytest.raises(TryLater) as wait:
            plan(refunded(refund(10_000, status="pending")))
        assert wait.value.reason == "refund_pending_elsewhere"

    @pytest.mark.parametrize("state", [EntryState.RESERVED, EntryState.PENDING])
    def test_held_by_another_case(self, state: EntryState) -> None:
        """Another case's undecided entry holds the charge."""
        with pytest.raises(TryLater) as wait:
            plan(ledger=(others_entry(state=state, refund_id=None),), ours=entry(sequence=2))
        assert wait.value.reason == "charge_held"

    def test_payment_in_progress(self) -> None:
        """A payment that is still being made is waited for."""
        with pytest.raises(TryLater) as wait:
            plan(charge(status=ChargeStatus.PENDING))
        assert wait.value.reason == "charge_pending"

    def test_uncaptured_without_payment_intent(self) -> None:
        """What cannot be cancelled by a payment intent needs a person."""
        with pytest.raises(NeedsOperator):
            plan(charge(captured=False, captured_minor=0, payment_intent=None))


class TestResults:
    @pytest.mark.parametrize(
        ("status", "money", "booked"),
        [
            ("succeeded", MoneyState.REFUNDED, EntryState.SUCCEEDED),
            ("pending", MoneyState.PENDING, EntryState.PENDING),
            ("requires_action", MoneyState.PENDING, EntryState.PENDING),
            ("being_considered", MoneyState.PENDING, EntryState.PENDING),
            ("failed", MoneyState.FAILED, EntryState.FAILED),
            ("canceled", MoneyState.FAILED, EntryState.FAILED),
        ],
    )
    def test_only_succeeded_is_money_back(self, status: str, money: MoneyState, booked: EntryState) -> None:
        """Every status but `succeeded` is pending or failed, the unknown ones pending."""
        made = refund(10_000, status=status)
        assert result_of(made, CHARGE).state is money
        assert entry_state_of(made) is booked

    def test_failed_gives_no_amount(self) -> None:
        """A failed refund has given nothing back and says why."""
        made = refund(10_000, status="failed").model_copy(update={"failure_reason": "declined"})
        result = result_of(made, CHARGE)
        assert result.amount is None
        assert result.detail == "refund re_1 of 100.00 USD has failed: declined"

    @pytest.mark.parametrize(
        ("before", "partial"),
        [((), True), ((refund(6_000, refund_id="re_0"),), False)],
        ids=["first part", "rest"],
    )
    def test_partial(self, before: tuple[object, ...], partial: bool) -> None:
        """A refund is partial unless the whole charge is back with it, read before or after it was made."""
        made = refund(4_000)
        assert result_of(made, refunded(*before)).partial is partial  # type: ignore[arg-type]
        assert result_of(made, refunded(*before, made)).partial is partial  # type: ignore[arg-type]

    def test_pending_rest_leaves_it_partial(self) -> None:
        """Somebody else's pending refund does not make the whole charge paid back."""
        assert result_of(refund(4_000), refunded(refund(6_000, status="pending", refund_id="re_0"))).partial

    def test_not_made(self) -> None:
        """A refund that nobody can vouch for is told as failed."""
        assert RefundResult.not_made("no answer").state is MoneyState.FAILED


class TestInvariants:
    """Over every charge, ledger and dispute that can be written down."""

    @settings(max_examples=500, deadline=None)
    @given(
        charges(),
        disputes,
        ledgers(from_sequence=2),
        st.sampled_from(EntryState),
        minor_units,
        st.none() | minor_units,
    )
    def test_no_refund_too_many(
        self,
        at: ChargeSnapshot,
        blocking: tuple[DisputeSnapshot, ...],
        ledger: tuple[LedgerEntry, ...],
        state: EntryState,
        requested: int,
        before: int | None,
    ) -> None:
        """A refund stays within what was captured, asked for and still free, on a charge that may be refunded."""
        ours = entry(state=state)
        try:
            planned = plan(
                at,
                requested=usd(requested),
                disputes=blocking,
                ledger=ledger,
                ours=ours,
                refunded_before_minor=before,
            )
        except CaseError:
            return
        if planned.act is not PlannedAct.CREATE:
            return
        assert planned.amount is not None
        assert planned.amount.currency == at.amount.currency
        assert 0 < planned.amount.amount_minor <= requested
        assert gone_minor(at) + planned.amount.amount_minor <= at.captured_minor
        assert sum(
            made.amount_minor for made in at.refunds if is_live(made)
        ) + planned.amount.amount_minor <= (at.captured_minor)
        assert state is EntryState.RESERVED
        assert at.captured
        assert not blocks_refund(at, blocking)
        assert network_settlement(blocking, ledger) is None
        assert not any(is_live(made) and made.case_id == CASE_ID for made in at.refunds)
        assert not any(made.ledger_key == ours.ledger_key and made.case_id is None for made in at.refunds)

    @settings(max_examples=200, deadline=None)
    @given(charges(), disputes, ledgers(from_sequence=2), minor_units)
    def test_second_plan_adopts_the_first(
        self,
        at: ChargeSnapshot,
        blocking: tuple[DisputeSnapshot, ...],
        ledger: tuple[LedgerEntry, ...],
        requested: int,
    ) -> None:
        """Whatever becomes of the answer, planning again after the refund was made adopts it."""
        try:
            first = plan(at, requested=usd(requested), disputes=blocking, ledger=ledger)
        except CaseError:
            return
        if first.amount is None:
            return
        made = refund(
            first.amount.amount_minor, refund_id="re_new", ledger_key=OURS.ledger_key, case_id=CASE_ID
        )
        after = at.model_copy(
            update={
                "refunds": (*at.refunds, made),
                "refunded_minor": at.refunded_minor + made.amount_minor,
            }
        )
        again = plan(after, requested=usd(requested), disputes=blocking, ledger=ledger)
        assert again == RefundPlan(act=PlannedAct.ADOPT, refund=made)
