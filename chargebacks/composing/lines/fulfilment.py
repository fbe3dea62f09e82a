"""The customer got what was bought: delivered, used, provided; or its day is still to come.

What proves which kind of sale: https://docs.stripe.com/disputes/categories
"""

from collections.abc import Sequence
from datetime import datetime

from chargebacks.composing.case_facts import Case, Fact, Given, item_source
from chargebacks.composing.letter_words import at_time, counted, on_day, quoted, same_address
from chargebacks.composing.lines.cardholder import RECEIPT, checks_passed
from chargebacks.composing.lines.line import Line, present, said
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import DeliveryContent, EvidenceItem, FileContent, UsageRow
from chargebacks.packet import Source, Statement

DELIVERY, USAGE = "delivery", "usage"
_PROOF_OF_SERVICE = ("service_documentation", "customer_signature")
Parcel = Given[DeliveryContent]
Act = tuple[UsageRow, EvidenceItem]


def document_key(item: EvidenceItem) -> str:
    """Key of the exhibit that shows a file that came in."""
    return f"document_{item.id}"


def documents_in(case: Case, *slots: str) -> tuple[Given[FileContent], ...]:
    """Files that came in for these slots, slot by slot."""
    files = case.given(FileContent)
    return tuple(one for slot in slots for one in files if one.content.field == slot)


def delivered(case: Case) -> Line | None:
    """A carrier delivered it, and where."""
    arrived = [(at, one) for one in case.given(DeliveryContent) if (at := one.content.delivered_at)]
    if not arrived:
        return None
    at, parcel = max(arrived, key=lambda pair: pair[0])
    place = _place(case, parcel)
    where = f" to {place.value}" if place else ""
    parcels = f"The last of {counted(len(arrived), 'parcel')}" if len(arrived) > 1 else "The order"
    told = f"{parcels} was delivered on {on_day(at)}{where}."
    lead = said(told, parcel.source("delivered_at"), place, exhibits=(DELIVERY,))
    statements = present(
        _by_carrier(at, parcel), _signed(case, parcel), _to(parcel), _address_confirmed(case, parcel)
    )
    return Line(name="delivered", lead=lead, statements=statements, support=(lead, *statements[:1]))


def shipped(case: Case) -> Line | None:
    """On its way: worth little, but more than silence."""
    parcels = case.given(DeliveryContent)
    if any(one.content.delivered_at for one in parcels):
        return None
    sent = next((one for one in parcels if one.content.shipped_at), None)
    if sent is None or sent.content.shipped_at is None:
        return None
    text = f"The order was handed to the carrier on {on_day(sent.content.shipped_at)}."
    lead = said(text, sent.source("shipped_at"), exhibits=(DELIVERY,))
    track = said(
        f"{sent.content.carrier} carries it under the tracking number {sent.content.tracking_number}.",
        sent.source("carrier, tracking_number"),
        exhibits=(DELIVERY,),
    )
    return Line(name="shipped", lead=lead, statements=(track,), support=(lead, track))


def digital_use(case: Case) -> Line | None:
    """The product was used after it was paid for, best of all from the address of the purchase."""
    if not case.usage:
        return None
    rows, ip = case.usage, case.purchase_ip
    from_there = [pair for pair in rows if ip and pair[0].ip == ip.value]
    there = ""
    if from_there:
        share = f"{len(from_there)} of {counted(len(rows), 'act')} in the usage log"
        there = f" The IP address of the purchase stands at {share}."
    used = f"The product was used {counted(len(rows), 'time')} after the purchase, {_span(rows)}"
    lead = said(
        f"{used}.{there}",
        *_logs(rows),
        case.of_charge("created"),
        ip if from_there else None,
        exhibits=(USAGE,),
    )
    uses = said(f"{used}.", *_logs(rows), case.of_charge("created"), exhibits=(USAGE,))
    same = _from_purchase_ip(ip, from_there, rows) if ip and from_there else None
    place = said(f"The IP address of the purchase is {ip.value}.", ip) if ip and from_there else None
    return Line(
        name="digital_use",
        lead=lead,
        statements=present(place, _act(rows[0], "first"), _act(rows[-1], "last") if len(rows) > 1 else None),
        support=present(uses, same),
    )


def service_provided(case: Case) -> Line | None:
    """The service, event or stay has taken place."""
    at = case.service_at
    if at is None or at.value > case.dossier.read_at:
        return None
    proofs = documents_in(case, *_PROOF_OF_SERVICE)
    keys = tuple(document_key(one.item) for one in proofs)
    what = "booking was for" if case.plan.product_type is ProductType.EVENT else "service was provided on"
    lead = said(f"The {what} {on_day(at.value)}.", at, exhibits=keys)
    attached = present(_attached(proofs))
    return Line(name="service_provided", lead=lead, statements=attached, support=(lead, *attached))


