"""The refund ledger: one line per obligation to give a charge's money back."""

from enum import StrEnum

from chargebacks.charges import MinorUnits
from chargebacks.money import Currency
from chargebacks.values import Instant, Value


class EntryState(StrEnum):
    """State of a ledger entry. RESERVED and PENDING hold the charge: nobody else may refund it meanwhile."""

    RESERVED = "reserved"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RELEASED = "released"
    """Reserved, then found unnecessary; or refunded by the network and taken back: no money stayed moved."""
    EXTERNAL = "external"
    """Refunded outside Stripe by the network (RDR)."""


class LedgerEntry(Value):
    """One line of a charge's refund ledger; `sequence` counts from 1 per charge."""

    account: str
    charge_id: str
    sequence: int
    case_id: str
    provider_alert_id: str
    amount_minor: MinorUnits
    currency: Currency
    state: EntryState
    refund_id: str | None = None
    key_revision: int = 1
    created_at: Instant

    @property
    def ledger_key(self) -> str:
        """Identity of the obligation; stored in the refund's metadata and found again by it."""
        return f"refund:{self.account}:{self.charge_id}:{self.sequence}"

    @property
    def idempotency_key(self) -> str:
        """Changes only when Stripe holds a stored failure under the earlier one (see `StoredFailure`)."""
        return f"{self.ledger_key}:v{self.key_revision}"
