"""Subscriptions: what was cancelled when, and what was used after.

https://docs.stripe.com/disputes/categories (subscription canceled): active when billed, use after the claimed date, or
an instalment of one purchase.
"""

from collections.abc import Iterator
from datetime import datetime

from chargebacks.composing.case_facts import Case, Fact, item_source, stripe
from chargebacks.composing.letter_words import counted, counted_first, from_to, on_day, told
from chargebacks.composing.lines.line import Line, present, said
from chargebacks.composing.lines.use import USAGE
from chargebacks.packet import Statement

TIMELINE = "timeline"


def used_after_cancellation(case: Case) -> Line | None:
    """Whoever goes on using it has not cancelled in earnest."""
    cancelled, rows = case.cancelled_at, case.usage_after_cancellation
    if cancelled is None or not rows:
        return None
    logs = tuple(item_source(item, "rows") for _, item in rows)
    last = on_day(rows[-1][0].at)
    after = f", after the charge of {on_day(case.sold_at)}" if cancelled.value > case.sold_at else ""
    lead = said(
        f"The cancellation is recorded on {on_day(cancelled.value)}{after}. "
        f"The product was used {counted(len(rows), 'time')} after the cancellation, the last time on {last}.",
        cancelled,
        case.of_charge("created"),
        *logs,
        exhibits=(USAGE, TIMELINE),
    )
    text = f"After the recorded cancellation of {on_day(cancelled.value)} the product was used until {last}."
    return Line(
        name="used_after_cancellation",
        lead=lead,
        statements=present(_period(case), _started(case)),
        support=(said(text, cancelled, *logs, exhibits=(USAGE,)),),
    )


def cancelled_after_charge(case: Case) -> Line | None:
    """The charge was due when it was made. Of a single purchase it says nothing: each is cancelled after its charge."""
    cancelled = case.cancelled_at
    recurring = case.dossier.subscription is not None or case.reason == "subscription_canceled"
    if cancelled is None or cancelled.value <= case.sold_at or not recurring:
        return None
    lead = said(
        f"The charge was made on {on_day(case.sold_at)}. "
        f"The cancellation is recorded on {on_day(cancelled.value)}, after the charge.",
        case.of_charge("created"),
        cancelled,
        exhibits=(TIMELINE,),
    )
    text = f"The cancellation is recorded on {on_day(cancelled.value)}, after the charge of {on_day(case.sold_at)}."
    statement = said(text, cancelled, case.of_charge("created"), exhibits=(TIMELINE,))
    return Line(
        name="cancelled_after_charge",
        lead=lead,
        statements=present(_period(case), _started(case)),
        support=(statement,),
    )


def subscription_active(case: Case) -> Line | None:
    """It ran when the charge was made, and nothing says that it had been cancelled."""
    subscription, cancelled = case.dossier.subscription, case.cancelled_at
    if subscription is None or (cancelled and cancelled.value <= case.sold_at):
        return None
    started, ended = subscription.started_at or subscription.created, subscription.ended_at
    if started > case.sold_at or (ended and ended <= case.sold_at):
        return None
    place = stripe(f"subscription {subscription.id}, start_date, canceled_at, ended_at")
    lead = said(
        f"Subscription {subscription.id} began on {on_day(started)} and was active when the charge was made on "
        f"{on_day(case.sold_at)}. No cancellation is recorded before the charge.",
        place,
        case.of_charge("created"),
        cancelled,
        exhibits=(TIMELINE,),
    )
    text = (
        f"Subscription {subscription.id} was active on {on_day(case.sold_at)}, "
        "and no earlier cancellation is recorded."
    )
    active = said(text, place, case.of_charge("created"), cancelled, exhibits=(TIMELINE,))
    return Line(
        name="subscription_active",
        lead=lead,
        statements=present(_period(case), _paid_before(case), _used(case)),
        support=(active,),
    )


def instalment(case: Case) -> Line | None:
    """One purchase paid in parts: there is no subscription to cancel."""
    which = case.instalment
    words = told(which.value) if which else None
    if which is None or words is None:
        return None
    lead = said(
        f"The charge is instalment {words} of one purchase. It is not a charge for a renewed subscription.",
        which,
        exhibits=(TIMELINE,),
    )
    statement = said(f"The charge is instalment {words} of one purchase.", which, exhibits=(TIMELINE,))
    return Line(name="instalment", lead=lead, support=(statement,))


def cancelled_before_sale(case: Case) -> Fact[datetime] | None:
    """The merchant's own record says that the charge came after the cancellation."""
    cancelled = case.cancelled_at
    return cancelled if cancelled and cancelled.value <= case.sold_at else None


def cancellation_findings(case: Case) -> Iterator[str]:
    """What works against the merchant and is not told in the packet."""
    if cancelled := cancelled_before_sale(case):
        yield (
            f"The cancellation is recorded on {on_day(cancelled.value)}, before the charge of {on_day(case.sold_at)}: "
            "see whether the charge was due before this is fought."
        )


def _period(case: Case) -> Statement | None:
    if (period := case.period) is None:
        return None
    return said(
        f"The charge pays for the period from {from_to(period.value)}.", period, exhibits=("receipt",)
    )


def _started(case: Case) -> Statement | None:
    subscription = case.dossier.subscription
    if subscription is None or subscription.started_at is None or subscription.started_at > case.sold_at:
        return None
    return said(
        f"Subscription {subscription.id} began on {on_day(subscription.started_at)}.",
        stripe(f"subscription {subscription.id}, start_date"),
        exhibits=(TIMELINE,),
    )


def _paid_before(case: Case) -> Statement | None:
    subscription = case.dossier.subscription
    if subscription is None or subscription.paid_invoices < 1:
        return None
    return said(
        f"{counted_first(subscription.paid_invoices, 'earlier invoice')} of the subscription "
        f"{'was' if subscription.paid_invoices == 1 else 'were'} paid.",
        stripe(f"subscription {subscription.id}, paid invoices"),
    )


def _used(case: Case) -> Statement | None:
    if not case.usage:
        return None
    logs = (item_source(item, "rows") for _, item in case.usage)
    return said(
        f"The product was used {counted(len(case.usage), 'time')} after the charge.",
        *logs,
        case.of_charge("created"),
        exhibits=(USAGE,),
    )
