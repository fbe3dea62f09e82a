"""Whether one piece of evidence belongs to this sale and can be true of it.

A packet with another customer's documents loses the dispute and breaks a confidence, so doubt leaves a thing out and
tells a person why. Remarks hold no personal data: they stand in histories.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from chargebacks.composing.letter_words import on_day
from chargebacks.dossier import Dossier
from chargebacks.evidence_derived import fold
from chargebacks.evidence_fields import FILE_FIELDS, TEXT_FIELDS
from chargebacks.evidence_items import (
    Address,
    Content,
    DeliveryContent,
    EvidenceItem,
    FactsContent,
    FileContent,
    IdentifiersContent,
    Message,
    MessagesContent,
    PolicyContent,
    TextContent,
    UsageContent,
    UsageRow,
)

_SLACK = timedelta(days=1)
"""What is dated later than it was supplied is wrong; a day more may be a time zone."""
_STRIPE_IDS = re.compile(r"\b(?:ch|py|pi|cus)_[A-Za-z0-9_]+")
_EMAILS = re.compile(r"[^\s<>@,;:\"'()]+@[^\s<>@,;:\"'()]+\.[^\s<>@,;:\"'()]+")
_COUNTRY_CODE = 2
_NAMES_ANOTHER_CHARGE = ("duplicate_charge_id", "duplicate_charge_explanation")

P = TypeVar("P", UsageRow, Message)


class Look(NamedTuple):
    """What came of looking at one item. `content` None: left out, for the reason that `remark` gives."""

    content: Content | None
    remark: str | None = None


def look_at(item: EvidenceItem, dossier: Dossier) -> Look:
    content, latest = item.content, item.provenance.at + _SLACK
    match content:
        case TextContent():
            return _text(content, dossier)
        case FileContent():
            return _file(content, dossier)
        case UsageContent():
            return _usage(content, dossier, latest)
        case MessagesContent():
            return _messages(content, dossier, latest)
        case DeliveryContent():
            return _delivery(content, dossier, latest)
        case PolicyContent():
            return _policy(content, dossier)
        case IdentifiersContent():
            return _identifiers(content, dossier)
        case FactsContent():
            return _facts(content, dossier)


def _text(content: TextContent, dossier: Dossier) -> Look:
    field, emails = content.field, known_emails(dossier)
    if field not in TEXT_FIELDS:
        return Look(None, "Stripe has no such text field.")
    if field == "duplicate_charge_id" and content.text == dossier.sale.charge.id:
        return Look(None, "it names the disputed charge as the duplicate of itself.")
    if field not in _NAMES_ANOTHER_CHARGE and _foreign_ids(content.text, dossier):
        return Look(None, "it names an object of Stripe that has nothing to do with this sale.")
    if field == "customer_email_address" and emails and content.text.lower() not in emails:
        return Look(None, "it is not an e-mail address that the sale or the customer has at Stripe.")
    if field == "customer_purchase_ip" and dossier.purchase_ip not in (None, content.text):
        return Look(content, "it differs from the purchase IP address that Stripe knows.")
    if field == "customer_name" and not _shares_a_name(content.text, dossier):
        return Look(content, "it has no name in common with the sale: check that it is the same customer.")
    return Look(content)


def _file(content: FileContent, dossier: Dossier) -> Look:
    if content.field not in FILE_FIELDS:
        return Look(None, "Stripe has no such file field.")
    if _foreign_ids(content.name, dossier):
        return Look(None, "its name holds an id of Stripe that has nothing to do with this sale.")
    return Look(content)


def _usage(content: UsageContent, dossier: Dossier, latest: datetime) -> Look:
    since = dossier.customer.created if dossier.customer else None
    return _parts(
        content.rows,
        lambda row: row.at <= latest and (since is None or row.at >= since),
        lambda rows: content.model_copy(update={"rows": rows}),
        "are dated before the customer's account existed, or after they were supplied",
    )


def _messages(content: MessagesContent, dossier: Dossier, latest: datetime) -> Look:
    emails, names = known_emails(dossier), _known_names(dossier)

    def is_of_the_customer(message: Message) -> bool:
        """By e-mail address, by name where a side has no address, or because nothing tells otherwise."""
        sides = [
            (side, {one.lower() for one in _EMAILS.findall(side)})
            for side in (message.sender, message.recipient)
        ]
        if not emails or not any(addresses for _, addresses in sides):
            return True
        return any(addresses & emails if addresses else names & _words([side]) for side, addresses in sides)

    def is_of_the_sale(message: Message) -> bool:
        return not _foreign_ids(f"{message.subject} {message.text}", dossier)

    return _parts(
        content.messages,
        lambda one: one.at <= latest and is_of_the_customer(one) and is_of_the_sale(one),
        lambda kept: content.model_copy(update={"messages": kept}),
        "are dated after they were supplied, or name another customer's e-mail address or another sale",
    )


def _delivery(content: DeliveryContent, dossier: Dossier, latest: datetime) -> Look:
    sold_on = dossier.sale.charge.created.date()
    for at, what in ((content.shipped_at, "shipped"), (content.delivered_at, "delivered")):
        if at is not None and at.date() < sold_on:
            return Look(None, f"it was {what} on {on_day(at)}, before the sale.")
        if at is not None and at > latest:
            return Look(None, f"it is said to be {what} on {on_day(at)}, after this was supplied.")
    shipment, address = dossier.sale.shipment, content.address
    ordered_to = shipment.to.address if shipment else None
    if address and ordered_to and _elsewhere(address, ordered_to):
        return Look(None, "it went to another country or postal code than the order's shipping address.")
    billed = dossier.sale.billing.address
    if address and not ordered_to and billed and _elsewhere(address, billed):
        return Look(content, "it went to another country or postal code than the billing address.")
    tracked = shipment.tracking_number if shipment else None
    if tracked and fold(tracked) != fold(content.tracking_number):
        return Look(content, "its tracking number is not the one that the charge names at Stripe.")
    return Look(content)


def _policy(content: PolicyContent, dossier: Dossier) -> Look:
    sold_at = dossier.sale.charge.created
    if content.in_force_from is not None and content.in_force_from > sold_at:
        return Look(None, f"it came into force on {on_day(content.in_force_from)}, after the sale.")
    if content.in_force_until is not None and content.in_force_until <= sold_at:
        return Look(None, f"it was in force until {on_day(content.in_force_until)}, before the sale.")
    clause = (content.clause or "").strip()
    known = content.model_copy(update={"clause": clause if clause and clause in content.text else None})
    if clause and not known.clause:
        return Look(known, "its clause does not stand in its text word for word, so it is not marked.")
    return Look(known)


def _identifiers(content: IdentifiersContent, dossier: Dossier) -> Look:
    disputed = dossier.sale.charge.id
    if content.charge_id not in (None, disputed, *(one.id for one in dossier.earlier)):
        return Look(None, "it names a charge that Stripe does not list for this card or customer.")
    emails, of_the_sale = known_emails(dossier), content.charge_id in (None, disputed)
    if of_the_sale and content.email and emails and content.email.strip().lower() not in emails:
        return Look(None, "its e-mail address is not one of the customer's.")
    if of_the_sale and content.purchase_ip and dossier.purchase_ip not in (None, content.purchase_ip):
        return Look(content, "its IP address differs from the purchase IP address that Stripe knows.")
    return Look(content)


def _facts(content: FactsContent, dossier: Dossier) -> Look:
    orders = {fold(order) for order in dossier.sale.charge.order_ids}
    if content.order_id and orders and fold(content.order_id) not in orders:
        return Look(None, "it names another order than the charge.")
    ended = dossier.subscription.canceled_at if dossier.subscription else None
    if content.cancelled_at and ended and content.cancelled_at.date() != ended.date():
        return Look(content, f"it dates the cancellation otherwise than Stripe ({on_day(ended)}).")
    return Look(content)


def _parts(
    parts: tuple[P, ...],
    may_stay: Callable[[P], bool],
    rebuilt: Callable[[tuple[P, ...]], Content],
    why: str,
) -> Look:
    """The content with the parts that may stay; left out when none may."""
    kept = tuple(part for part in parts if may_stay(part))
    if len(kept) == len(parts):
        return Look(rebuilt(kept))
    remark = f"{len(parts) - len(kept)} of its {len(parts)} entries {why}."
    return Look(rebuilt(kept) if kept else None, remark)


def _foreign_ids(text: str, dossier: Dossier) -> bool:
    """Whether the text names a charge, payment or customer of Stripe's that this sale does not know."""
    charge, customer = dossier.sale.charge, dossier.customer
    known = {charge.id, charge.payment_intent, charge.customer, customer.id if customer else None}
    known |= {earlier.id for earlier in dossier.earlier}
    return any(found not in known for found in _STRIPE_IDS.findall(text))


