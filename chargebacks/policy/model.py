"""What a policy holds. Field names are the keys of the TOML file; `docs/policy.md` explains each."""

from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from chargebacks.alerts import NetworkProduct, ReasonClass
from chargebacks.decisions import CancelMoment, CancelScope, Mode, ResponseTimes
from chargebacks.errors import BadInput
from chargebacks.matching import MatchRules
from chargebacks.money import Money, parse_major
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


Word = TypeVar("Word", bound=str)


def _set(values: tuple[Word, ...]) -> tuple[Word, ...]:
    return tuple(sorted(set(values)))


def _upper(values: tuple[str, ...]) -> tuple[str, ...]:
    return _set(tuple(value.upper() for value in values))


def _pairs(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        key, equals, wanted = value.partition("=")
        if not (key and equals and wanted):
            raise ValueError(f"{value!r} must be written as key=value")
    return _set(values)


def _countries(values: dict[str, Switch]) -> dict[str, Switch]:
    for country in values:
        if len(country) != 2 or not country.isalpha() or not country.isupper():
            raise ValueError(f"{country!r} is not a two-letter country code in upper case, such as US")
    return values


def _amounts(table: object) -> object:
    """`{USD = "150.00"}` as money; amounts that are money already (a policy read back from JSON) pass."""
    if isinstance(table, list | tuple) and all(isinstance(amount, dict | Money) for amount in table):
        return table
    if not isinstance(table, dict):
        raise ValueError('write a table of amounts, such as { USD = "49.99" }')
    try:
        return tuple(_amount(major, currency).model_dump() for currency, major in sorted(table.items()))
    except BadInput as problem:
        raise ValueError(str(problem)) from problem


def _amount(major: object, currency: str) -> Money:
    if not isinstance(major, str):
        raise ValueError(f'the amount in {currency} must be a string in major units, such as "49.99"')
    if currency != currency.upper():
        raise ValueError(f"write the currency {currency} in upper case")
    return parse_major(major, currency)


def _currencies(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            parse_major("0", value)
        except BadInput as problem:
            raise ValueError(str(problem)) from problem
    return _upper(values)


Texts = Annotated[tuple[str, ...], AfterValidator(_set)]
"""A set of texts: the order has no meaning. In the file, a single text stands for a list of one."""

Codes = Annotated[tuple[str, ...], AfterValidator(_upper)]
Currencies = Annotated[tuple[str, ...], AfterValidator(_currencies)]
Pairs = Annotated[tuple[str, ...], AfterValidator(_pairs)]
"""`key=value` of a charge's metadata."""

Amounts = Annotated[tuple[Money, ...], BeforeValidator(_amounts)]
"""At most one amount per currency, from a table of major-unit strings."""


def amount_in(amounts: tuple[Money, ...], currency: str) -> Money | None:
    """The amount given for the currency, if any."""
    return next((amount for amount in amounts if amount.currency == currency), None)


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
    product: Annotated[tuple[NetworkProduct, ...], AfterValidator(_set)] = ()
    reason_class: Annotated[tuple[ReasonClass, ...], AfterValidator(_set)] = ()
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

    name: Annotated[str, Field(min_length=1, max_length=80)]
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