def date_ahead(case: Case) -> Line | None:
    """The dispute was opened before what was agreed was due."""
    agreed, opened = case.agreed_at, case.dossier.dispute.created
    if agreed is None or agreed.value <= opened:
        return None
    lead = said(
        f"The agreed date is {on_day(agreed.value)}. The dispute was opened on {on_day(opened)}, before that date.",
        agreed,
        case.of_dispute("created"),
        exhibits=("timeline",),
    )
    text = f"The agreed date of {on_day(agreed.value)} came after the day on which the dispute was opened."
    statement = said(text, agreed, case.of_dispute("created"), exhibits=("timeline",))
    return Line(name="date_ahead", lead=lead, support=(statement,))


def documents(case: Case) -> Line | None:
    """What was supplied as files for the goods or the service is attached; it never leads."""
    shown = documents_in(case, "shipping_documentation", *_PROOF_OF_SERVICE)
    statement = _attached(shown)
    return Line(name="documents", lead=statement, support=(statement,)) if statement else None


def same_place(case: Case, parcel: Parcel, known: str) -> bool:
    """Whether the parcel went to the order's `shipping` or to the `billing` address."""
    address = case.shipping_address if known == "shipping" else case.billing_address
    return address is not None and same_address(parcel.content.address, address.value)


def _place(case: Case, parcel: Parcel) -> Fact[str] | None:
    """Where a parcel went, as the sale knows that place."""
    ordered, billed = same_place(case, parcel, "shipping"), same_place(case, parcel, "billing")
    named = {
        (True, True): "the order's shipping address, which is the billing address",
        (True, False): "the order's shipping address",
        (False, True): "the billing address",
    }.get((ordered, billed))
    if named is None:
        return None
    known = [
        fact
        for holds, fact in ((ordered, case.shipping_address), (billed, case.billing_address))
        if holds and fact
    ]
    sources: tuple[Source, ...] = (
        parcel.source("address"),
        *(place for fact in known for place in fact.sources),
    )
    return Fact(value=named, sources=sources)


def _by_carrier(at: datetime, parcel: Parcel) -> Statement:
    carrier, number = parcel.content.carrier, parcel.content.tracking_number
    return said(
        f"{carrier} delivered parcel {number} on {at_time(at)}.",
        parcel.source("carrier, tracking_number, delivered_at"),
        exhibits=(DELIVERY,),
    )


def _to(parcel: Parcel) -> Statement | None:
    address = quoted(parcel.content.address.one_line()) if parcel.content.address else None
    if address is None:
        return None
    return said(
        f"The address of delivery is {address[1:-1]}.", parcel.source("address"), exhibits=(DELIVERY,)
    )


def _signed(case: Case, parcel: Parcel) -> Statement | None:
    name = quoted(parcel.content.signed_by) if parcel.content.signed_by else None
    if name is None:
        return None
    keys = tuple(document_key(one.item) for one in documents_in(case, "customer_signature"))
    return said(
        f"The delivery was signed for by {name[1:-1]}.",
        parcel.source("signed_by"),
        exhibits=(DELIVERY, *keys),
    )


def _address_confirmed(case: Case, parcel: Parcel) -> Statement | None:
    """AVS says something about the delivery only where it went to the billing address."""
    passed = [words for words in checks_passed(case) if "AVS" in words]
    if not passed or not same_place(case, parcel, "billing"):
        return None
    return said(
        f"The issuer confirmed the {' and the '.join(passed)} of this address when the charge was made.",
        case.of_charge("payment_method_details.card.checks"),
        parcel.source("address"),
        case.billing_address,
        exhibits=(RECEIPT, DELIVERY),
    )


def _attached(proofs: tuple[Given[FileContent], ...]) -> Statement | None:
    if not proofs:
        return None
    be = "is" if len(proofs) == 1 else "are"
    return said(
        f"{counted(len(proofs), 'document')} of the delivery or service {be} attached.",
        *(one.source(f"file for {one.content.field}") for one in proofs),
        exhibits=tuple(document_key(one.item) for one in proofs),
    )


def _from_purchase_ip(ip: Fact[str], from_there: Sequence[Act], rows: tuple[Act, ...]) -> Statement:
    return said(
        f"The IP address {ip.value} of the purchase stands at {len(from_there)} of {counted(len(rows), 'act')} "
        "in the usage log.",
        *_logs(from_there),
        ip,
        exhibits=(USAGE,),
    )


def _act(act: Act, which: str) -> Statement | None:
    row, item = act
    words = quoted(row.what)
    if words is None:
        return None
    text = f"The {which} act in the log after the purchase is {words}, on {at_time(row.at)}."
    return said(text, item_source(item, "rows"), exhibits=(USAGE,))


def _span(rows: tuple[Act, ...]) -> str:
    first, last = rows[0][0].at, rows[-1][0].at
    if first.date() == last.date():
        return f"on {on_day(first)}"
    return f"from {on_day(first)} to {on_day(last)}"


def _logs(rows: Sequence[Act]) -> list[Source]:
    return list(dict.fromkeys(item_source(item, "rows") for _, item in rows))
