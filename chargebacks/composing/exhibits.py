"""What is shown: one exhibit for each kind of proof, in the file field that Stripe has for it.

Long logs and long correspondence are shown in part, whole rows and whole messages, and say what is left out: a packet
has few pages (Mastercard 19, https://docs.stripe.com/disputes/best-practices).
"""

from collections.abc import Iterator

from chargebacks.composing.case_facts import Case, Given, case_of, item_source
from chargebacks.composing.documents import document_exhibits
from chargebacks.composing.letter_words import (
    at_time,
    capitalised,
    counted,
    in_table,
    isolated,
    on_day,
    one_line,
    shortened,
)
from chargebacks.composing.lines.cardholder import THREE_D_SECURE
from chargebacks.composing.lines.duplicates import comparison_exhibit
from chargebacks.composing.lines.fulfilment import DELIVERY
from chargebacks.composing.lines.history import history_exhibit
from chargebacks.composing.lines.refunds import refund_exhibit
from chargebacks.composing.lines.terms import POLICY_NAMES, Policy, policy_key
from chargebacks.composing.lines.use import USAGE
from chargebacks.composing.receipt import receipt_exhibit
from chargebacks.composing.relevance import harms, lines_in_order, names_of, requires
from chargebacks.composing.tables import table_of
from chargebacks.composing.timeline import timeline_exhibit
from chargebacks.composing.usage_log import chosen_acts, detail_of, marks_of
from chargebacks.dossier import Dossier
from chargebacks.evidence import EvidencePlan
from chargebacks.evidence_items import Address, DeliveryContent, EvidenceItem, PolicyKind, UsageRow
from chargebacks.packet import (
    Block,
    Exhibit,
    QuoteBlock,
    Row,
    RowsBlock,
    Source,
    TextBlock,
)

COMMUNICATION = "communication"
_MOST_ACTS = 60
_MOST_PARCELS = 8
_MOST_EVENTS = 20
_MOST_QUOTED = 12_000
"""Characters of correspondence, and of one policy: three to four pages."""
_LONGEST_MESSAGE = 4_000
_LONGEST_DETAIL = 300
_SLOT_OF_POLICY = {
    PolicyKind.REFUND: "refund_policy",
    PolicyKind.CANCELLATION: "cancellation_policy",
    PolicyKind.TERMS: "uncategorized_file",
}


def exhibits_for(
    dossier: Dossier, items: tuple[EvidenceItem, ...], plan: EvidencePlan
) -> tuple[Exhibit, ...]:
    """Every exhibit that the facts carry and the plan does not call harmful, the most important first."""
    return exhibits_of(case_of(dossier, items, plan))


def exhibits_of(case: Case) -> tuple[Exhibit, ...]:
    """As `exhibits_for`, on a case whose items are screened."""
    harmful, required = harms(case).keys(), requires(case)
    kept = [one for one in _all(case) if not _names(one) & harmful]
    ranked = [
        one.model_copy(update={"rank": min(one.rank, 2)}) if _names(one) & required else one for one in kept
    ]
    return tuple(sorted(ranked, key=lambda one: one.rank))


def _names(exhibit: Exhibit) -> set[str]:
    return {exhibit.slot, *names_of(exhibit.key)}


def _all(case: Case) -> Iterator[Exhibit]:
    relevant = lines_in_order(case)
    single = (
        refund_exhibit,
        comparison_exhibit,
        *((_three_d_secure,) if "liability_shift" in relevant else ()),
        _delivery,
        *((history_exhibit,) if "customer_history" in relevant else ()),
        _usage,
        receipt_exhibit,
    )
    yield from (exhibit for make in single if (exhibit := make(case)) is not None)
    yield from document_exhibits(case)
    yield from (_policy(one) for one in case.policies)
    yield from (exhibit for make in (_communication, timeline_exhibit) if (exhibit := make(case)) is not None)


def _three_d_secure(case: Case) -> Exhibit | None:
    """Only where it helps: authentication without liability shift says nothing for the merchant."""
    sale = case.dossier.sale
    if not sale.charge.liability_shift or not sale.charge.three_d_secure:
        return None
    proof = case.of_charge("payment_method_details.card.three_d_secure")
    told = (
        ("Result", sale.three_d_secure_result),
        ("Version", sale.three_d_secure_version),
        ("Electronic commerce indicator (ECI)", sale.eci),
        ("Liability for fraud", "shifted to the issuer"),
        ("Date of the charge", at_time(case.sold_at)),
    )
    rows = tuple(Row(label=label, value=value, sources=(proof,)) for label, value in told if value)
    return Exhibit(
        key=THREE_D_SECURE,
        title="3-D Secure authentication",
        slot="uncategorized_file",
        rank=2,
        summary="What 3-D Secure came to for this charge: liability for fraud lies with the issuer.",
        blocks=(RowsBlock(rows=rows),),
    )


def _delivery(case: Case) -> Exhibit | None:
    """Parcels that arrived stand first, the latest of them at the top: the letter tells of that one."""
    parcels = sorted(case.given(DeliveryContent), key=_arrival, reverse=True)
    if not parcels:
        return None
    shown = parcels[:_MOST_PARCELS]
    return Exhibit(
        key=DELIVERY,
        title="Delivery",
        slot="shipping_documentation",
        rank=2,
        summary="Which parcel went where, and when it arrived.",
        blocks=(
            *(block for one in shown for block in _parcel(one)),
            *_left_out(len(parcels) - len(shown), "parcel"),
        ),
    )


