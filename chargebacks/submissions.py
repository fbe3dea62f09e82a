"""The one submission of a dispute's round, reserved before it is made, so that it is made once whatever dies."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chargebacks.values import Instant, Value


class SubmissionState(StrEnum):
    RESERVED = "reserved"
    """May have been sent: Stripe is asked before it is sent again."""
    FILED = "filed"
    ELSEWHERE = "elsewhere"
    """Somebody else spent the round's submission."""


class Submission(Value):
    case_id: str
    dispute_id: str
    round: Annotated[int, Field(ge=1)] = 1
    """1 for the dispute, one more for an escalated inquiry's second answer and for an appeal."""
    digest: str
    """Of the manifest that was approved: what is filed must be this."""
    approved_by: str
    """A person's name, or `policy` and its version."""
    state: SubmissionState = SubmissionState.RESERVED
    key_revision: Annotated[int, Field(ge=1)] = 1
    reserved_at: Instant
    filed_at: Instant | None = None

    @property
    def idempotency_key(self) -> str:
        """Business identity and step, never a run or activity id: those change on reset and retry."""
        revision = f":r{self.key_revision}" if self.key_revision > 1 else ""
        return f"dispute-submit:{self.dispute_id}:{self.round}:{self.digest[:16]}{revision}"
