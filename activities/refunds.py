"""Refunds: three locks against paying twice, all inside one activity.

1. the ledger: one entry per obligation, reserved before anything is asked of Stripe, holding the charge;
2. Stripe's present state: refunds including pending ones, every dispute, amounts, read right before the write;
3. the idempotency key, made of the charge and the ledger entry.

A refund whose answer was lost is found again by the ledger key in its metadata, however late the retry comes.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio import activity

from activities.ports import AccountStore, RefundLedger, StripeGateway
from activities.switches import Feature, require_on
from chargebacks.charges import ChargeSnapshot, RefundSnapshot, SubscriptionSnapshot
from chargebacks.errors import Refused, StoredFailure, TryLater
from chargebacks.money import Money
from chargebacks.refunds import (
    EntryState,
    LedgerEntry,
    PlannedAct,
    RefundPlan,
    RefundReason,
    RefundResult,
    entry_state_of,
    plan_refund,
    result_of,
)
from chargebacks.values import Value

_STATE_CHANGED = {
    "charge_already_refunded",
    "charge_disputed",
    "refund_disputed_payment",
    "amount_too_large",
    "payment_intent_unexpected_state",
}
"""Stripe's refusals that mean the charge changed after we read it: read again, plan again."""

_STILL_RUNNING = timedelta(seconds=60)
"""Longest that Stripe may still be working on a request whose answer we did not wait for."""


class RefundOrder(Value):
    """Refund at most `amount` of the charge for this case."""

    case_id: str
    account: str
    provider_alert_id: str
    charge_id: str
    amount: Money
    reason: RefundReason
    refunded_before_minor: int | None = None
    """What had gone back when the decision was made; what others refund meanwhile is taken off the amount."""
    feature: Feature = Feature.ALERTS
    """Whose switch must be on: an inquiry's refund belongs to representment."""


class RefundDone(Value):
    """What became of the money, and what the same reading of Stripe said about subscriptions."""

    result: RefundResult
    live_subscriptions: tuple[SubscriptionSnapshot, ...] | None = None


class NetworkRefund(Value):
    """What the network paid back by itself (RDR)."""

    case_id: str
    account: str
    provider_alert_id: str
    charge_id: str
    amount: Money


class NetworkTakeBack(Value):
    """The network takes back what it had paid by itself for that case."""

    account: str
    case_id: str


