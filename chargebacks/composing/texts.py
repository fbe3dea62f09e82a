"""What is said in Stripe's text fields.

What Stripe has filled in stays as it is (https://docs.stripe.com/disputes/best-practices), unless the merchant's own
evidence names that field. The merchant's own text comes before one made of facts. What is too long loses whole rows or
whole sentences, and says so; 150,000 characters in all (https://docs.stripe.com/disputes/api).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from chargebacks.composing.argument import Argument, argue
from chargebacks.composing.case_facts import Case, Fact, case_of
from chargebacks.composing.letter_words import (
    counted,
    from_to,
    on_day,
    one_line,
    shortened,
    without_isolates,
)
from chargebacks.composing.lines import cancellation
from chargebacks.composing.lines.duplicates import not_a_duplicate, other_charge
from chargebacks.composing.lines.line import Line
from chargebacks.composing.lines.refunds import refunded_enough
from chargebacks.composing.lines.terms import POLICY_NAMES, policy_of
from chargebacks.composing.relevance import harms
from chargebacks.composing.usage_log import log_text
from chargebacks.dossier import Dossier
from chargebacks.evidence import EvidencePlan
from chargebacks.evidence_fields import MOST_CHARACTERS, TEXT_FIELDS
from chargebacks.evidence_items import DeliveryContent, EvidenceItem, PolicyKind
from chargebacks.packet import LeftOut, Source

_IMPORTANCE = (
    "customer_name",
    "customer_email_address",
    "customer_purchase_ip",
    "billing_address",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "service_date",
    "duplicate_charge_id",
    "uncategorized_text",
    "product_description",
    "duplicate_charge_explanation",
    "refund_refusal_explanation",
    "cancellation_rebuttal",
    "refund_policy_disclosure",
    "cancellation_policy_disclosure",
    "access_activity_log",
)
"""When all fields together are too long, those at the end give way."""
_LOG = "access_activity_log"
_TOO_LONG = "It is longer than Stripe takes."
_DENIED_BY_A_REFUND = ("cancellation_rebuttal", "refund_refusal_explanation")
"""To say that nothing was owed denies the refund that was made."""


class Texts(NamedTuple):
    texts: dict[str, str]
    sources: dict[str, tuple[Source, ...]]
    left_out: tuple[LeftOut, ...]


def texts_for(dossier: Dossier, items: tuple[EvidenceItem, ...], plan: EvidencePlan) -> Texts:
    """Stripe text field → text within its limit; where each comes from; what was shortened or left out."""
    case = case_of(dossier, items, plan)
    return texts_of(case, argue(case))


def texts_of(case: Case, argument: Argument) -> Texts:
    """As `texts_for`, on a case whose items are screened."""
    not_derived = {*harms(case), *case.dossier.prefilled}
    denied = _DENIED_BY_A_REFUND if refunded_enough(case) else ()
    sheet = _Sheet()
    for name in _IMPORTANCE:
        own = case.text(name)
        if name in denied:
            sheet.leave_out(f"text of {name}" if own else "", "The refund that was made denies it.")
        elif own is not None:
            sheet.write(name, own)
        elif name in not_derived:
            continue
        elif name == _LOG:
            sheet.write_log(case)
        else:
            sheet.write(name, _derived(case, argument, name))
    return Texts(sheet.texts, sheet.sources, tuple(sheet.left_out))


@dataclass(kw_only=True)
class _Sheet:
    """Texts as they fill the room that Stripe gives to all of them together."""

    texts: dict[str, str] = field(default_factory=dict)
    sources: dict[str, tuple[Source, ...]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def room(self, name: str) -> int:
        return min(TEXT_FIELDS[name], MOST_CHARACTERS - sum(map(len, self.texts.values())))

    def leave_out(self, what: str, why: str) -> None:
        if what:
            self.left_out.append(LeftOut(what=what, why=why))

    def write(self, name: str, told: Fact[str] | None) -> None:
        if told is None:
            return
        whole = without_isolates(told.value)
        text = shortened(whole, most=self.room(name))
        if text != whole:
            self.leave_out(f"{'end of the ' if text else ''}text of {name}", _TOO_LONG)
        if text:
            self.texts[name], self.sources[name] = text, told.sources

    def write_log(self, case: Case) -> None:
        """As many whole rows as fit, and a note that counts the others."""
        log = log_text(case, room=self.room(_LOG))
        self.write(_LOG, Fact(value=log.text, sources=log.sources) if log.text else None)
        self.leave_out(f"{counted(log.hidden, 'row')} of {_LOG}" if log.hidden else "", _TOO_LONG)


def _derived(case: Case, argument: Argument, field: str) -> Fact[str] | None:
    match field:
        case "customer_name":
            return case.customer_name
        case "customer_email_address":
            return case.customer_email
        case "customer_purchase_ip":
            return case.purchase_ip
        case "product_description":
            return case.product
        case "billing_address":
            found = case.billing_address
            return Fact(value=found.value.one_line(), sources=found.sources) if found else None
        case "service_date":
            return _service_date(case)
        case "shipping_address" | "shipping_carrier" | "shipping_date" | "shipping_tracking_number":
            return _shipping(case, field)
        case "duplicate_charge_id" | "duplicate_charge_explanation":
            return _duplicate(case, field)
        case "refund_policy_disclosure":
            return _disclosure(case, PolicyKind.REFUND)
        case "cancellation_policy_disclosure":
            return _disclosure(case, PolicyKind.CANCELLATION)
        case "refund_refusal_explanation":
            return _refusal(case)
        case "cancellation_rebuttal":
            return _rebuttal(case)
        case _:
            return _argument(argument)


def _argument(argument: Argument) -> Fact[str]:
    """The letter in words: for whoever reads the fields and opens no file."""
    said = (argument.statement, *argument.statements)
    sources = dict.fromkeys(source for one in said for source in one.sources)
    return Fact(value="\n".join(one.text for one in said), sources=tuple(sources))


def _shipping(case: Case, field: str) -> Fact[str] | None:
    """What the order said, else what the carrier said; several parcels one after the other."""
    shipment, parcels = case.dossier.sale.shipment, case.given(DeliveryContent)
    if field == "shipping_address":
        if address := case.shipping_address:
            return Fact(value=address.value.one_line(), sources=address.sources)
        written = {
            one.content.address.one_line(): one.source("address") for one in parcels if one.content.address
        }
        return _joined({text: source for text, source in written.items() if text}, "; ")
    if field == "shipping_date":
        return _joined(
            {on_day(at): one.source("shipped_at") for one in parcels if (at := one.content.shipped_at)}, ", "
        )
    part = "carrier" if field == "shipping_carrier" else "tracking_number"
    if told := _joined({getattr(one.content, part): one.source(part) for one in parcels}, ", "):
        return told
    known = getattr(shipment, part) if shipment else None
    return Fact(value=known, sources=(case.of_charge(f"shipping.{part}"),)) if known else None


def _service_date(case: Case) -> Fact[str] | None:
    """The day, or the period that a subscription's charge pays for."""
    if at := case.service_at:
        return Fact(value=on_day(at.value), sources=at.sources)
    period = case.period
    return Fact(value=from_to(period.value), sources=period.sources) if period else None


