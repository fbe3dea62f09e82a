"""What a packet can argue from dates alone: a subscription that ran, a charge that repeats no other.

The packet says these things only where the facts carry them (`chargebacks.composing`), and only then they count.
"""

from datetime import datetime

from chargebacks.dossier import Dossier, EarlierCharge
from chargebacks.evidence_items import EvidenceItem, FactsContent, UsageContent
from chargebacks.reason_codes import name_of

_OTHER_MEANS = "Paid by Other Means"


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
        return cancelled > sold_at or _used_after(max(cancelled, sold_at), items)
    if subscription is None:
        return False
    started, ended = subscription.started_at or subscription.created, subscription.ended_at
    return started <= sold_at and (ended is None or ended > sold_at)


def is_told_apart(dossier: Dossier) -> bool:
    """Whether the latest earlier charge of the same amount is another sale by Stripe's own record: paid back, for
    something else, or before the period that the disputed one pays for. Where payment by other means is claimed, no
    charge is told from another."""
    dispute, charge = dossier.dispute, dossier.sale.charge
    if dispute.reason != "duplicate" or name_of(dispute.network, dispute.network_reason_code).endswith(
        _OTHER_MEANS
    ):
        return False
    alike = [one for one in dossier.earlier if one.paid and not one.validation_only and one.id != charge.id]
    alike = [one for one in alike if one.amount == charge.amount]
    if not alike:
        return False
    latest = max(alike, key=lambda one: (one.created, one.id))
    begins = period_start(dossier)
    earlier_period = begins is not None and latest.created.date() < begins.date()
    return earlier_period or _is_paid_back(latest) or _is_for_something_else(latest, dossier.sale.description)


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


def _used_after(moment: datetime, items: tuple[EvidenceItem, ...]) -> bool:
    logs = [item.content for item in items if isinstance(item.content, UsageContent)]
    return any(row.at > moment for log in logs for row in log.rows)


def _is_paid_back(earlier: EarlierCharge) -> bool:
    return earlier.refunded_minor >= earlier.amount.amount_minor > 0


def _is_for_something_else(earlier: EarlierCharge, description: str | None) -> bool:
    mine, other = (" ".join((text or "").casefold().split()) for text in (description, earlier.description))
    return bool(mine and other) and mine != other
