"""What a packet can argue from facts alone: a subscription that ran, a charge that repeats no other.

The packet says these things only where the facts carry them (`chargebacks.composing`), and only then they count.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from chargebacks.dossier import Dossier, EarlierCharge
from chargebacks.evidence_items import (
    EvidenceItem,
    FactsContent,
    IdentifiersContent,
    TextContent,
    UsageContent,
)
from chargebacks.reason_codes import CODES, name_of, reason_of

_OTHER_MEANS = "Paid by Other Means"
_REASONS = frozenset({"general", "noncompliant", *(reason for reason, _ in CODES.values())})
_SAYS_NOTHING = re.compile(r"\s*(subscription (creation|update)|payment for invoice.*)?\s*", re.IGNORECASE)
"""Descriptions that Stripe Billing gives charges by itself."""


def says_what(description: str | None) -> bool:
    """Whether a charge's description tells what was sold."""
    return _SAYS_NOTHING.fullmatch(description or "") is None


def rebuts_cancellation(dossier: Dossier, items: tuple[EvidenceItem, ...]) -> bool:
    """Whether the cancellation does not reach the charge: it came later, the product was used after it, there was
    none and the subscription ran, or the charge is an instalment (https://docs.stripe.com/disputes/categories)."""
    facts = [item.content for item in items if isinstance(item.content, FactsContent)]
    if any(one.instalment for one in facts):
        return True
    sold_at, subscription = dossier.sale.charge.created, dossier.subscription
    told = [one.cancelled_at for one in facts if one.cancelled_at]
    cancelled = told[-1] if told else subscription and subscription.canceled_at
    if cancelled:
        return cancelled > sold_at or _used_after(cancelled, sold_at, items)
    if subscription is None:
        return False
    started, ended = subscription.started_at or subscription.created, subscription.ended_at
    return started <= sold_at and (ended is None or ended > sold_at)


def of_duplicate(dossier: Dossier, items: tuple[EvidenceItem, ...]) -> Iterator[str]:
    """What can be said and shown of the other charge: that which the merchant names, else the latest earlier one of the
    same amount.

    Only where the two can be told apart, by the merchant's words or because one was paid back, is for something else,
    came before the period that the disputed one pays for, or has another amount. Where payment by other means is
    claimed no charge is told from another.
    """
    if not _is_called_duplicate(dossier):
        return
    texts = {item.content.field: item.content.text for item in items if isinstance(item.content, TextContent)}
    named, explained = texts.get("duplicate_charge_id"), "duplicate_charge_explanation" in texts
    other = _other_charge(dossier, named)
    differs = other is not None and _differs(other, dossier, items)
    if other is not None and (differs or explained):
        yield from ("duplicate_charge_id", "duplicate_charge_explanation", "duplicate_charge_documentation")


def period_start(dossier: Dossier) -> datetime | None:
    """When the period that the charge pays for begins: its invoice's, else the subscription's that holds the charge."""
    for line in dossier.invoice.lines if dossier.invoice else ():
        if line.period_start and line.period_end and line.period_start < line.period_end:
            return line.period_start
    subscription = dossier.subscription
    start, end = (
        (subscription.current_period_start, subscription.current_period_end) if subscription else (None, None)
    )
    return start if start and end and start <= dossier.sale.charge.created < end else None


def _used_after(cancelled: datetime, sold_at: datetime, items: tuple[EvidenceItem, ...]) -> bool:
    logs = [item.content for item in items if isinstance(item.content, UsageContent)]
    return any(row.at >= sold_at and row.at > cancelled for log in logs for row in log.rows)


def _is_called_duplicate(dossier: Dossier) -> bool:
    dispute = dossier.dispute
    network, code = dispute.network, dispute.network_reason_code
    reason = dispute.reason if dispute.reason in _REASONS else reason_of(network, code)
    return reason == "duplicate" and not name_of(network, code).endswith(_OTHER_MEANS)


def _other_charge(dossier: Dossier, named: str | None) -> EarlierCharge | None:
    """None: Stripe lists none."""
    charge = dossier.sale.charge
    known = {one.id: one for one in dossier.earlier if one.paid and not one.validation_only}
    if named is not None:
        return known.get(named)
    alike = [one for one in known.values() if one.amount == charge.amount and one.id != charge.id]
    return max(alike, key=lambda one: (one.created, one.id), default=None)


def _differs(other: EarlierCharge, dossier: Dossier, items: tuple[EvidenceItem, ...]) -> bool:
    begins = period_start(dossier)
    return (
        other.refunded_minor >= other.amount.amount_minor > 0
        or other.amount != dossier.sale.charge.amount
        or (begins is not None and other.created.date() < begins.date())
        or _is_for_something_else(other, dossier, items)
    )


def _is_for_something_else(other: EarlierCharge, dossier: Dossier, items: tuple[EvidenceItem, ...]) -> bool:
    """By the merchant's words for both, else by Stripe's for both: two hands may write the same thing differently."""
    sale, told = dossier.sale, dict[str, str]()
    for item in items:
        known = item.content
        if isinstance(known, IdentifiersContent) and known.product_description:
            told[known.charge_id or sale.charge.id] = known.product_description
    mine, theirs = told.get(sale.charge.id), told.get(other.id)
    if not mine or not theirs:
        mine, theirs = sale.description, other.description
        if not says_what(mine) or not says_what(theirs):
            return False
    return fold(mine or "") != fold(theirs or "")


def fold(text: str) -> str:
    """Letters and digits only, in small letters: what tells whether two writings mean the same."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
