"""A strong case for each of the six Visa codes that `disputeguard` knows, to be weakened by taking evidence away."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from composing_samples import day, facts, messages, parcel, policy
from dispute_builders import CHECKED, PARCEL, a_dispute, a_dossier, a_sale, an_earlier_charge, an_item

from chargebacks.composing import Composed, compose
from chargebacks.dossier import Dossier
from chargebacks.evidence import Completeness, available, completeness
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import Content, PolicyKind
from chargebacks.evidence_plan import plan_for
from chargebacks.packet import Paper

ARRIVED = "Thank you, the boots arrived yesterday and they fit."
WORN = "The boots came back on 8 March 2026 with worn soles."
TOO_LATE = "The place was given up on 6 March 2026, one day before the course."
A_WEEK = "A place that is given up less than seven days before the course is not refunded."


def days_from_now(days: float) -> datetime:
    """The other package compares a deadline with the machine's own day."""
    return datetime.now(UTC) + timedelta(days=days)


@dataclass(frozen=True, kw_only=True)
class StrongCase:
    """What Stripe knows of a disputed sale, and what the merchant supplied."""

    dossier: Dossier
    contents: tuple[Content, ...] = ()
    product: ProductType = ProductType.PHYSICAL

    @property
    def code(self) -> str:
        return self.dossier.dispute.network_reason_code or ""

    @property
    def deadline(self) -> str:
        due_by = self.dossier.dispute.due_by
        return due_by.date().isoformat() if due_by is not None else ""

    def without(self, kind: type[Content]) -> "StrongCase":
        """The same where nothing of that kind was supplied."""
        kept = tuple(one for one in self.contents if not isinstance(one, kind))
        assert kept != self.contents
        return replace(self, contents=kept)

    def knowing(self, **changes: object) -> "StrongCase":
        """The same where Stripe knows something else."""
        return replace(self, dossier=a_dossier(**{**dict(self.dossier), **changes}))

    def composed(self) -> Composed:
        items = tuple(an_item(content) for content in self.contents)
        plan = plan_for(self.dossier.dispute, self.product)
        return compose(self.dossier, items, plan, paper=Paper.A4, dated=day(12))

    def completeness(self) -> Completeness:
        """As the product sees it: counted from what the packet may use."""
        plan = plan_for(self.dossier.dispute, self.product)
        return completeness(plan, available(self.dossier, self.composed().used))


def _about(reason: str, code: str, **known: object) -> Dossier:
    dispute = a_dispute(reason=reason, network_reason_code=code, due_by=days_from_now(10))
    shipped = a_sale(checks=CHECKED, shipment=PARCEL)
    return a_dossier(**{"dispute": dispute, "sale": shipped, **known})


def _fraud() -> StrongCase:
    priors = (an_earlier_charge(days_before=150, charge_id="ch_150"), an_earlier_charge(charge_id="ch_200"))
    return StrongCase(dossier=_about("fraudulent", "10.4", earlier=priors), contents=(parcel(),))


def _not_received() -> StrongCase:
    return StrongCase(dossier=_about("product_not_received", "13.1"), contents=(parcel(), messages(ARRIVED)))


def _not_as_described() -> StrongCase:
    return StrongCase(
        dossier=_about("product_unacceptable", "13.3"), contents=(parcel(), policy(), facts(returned=False))
    )


def _credit_refused() -> StrongCase:
    return StrongCase(
        dossier=_about("credit_not_processed", "13.6"),
        contents=(policy(), facts(refund_refused_because=WORN)),
    )


def _charged_twice() -> StrongCase:
    other = an_earlier_charge(days_before=1, charge_id="ch_other", description="Walking boots, size 41")
    return StrongCase(dossier=_about("duplicate", "12.6.1", earlier=(other,)), contents=(parcel(),))


def _cancelled_late() -> StrongCase:
    """A course on 7 March, cancelled on the day before."""
    said = facts(cancelled_at=day(5), service_at=day(6), refund_refused_because=TOO_LATE)
    terms = policy(PolicyKind.CANCELLATION, text=f"Cancel in your account. {A_WEEK}", clause=A_WEEK)
    return StrongCase(
        dossier=_about("credit_not_processed", "13.7", sale=a_sale(description="Tanning course")),
        contents=(said, terms),
        product=ProductType.EVENT,
    )


STRONG = {
    "10.4": _fraud,
    "13.1": _not_received,
    "13.3": _not_as_described,
    "13.6": _credit_refused,
    "12.6.1": _charged_twice,
    "13.7": _cancelled_late,
}
"""Code → how to make its case."""
