"""Chapter of an alert's story: the money, the subscription behind it, and the watch for a late failure."""

from datetime import datetime, timedelta

from temporalio import workflow

from activities.refunds import NetworkRefund, NetworkTakeBack, RefundOrder
from activities.subscriptions import CancelOrder
from chargebacks.alerts import AlertKind
from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import Approve, Asks, CaseStatus, alert_case_id
from chargebacks.decisions import Action, CancelScope, Decision
from chargebacks.matching import MatchVerdict
from chargebacks.refunds import MoneyState, RefundResult
from workflows.case import Case
from workflows.case_page import at
from workflows.parking import Question
from workflows.steps import (
    BOOK_NETWORK_REFUND,
    CANCEL_SUBSCRIPTIONS,
    CHECK_REFUND,
    REFUND_CHARGE,
    RELEASE_NETWORK_REFUND,
    StepFailed,
    run_local,
)

_PENDING_CHECKS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8))
"""An event normally tells of a refund's change; these checks are the safety net. The last one repeats."""

_FIRST_WATCH = timedelta(days=7)
"""Bank references arrive within 7 business days (https://docs.stripe.com/refunds#tracing-refunds), and with
them most late failures."""

_WORD_ON_FAILURE = timedelta(days=30)
"""How long a person may take to say whether a refund that failed late is to be made again."""

_RETRY_FOR = timedelta(hours=1)
"""How long a step is tried again by itself after a person resumed it."""

_NOT_BOOKED = "the network refunded one of several charges that fit: see that it is not refunded again"

_ENDS_SUBSCRIPTION = {
    MoneyState.REFUNDED,
    MoneyState.PENDING,
    MoneyState.VOIDED,
    MoneyState.ALREADY_REFUNDED,
    MoneyState.DUPLICATE,
    MoneyState.NETWORK_SETTLED,
}


async def book_network_refund(case: Case, decision: Decision) -> None:
    """Keep what the network has paid back itself, also where we only observe: whoever acts later must know of it."""
    charge, match = case.charge, case.record.case.match
    if case.alert.kind is AlertKind.NETWORK_RESOLVED and match and match.verdict is MatchVerdict.AMBIGUOUS:
        case.record.set(attention=_NOT_BOOKED)
    if charge is None or not decision.network_refund:
        return
    amount = case.alert.amount if case.alert.amount is not None else charge.amount
    order = NetworkRefund(
        case_id=case.id,
        account=case.account,
        provider_alert_id=case.alert.provider_alert_id,
        charge_id=charge.id,
        amount=amount if amount.currency == charge.amount.currency else charge.amount,
    )
    await run_local(BOOK_NETWORK_REFUND, order, summary=f"book the network's refund of {charge.id}")
    case.record.note(f"the network refunded {charge.id} itself: booked, so that nobody refunds it again")


async def release_network_refund(case: Case) -> None:
    """The network takes its own refund back: an alert that comes now may be refunded like any other."""
    if case.alert.takes_back is None:
        return
    case_id = alert_case_id(source=case.alert.source, provider_alert_id=case.alert.takes_back)
    order = NetworkTakeBack(account=case.account, case_id=case_id)
    charges = await run_local(
        RELEASE_NETWORK_REFUND, order, summary=f"release the network's refund of {case_id}"
    )
    for charge_id in charges:
        case.record.note(f"the network took its refund of {charge_id} back: it may be refunded again")


async def move_money(case: Case, decision: Decision) -> RefundResult | None:
    """Refund and wait until it is paid, at most until the last safe moment. None: no money was to move."""
    charge = case.charge
    if charge is None or decision.action is not Action.REFUND:
        return None
    order = _order(case, charge, decision)
    money = await case.persist(lambda: _refund(case, order), until=case.last_safe)
    if money is None:
        money = RefundResult.not_made("the refund could not be confirmed before the answer was due")
    case.record.set(money=money)
    return money


async def cancel_subscriptions(
    case: Case, decision: Decision, money: RefundResult | None
) -> CancelOrder | None:
    """End what the policy names once the money is back, or when the network has paid it back itself.

    The answer to the source does not wait for a repair: what could not be ended by then is returned as owed.
    """
    if decision.cancellation.scope is CancelScope.NONE or case.charge is None:
        return None
    if money is not None and money.state not in _ENDS_SUBSCRIPTION:
        return None
    order = CancelOrder(
        case_id=case.id, account=case.account, charge=case.charge, cancellation=decision.cancellation
    )
    try:
        await _cancel(case, order, until=case.window.aim_at or case.last_safe)
    except StepFailed as failure:
        case.record.note(f"subscriptions not cancelled yet ({failure.reason}): {failure.message}")
        return order
    return None


async def cancel_owed(case: Case, owed: CancelOrder | None) -> None:
    """End the subscriptions that could not be ended before the answer; a person repairs what is in the way."""
    if owed is not None:
        until = workflow.now() + _WORD_ON_FAILURE
        await case.persist(lambda: _cancel(case, owed, until=workflow.now() + _RETRY_FOR), until=until)


