"""A packet's draft from facts alone: letter, exhibits and texts, with what a person should know of it."""

from datetime import datetime

from chargebacks.composing.argument import Argument, argue
from chargebacks.composing.case_facts import Case, case_of
from chargebacks.composing.exhibits import exhibits_of
from chargebacks.composing.letter import letter_of
from chargebacks.composing.lines.cancellation import cancellation_findings
from chargebacks.composing.lines.duplicates import duplicate_findings
from chargebacks.composing.lines.refunds import refund_findings
from chargebacks.composing.lines.terms import terms_findings
from chargebacks.composing.relevance import harms
from chargebacks.composing.texts import texts_of
from chargebacks.dossier import Dossier
from chargebacks.evidence import EvidencePlan, available
from chargebacks.evidence_items import EvidenceItem
from chargebacks.packet import Exhibit, LeftOut, PacketDraft, Paper, Statement
from chargebacks.values import Value

_LEADING, _CITED = 1, 3
"""Ranks of an exhibit that carries the argument, and of one that carries another statement."""


class Composed(Value):
    """The draft, and what came to light when it was made. Findings and what was left out hold no personal data."""

    draft: PacketDraft
    used: tuple[EvidenceItem, ...] = ()
    """The items that belong to this sale, trimmed to what may be used."""
    findings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def compose(
    dossier: Dossier, items: tuple[EvidenceItem, ...], plan: EvidencePlan, *, paper: Paper, dated: datetime
) -> Composed:
    """The packet for this dispute. The same arguments give the same draft."""
    case = case_of(dossier, items, plan)
    shown = exhibits_of(case)
    argument = _citing(argue(case), {one.key for one in shown})
    texts = texts_of(case, argument)
    draft = PacketDraft(
        dispute_id=dossier.dispute.id,
        network=dossier.dispute.network,
        paper=paper,
        letter=letter_of(case, argument),
        exhibits=_ranked(shown, argument),
        texts=texts.texts,
        text_sources=texts.sources,
        dated=dated,
    )
    return Composed(
        draft=draft,
        used=case.items,
        findings=(*case.findings, *_findings(case)),
        left_out=(*case.left_out, *_harmful(case), *texts.left_out),
    )


def _findings(case: Case) -> tuple[str, ...]:
    nameless = (
        "The account has no business name at Stripe: the letter bears the statement descriptor instead."
    )
    return (
        *refund_findings(case),
        *cancellation_findings(case),
        *duplicate_findings(case),
        *terms_findings(case),
        *(() if case.dossier.merchant_name else (nameless,)),
    )


def _harmful(case: Case) -> tuple[LeftOut, ...]:
    """What Stripe knows and the packet does not tell."""
    at_hand = available(case.dossier, case.items)
    return tuple(LeftOut(what=name, why=why) for name, why in harms(case).items() if name in at_hand)


def _citing(argument: Argument, keys: set[str]) -> Argument:
    """The argument with references to exhibits that exist."""

    def existing(one: Statement) -> Statement:
        return one.model_copy(update={"exhibits": tuple(key for key in one.exhibits if key in keys)})

    return argument.model_copy(
        update={
            "statement": existing(argument.statement),
            "statements": tuple(existing(one) for one in argument.statements),
        }
    )


def _ranked(exhibits: tuple[Exhibit, ...], argument: Argument) -> tuple[Exhibit, ...]:
    """What the argument cites comes first and is never left out, but for documents of unknown length; the others follow
    by importance."""
    leading = argument.statement.exhibits
    cited = {key for one in argument.statements for key in one.exhibits}

    def rank(one: Exhibit) -> int:
        holds_documents = any(block.type == "document" for block in one.blocks)
        if one.key in leading:
            return _LEADING + holds_documents
        return min(one.rank, _CITED) if one.key in cited else one.rank

    ranked = [one.model_copy(update={"rank": rank(one)}) for one in exhibits]
    first = {key: number for number, key in enumerate(leading)}
    return tuple(sorted(ranked, key=lambda one: (first.get(one.key, len(first)), one.rank)))
