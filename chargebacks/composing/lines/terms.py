"""What was agreed: the refund refused under a clause, the terms shown, the goods as described and not sent back."""

from collections.abc import Iterator

from chargebacks.composing.case_facts import Case, Given
from chargebacks.composing.letter_words import ended, on_day, quoted
from chargebacks.composing.lines.line import Line, present, said
from chargebacks.composing.lines.refunds import refunds_made
from chargebacks.evidence_items import PolicyContent, PolicyKind
from chargebacks.packet import Statement

POLICY_NAMES = {
    PolicyKind.REFUND: "refund policy",
    PolicyKind.CANCELLATION: "cancellation policy",
    PolicyKind.TERMS: "terms",
}
Policy = Given[PolicyContent]


def policy_key(policy: Policy) -> str:
    """Key of the exhibit that shows a policy."""
    return f"{policy.content.kind.value}_{policy.item.id}"


def policy_of(case: Case, *kinds: PolicyKind) -> Policy | None:
    """The first policy of these kinds, those named first before the others."""
    found = (one for kind in kinds for one in case.policies if one.content.kind is kind)
    return next(found, None)


def credit_refused(case: Case) -> Line | None:
    """A refund is not owed: the clause, where it was shown, and why it was refused."""
    kinds = (PolicyKind.REFUND, PolicyKind.CANCELLATION, PolicyKind.TERMS)
    if case.cancelled_at is not None:
        kinds = (PolicyKind.CANCELLATION, PolicyKind.REFUND, PolicyKind.TERMS)
    policy, refusal = policy_of(case, *kinds), case.refusal
    reason = quoted(refusal.value) if refusal else None
    if policy is None or (refusal is None and policy.content.clause is None):
        return None
    name, keys = POLICY_NAMES[policy.content.kind], (policy_key(policy),)
    clause = _clause(policy)
    in_force = " that was in force at the sale" if policy.content.in_force_from else ""
    terms = policy.source("text, clause, in_force_from, in_force_until")
    if refusal:
        because = f" The reason is {reason}." if reason else ""
        text = f"The merchant refused a refund under the {name}{in_force}.{because}"
        lead, told = said(text, refusal, terms, exhibits=keys), present(clause)
    else:
        words = quoted(policy.content.clause or "")
        text = f"A refund is subject to the {name}{in_force}{f': {words}' if words else ''}"
        lead, told = said(ended(text), terms, exhibits=keys), () if words else present(clause)
    refused = said(f"The merchant refused a refund for the reason {reason}.", refusal) if reason else None
    return Line(
        name="credit_refused",
        lead=lead,
        statements=(*told, *present(_shown(policy))),
        support=present(refused, clause) or (lead,),
    )


def terms_shown(case: Case) -> Line | None:
    """The customer saw or accepted the terms."""
    known = [one for one in case.policies if _shown(one)]
    if not known:
        return None
    statements = [statement for one in known if (statement := _shown(one))]
    clauses = [clause for one in known if (clause := _clause(one))]
    return Line(name="terms_shown", lead=statements[0], support=(statements[0], *clauses[:1]))


def not_returned(case: Case) -> Line | None:
    """The goods are still with the customer, by the merchant's own record."""
    returned = case.returned
    if returned is None or returned.value or case.returned_at is not None:
        return None
    statement = said("The goods were not returned to the merchant.", returned)
    described = present(_described(case))
    return Line(name="not_returned", lead=statement, statements=described, support=(statement, *described))


def as_described(case: Case) -> Line | None:
    """How the goods were described when they were sold."""
    described = _described(case)
    return Line(name="as_described", lead=described, support=(described,)) if described else None


def terms_findings(case: Case) -> Iterator[str]:
    """A return that was not paid back works against the merchant."""
    if (back := case.returned_at) and not refunds_made(case):
        yield f"A return was received on {on_day(back.value)} and no refund has succeeded: see whether one is owed."


def _described(case: Case) -> Statement | None:
    product = case.product
    words = quoted(product.value) if product else None
    return said(f"The product was sold as {words}.", product, exhibits=("receipt",)) if words else None


def _clause(policy: Policy) -> Statement | None:
    if policy.content.clause is None:
        return None
    name, key = POLICY_NAMES[policy.content.kind], policy_key(policy)
    words = quoted(policy.content.clause)
    text = (
        ended(f"The {name} says: {words}")
        if words
        else f"The clause of the {name} that applies is marked in the exhibit."
    )
    return said(text, policy.source("clause"), exhibits=(key,))


def _shown(policy: Policy) -> Statement | None:
    where = quoted(policy.content.shown_where)
    if where is None:
        return None
    return said(
        f"The customer saw or accepted the {POLICY_NAMES[policy.content.kind]} here: {where}.",
        policy.source("shown_where"),
        exhibits=(policy_key(policy),),
    )
