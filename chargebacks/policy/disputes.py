"""The policy's section on disputes: what is fought, what it may cost, who decides, and when it is filed."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from chargebacks.decisions import Mode
from chargebacks.disputes import Stage, SubmissionMethod
from chargebacks.evidence_fields import ProductType
from chargebacks.packet import Paper
from chargebacks.policy.fields import Amounts, Country, Currencies, Pairs, Rates, RuleName, Texts, as_set
from chargebacks.values import Value
from chargebacks.win_rates import BandRates, Percent

Hours = Annotated[int, Field(ge=1, le=720)]


def _longest_first(hours: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(hours), reverse=True))


HoursBefore = Annotated[tuple[Hours, ...], AfterValidator(_longest_first)]
"""Moments, as hours before the end of the time to answer."""


def _win_rates(table: object) -> object:
    """`{fraudulent = 20}`: one percentage stands for every band."""
    if not isinstance(table, dict):
        return table
    return {reason: _bands(rate, reason) for reason, rate in sorted(table.items())}


def _bands(rate: object, reason: str) -> object:
    if isinstance(rate, dict | BandRates):
        return rate
    if isinstance(rate, bool) or not isinstance(rate, int) or not 0 <= rate <= 100:
        raise ValueError(
            f"the rate of {reason} must be a whole percentage from 0 to 100, or a table with "
            f"{', '.join(BandRates.model_fields)}"
        )
    return dict.fromkeys(BandRates.model_fields, rate)


WinRates = Annotated[dict[str, BandRates], BeforeValidator(_win_rates)]
"""Reason → percent won, by completeness."""


class DisputeThen(StrEnum):
    """What a rule wants. REFUND and ACCEPT: only where Stripe allows it (inquiries; chargebacks)."""

    FIGHT = "fight"
    ACCEPT = "accept"
    REFUND = "refund"
    ASK = "ask"
    LEAVE = "leave"


AskOrNever = Literal["ask", "never"]


class DisputeConditions(Value):
    """All that are given must hold; a list holds when one of its values does. An empty list is not given."""

    reason: Texts = ()
    """Stripe's words, such as `product_not_received`."""
    network: Texts = ()
    code: Texts = ()
    """The network's reason code."""
    stage: Annotated[
        tuple[Literal[Stage.INQUIRY, Stage.CHARGEBACK], ...],
        AfterValidator(as_set),
    ] = ()
    product_type: Annotated[tuple[ProductType, ...], AfterValidator(as_set)] = ()
    currency: Currencies = ()
    customer: Texts = ()
    metadata: Pairs = ()
    amount_above: Amounts = ()
    """Holds when more than the amount in its currency is disputed; never in a currency that is not listed."""
    amount_up_to: Amounts = ()
    completeness_at_least: Percent | None = None
    completeness_below: Percent | None = None
    compelling_evidence: bool | None = None
    """Visa CE 3.0 is open for the dispute and its conditions are met."""
    liability_shift: bool | None = None


class DisputeRule(Value):
    """One named rule. The first one that holds decides."""

    name: RuleName
    when: DisputeConditions = DisputeConditions()
    then: DisputeThen
    mode: Mode = Mode.ACT
    """OBSERVE: never decides, only notes what it would have said. PROPOSE: what it wants asks a person."""


class InquiryRules(Value):
    """Whether an inquiry's money is given back. Limits hold whatever a rule says."""

    refund: Literal["by_value", "ask", "never"] = "ask"
    limits: Amounts = ()
    """The most that is refunded without a person, by currency."""


class DisputeRules(Value):
    """Section `[disputes]`. Field names are the keys of the file."""

    mode: Mode = Mode.OBSERVE
    """Of disputes alone, whatever the alerts' mode is."""
    submission_method: Literal[
        SubmissionMethod.MANUAL, SubmissionMethod.PREFER_MANUAL, SubmissionMethod.PREFER_SMART_DISPUTES
    ] = SubmissionMethod.MANUAL
    product_type: ProductType = ProductType.PHYSICAL
    product_type_keys: Texts = ("product_type",)
    """Metadata keys of the charge that say what was sold."""

    review_hours: Hours = 72
    margin_hours: Hours = 48
    inquiry_margin_hours: Hours = 96
    reminder_hours: HoursBefore = (240, 168, 120)
    submit_when_complete: bool = False
    minimum_completeness: Percent = 30
    """Below it a packet is not better than nothing."""

    fight_above: Amounts = ()
    never_fight_below: Amounts = ()
    ask_above: Amounts = ()
    customers_never_fight: Texts = ()
    silence: Literal["file", "accept", "leave"] = "file"
    when_hopeless: Literal["accept", "leave"] = "leave"
    inquiries: InquiryRules = InquiryRules()
    compliance: AskOrNever = "ask"
    appeals: AskOrNever = "ask"
    rule: tuple[DisputeRule, ...] = ()

    country: Country = "US"
    win_rates: WinRates = {}
    rates: Rates = {}
    smart_disputes_share_percent: Percent = 30

    paper: Paper = Paper.A4
    poll_days: Annotated[int, Field(ge=1, le=60)] = 30
    watch_lost_days: Annotated[int, Field(ge=0, le=365)] = 120
