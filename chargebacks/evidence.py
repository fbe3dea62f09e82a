"""The evidence plan: what each kind of dispute needs, as data, and how complete a case is."""

from enum import StrEnum

from chargebacks.evidence_at_hand import available
from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import Supplier
from chargebacks.evidence_names import Proof
from chargebacks.values import Value

__all__ = [
    "Completeness",
    "EvidencePlan",
    "Missing",
    "Need",
    "Proof",
    "Weight",
    "available",
    "completeness",
]

MOST_WITHOUT_REQUIRED = 60
"""The score of a case that lacks something required goes no higher, whatever else it has. Own judgement."""

_DENIED_BY_A_REFUND = ("cancellation_rebuttal", "refund_refusal_explanation")


class Weight(StrEnum):
    REQUIRED = "required"
    HELPFUL = "helpful"
    HARMFUL = "harmful"
    """Works against the merchant in this kind of dispute: left out, and said so."""


class Need(Value):
    """One piece of evidence. `name` is a Stripe field, or a name of ours for what has no field of its own."""

    name: str
    weight: Weight
    points: int
    """Share in the completeness score, relative to the other needs of the plan."""
    who: tuple[Supplier, ...]
    """Who can supply it."""
    why: str
    """One sentence for the analyst who is asked for it."""
    source: str
    """URL of the page the rule is taken from."""
    instead: tuple[str, ...] = ()
    """Any one of these at hand does as well: a refund in full needs no proof of delivery beside it."""


class EvidencePlan(Value):
    reason: str
    product_type: ProductType
    network: str | None
    code: str | None
    answerable: bool
    why_not: str | None = None
    argument: str
    """The winning argument in one sentence."""
    needs: tuple[Need, ...]


class Missing(Value):
    name: str
    weight: Weight
    who: tuple[Supplier, ...]
    why: str


class Completeness(Value):
    percent: int
    have: tuple[str, ...]
    missing: tuple[Missing, ...]
    """The most valuable first."""
    harmful: tuple[str, ...] = ()
    """At hand, and better left out."""

    @property
    def required_missing(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.missing if one.weight is Weight.REQUIRED)


def completeness(plan: EvidencePlan, have: frozenset[str]) -> Completeness:
    """How much of the plan is at hand: the share of points, rounded down, from 0 to 100.

    100 says that nothing required or helpful is missing; a plan without needs is 0, since nothing can be shown. What
    is required and missing comes first among the missing, then the most points.
    """
    wanted = [need for need in plan.needs if need.weight is not Weight.HARMFUL]
    missing = [need for need in wanted if have.isdisjoint((need.name, *need.instead))]
    missing.sort(key=lambda need: (need.weight is not Weight.REQUIRED, -need.points))
    total = sum(need.points for need in wanted)
    percent = (total - sum(need.points for need in missing)) * 100 // total if total else 0
    lacks_required = any(need.weight is Weight.REQUIRED for need in missing)
    useful = {name for need in wanted for name in (need.name, *need.instead)}
    harmful = _harmful(plan, have)
    return Completeness(
        percent=min(percent, MOST_WITHOUT_REQUIRED) if lacks_required else percent,
        have=tuple(sorted((have & useful).difference(harmful))),
        missing=tuple(
            Missing(name=need.name, weight=need.weight, who=need.who, why=need.why) for need in missing
        ),
        harmful=harmful,
    )


def _harmful(plan: EvidencePlan, have: frozenset[str]) -> tuple[str, ...]:
    """What the plan warns of, and a refusal beside the refund that was made after all: each denies the other."""
    named = {need.name for need in plan.needs if need.weight is Weight.HARMFUL}
    if Proof.FULL_REFUND in have:
        named.update(_DENIED_BY_A_REFUND)
    return tuple(sorted(have & named))
