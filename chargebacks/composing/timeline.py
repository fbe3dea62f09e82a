"""The dates of a case in one list, those on which the dispute turns marked."""

from collections.abc import Iterator
from datetime import datetime

from chargebacks.composing.case_facts import Case, Given, item_source, stripe
from chargebacks.composing.lines.cancellation import TIMELINE
from chargebacks.composing.lines.refunds import refunds_made
from chargebacks.evidence_items import DeliveryContent, PolicyContent
from chargebacks.money import Money
from chargebacks.packet import Exhibit, Source, TimelineBlock, TimelineEntry

_FEWEST = 3
"""Two dates are no timeline: the sale and the dispute stand on the letter."""


def timeline_exhibit(case: Case) -> Exhibit | None:
    """Nothing stands here that the letter would leave out, such as a cancellation before the charge."""
    found = sorted(_entries(case), key=lambda entry: (entry.at, entry.text))
    entries = tuple({(entry.at, entry.text): entry for entry in found}.values())
    if len(entries) < _FEWEST:
        return None
    return Exhibit(
        key=TIMELINE,
        title="Timeline",
        slot="uncategorized_file",
        rank=6,
        summary="What happened when, in UTC.",
        blocks=(TimelineBlock(entries=entries),),
    )


def _entries(case: Case) -> Iterator[TimelineEntry]:
    charge, dispute = case.dossier.sale.charge, case.dossier.dispute
    yield _entry(charge.created, f"Charge of {charge.amount}.", case.of_charge("created"), key=True)
    yield _entry(dispute.created, f"The {case.claim} was opened.", case.of_dispute("created"), key=True)
    yield from _subscription(case)
    for parcel in case.given(DeliveryContent):
        yield from _parcel(parcel)
    for given in case.given(PolicyContent):
        if at := given.content.in_force_from:
            name = given.content.kind.value.replace("_", " ")
            yield _entry(at, f"The {name} came into force.", given.source("in_force_from"))
    for refund in refunds_made(case):
        amount = Money(amount_minor=refund.amount_minor, currency=refund.currency)
        source = stripe(f"refund {refund.id}, created")
        yield _entry(refund.created, f"Refund {refund.id} of {amount}.", source, key=True)
    if provided := case.service_at:
        text = "Date of the service, event or stay."
        yield TimelineEntry(at=provided.value, text=text, sources=provided.sources, key=True)
    if (agreed := case.agreed_at) and agreed != case.service_at:
        text = "Agreed date of delivery or performance."
        yield TimelineEntry(at=agreed.value, text=text, sources=agreed.sources, key=True)
    yield from _use(case)
    yield from _messages(case)


def _messages(case: Case) -> Iterator[TimelineEntry]:
    if not case.messages:
        return
    (first, its), (last, of_last) = case.messages[0], case.messages[-1]
    if len(case.messages) == 1:
        yield _entry(first.at, "Message from or to the customer.", item_source(its, "messages"))
        return
    yield _entry(first.at, "First message of the correspondence.", item_source(its, "messages"))
    yield _entry(last.at, "Last message of the correspondence.", item_source(of_last, "messages"))


def _subscription(case: Case) -> Iterator[TimelineEntry]:
    subscription, cancelled = case.dossier.subscription, case.cancelled_at
    if subscription and subscription.started_at and subscription.started_at < case.sold_at:
        source = stripe(f"subscription {subscription.id}, start_date")
        yield _entry(subscription.started_at, "The subscription began.", source)
    if cancelled and (cancelled.value > case.sold_at or case.usage_after_cancellation):
        text = "The cancellation is recorded."
        yield TimelineEntry(at=cancelled.value, text=text, sources=cancelled.sources, key=True)


def _parcel(parcel: Given[DeliveryContent]) -> Iterator[TimelineEntry]:
    number = parcel.content.tracking_number
    if at := parcel.content.shipped_at:
        yield _entry(at, f"Parcel {number} was shipped.", parcel.source("shipped_at"))
    if at := parcel.content.delivered_at:
        yield _entry(at, f"Parcel {number} was delivered.", parcel.source("delivered_at"), key=True)


def _use(case: Case) -> Iterator[TimelineEntry]:
    if not case.usage:
        return
    (first, its), (last, of_last) = case.usage[0], case.usage[-1]
    yield _entry(first.at, "First use of the product after the purchase.", item_source(its, "rows"), key=True)
    if last.at != first.at:
        after = bool(case.usage_after_cancellation)
        yield _entry(last.at, "Last recorded use of the product.", item_source(of_last, "rows"), key=after)


def _entry(at: datetime, text: str, source: Source, *, key: bool = False) -> TimelineEntry:
    return TimelineEntry(at=at, text=text, sources=(source,), key=key)
