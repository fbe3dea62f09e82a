"""A charge that is said to be a duplicate and is not.

Each payment is shown to be separate (https://docs.stripe.com/disputes/categories); where nothing tells the two apart,
nothing is claimed: the customer may be right.
"""

from collections.abc import Iterator
from typing import NamedTuple

from chargebacks.composing.case_facts import Case, Fact, stripe
from chargebacks.composing.letter_words import (
    at_time,
    from_to,
    isolated,
    on_day,
    one_line,
    quoted,
    without_isolates,
)
from chargebacks.composing.lines.line import Line, present, said
from chargebacks.dossier import EarlierCharge
from chargebacks.evidence_derived import fold, says_what
from chargebacks.evidence_items import IdentifiersContent
from chargebacks.money import Money
from chargebacks.packet import Exhibit, Statement, TableBlock

COMPARISON = "comparison"
_NAME = "not_a_duplicate"
_MOST_TOLD = 300


class OtherCharge(NamedTuple):
    """The charge that the disputed one is said to repeat. `charge` None: Stripe does not list it."""

    id: Fact[str]
    charge: EarlierCharge | None


def not_a_duplicate(case: Case) -> Line | None:
    """Two payments for two things, or one of them paid back; or the merchant's explanation."""
    other, explained = other_charge(case), _explained(case)
    if other is None:
        return Line(name=_NAME, lead=explained, support=(explained,)) if explained else None
    differences = present(
        _paid_back(case, other), _purposes(case, other), _periods(case, other), _amounts(case, other)
    )
    if not differences and explained is None:
        return None
    charge, strongest = case.dossier.sale.charge, differences[0] if differences else None
    when = f" of {on_day(other.charge.created)}" if other.charge else ""
    proof = strongest or explained
    lead = said(
        f"Charge {charge.id} of {on_day(charge.created)} and charge {other.id.value}{when} are two payments."
        f"{f' {strongest.text}' if strongest else ''}",
        case.of_charge("id, created"),
        stripe(f"charge {other.charge.id}, id, created, amount") if other.charge else None,
        other.id,
        *(proof.sources if proof else ()),
        exhibits=(COMPARISON,),
    )
    return Line(
        name=_NAME,
        lead=lead,
        statements=present(*differences[1:], explained, _apart(case, other)),
        support=present(*differences, explained)[:2],
    )


def other_charge(case: Case) -> OtherCharge | None:
    """The one that the merchant names, else the latest earlier charge of the same amount. Only where a dispute is
    about a second charge: payment by other means is not."""
    if not any(need.name == "duplicate_charge_id" for need in case.plan.needs):
        return None
    charges = {one.id: one for one in case.dossier.earlier if one.paid and not one.validation_only}
    if named := case.text("duplicate_charge_id"):
        return OtherCharge(named, charges.get(named.value))
    charge = case.dossier.sale.charge
    alike = [one for one in charges.values() if one.amount == charge.amount and one.id != charge.id]
    if not alike:
        return None
    latest = max(alike, key=lambda one: (one.created, one.id))
    return OtherCharge(Fact(value=latest.id, sources=(stripe(f"charge {latest.id}, amount"),)), latest)


def duplicate_findings(case: Case) -> Iterator[str]:
    """What a person must look at before this is fought."""
    if (other := other_charge(case)) and not_a_duplicate(case) is None:
        yield (
            f"Nothing at hand tells charge {other.id.value} from the disputed one: if it pays for the same thing, "
            "accept the dispute; if not, say what each of them pays for."
        )


def comparison_exhibit(case: Case) -> Exhibit | None:
    """The two charges side by side."""
    other = other_charge(case)
    if other is None or other.charge is None or not_a_duplicate(case) is None:
        return None
    sale, second = case.dossier.sale, other.charge
    mine, theirs = _described(case, second) or (None, None)
    invoice = case.dossier.invoice
    rows = [
        ("Charge", sale.charge.id, second.id),
        ("Date and time", at_time(sale.charge.created), at_time(second.created)),
        ("Amount", str(sale.charge.amount), str(second.amount)),
        ("For", one_line(mine.value) if mine else "", one_line(theirs.value) if theirs else ""),
        ("Order", ", ".join(sale.charge.order_ids), ""),
        ("Invoice", (invoice.number or invoice.id) if invoice else "", ""),
        ("Period paid for", from_to(case.period.value) if case.period else "", ""),
        ("Refunded", "", str(_refunded(second)) if second.refunded_minor else ""),
    ]
    table = TableBlock(
        columns=("", "Disputed charge", "Other charge"),
        weights=(3, 5, 5),
        rows=tuple(row for row in rows if row[1] or row[2]),
        sources=(case.of_charge("id, created, amount"), stripe(f"charge {second.id}, id, created, amount")),
    )
    return Exhibit(
        key=COMPARISON,
        title="The two charges side by side",
        slot="duplicate_charge_documentation",
        rank=2,
        summary="The disputed charge and the charge it is said to repeat are two payments.",
        blocks=(table,),
    )


