"""The evidence plan of one dispute: Stripe's reason × product type, changed by the network's code.

The tables are data: `evidence_plan_reasons` by reason and product type, `evidence_plan_codes` by network and code,
`evidence_plan_needs` for who can supply what. Every need carries the page that its rule is taken from.
"""

from collections.abc import Iterable

from chargebacks.disputes import Dispute, Stage
from chargebacks.evidence import EvidencePlan, Need, Weight
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_names import Proof
from chargebacks.evidence_plan_codes import BRANCHES, Branch
from chargebacks.evidence_plan_needs import BACKGROUND, EVERYWHERE, LISTED, helpful
from chargebacks.evidence_plan_reasons import BANK_RETURNS, GENERAL, REASONS
from chargebacks.reason_codes import reason_of

_UNCHANGED = Branch()
_NOT_CONTESTABLE = "cartes_bancaires"
_FRAUD_PROGRAMME = ("visa", "10.5")


def plan_for(dispute: Dispute, product_type: ProductType) -> EvidencePlan:
    """What this dispute needs. A reason that is not known is planned by its code, else as `general`."""
    code = (dispute.network_reason_code or "").strip().upper() or None
    why_not = _why_not(dispute, code)
    argument, needs = _planned(dispute, code, product_type)
    return EvidencePlan(
        reason=dispute.reason,
        product_type=product_type,
        network=dispute.network,
        code=code,
        answerable=why_not is None,
        why_not=why_not,
        argument=argument,
        needs=needs,
    )


def _why_not(dispute: Dispute, code: str | None) -> str | None:
    """Why no evidence can be filed, in one sentence; None where it can."""
    if dispute.stage is Stage.PREVENTED:
        return (
            "The network has settled the dispute before it became a chargeback: there is nothing to answer."
        )
    if dispute.reason in BANK_RETURNS:
        return f"The bank has returned the debit ({dispute.reason}): it hears no evidence."
    if (dispute.network, code) == _FRAUD_PROGRAMME:
        # https://docs.stripe.com/disputes/categories: Visa takes no evidence for these disputes.
        return "Visa takes no evidence against 10.5, its own finding of fraud."
    if dispute.network == _NOT_CONTESTABLE:
        # https://docs.stripe.com/disputes/best-practices
        return "Disputes of Cartes Bancaires cannot be contested."
    if not dispute.awaits_answer:
        return f"Stripe takes no evidence while the dispute is {dispute.status}."
    if dispute.due_by is None:
        return "Stripe sets no time to answer: no response is possible."
    if dispute.past_due:
        return f"The time to answer ended at {dispute.due_by:%Y-%m-%d %H:%M} UTC: the network refuses late evidence."
    return None


def _planned(dispute: Dispute, code: str | None, product_type: ProductType) -> tuple[str, tuple[Need, ...]]:
    """The argument, and the needs without duplicates: the code's first, then the product's, then the reason's."""
    if dispute.reason in BANK_RETURNS:
        return "", ()
    network = dispute.network
    branch = BRANCHES.get((network or "", code or ""), _UNCHANGED)
    known = dispute.reason if dispute.reason in REASONS else reason_of(network, code)
    reason = REASONS[branch.plan_as or known or GENERAL]
    needs = [*branch.by_product.get(product_type, ()), *branch.needs]
    if not branch.alone:
        needs += [*reason.by_product[product_type], *reason.needs]
    needs += EVERYWHERE
    first = {need.name: need for need in reversed(needs) if need.name not in branch.without}
    unique = [first[name] for name in dict.fromkeys(need.name for need in needs) if name in first]
    return branch.argument or reason.argument, _with_refund(unique)


def _with_refund(needs: list[Need]) -> tuple[Need, ...]:
    """Every claim is answered by the money having gone back already: a refund in full stands for everything that is
    particular to the claim, and none has to have been made where the claim is answered otherwise
    (https://docs.stripe.com/disputes/categories)."""
    particular = [need for need in needs if need.points > BACKGROUND]
    decisive = [need for need in particular if need.weight is Weight.REQUIRED] or particular
    settled = (_or_refund(need) for need in needs)
    proof = helpful(Proof.REFUND_PROOF, LISTED, instead=tuple(_names(decisive)))
    return (*settled, proof)


def _or_refund(need: Need) -> Need:
    if need.points <= BACKGROUND:
        return need
    return need.model_copy(update={"instead": (*need.instead, str(Proof.FULL_REFUND))})


def _names(needs: Iterable[Need]) -> Iterable[str]:
    return dict.fromkeys(name for need in needs for name in (need.name, *need.instead))
