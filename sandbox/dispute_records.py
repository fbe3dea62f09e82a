"""What Stripe knows of a dispute and its object does not show: what was submitted, and which fees were taken."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.tables import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One packet as it went to the bank.

    `by` is api, dashboard or smart_disputes; `files` holds id, SHA-256, size and name of the file in each field.
    `stripe_packet` says that Stripe put its own findings in.
    """

    number: int
    at: int
    by: str
    submission_method: str
    stage: str
    past_due: bool
    evidence: dict[str, Any]
    files: dict[str, Any]
    stripe_packet: bool
    intended_submission_method: str | None
    request: str | None
    idempotency_key: str | None


@dataclass(kw_only=True)
class DisputeRecord:
    """One dispute's file.

    `smart_disputes_available` None leaves it to the case: card chargebacks only. `fees` are balance transactions
    to be given back on a win.
    """

    smart_disputes_available: bool | None = None
    submissions: list[Submission] = field(default_factory=list)
    fees: list[Object] = field(default_factory=list)
