"""The customer got what was bought: delivered, signed for, provided; or its day is still to come.

What proves which kind of sale: https://docs.stripe.com/disputes/categories
"""

from datetime import datetime

from chargebacks.composing.case_facts import Case, Fact, Given
from chargebacks.composing.letter_words import (
    at_time,
    counted,
    counted_first,
    on_day,
    same_address,
    told,
)
from chargebacks.composing.lines.cardholder import RECEIPT, checks_passed
from chargebacks.composing.lines.line import Line, present, product_in_words, said
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import DeliveryContent, EvidenceItem, FileContent
from chargebacks.packet import Source, Statement

DELIVERY = "delivery"
_SIGNATURE = "customer_signature"
_PROOF_OF_SERVICE = ("service_documentation", _SIGNATURE)
Parcel = Given[DeliveryContent]


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
    place, carrier, signer = _place(case, parcel), told(parcel.content.carrier), _signer(parcel)
    where = f" to {place.value}" if place else ""
    by = f" by {carrier}" if carrier else ""
    signed = f" The delivery was signed for by {signer}." if signer else ""
    parcels = f"The last of {counted(len(arrived), 'parcel')}" if len(arrived) > 1 else "The order"
    signatures = _signatures(case)
    lead = said(
        f"{parcels} was delivered{by} on {on_day(at)}{where}.{signed}",
        parcel.source("carrier, delivered_at"),
        place,
        parcel.source("signed_by") if signer else None,
        exhibits=(DELIVERY, *signatures) if signer else (DELIVERY,),
    )
    on_paper = _signed_document(case) if not signer else None
    statements = present(_by_carrier(at, parcel), on_paper, _to(parcel), _address_confirmed(case, parcel))
    return Line(name="delivered", lead=lead, statements=statements, support=(lead, *statements[:1]))


def signed_for(case: Case) -> Line | None:
    """Somebody signed: on paper, or by the carrier's record. A parcel that only left proves less."""
    parcels = case.given(DeliveryContent)
    parcel = next((one for one in parcels if _signer(one) and not one.content.delivered_at), None)
    by_carrier = _signed_parcel(case, parcel) if parcel else None
    on_paper = _signed_document(case)
    proofs = present(by_carrier, on_paper)
    if not proofs:
        return None
    sent = shipped(case)
    track = sent.lead if sent and not by_carrier else None
    lead = proofs[0]
    if track:
        lead = said(
            f"{lead.text} {track.text}",
            *lead.sources,
            *track.sources,
            exhibits=(*lead.exhibits, *track.exhibits),
        )
    return Line(name="signed_for", lead=lead, statements=proofs[1:], support=proofs)


def shipped(case: Case) -> Line | None:
    """On its way: worth little, but more than silence."""
    parcels = case.given(DeliveryContent)
    if any(one.content.delivered_at for one in parcels):
        return None
    sent = next((one for one in parcels if one.content.shipped_at), None)
    if sent is None or sent.content.shipped_at is None:
        return None
    carrier, number = told(sent.content.carrier), told(sent.content.tracking_number)
    to = carrier or "the carrier"
    under = f" under the tracking number {number}" if number else ""
    lead = said(
        f"The order was handed to {to} on {on_day(sent.content.shipped_at)}{under}.",
        sent.source("carrier, tracking_number, shipped_at"),
        exhibits=(DELIVERY,),
    )
    return Line(name="shipped", lead=lead, statements=present(_to(sent)), support=(lead,))


def service_provided(case: Case) -> Line | None:
    """The service, event or stay has taken place."""
    at = case.service_at
    if at is None or at.value > case.dossier.read_at:
        return None
    proofs = documents_in(case, *_PROOF_OF_SERVICE)
    keys = tuple(document_key(one.item) for one in proofs)
    dated = case.plan.product_type is ProductType.EVENT
    what, of_what = product_in_words(case, "The booking" if dated else "The service")
    name = case.customer_name
    whose = told(name.value) if name else None
    by = f" by {whose}" if whose else ""
    then = "was for" if dated else "was provided on"
    lead = said(
        f"{what}, bought{by} on {on_day(case.sold_at)}, {then} {on_day(at.value)}.",
        at,
        of_what,
        name if whose else None,
        case.of_charge("created"),
        exhibits=(*keys, RECEIPT),
    )
    attached = present(_attached(documents_in(case, "shipping_documentation", *_PROOF_OF_SERVICE)))
    return Line(name="service_provided", lead=lead, statements=attached, support=(lead, *attached))


def date_ahead(case: Case) -> Line | None:
    """The dispute was opened before what was agreed was due."""
    agreed, opened = case.agreed_at, case.dossier.dispute.created
    if agreed is None or agreed.value <= opened:
        return None
    lead = said(
        f"The agreed date is {on_day(agreed.value)}. "
        f"The {case.claim} was opened on {on_day(opened)}, before that date.",
        agreed,
        case.of_dispute("created"),
        exhibits=("timeline",),
    )
    text = (
        f"The agreed date of {on_day(agreed.value)} came after the day on which the {case.claim} was opened."
    )
    statement = said(text, agreed, case.of_dispute("created"), exhibits=("timeline",))
    return Line(name="date_ahead", lead=lead, support=(statement,))


def documents(case: Case) -> Line | None:
    """What was supplied as files for the goods or the service is attached; it never leads."""
    shown = documents_in(case, "shipping_documentation", "service_documentation")
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
    carrier, number = told(parcel.content.carrier), told(parcel.content.tracking_number)
    which = f" {number}" if number else ""
    return said(
        f"{carrier or 'The carrier'} delivered parcel{which} on {at_time(at)}.",
        parcel.source("carrier, tracking_number, delivered_at"),
        exhibits=(DELIVERY,),
    )


def _to(parcel: Parcel) -> Statement | None:
    address = told(parcel.content.address.one_line()) if parcel.content.address else None
    if address is None:
        return None
    return said(f"The address of delivery is {address}.", parcel.source("address"), exhibits=(DELIVERY,))


def _signer(parcel: Parcel) -> str | None:
    return told(parcel.content.signed_by) if parcel.content.signed_by else None


def _signatures(case: Case) -> tuple[str, ...]:
    return tuple(document_key(one.item) for one in documents_in(case, _SIGNATURE))


def _signed_parcel(case: Case, parcel: Parcel) -> Statement:
    carrier, number = told(parcel.content.carrier), told(parcel.content.tracking_number)
    which = f" {number}" if number else ""
    of = f" of {carrier}" if carrier else ""
    return said(
        f"Parcel{which}{of} was signed for by {_signer(parcel)}.",
        parcel.source("carrier, tracking_number, signed_by"),
        exhibits=(DELIVERY, *_signatures(case)),
    )


def _signed_document(case: Case) -> Statement | None:
    papers = documents_in(case, _SIGNATURE)
    if not papers:
        return None
    attached = "attached document" if len(papers) == 1 else f"{len(papers)} attached documents"
    return said(
        f"The customer's signature is on the {attached}.",
        *(one.source(f"file for {_SIGNATURE}") for one in papers),
        exhibits=_signatures(case),
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
        f"{counted_first(len(proofs), 'document')} of the delivery or service {be} attached.",
        *(one.source(f"file for {one.content.field}") for one in proofs),
        exhibits=tuple(document_key(one.item) for one in proofs),
    )
