"""One dispute's case: what may be said of it, each fact with the place it stands at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar

from chargebacks.composing.letter_words import one_line
from chargebacks.composing.screening import screen
from chargebacks.disputes import Stage
from chargebacks.dossier import Dossier
from chargebacks.evidence import EvidencePlan
from chargebacks.evidence_derived import says_what
from chargebacks.evidence_items import (
    Address,
    EvidenceItem,
    FactsContent,
    IdentifiersContent,
    Message,
    MessagesContent,
    PolicyContent,
    Supplier,
    TextContent,
    UsageContent,
    UsageRow,
)
from chargebacks.evidence_plan_reasons import REASONS
from chargebacks.packet import LeftOut, Source
from chargebacks.reason_codes import reason_of
from chargebacks.wording import listed

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
C = TypeVar("C")


@dataclass(frozen=True, kw_only=True)
class Fact(Generic[T_co]):
    """Something known, and where it stands."""

    value: T_co
    sources: tuple[Source, ...]


@dataclass(frozen=True, kw_only=True)
class Given(Generic[C]):
    """An evidence item and its content."""

    content: C
    item: EvidenceItem

    def source(self, part: str) -> Source:
        return item_source(self.item, part)


def stripe(place: str) -> Source:
    """Such as `charge ch_1, amount`."""
    return Source(supplier=Supplier.STRIPE, reference=place)


def item_source(item: EvidenceItem, part: str) -> Source:
    reference = f"evidence item {item.id}, {part}"
    return Source(supplier=item.provenance.supplier, reference=reference, sha256=item.sha256)


def case_of(dossier: Dossier, items: tuple[EvidenceItem, ...], plan: EvidencePlan) -> "Case":
    """The case with what of the items may be used."""
    screened = screen(dossier, items, plan)
    return Case(
        dossier=dossier,
        plan=plan,
        items=screened.items,
        findings=screened.findings,
        left_out=screened.left_out,
    )


@dataclass(frozen=True, kw_only=True)
class Case:
    """`items` are screened; what was remarked about the others stands in `findings` and `left_out`."""

    dossier: Dossier
    plan: EvidencePlan
    items: tuple[EvidenceItem, ...]
    findings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def given(self, kind: type[C]) -> tuple[Given[C], ...]:
        """Items of one kind of content, in the order in which they came."""
        return tuple(
            Given(content=item.content, item=item) for item in self.items if isinstance(item.content, kind)
        )

    def text(self, field: str) -> Fact[str] | None:
        """The merchant's own words for one of Stripe's text fields."""
        for one in self.given(TextContent):
            if one.content.field == field:
                return Fact(value=one.content.text, sources=(one.source(field),))
        return None

    def of_charge(self, part: str) -> Source:
        return stripe(f"charge {self.dossier.sale.charge.id}, {part}")

    def of_dispute(self, part: str) -> Source:
        return stripe(f"dispute {self.dossier.dispute.id}, {part}")

    @cached_property
    def reason(self) -> str:
        """Stripe's reason; by the network's code where Stripe has a word that is new."""
        known = self.plan.reason in REASONS
        return self.plan.reason if known else reason_of(self.plan.network, self.plan.code) or self.plan.reason

    @property
    def claim(self) -> str:
        """What the issuer's case is called: `inquiry` or `dispute`."""
        return "inquiry" if self.dossier.dispute.stage is Stage.INQUIRY else "dispute"

    @property
    def sold_at(self) -> datetime:
        return self.dossier.sale.charge.created

    @cached_property
    def product(self) -> Fact[str] | None:
        """What was sold, in the words that say most."""
        return next(self._products(), None)

    @cached_property
    def customer_name(self) -> Fact[str] | None:
        sale, customer = self.dossier.sale, self.dossier.customer
        if name := sale.billing.name:
            return Fact(value=name, sources=(self.of_charge("billing_details.name"),))
        if customer and customer.party.name:
            return Fact(value=customer.party.name, sources=(stripe(f"customer {customer.id}, name"),))
        return None

    @cached_property
    def identifiers(self) -> tuple[Given[IdentifiersContent], ...]:
        """What the merchant's records say of this sale, in the order in which they came."""
        of_the_sale = (None, self.dossier.sale.charge.id)
        return tuple(one for one in self.given(IdentifiersContent) if one.content.charge_id in of_the_sale)

    @cached_property
    def customer_email(self) -> Fact[str] | None:
        sale, customer = self.dossier.sale, self.dossier.customer
        if email := sale.billing.email:
            return Fact(value=email, sources=(self.of_charge("billing_details.email"),))
        if email := sale.receipt_email:
            return Fact(value=email, sources=(self.of_charge("receipt_email"),))
        if customer and customer.party.email:
            return Fact(value=customer.party.email, sources=(stripe(f"customer {customer.id}, email"),))
        for one in self.identifiers:
            if one.content.email:
                return Fact(value=one.content.email, sources=(one.source("email"),))
        return None

    @cached_property
    def billing_address(self) -> Fact[Address] | None:
        sale, customer = self.dossier.sale, self.dossier.customer
        if sale.billing.address and sale.billing.address.lines:
            return Fact(value=sale.billing.address, sources=(self.of_charge("billing_details.address"),))
        if customer and customer.party.address and customer.party.address.lines:
            place = stripe(f"customer {customer.id}, address")
            return Fact(value=customer.party.address, sources=(place,))
        return None

    @cached_property
    def shipping_address(self) -> Fact[Address] | None:
        """Where the order was to go: by Stripe, else by the merchant's own records."""
        shipment = self.dossier.sale.shipment
        if shipment and shipment.to.address and shipment.to.address.lines:
            return Fact(value=shipment.to.address, sources=(self.of_charge("shipping.address"),))
        for one in self.identifiers:
            if (address := one.content.shipping_address) and address.lines:
                return Fact(value=address, sources=(one.source("shipping_address"),))
        return None

    @cached_property
    def purchase_ip(self) -> Fact[str] | None:
        if ip := self.dossier.purchase_ip:
            return Fact(value=ip, sources=(self._place_of_ip(ip),))
        for one in self.identifiers:
            if one.content.purchase_ip:
                return Fact(value=one.content.purchase_ip, sources=(one.source("purchase_ip"),))
        return None

    @cached_property
    def period(self) -> Fact[tuple[datetime, datetime]] | None:
        """What the charge pays for by its invoice, else the period of the subscription in which it was made."""
        invoice, subscription = self.dossier.invoice, self.dossier.subscription
        for line in invoice.lines if invoice else ():
            if invoice and line.period_start and line.period_end and line.period_start < line.period_end:
                place = stripe(f"invoice {invoice.id}, lines.period")
                return Fact(value=(line.period_start, line.period_end), sources=(place,))
        if subscription is None:
            return None
        start, end = subscription.current_period_start, subscription.current_period_end
        if start is None or end is None or not start <= self.sold_at < end:
            return None
        return Fact(value=(start, end), sources=(stripe(f"subscription {subscription.id}, current_period"),))

    @cached_property
    def service_at(self) -> Fact[datetime] | None:
        return self._known(lambda facts: facts.service_at, "service_at")

    @cached_property
    def agreed_at(self) -> Fact[datetime] | None:
        """When delivery or performance was agreed for."""
        return self._known(lambda facts: facts.agreed_at, "agreed_at") or self.service_at

    @cached_property
    def cancelled_at(self) -> Fact[datetime] | None:
        """By the merchant's own record, else by Stripe's subscription."""
        own = self._known(lambda facts: facts.cancelled_at, "cancelled_at")
        subscription = self.dossier.subscription
        if own or subscription is None or subscription.canceled_at is None:
            return own
        place = stripe(f"subscription {subscription.id}, canceled_at")
        return Fact(value=subscription.canceled_at, sources=(place,))

    @cached_property
    def returned(self) -> Fact[bool] | None:
        return self._known(lambda facts: facts.returned, "returned")

    @cached_property
    def returned_at(self) -> Fact[datetime] | None:
        return self._known(lambda facts: facts.return_received_at, "return_received_at")

    @cached_property
    def refusal(self) -> Fact[str] | None:
        """Why the merchant refused a refund."""
        own = self._known(lambda facts: facts.refund_refused_because, "refund_refused_because")
        return own or self.text("refund_refusal_explanation")

    @cached_property
    def instalment(self) -> Fact[str] | None:
        return self._known(lambda facts: facts.instalment, "instalment")

    @cached_property
    def usage(self) -> tuple[tuple[UsageRow, EvidenceItem], ...]:
        """What the customer did after the sale, oldest first, each act once."""
        rows = {
            (row.at, row.what, row.ip, row.device): (row, one.item)
            for one in self.given(UsageContent)
            for row in one.content.rows
            if row.at >= self.sold_at
        }
        return tuple(sorted(rows.values(), key=lambda pair: pair[0].at))

    @cached_property
    def usage_after_cancellation(self) -> tuple[tuple[UsageRow, EvidenceItem], ...]:
        if (cancelled := self.cancelled_at) is None:
            return ()
        return tuple(pair for pair in self.usage if pair[0].at > cancelled.value)

    @cached_property
    def messages(self) -> tuple[tuple[Message, EvidenceItem], ...]:
        """Oldest first."""
        said = [(one, given.item) for given in self.given(MessagesContent) for one in given.content.messages]
        return tuple(sorted(said, key=lambda pair: pair[0].at))

    @cached_property
    def policies(self) -> tuple[Given[PolicyContent], ...]:
        """Those with a clause first: a clause says what matters."""
        return tuple(sorted(self.given(PolicyContent), key=lambda one: one.content.clause is None))

    def _known(self, get: Callable[[FactsContent], T | None], name: str) -> Fact[T] | None:
        """What was given last: it corrects what was given before."""
        for one in reversed(self.given(FactsContent)):
            value = get(one.content)
            if value is not None:
                return Fact(value=value, sources=(one.source(name),))
        return None

    def _products(self) -> Iterator[Fact[str]]:
        sale, invoice, subscription = self.dossier.sale, self.dossier.invoice, self.dossier.subscription
        field = "product_description"
        if own := self.text(field) or self._known(lambda facts: facts.product_description, field):
            yield own
        if prefilled := self.dossier.prefilled.get(field):
            yield Fact(value=prefilled, sources=(self.of_dispute(f"evidence.{field}"),))
        if invoice and (
            lines := [one_line(line.description) for line in invoice.lines if line.description.strip()]
        ):
            yield Fact(value=listed(lines), sources=(stripe(f"invoice {invoice.id}, lines"),))
        for one in self.identifiers:
            if one.content.product_description:
                yield Fact(value=one.content.product_description, sources=(one.source(field),))
        if sale.description and says_what(sale.description):
            yield Fact(value=sale.description, sources=(self.of_charge("description"),))
        if subscription and subscription.products:
            place = stripe(f"subscription {subscription.id}, items")
            yield Fact(value=listed(subscription.products), sources=(place,))

    def _place_of_ip(self, ip: str) -> Source:
        for review in self.dossier.reviews:
            if review.ip_address == ip:
                return stripe(f"review {review.id}, ip_address")
        if self.dossier.prefilled.get("customer_purchase_ip") == ip:
            return self.of_dispute("evidence.customer_purchase_ip")
        for key, value in self.dossier.sale.charge.metadata.items():
            if value.strip() == ip:
                return self.of_charge(f"metadata.{key}")
        return self.of_charge("purchase IP address")
