"""How subscriptions end: at once, at the end of a period, with or without a last invoice.

https://docs.stripe.com/billing/subscriptions/cancel
"""

from sandbox import billing, billing_facts
from sandbox.errors import invalid
from sandbox.resources import invoices
from sandbox.state import Account, Sandbox
from sandbox.tables import Object

EXPIRES_AFTER_SECONDS = 23 * 3600
"""https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses"""
END_OF_PERIOD = ("min_period_end", "max_period_end", "max_billed_until")


def end(
    sandbox: Sandbox,
    account: Account,
    subscription: Object,
    *,
    prorate: bool = False,
    invoice_now: bool = False,
    at: int | None = None,
) -> None:
    """Cancel a subscription now, or let it have ended at `at`.

    `prorate` with `invoice_now` credits the unused time to the customer's balance by a last invoice; `prorate`
    alone leaves the credit pending, and the sandbox keeps no pending invoice items.
    """
    now = sandbox.clock.now() if at is None else at
    if prorate and invoice_now:
        _credit_unused(sandbox, account, subscription)
    subscription |= {"status": "canceled", "ended_at": now, "cancel_at_period_end": False}
    if subscription["canceled_at"] is None:
        subscription["canceled_at"] = now
        _explain(subscription, {"reason": "cancellation_requested"})
    if (schedule := _detached_schedule(account, subscription)) is not None:
        schedule |= {"status": "canceled", "canceled_at": now, "current_phase": None}
        sandbox.emit(account, "subscription_schedule.canceled", schedule)
    sandbox.emit(account, "customer.subscription.deleted", subscription)


def end_all(sandbox: Sandbox, account: Account, customer: Object) -> None:
    """Cancel what a customer still runs, as Stripe does when the customer is deleted."""
    for subscription in billing_facts.running_of(account, customer):
        end(sandbox, account, subscription)


def plan_end(sandbox: Sandbox, account: Account, subscription: Object, *, at: int, with_period: bool) -> None:
    """Let a subscription end at `at`; `with_period` says that it was asked to end with its period."""
    if at <= sandbox.clock.now():
        raise invalid("`cancel_at` must be in the future.", param="cancel_at")
    subscription |= {
        "cancel_at": at,
        "cancel_at_period_end": with_period,
        "canceled_at": sandbox.clock.now(),
    }
    _explain(subscription, {"reason": "cancellation_requested"})

    def fall_due() -> None:
        if subscription["cancel_at"] == at and subscription["status"] not in billing_facts.ENDED:
            end(sandbox, account, subscription)

    sandbox.clock.schedule(at, fall_due)


def expire_unpaid(sandbox: Sandbox, account: Account, subscription: Object) -> None:
    """Let a subscription whose first payment failed expire, and void its invoice, unless it is paid in time."""

    def fall_due() -> None:
        if subscription["status"] != "incomplete":
            return
        now = sandbox.clock.now()
        subscription.update(status="incomplete_expired", ended_at=now)
        invoice = invoices.INVOICES.find(account, subscription["latest_invoice"], param="invoice")
        invoice["status"] = "void"
        invoice["status_transitions"] = invoice["status_transitions"] | {"voided_at": now}
        sandbox.emit(account, "invoice.voided", invoice)
        previous = {"status": "incomplete"}
        sandbox.emit(account, "customer.subscription.updated", subscription, previous=previous)

    sandbox.clock.schedule(sandbox.clock.now() + EXPIRES_AFTER_SECONDS, fall_due)


def call_off(subscription: Object) -> None:
    """Let a subscription run on that was to end later."""
    subscription |= {"cancel_at": None, "cancel_at_period_end": False, "canceled_at": None}
    _explain(subscription, {"reason": None})


def moment_of(subscription: Object, cancel_at: str) -> int:
    """`cancel_at` in Unix seconds, given as such or by name."""
    if cancel_at in END_OF_PERIOD:
        ends = [item["current_period_end"] for item in billing_facts.items_of(subscription)]
        return int(min(ends) if cancel_at == "min_period_end" else max(ends))
    if not cancel_at.isdigit():
        raise invalid(f"Invalid timestamp: {cancel_at}", param="cancel_at")
    return int(cancel_at)


def explain(subscription: Object, given: Object) -> None:
    """Take over what the caller says about a cancellation."""
    names = ("comment", "feedback", "feedback_option")
    _explain(subscription, {name: given[name] for name in names if name in given})


def _explain(subscription: Object, details: Object) -> None:
    subscription["cancellation_details"] = subscription["cancellation_details"] | details


def _detached_schedule(account: Account, subscription: Object) -> Object | None:
    if subscription["schedule"] is None:
        return None
    schedule = account.tables["subscription_schedules"].get(subscription["schedule"])
    subscription["schedule"] = None
    return schedule


def _credit_unused(sandbox: Sandbox, account: Account, subscription: Object) -> None:
    now = sandbox.clock.now()
    lines = []
    for item in billing_facts.items_of(subscription):
        start, end = item["current_period_start"], item["current_period_end"]
        cost = item["price"]["unit_amount"] * item["quantity"]
        unused = cost * max(end - now, 0) // (end - start)
        line = invoices.line(
            sandbox,
            subscription,
            item,
            amount=-unused,
            description=f"Unused time on {item['price']['product']}",
            start=now,
            end=end,
            proration=True,
        )
        lines.append(line)
    start = min(item["current_period_start"] for item in billing_facts.items_of(subscription))
    reason = "subscription_update"
    last = billing.draw_up(sandbox, account, subscription, lines, reason=reason, created=now, since=start)
    billing.enter(sandbox, account, last, None)
    customer = account.tables["customers"].get(subscription["customer"])
    if customer is not None:
        customer["balance"] += last["total"]
    subscription["latest_invoice"] = last["id"]
