"""The letter's argument: which lines hold, which of them leads, and what fits one page."""

from collections.abc import Callable, Iterator

from chargebacks.composing.case_facts import Case, case_of
from chargebacks.composing.lines import (
    cancellation,
    cardholder,
    duplicates,
    fulfilment,
    history,
    refunds,
    terms,
    use,
)
from chargebacks.composing.lines.line import Line
from chargebacks.composing.relevance import lines_in_order, may_lead
from chargebacks.disputes import Stage
from chargebacks.dossier import Dossier
from chargebacks.evidence import EvidencePlan
from chargebacks.evidence_items import EvidenceItem
from chargebacks.packet import Statement
from chargebacks.values import Value

MOST_STATEMENTS = 7
_LONGEST = 420
"""Characters of one statement. Something is wrong with a name or an id that makes a sentence longer."""
_MOST_CHARACTERS = 1800
"""Of all statements: with letterhead, facts and request they fill a page of Letter or A4 at 12 points."""
_FEW = 3
"""A letter with fewer statements tells of the sale besides."""

_LINES: dict[str, Callable[[Case], Line | None]] = {
    "refund_made": refunds.refund_made,
    "credit_in_part": refunds.credit_in_part,
    "liability_shift": cardholder.liability_shift,
    "customer_history": history.customer_history,
    "card_checks": cardholder.card_checks,
    "recognition": cardholder.recognition,
    "delivered": fulfilment.delivered,
    "shipped": fulfilment.shipped,
    "digital_use": use.digital_use,
    "service_provided": fulfilment.service_provided,
    "signed_for": fulfilment.signed_for,
    "date_ahead": fulfilment.date_ahead,
    "not_a_duplicate": duplicates.not_a_duplicate,
    "used_after_cancellation": cancellation.used_after_cancellation,
    "cancelled_after_charge": cancellation.cancelled_after_charge,
    "subscription_active": cancellation.subscription_active,
    "instalment": cancellation.instalment,
    "credit_refused": terms.credit_refused,
    "terms_shown": terms.terms_shown,
    "not_returned": terms.not_returned,
    "as_described": terms.as_described,
    "documents": fulfilment.documents,
    "correspondence": cardholder.correspondence,
    "approval": cardholder.approval,
}

_SAYS_IT_ALL = ("credit_not_processed",)
"""Where the proof of the refund is the whole answer."""
_TELLS_THE_SALE = ("refund_made", "recognition", "service_provided")
"""After these nothing is told of the sale, however few statements there are."""
_NOT_BESIDE = {
    # Whoever refunded has given in: to say beside it that nothing was owed weakens both.
    "refund_made": (
        "credit_refused",
        "not_returned",
        "terms_shown",
        "instalment",
        "used_after_cancellation",
        "cancelled_after_charge",
        "subscription_active",
    ),
    "used_after_cancellation": ("digital_use", "cancelled_after_charge", "subscription_active"),
    "cancelled_after_charge": ("subscription_active",),
    "subscription_active": ("digital_use",),
    "credit_refused": ("terms_shown",),
    "not_returned": ("as_described",),
    "service_provided": ("documents", "signed_for"),
    "delivered": ("signed_for",),
    "signed_for": ("shipped",),
    "recognition": ("as_described",),
}
"""Leading line → lines that would say the same again, or deny it."""


class Argument(Value):
    """`name` is the leading line's, such as `refund_made`; `lines` are all that are used, the leading one first."""

    name: str
    statement: Statement
    statements: tuple[Statement, ...]
    lines: tuple[str, ...]


def argument_for(dossier: Dossier, items: tuple[EvidenceItem, ...], plan: EvidencePlan) -> Argument:
    """The strongest line that the facts carry leads, the others support it. Where none holds, the sale is told.

    What the plan calls harmful is left out.
    """
    return argue(case_of(dossier, items, plan))


def argue(case: Case) -> Argument:
    """As `argument_for`, on a case whose items are screened."""
    lines = [line for line in _holding(case) if len(line.lead.text) <= _LONGEST]
    lead = next((line for line in lines if may_lead(line.name, case)), cardholder.general(case))
    others = [line for line in lines if line is not lead and _may_support(line, lead, case)]
    if case.dossier.dispute.stage is Stage.INQUIRY:
        others.sort(key=lambda line: line.name != "recognition")
    candidates = [*lead.statements, *(one for line in others for one in line.support)]
    if len(candidates) < _FEW and lead.name not in _TELLS_THE_SALE:
        candidates += cardholder.general(case).statements
    statements = tuple(_fitting(candidates, lead))
    used = [line.name for line in others if set(line.support) & set(statements)]
    return Argument(
        name=lead.name,
        statement=lead.lead,
        statements=statements,
        lines=(lead.name, *used),
    )


def _holding(case: Case) -> Iterator[Line]:
    """Lines that hold, the strongest first."""
    for name in lines_in_order(case):
        if (line := _LINES[name](case)) is not None:
            yield line


def _may_support(line: Line, lead: Line, case: Case) -> bool:
    if lead.name == "refund_made" and case.reason in _SAYS_IT_ALL:
        return False
    return line.name not in _NOT_BESIDE.get(lead.name, ())


def _fitting(candidates: list[Statement], lead: Line) -> Iterator[Statement]:
    """Whole statements only, in order, as many as one page holds; what the argument says already is not said again."""
    room, told = _MOST_CHARACTERS - len(lead.lead.text), {lead.lead.text}
    count = 0
    for one in candidates:
        if one.text in told or len(one.text) > min(room, _LONGEST) or count == MOST_STATEMENTS:
            continue
        told.add(one.text)
        room -= len(one.text)
        count += 1
        yield one
