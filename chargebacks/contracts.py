"""The contract with Temporal: ids, inputs, updates, queues and search attributes. Nothing else formats ids."""

import hashlib
from enum import StrEnum

from chargebacks.alerts import Alert
from chargebacks.decisions import Decision
from chargebacks.dispute_case import DisputeStory
from chargebacks.disputes import Dispute
from chargebacks.matching import Match
from chargebacks.money import Money
from chargebacks.outcomes import Outcome
from chargebacks.refunds import RefundResult
from chargebacks.values import Instant, Value

CASES_QUEUE = "cases"
STRIPE_QUEUE = "stripe"
NETWORKS_QUEUE = "networks"
DOCUMENTS_QUEUE = "documents"
"""Rendering is processor-bound: it neither waits behind Stripe's limits nor holds up money."""
COLLECT_EVIDENCE = "collect_evidence"
"""Name of the activity that a merchant's own worker offers (`docs/evidence-sources.md`)."""

_LONGEST_ID = 200


def alert_case_id(*, source: str, provider_alert_id: str) -> str:
    """`alert/{source}/{provider alert id}`; a provider id that is too long for Temporal is hashed."""
    case_id = f"alert/{source}/{provider_alert_id}"
    if len(case_id) <= _LONGEST_ID:
        return case_id
    return f"alert/{source}/sha256-{hashlib.sha256(provider_alert_id.encode()).hexdigest()}"


def dispute_case_id(*, account: str, dispute_id: str) -> str:
    """`dispute/{account}/{dispute id}`: by dispute, never by charge, which may have several."""
    return f"dispute/{account}/{dispute_id}"


class CaseKind(StrEnum):
    ALERT = "alert"
    DISPUTE = "dispute"


class CaseStatus(StrEnum):
    """Where a case stands, for lists."""

    WORKING = "working"
    SEARCHING = "searching"
    AWAITING_PERSON = "awaiting_person"
    NEEDS_ATTENTION = "needs_attention"
    AWAITING_REFUND = "awaiting_refund"
    WATCHING_REFUND = "watching_refund"
    """Answered; the refund is watched until it can no longer fail unnoticed."""
    GATHERING = "gathering"
    """Evidence is waited for; what there is has been staged."""
    UNDER_REVIEW = "under_review"
    """Filed, or left unanswered: the issuer decides."""
    WATCHING_VERDICT = "watching_verdict"
    """Lost, and still followed: a loss may turn into a win for months."""
    CLOSED = "closed"


class Asks(StrEnum):
    """What a waiting case asks a person. APPROVAL: may the proposed act happen (approve or decline)? REPAIR:
    something outside must be mended first (then resume)."""

    APPROVAL = "approval"
    REPAIR = "repair"


class AlertRequest(Value):
    """Input of AlertWorkflow."""

    case_id: str
    account: str
    alert: Alert


class Approve(Value):
    """A person lets the proposed act happen, or names the charge that is meant."""

    by: str
    note: str = ""
    charge_id: str | None = None
    """The charge that is meant, where nothing was matched by itself."""
    amount: Money | None = None
    """What to refund, where the rules could not tell."""
    packet: str | None = None
    """Disputes: digest of the packet that was looked at. Another one by then: the approval is void."""


class Decline(Value):
    """A person refuses the proposed act; the source is answered accordingly."""

    by: str
    note: str = ""


class Resume(Value):
    """A person has mended what held the case; the step that failed runs again."""

    by: str
    note: str = ""


class SubmitPacket(Value):
    """A person has the packet filed now. Irrevocable."""

    by: str
    note: str = ""
    packet: str | None = None
    """Digest of the packet that was looked at. Another one by then: refused."""


class AcceptDispute(Value):
    """A person gives the dispute up: it is closed as lost. Irrevocable."""

    by: str
    note: str = ""


class DisputeChanged(Value):
    """Stripe said that the dispute changed. Only wakes the case: it reads again."""

    event_id: str = ""
    dispute: Dispute | None = None
    """As the event shows it. Never trusted, as events may come late; where it tells nothing new, nothing is read."""
    of_sale: bool = False
    """What Stripe knows of the sale changed, a review of the payment for one: it is gathered anew."""


class EvidenceAdded(Value):
    """Evidence was added to the store for this case. Only wakes the case: it looks again."""

    items: tuple[str, ...] = ()


class RefundChanged(Value):
    """Stripe said that a refund changed (`refund.updated`, `refund.failed`). Only wakes the case: it reads again."""

    refund_id: str


class SubscriptionChanged(Value):
    """Stripe said that a subscription changed or ended. Only wakes a case that could not end it: it tries again."""

    subscription_id: str


class TimelineEntry(Value):
    """One line of the case's story. `number` counts from 1 within the case, so that writing twice is harmless."""

    number: int
    at: Instant
    text: str


class CaseFile(Value):
    """Everything known about a case, as the workflow tells it and the store keeps it."""

    case_id: str
    kind: CaseKind
    account: str
    source: str
    status: CaseStatus
    attention: str | None = None
    """Why a person is needed, or None."""
    asks: Asks | None = None
    waits_for: str | None = None
    """What the case waits for, and until when."""
    alert: Alert | None = None
    policy_version: str | None = None
    mode: str | None = None
    respond_by: Instant | None = None
    match: Match | None = None
    decision: Decision | None = None
    decided_by: str | None = None
    money: RefundResult | None = None
    subscriptions: tuple[str, ...] = ()
    """Subscription ids that were cancelled."""
    outcome: Outcome | None = None
    outcome_sent_at: Instant | None = None
    charge_id: str | None = None
    amount: Money | None = None
    dispute: DisputeStory | None = None
    """Cases of kind `dispute` only."""
    closed_at: Instant | None = None
    timeline: tuple[TimelineEntry, ...] = ()


class DisputeRequest(Value):
    """Input of DisputeWorkflow."""

    case_id: str
    account: str
    dispute_id: str
    earlier: CaseFile | None = None
    """The closed case that goes on: a loss may turn into a win after it was no longer watched."""