def _paid_back(case: Case, other: OtherCharge) -> Statement | None:
    second = other.charge
    if second is None or second.refunded_minor < second.amount.amount_minor or not second.refunded_minor:
        return None
    text = f"Charge {second.id} was refunded in full."
    return said(text, stripe(f"charge {second.id}, amount_refunded"), exhibits=(COMPARISON,))


def _purposes(case: Case, other: OtherCharge) -> Statement | None:
    if other.charge is None or (two := _described(case, other.charge)) is None:
        return None
    mine, theirs = two
    if fold(mine.value) == fold(theirs.value):
        return None
    first, second = quoted(mine.value), quoted(theirs.value)
    return said(
        f"The disputed charge is for {first}, the other one for {second}."
        if first and second
        else "The disputed charge and the other one are for different things.",
        mine,
        theirs,
        exhibits=(COMPARISON,),
    )


def _periods(case: Case, other: OtherCharge) -> Statement | None:
    period = case.period
    if period is None or other.charge is None or other.charge.created.date() >= period.value[0].date():
        return None
    return said(
        f"The disputed charge pays for the period from {from_to(period.value)}, which began after charge "
        f"{other.charge.id} was made.",
        period,
        stripe(f"charge {other.charge.id}, created"),
        exhibits=(COMPARISON,),
    )


def _amounts(case: Case, other: OtherCharge) -> Statement | None:
    mine, second = case.dossier.sale.charge.amount, other.charge
    if second is None or second.amount == mine:
        return None
    return said(
        f"The disputed charge is of {mine}, charge {second.id} of {second.amount}.",
        case.of_charge("amount"),
        stripe(f"charge {second.id}, amount"),
        exhibits=(COMPARISON,),
    )


def _explained(case: Case) -> Statement | None:
    told = case.text("duplicate_charge_explanation")
    if told is None:
        return None
    words = isolated(one_line(without_isolates(told.value)))
    text = (
        f"The merchant explains: “{words}”"
        if len(words) <= _MOST_TOLD
        else "The merchant's explanation is in the evidence text."
    )
    return said(text, told)


def _apart(case: Case, other: OtherCharge) -> Statement | None:
    charge, second = case.dossier.sale.charge, other.charge
    if second is None:
        return None
    return said(
        f"Charge {charge.id} was made on {at_time(charge.created)}, charge {second.id} on {at_time(second.created)}.",
        case.of_charge("created"),
        stripe(f"charge {second.id}, created"),
        exhibits=(COMPARISON,),
    )


def _described(case: Case, second: EarlierCharge) -> tuple[Fact[str], Fact[str]] | None:
    """What the two are for, told by the same hand: two hands may write the same thing differently."""
    sale, disputed = case.dossier.sale, case.dossier.sale.charge.id
    told: dict[str, Fact[str]] = {}
    for one in case.given(IdentifiersContent):
        if one.content.product_description:
            source = one.source("product_description")
            told[one.content.charge_id or disputed] = Fact(
                value=one.content.product_description, sources=(source,)
            )
    if disputed in told and second.id in told:
        return told[disputed], told[second.id]
    mine, theirs = sale.description or "", second.description or ""
    if not mine or not theirs or not says_what(mine) or not says_what(theirs):
        return None
    return (
        Fact(value=mine, sources=(case.of_charge("description"),)),
        Fact(value=theirs, sources=(stripe(f"charge {second.id}, description"),)),
    )


def _refunded(second: EarlierCharge) -> str:
    return str(Money(amount_minor=second.refunded_minor, currency=second.amount.currency))
