"""A dispute's case as it is told: everything the workflow knows of it but evidence itself, which stays in the store."""

from enum import StrEnum

from chargebacks.disputes import Dispute, LinkedAlert
from chargebacks.packet import LeftOut
from chargebacks.refunds import RefundResult
from chargebacks.representment import Assessment
from chargebacks.values import Instant, Value


class FiledBy(StrEnum):
    """Who spent the submission."""

    US = "us"
    SMART_DISPUTES = "smart_disputes"
    ELSEWHERE = "elsewhere"
    """A person in the Dashboard, or another integration."""


class Verdict(StrEnum):
    """How a dispute came out, in our words. ACCEPTED is Stripe's `lost` after we closed it; REFUNDED an inquiry that
    a refund ended; NETWORK_SETTLED was settled by the network and is no loss."""

    WON = "won"
    LOST = "lost"
    ACCEPTED = "accepted"
    REFUNDED = "refunded"
    INQUIRY_CLOSED = "inquiry_closed"
    NETWORK_SETTLED = "network_settled"


class PacketRef(Value):
    """A built packet without its content."""

    digest: str
    evidence_digest: str
    """Of the evidence it was built from."""
    pages: int
    size: int
    fields: tuple[str, ...]
    """Stripe's evidence fields that it fills, CE 3.0 included."""
    exhibits: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    findings: tuple[str, ...] = ()
    built_at: Instant
    staged: bool = False
    """Stands at Stripe, read back and compared."""


class Filing(Value):
    """The submission of one round."""

    round: int
    filed_by: FiledBy
    digest: str | None = None
    """Of the packet, when it was ours."""
    approved_by: str | None = None
    fields: tuple[str, ...] = ()
    completeness: int = 0
    at: Instant


class SourceState(Value):
    """How one of the merchant's evidence sources has answered."""

    name: str
    asked_at: Instant
    answered_at: Instant | None = None
    items: int = 0
    problem: str | None = None


class DisputeStory(Value):
    """The dispute's part of a case file. No personal data."""

    dispute: Dispute | None = None
    """As last read."""
    round: int = 1
    alert: LinkedAlert | None = None
    no_alert: str | None = None
    """Why no alert prevented the dispute, where none is linked."""
    assessment: Assessment | None = None
    packet: PacketRef | None = None
    sources: tuple[SourceState, ...] = ()
    filings: tuple[Filing, ...] = ()
    left: str | None = None
    """Why it was left unanswered."""
    refund: RefundResult | None = None
    """An inquiry's refund."""
    verdict: Verdict | None = None
    decided_at: Instant | None = None
    recovered_minor: int = 0
    """What came back to the balance, minor units of `settlement_currency`; fees left out."""
    withdrawn_minor: int = 0
    fees_minor: int = 0
    """Fees kept by Stripe and the network, after what was returned."""
    settlement_currency: str | None = None