def _joined(told: dict[str, Source], between: str) -> Fact[str] | None:
    return Fact(value=between.join(told), sources=tuple(told.values())) if told else None


def _duplicate(case: Case, field: str) -> Fact[str] | None:
    """Only where the two can be told apart: else Stripe would be told of a real duplicate."""
    other, line = other_charge(case), not_a_duplicate(case)
    if other is None or line is None:
        return None
    return other.id if field == "duplicate_charge_id" else _told_by(line)


def _disclosure(case: Case, kind: PolicyKind) -> Fact[str] | None:
    """How the customer came to know the policy: without that there is nothing to disclose."""
    known = [one for one in case.policies if one_line(one.content.shown_where)]
    terms = [one for one in known if one.content.kind is PolicyKind.TERMS and one.content.clause]
    policy = next((one for one in known if one.content.kind is kind), terms[0] if terms else None)
    if policy is None:
        return None
    content, name = policy.content, POLICY_NAMES[policy.content.kind]
    parts = [f"The customer saw or accepted the {name} here: {one_line(content.shown_where)}."]
    if content.in_force_from:
        parts.append(f"It has been in force since {on_day(content.in_force_from)}.")
    parts.append(f"The {name} says:\n{content.clause or content.text}")
    return Fact(value="\n".join(parts), sources=(policy.source("shown_where, in_force_from, clause, text"),))


def _refusal(case: Case) -> Fact[str] | None:
    refusal, policy = case.refusal, policy_of(case, PolicyKind.REFUND, PolicyKind.TERMS)
    if refusal is None:
        return None
    if policy is None or policy.content.clause is None:
        return refusal
    text = f"{refusal.value}\nThe {POLICY_NAMES[policy.content.kind]} says: {policy.content.clause}"
    return Fact(value=text, sources=(*refusal.sources, policy.source("clause")))


def _rebuttal(case: Case) -> Fact[str] | None:
    """Why the subscription was not cancelled when it was charged."""
    if not any(need.name == "cancellation_rebuttal" for need in case.plan.needs):
        return None
    made = (
        cancellation.instalment,
        cancellation.used_after_cancellation,
        cancellation.cancelled_after_charge,
        cancellation.subscription_active,
    )
    told = [_told_by(line) for make in made if (line := make(case)) is not None]
    if not told:
        return None
    sources = dict.fromkeys(source for one in told for source in one.sources)
    lines = dict.fromkeys(line for one in told for line in one.value.split("\n"))
    return Fact(value="\n".join(lines), sources=tuple(sources))


def _told_by(line: Line) -> Fact[str]:
    said = (line.lead, *line.statements)
    texts = dict.fromkeys(one.text for one in said)
    sources = dict.fromkeys(source for one in said for source in one.sources)
    return Fact(value="\n".join(texts), sources=tuple(sources))