class Refunds:
    def __init__(self, *, accounts: AccountStore, ledger: RefundLedger, stripe: StripeGateway) -> None:
        self._accounts = accounts
        self._ledger = ledger
        self._stripe = stripe

    @activity.defn
    async def refund_charge(self, order: RefundOrder) -> RefundDone:
        """Refund once, or say why not. Expected obstacles (refunded, disputed, uncaptured) are results."""
        account = await require_on(self._accounts, order.account, order.feature)
        entry = await self._ledger.reserve(
            account=order.account,
            charge_id=order.charge_id,
            case_id=order.case_id,
            provider_alert_id=order.provider_alert_id,
            amount=order.amount,
            now=datetime.now(UTC),
        )
        charge = await self._stripe.read_charge(order.account, order.charge_id)
        disputes, ledger = await asyncio.gather(
            self._stripe.list_disputes(order.account, charge),
            self._ledger.entries(account=order.account, charge_id=order.charge_id),
        )
        plan = plan_refund(
            charge=charge,
            disputes=disputes,
            ledger=ledger,
            entry=entry,
            requested=order.amount,
            account_livemode=account.livemode,
            refunded_before_minor=order.refunded_before_minor,
        )
        result = await self._carry_out(plan, order, charge, entry)
        return RefundDone(result=result, live_subscriptions=charge.live_subscriptions)

    @activity.defn
    async def check_refund(self, order: RefundOrder) -> RefundResult:
        """Read how the case's refund stands now and book it. A reservation that came to nothing is released."""
        entry = await self._entry_of(order)
        if entry is None:
            return RefundResult.not_made("no refund was begun for this case")
        charge = await self._stripe.read_charge(order.account, order.charge_id)
        refund = next((r for r in charge.refunds if r.ledger_key == entry.ledger_key), None)
        if refund is not None:
            return await self._book(entry, refund, charge)
        if entry.state is EntryState.RESERVED:
            await self._ledger.settle(entry, state=EntryState.RELEASED)
        return RefundResult.not_made("Stripe holds no refund of this case")

    @activity.defn
    async def book_network_refund(self, order: NetworkRefund) -> None:
        """Local activity: keep the network's own refund in the ledger, so that no other alert refunds again."""
        await self._ledger.book_external(
            account=order.account,
            charge_id=order.charge_id,
            case_id=order.case_id,
            provider_alert_id=order.provider_alert_id,
            amount=order.amount,
            now=datetime.now(UTC),
        )

    @activity.defn
    async def release_network_refund(self, order: NetworkTakeBack) -> tuple[str, ...]:
        """Local activity: the network's refund no longer stands in the way of ours; returns the charges concerned."""
        released = await self._ledger.release_external(account=order.account, case_id=order.case_id)
        return tuple(entry.charge_id for entry in released)

    async def _entry_of(self, order: RefundOrder) -> LedgerEntry | None:
        entries = await self._ledger.entries(account=order.account, charge_id=order.charge_id)
        ours = (entry for entry in entries if entry.case_id == order.case_id)
        return max(ours, key=lambda entry: entry.sequence, default=None)

    async def _carry_out(
        self, plan: RefundPlan, order: RefundOrder, charge: ChargeSnapshot, entry: LedgerEntry
    ) -> RefundResult:
        match plan.act:
            case PlannedAct.CREATE:
                refund = await self._create(plan, order, charge, entry)
                return await self._book(entry, refund, charge)
            case PlannedAct.ADOPT:
                assert plan.refund is not None
                return await self._book(entry, plan.refund, charge)
            case PlannedAct.VOID:
                await self._void(order, charge)
                await self._ledger.settle(entry, state=EntryState.RELEASED)
            case PlannedAct.NOTHING:
                await self._ledger.settle(entry, state=EntryState.RELEASED)
        return plan.result()

    async def _create(
        self, plan: RefundPlan, order: RefundOrder, charge: ChargeSnapshot, entry: LedgerEntry
    ) -> RefundSnapshot:
        assert plan.amount is not None
        try:
            return await self._stripe.create_refund(
                order.account, charge, amount=plan.amount, reason=order.reason, entry=entry
            )
        except StoredFailure as failure:
            await self._ledger.next_key(entry)
            raise TryLater(
                f"{failure} Stripe is read again before a new key is used.", reason="stored_failure"
            ) from failure
        except Refused as refusal:
            if refusal.reason == "idempotency_error":
                # The key was used with another amount. Its request may still be running: wait it out, look, then
                # act under a new key.
                await self._ledger.next_key(entry)
                raise TryLater(str(refusal), reason=refusal.reason, after=_STILL_RUNNING) from refusal
            if refusal.reason not in _STATE_CHANGED:
                raise
            raise _read_again(refusal) from refusal

    async def _void(self, order: RefundOrder, charge: ChargeSnapshot) -> None:
        if charge.payment_intent is None:
            raise Refused(f"{charge.id} is uncaptured and has no payment intent.", reason="cannot_void")
        try:
            await self._stripe.cancel_payment_intent(
                order.account, charge.payment_intent, case_id=order.case_id
            )
        except Refused as refusal:
            if refusal.reason not in _STATE_CHANGED:
                raise
            raise _read_again(refusal) from refusal

    async def _book(self, entry: LedgerEntry, refund: RefundSnapshot, charge: ChargeSnapshot) -> RefundResult:
        amount = Money(amount_minor=refund.amount_minor, currency=refund.currency)
        await self._ledger.settle(entry, state=entry_state_of(refund), refund_id=refund.id, amount=amount)
        return result_of(refund, charge)


def _read_again(refusal: Refused) -> TryLater:
    return TryLater(f"The charge changed meanwhile: {refusal}", reason=refusal.reason)