def _shares_a_name(text: str, dossier: Dossier) -> bool:
    known = _known_names(dossier)
    return not known or bool(known & _words([text]))


def _known_names(dossier: Dossier) -> set[str]:
    """Every word of the customer's names, as the sale, the customer and the order have them."""
    sale, customer = dossier.sale, dossier.customer
    named = (
        sale.billing.name,
        customer.party.name if customer else None,
        sale.shipment.to.name if sale.shipment else None,
    )
    return _words(name for name in named if name)


def _words(names: Iterable[str]) -> set[str]:
    """An initial tells nobody apart."""
    return {folded for name in names for word in name.split() if len(folded := fold(word)) > 1}


def _elsewhere(one: Address, other: Address) -> bool:
    """Surely not the same place: both countries are codes and differ, or neither postal code begins the other, as
    62701 begins 62701-1234."""
    here, there = fold(one.country or ""), fold(other.country or "")
    if len(here) == len(there) == _COUNTRY_CODE and here != there:
        return True
    code, other_code = fold(one.postal_code or ""), fold(other.postal_code or "")
    return not code.startswith(other_code) and not other_code.startswith(code)


def known_emails(dossier: Dossier) -> frozenset[str]:
    """E-mail addresses of the customer, in small letters."""
    sale, customer = dossier.sale, dossier.customer
    named = [
        sale.billing.email,
        sale.receipt_email,
        sale.shipment.to.email if sale.shipment else None,
        customer.party.email if customer else None,
        dossier.prefilled.get("customer_email_address"),
    ]
    return frozenset(email.strip().lower() for email in named if email)
