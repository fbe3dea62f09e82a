"""What to do about an alert: the values a decision is made of."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chargebacks.alerts import Alert
from chargebacks.charges import ChargeSnapshot, DisputeSnapshot, MinorUnits, SubscriptionSnapshot
from chargebacks.matching import Match
from chargebacks.money import Money
from chargebacks.refunds import LedgerEntry, RefundReason
from chargebacks.values import Value
from chargebacks.vocabulary import OutcomeCode


class Mode(StrEnum):
    """OBSERVE decides and touches nothing; PROPOSE asks a person before each act; ACT acts."""

    OBSERVE = "observe"
    PROPOSE = "propose"
    ACT = "act"


class Action(StrEnum):
    """REFUND: give the money back (the refund activity re-reads Stripe and may find it already gone).
    ANSWER: report `outcome`, move no money. ASK: a person decides. NOTHING: no answer is due."""

    REFUND = "refund"
    ANSWER = "answer"
    ASK = "ask"
    NOTHING = "nothing"


class CancelScope(StrEnum):
    LINKED = "linked"
    ALL = "all"
    NONE = "none"


class CancelMoment(StrEnum):
    NOW = "now"
    PERIOD_END = "period_end"


class Cancellation(Value):
    """Which subscriptions end, and when."""

    scope: CancelScope = CancelScope.NONE
    moment: CancelMoment = CancelMoment.NOW
    never_cancel: tuple[str, ...] = ()
    """Subscription ids and `key=value` metadata of subscriptions that stay, whatever the scope."""

    def may_cancel(self, subscription: SubscriptionSnapshot) -> bool:
        """Whether the merchant's never-cancel list leaves this subscription to us."""
        marks = {subscription.id, *(f"{key}={value}" for key, value in subscription.metadata.items())}
        return self.scope is not CancelScope.NONE and marks.isdisjoint(self.never_cancel)


class Situation(Value):
    """Everything a decision rests on."""

    alert: Alert
    match: Match
    charge: ChargeSnapshot | None = None
    """The charge at hand: the match's, or one a person named, or a fresh reading of either."""
    disputes: tuple[DisputeSnapshot, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    account_livemode: bool = False


class Decision(Value):
    """A verdict of the policy, with its reason. Recorded in the history, shown to people."""

    action: Action
    amount: Money | None = None
    """REFUND or ASK: at most this, in the charge's currency; None with ASK: the person must name charge or amount.
    ANSWER: what the network has paid back by itself, if anything."""
    outcome: OutcomeCode | None = None
    """ANSWER: what to report. ASK: what to report when a person declines."""
    cancellation: Cancellation = Cancellation()
    refund_reason: RefundReason = RefundReason.REQUESTED_BY_CUSTOMER
    on_silence: Action = Action.ANSWER
    """ASK: what happens at the last safe moment when nobody answered: REFUND or ANSWER with `silence_outcome`."""
    silence_outcome: OutcomeCode | None = None
    network_refund: bool = False
    """The network has refunded by itself (RDR): book it as external so that nobody refunds again."""
    settled_by_state: bool = False
    """Rests on the charge's state (refunded, disputed, uncaptured): confirm with Stripe before acting on it."""
    reason: str
    """Stable code, such as `above_limit`, `already_refunded`, `rdr_resolved`."""
    explanation: str
    """One or two sentences for the case file."""
    rule: str | None = None
    """Name of the merchant's rule that decided, if one did."""
    duplicate_of: str | None = None
    refunded_before_minor: MinorUnits | None = None
    """What had gone back, pending refunds included, on the reading that `amount` was computed from."""


class ResponseTimes(Value):
    """Shares of the window, and the last-moment margin."""

    aim_percent: Annotated[int, Field(ge=1, le=99)] = 50
    attention_percent: Annotated[int, Field(ge=1, le=99)] = 75
    last_margin_minutes: Annotated[int, Field(ge=20, le=720)] = 30
    """How long before the deadline the last-resort answer is sent. At least 20: a last reading of Stripe that gets
    no answer takes 10 minutes, and the report must still be tried more than once."""