def _arrival(parcel: Given[DeliveryContent]) -> float:
    at = parcel.content.delivered_at
    return at.timestamp() if at else 0.0


def _parcel(given: Given[DeliveryContent]) -> Iterator[Block]:
    parcel = given.content
    told = (
        ("Carrier", parcel.carrier, "carrier"),
        ("Tracking number", parcel.tracking_number, "tracking_number"),
        ("Shipped", at_time(parcel.shipped_at) if parcel.shipped_at else None, "shipped_at"),
        ("Delivered", at_time(parcel.delivered_at) if parcel.delivered_at else None, "delivered_at"),
        ("Signed for by", parcel.signed_by, "signed_by"),
        ("Delivered to" if parcel.delivered_at else "Addressed to", _written(parcel.address), "address"),
    )
    yield RowsBlock(
        title=f"Parcel {parcel.tracking_number}",
        rows=tuple(
            Row(label=label, value=value, sources=(given.source(part),))
            for label, value, part in told
            if value
        ),
    )
    events = sorted(parcel.events, key=lambda event: event.at)
    shown = events[-_MOST_EVENTS:]
    if shown:
        yield table_of(
            columns=("Time (UTC)", "Event", "Place"),
            rows=tuple((in_table(event.at), one_line(event.what), one_line(event.place)) for event in shown),
            sources=(given.source("events"),),
        )
    yield from _left_out(len(events) - len(shown), "earlier event")


def _written(address: Address | None) -> str | None:
    return address.one_line() or None if address else None


def _usage(case: Case) -> Exhibit | None:
    if not case.usage:
        return None
    chosen = chosen_acts(case, most=_MOST_ACTS)
    marks = marks_of(chosen, case)
    rows = tuple(
        (in_table(row.at), _what(row), row.ip or "", one_line(row.device or "")) for row, _ in chosen
    )
    table = table_of(
        columns=("Time", "Activity", "IP address", "Device"),
        rows=rows,
        title="Use of the product after the purchase, times in UTC",
        sources=_logs(chosen),
        highlighted=marks.rows,
    )
    return Exhibit(
        key=USAGE,
        title="Usage log",
        slot="service_documentation",
        rank=3,
        summary=f"What was done in the product after the purchase.{marks.words}",
        blocks=(table, *_left_out(len(case.usage) - len(chosen), "row")),
    )


def _what(row: UsageRow) -> str:
    """What was done, with its detail."""
    detail = detail_of(row, most=_LONGEST_DETAIL)
    return f"{one_line(row.what)} ({detail})" if detail else one_line(row.what)


def _communication(case: Case) -> Exhibit | None:
    """The latest messages that fit, oldest first."""
    quotes: list[Block] = []
    room = _MOST_QUOTED
    for message, item in reversed(case.messages):
        text = shortened(message.text, most=_LONGEST_MESSAGE)
        if text is None or len(text) > room:
            continue
        room -= len(text)
        people = f"from {isolated(one_line(message.sender))} to {isolated(one_line(message.recipient))}"
        head = capitalised(f"{isolated(message.channel)}, {at_time(message.at)}, {people}")
        source = item_source(item, "messages")
        quotes.append(QuoteBlock(title=message.subject, head=head, text=text, sources=(source,)))
    if not quotes:
        return None
    return Exhibit(
        key=COMMUNICATION,
        title="Correspondence with the customer",
        slot="customer_communication",
        rank=4,
        summary="What was written by and to the customer.",
        blocks=(*reversed(quotes), *_left_out(len(case.messages) - len(quotes), "message")),
    )


def _policy(policy: Policy) -> Exhibit:
    content, name = policy.content, POLICY_NAMES[policy.content.kind]
    told = (
        ("In force from", on_day(content.in_force_from) if content.in_force_from else None, "in_force_from"),
        (
            "In force until",
            on_day(content.in_force_until) if content.in_force_until else None,
            "in_force_until",
        ),
        ("Seen or accepted", content.shown_where or None, "shown_where"),
        ("Published at", content.url, "url"),
    )
    rows = tuple(
        Row(label=label, value=value, sources=(policy.source(part),)) for label, value, part in told if value
    )
    text, note = shortened(content.text, most=_MOST_QUOTED), ""
    if text is None or (content.clause and content.clause not in text):
        text, note = content.clause or content.text, f"Not shown for length: the rest of the {name}."
    quote = QuoteBlock(head=f"The {name}", text=text, marked=content.clause, sources=(policy.source("text"),))
    return Exhibit(
        key=policy_key(policy),
        title=name.capitalize(),
        slot=_SLOT_OF_POLICY[content.kind],
        rank=4,
        summary=f"The {name} of the merchant{', and where the customer saw it' if content.shown_where else ''}.",
        blocks=(*([RowsBlock(rows=rows)] if rows else []), quote, *([TextBlock(text=note)] if note else [])),
    )


def _left_out(hidden: int, what: str) -> tuple[Block, ...]:
    """A note that counts what is not shown; nothing when all is."""
    text = f"Not shown for length: {counted(hidden, what)}."
    return (TextBlock(text=text),) if hidden else ()


def _logs(acts: tuple[tuple[object, EvidenceItem], ...]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(item_source(item, "rows") for _, item in acts))