async def watch_refund(case: Case, decision: Decision, money: RefundResult | None) -> None:
    """A refund that succeeded can still fail, for up to 30 days (https://docs.stripe.com/refunds#failed-refunds)."""
    charge, days = case.charge, case.opened.watch_refund_days
    if money is None or charge is None:
        return
    order = _order(case, charge, decision)
    if money.state is MoneyState.FAILED:
        money = await _settle_ledger(case, order) or money
    if money.refund is None or money.state not in (MoneyState.REFUNDED, MoneyState.PENDING) or days == 0:
        return
    first, end = workflow.now() + _FIRST_WATCH, workflow.now() + timedelta(days=days)
    await case.record.publish(
        CaseStatus.WATCHING_REFUND,
        attention=case.record.case.attention,
        waits_for=f"a late failure of the refund, until {at(end)}",
    )
    while workflow.now() < end:
        await _refund_change(case, until=min(first, end) if workflow.now() < first else end)
        checked = await _check(case, order, until=end)
        if checked is not None and checked.state is MoneyState.FAILED:
            await _refund_again(case, order, checked)
            return


async def _cancel(case: Case, order: CancelOrder, *, until: datetime) -> None:
    summary = f"cancel subscriptions ({order.cancellation.scope.value})"
    cancelled = await case.run(CANCEL_SUBSCRIPTIONS, order, summary=summary, until=until)
    case.record.set(subscriptions=cancelled)
    for subscription in cancelled:
        case.record.note(f"cancelled {subscription}")


async def _settle_ledger(case: Case, order: RefundOrder) -> RefundResult | None:
    """The refund never came about as far as is known: find out for sure, so that the ledger lets go of the charge."""
    settled = await case.persist(
        lambda: case.run(CHECK_REFUND, order, summary=f"make sure that {order.charge_id} was not refunded"),
        until=workflow.now() + _WORD_ON_FAILURE,
    )
    if settled is not None and settled.refund is not None:
        _take(case, settled)
        case.record.set(
            attention="the refund was made after all, but the source had been told that it was not"
        )
    return settled


async def _refund(case: Case, order: RefundOrder) -> RefundResult:
    done = await case.run(REFUND_CHARGE, order, summary=f"refund {order.charge_id} once")
    if case.charge is not None:
        case.charge = case.charge.model_copy(update={"live_subscriptions": done.live_subscriptions})
    _take(case, done.result)
    money = await _await_payment(case, order, done.result)
    if money.state is MoneyState.FAILED:
        raise StepFailed(reason="refund_failed", message=money.detail, needs_operator=True)
    return money


async def _await_payment(case: Case, order: RefundOrder, money: RefundResult) -> RefundResult:
    """A pending refund has not been paid: wait for it while there is time."""
    waits = iter(_PENDING_CHECKS)
    wait = next(waits)
    while money.state is MoneyState.PENDING and workflow.now() < case.last_safe:
        await case.record.publish(
            CaseStatus.AWAITING_REFUND,
            attention=money.detail,
            waits_for=f"the refund to be paid, until {at(case.last_safe)}",
        )
        await _refund_change(case, until=min(workflow.now() + wait, case.last_safe))
        wait = next(waits, wait)
        money = await _check(case, order, until=case.last_safe) or money
    case.record.set(attention=None)
    return money


async def _check(case: Case, order: RefundOrder, *, until: datetime) -> RefundResult | None:
    """None when Stripe could not be asked; the next check may do better."""
    try:
        money = await case.run(
            CHECK_REFUND, order, summary=f"read the refund of {order.charge_id}", until=until
        )
    except StepFailed as failure:
        case.record.note(f"the refund could not be read ({failure.reason}): {failure.message}")
        return None
    _take(case, money)
    return money


async def _refund_change(case: Case, *, until: datetime) -> None:
    """Return when an event says that the refund changed, or at `until`."""
    timeout = max(until - workflow.now(), timedelta(0))
    try:
        await workflow.wait_condition(
            lambda: case.refund_changed, timeout=timeout, timeout_summary="read the refund again"
        )
    except TimeoutError:
        return
    case.refund_changed = False


async def _refund_again(case: Case, order: RefundOrder, money: RefundResult) -> None:
    """The customer was told of a refund that did not arrive: a person says whether it is made again."""
    question = Question(asks=Asks.APPROVAL, text=f"{money.detail}. Refund again?")
    until = workflow.now() + _WORD_ON_FAILURE
    await case.record.publish(
        CaseStatus.NEEDS_ATTENTION,
        attention=question.text,
        asks=question.asks,
        waits_for=f"approve or decline until {at(until)}",
    )
    answer = await case.desk.wait(question, until=until)
    if not isinstance(answer, Approve):
        case.record.note(f"declined by {answer.by}" if answer else "nobody said whether to refund again")
        return
    case.record.note(f"refund again: approved by {answer.by}")
    await case.persist(lambda: _refund(case, order), until=workflow.now() + _WORD_ON_FAILURE)


def _take(case: Case, money: RefundResult) -> None:
    case.record.set(money=money)
    case.record.note(money.detail)


def _order(case: Case, charge: ChargeSnapshot, decision: Decision) -> RefundOrder:
    return RefundOrder(
        case_id=case.id,
        account=case.account,
        provider_alert_id=case.alert.provider_alert_id,
        charge_id=charge.id,
        amount=decision.amount if decision.amount is not None else charge.amount,
        reason=decision.refund_reason,
        refunded_before_minor=decision.refunded_before_minor,
    )
