"""What a policy holds. Field names are the keys of the TOML file; `docs/policy.md` explains each."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from chargebacks.alerts import NetworkProduct, ReasonClass
from chargebacks.decisions import CancelMoment, CancelScope, Mode, ResponseTimes
from chargebacks.matching import MatchRules
from chargebacks.policy.disputes import DisputeRules
from chargebacks.policy.fields import (
    Amounts,
    Codes,
    Currencies,
    Pairs,
    RuleName,
    Texts,
    as_set,
    checked_country,
)
from chargebacks.policy.fields import amount_in as amount_in
from chargebacks.refunds import RefundReason
from chargebacks.values import Value
from chargebacks.vocabulary import OutcomeCode


class Then(StrEnum):
    """What a rule wants. ACKNOWLEDGE: say that the alert was received and move nothing."""

    REFUND = "refund"
    ASK = "ask"
    DECLINE = "decline"
    ACKNOWLEDGE = "acknowledge"


Switch = Literal[Then.REFUND, Then.ASK, Then.DECLINE]
"""A switch with three positions: by itself, by a person, not at all."""

Caution = Literal[Then.ASK, Then.DECLINE]
"""What replaces a refund that may not happen by itself."""

DeclineOutcome = Literal[
    OutcomeCode.DECLINED_BY_RULE, OutcomeCode.DECLINED_3DS, OutcomeCode.FULFILLED_CANNOT_STOP
]
"""Truthful words for a refusal."""


def _countries(values: dict[str, Switch]) -> dict[str, Switch]:
    for country in values:
        checked_country(country)
    return values


class Marks(Value):
    """Customers, products and other metadata by which a charge is recognised."""

    customers: Texts = ()
    """Stripe customer ids."""
    products: Texts = ()
    """Values of the charge metadata keys named in `refund.product_keys`."""
    metadata: Pairs = ()


class DenyList(Marks):
    """Charges that are never refunded without a person."""

    then: Caution = Then.ASK


class RefundRules(Value):
    """When a refund may happen by itself. Limits hold whatever a rule or the allow list says."""

    limits: Amounts = ()
    above_limit: Caution = Then.ASK
    other_currencies: Caution = Then.ASK
    """For a charge in a currency without a limit."""
    currencies: Currencies = ()
    """Currencies in which refunds are allowed at all; empty for every currency."""
    products: dict[NetworkProduct, Switch] = {}
    reason_classes: dict[ReasonClass, Switch] = {}
    liability_shift: Switch = Then.ASK
    card_countries: Annotated[dict[str, Switch], AfterValidator(_countries)] = {}
    allow: Marks = Marks()
    deny: DenyList = DenyList()
    product_keys: Texts = ("product_id",)
    reason: RefundReason = RefundReason.REQUESTED_BY_CUSTOMER


class Conditions(Value):
    """All that are given must hold; a list holds when one of its values does. An empty list is not given."""

    source: Texts = ()
    product: Annotated[tuple[NetworkProduct, ...], AfterValidator(as_set)] = ()
    reason_class: Annotated[tuple[ReasonClass, ...], AfterValidator(as_set)] = ()
    reason_code: Texts = ()
    brand: Texts = ()
    funding: Texts = ()
    card_country: Codes = ()
    currency: Currencies = ()
    customer: Texts = ()
    metadata: Pairs = ()
    risk: Texts = ()
    """Stripe Radar's risk level: normal, elevated, highest."""
    liability_shift: bool | None = None
    amount_above: Amounts = ()
    """Holds when the refund is more than the amount in its currency; never in a currency that is not listed."""
    amount_up_to: Amounts = ()


class Rule(Value):
    """One named rule. The first one that holds decides."""

    name: RuleName
    when: Conditions = Conditions()
    then: Then
    outcome: DeclineOutcome = OutcomeCode.DECLINED_BY_RULE
    """With `then = "decline"`: what the source hears."""
    mode: Mode = Mode.ACT
    """OBSERVE: never decides, only notes what it would have said. PROPOSE: its refunds ask a person."""


class FraudReports(Value):
    """Early fraud warnings, TC40 and SAFE: a refund is optional and no answer is due."""

    refund: bool = False
    limits: Amounts = ()


class SilenceBand(Value):
    """What silence means for refunds up to an amount."""

    up_to: Amounts
    silence: Literal[Then.REFUND, Then.DECLINE]
    outcome: DeclineOutcome = OutcomeCode.DECLINED_BY_RULE


class Approval(Value):
    """What happens at the last safe moment when nobody has answered."""

    silence: Literal[Then.REFUND, Then.DECLINE] = Then.DECLINE
    outcome: DeclineOutcome = OutcomeCode.DECLINED_BY_RULE
    band: tuple[SilenceBand, ...] = ()
    """The first band that lists the refund's currency with at least its amount wins over `silence`."""


class Unmatched(Value):
    """What to do when no single charge was found: ask a person, or answer `not_found` at once."""

    ambiguous: Literal["ask", "not_found"] = "ask"
    not_found: Literal["ask", "not_found"] = "ask"


class SubscriptionRules(Value):
    """Which subscriptions end with a refund, and when."""

    scope: CancelScope = CancelScope.LINKED
    moment: CancelMoment = CancelMoment.NOW
    never_cancel: Texts = ()
    """Subscription ids, customer ids, or `key=value` metadata of subscriptions."""


class Policy(Value):
    """Loaded from TOML; `version` is the hash of what the file means, not of its spelling."""

    version: str
    mode: Mode = Mode.OBSERVE
    refund: RefundRules = RefundRules()
    rule: tuple[Rule, ...] = ()
    fraud_report: FraudReports = FraudReports()
    approval: Approval = Approval()
    unmatched: Unmatched = Unmatched()
    subscription: SubscriptionRules = SubscriptionRules()
    matching: MatchRules = MatchRules()
    times: ResponseTimes = ResponseTimes()
    watch_refund_days: Annotated[int, Field(ge=0, le=365)] = 30
    """How long an answered case watches its refund for a late failure; 0 closes it at once."""
    disputes: DisputeRules = DisputeRules()
