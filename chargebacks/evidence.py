"""The evidence plan: what each kind of dispute needs, as data, and how complete a case is."""

from enum import StrEnum

from chargebacks.evidence_fields import ProductType
from chargebacks.evidence_items import Supplier
from chargebacks.values import Value


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
