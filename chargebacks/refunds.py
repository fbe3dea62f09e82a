"""What a refund may do: the ledger's entries, and the pure rule that decides against Stripe's present state."""

from enum import StrEnum

from chargebacks.charges import MinorUnits, RefundSnapshot
from chargebacks.money import Currency, Money
from chargebacks.values import Instant, Value


class RefundReason(StrEnum):
    """Stripe's refund reasons. FRAUDULENT puts card and e-mail on the account's block lists
    (https://docs.stripe.com/api/refunds/create#create_refund-reason)."""

    REQUESTED_BY_CUSTOMER = "requested_by_customer"
    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"


class EntryState(StrEnum):
    """State of a ledger entry. RESERVED and PENDING hold the charge: nobody else may refund it meanwhile."""

    RESERVED = "reserved"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RELEASED = "released"
    """Reserved, then found unnecessary: no money moved."""
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


class MoneyState(StrEnum):
    """What became of the money for this case."""

    REFUNDED = "refunded"
    PENDING = "pending"
    """The refund exists at Stripe but has not been paid (low balance, processing)."""
    FAILED = "failed"
    VOIDED = "voided"
    """Uncaptured: the payment was cancelled, nothing was ever taken."""
    ALREADY_REFUNDED = "already_refunded"
    DUPLICATE = "duplicate"
    ALREADY_DISPUTED = "already_disputed"
    NETWORK_SETTLED = "network_settled"
    PAYMENT_UNSUCCESSFUL = "payment_unsuccessful"


class RefundResult(Value):
    """Result of asking for a refund: what is true now, never what was wished for."""

    state: MoneyState
    amount: Money | None = None
    """What went back to the customer (or is pending), by us or earlier."""
    partial: bool = False
    """Less than the whole charge has gone back in total."""
    refund: RefundSnapshot | None = None
    at: Instant | None = None
    duplicate_of: str | None = None
    detail: str
    """One sentence for the case file."""
