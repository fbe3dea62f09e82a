"""What to do about a dispute, and when: the values a decision is made of, and the decision."""

from enum import StrEnum

from chargebacks.disputes import Dispute, LinkedAlert
from chargebacks.economics import Way, Weighing
from chargebacks.evidence import Completeness
from chargebacks.evidence_fields import ProductType
from chargebacks.money import Money
from chargebacks.values import Instant, Value


class DisputeAction(StrEnum):
    """FIGHT: file the packet. ACCEPT: close it. REFUND: give an inquiry's money back. LEAVE: do nothing.
    RECORD: settled elsewhere or not answerable, only followed. ASK: a person decides, `proposal` says about what."""

    FIGHT = "fight"
    ACCEPT = "accept"
    REFUND = "refund"
    LEAVE = "leave"
    RECORD = "record"
    ASK = "ask"


class Ce3Summary(Value):
    """What may stand in a history of a CE 3.0 finding."""

    open: bool
    """Stripe lists it for this dispute now."""
    ready: bool
    """Two priors qualify."""
    priors: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    why: str


class DisputeWindow(Value):
    """When what is due. All None where no answer is possible or no time is set."""

    due_by: Instant | None = None
    gather_until: Instant | None = None
    """Evidence is waited for until then: due_by less the review window."""
    submit_at: Instant | None = None
    """When the packet is filed at the latest by plan: due_by less the margin."""
    last_safe_at: Instant | None = None
    """The last moment at which filing can still be repeated once."""
    reminders: tuple[Instant, ...] = ()
    """When the sources are asked again for what is missing."""


class DisputeSituation(Value):
    """Everything a decision rests on. No personal data."""

    dispute: Dispute
    product_type: ProductType
    answerable: bool
    why_not: str | None = None
    completeness: Completeness
    ce3: Ce3Summary
    weighing: Weighing
    customer: str | None = None
    metadata: dict[str, str] = {}
    liability_shift: bool | None = None
    refunded_minor: int = 0
    """How much of the disputed amount had gone back to the customer before (`economics.credited_minor`)."""
    charge_left: Money | None = None
    """What is left of the charge to refund; None: taken to be what is disputed."""
    alert: LinkedAlert | None = None
    livemode: bool = False


class DisputeDecision(Value):
    action: DisputeAction
    proposal: Way | None = None
    """ASK: what an approval makes happen."""
    on_silence: Way = Way.LEAVE
    """ASK: what happens at `submit_at` when nobody answered."""
    at_once: bool = False
    """File now: complete, and the policy does not wait."""
    reason: str
    """Stable code, such as `worth_fighting`, `below_never_fight`, `compliance_fee`."""
    explanation: str
    rule: str | None = None


class Assessment(Value):
    """The verdict on a case with the evidence at hand: recorded in the history."""

    product_type: ProductType
    argument: str
    completeness: Completeness
    ce3: Ce3Summary
    weighing: Weighing
    decision: DisputeDecision
    window: DisputeWindow
    evidence_digest: str
    """Hash over dossier and items it rests on: an equal one needs no new packet."""
