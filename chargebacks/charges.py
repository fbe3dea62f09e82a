"""A Stripe charge and what hangs on it, as values of ours at one moment."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chargebacks.money import Currency, Money
from chargebacks.values import Instant, Value

MinorUnits = Annotated[int, Field(ge=0)]


class ChargeStatus(StrEnum):
    """Stripe's charge status (https://docs.stripe.com/api/charges/object#charge_object-status)."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"


class RefundStatus(StrEnum):
    """Stripe's refund status (https://docs.stripe.com/api/refunds/object#refund_object-status)."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class SnapshotOrigin(StrEnum):
    """Where a snapshot was read. The index may lag behind Stripe by the delay of an event."""

    INDEX = "index"
    STRIPE = "stripe"


class RefundSnapshot(Value):
    """One Stripe refund. `settled` means that the bank reference (ARN) has become available."""

    id: str
    status: str
    """A `RefundStatus`, or a newer word of Stripe's: unknown words count as pending."""
    amount_minor: MinorUnits
    currency: Currency
    created: Instant
    failure_reason: str | None = None
    pending_reason: str | None = None
    arn: str | None = None
    settled: bool = False
    ledger_key: str | None = None
    """Our metadata on the refund: which ledger entry made it. None: somebody else's refund."""
    case_id: str | None = None


class DisputeSnapshot(Value):
    """One Stripe dispute as far as a refund must know it."""

    id: str
    status: str
    amount_minor: MinorUnits
    currency: Currency
    reason: str
    case_type: str | None = None
    is_charge_refundable: bool
    network_settled: bool = False
    """Settled outside (status `prevented`, case_type resolution or block, or an RDR mark): never refund."""


class SubscriptionSnapshot(Value):
    """One Stripe subscription as far as cancelling must know it."""

    id: str
    status: str
    cancel_at_period_end: bool = False
    schedule: str | None = None
    metadata: dict[str, str] = {}


class ChargeSnapshot(Value):
    """A charge at one moment. `amount` and `captured_minor` are in the charge's own currency."""

    id: str
    payment_intent: str | None = None
    customer: str | None = None
    amount: Money
    captured_minor: MinorUnits
    refunded_minor: MinorUnits = 0
    """Stripe's `amount_refunded`: pending refunds count."""
    captured: bool
    status: ChargeStatus
    disputed: bool = False
    created: Instant
    livemode: bool
    presentment: Money | None = None
    """What the customer saw, where Stripe localised the currency."""
    last4: str | None = None
    dynamic_last4: str | None = None
    """The wallet's device number (DPAN) last4."""
    wallet: str | None = None
    bin: str | None = None
    """Where Stripe gives it, which it usually does not (`iin`)."""
    fingerprint: str | None = None
    brand: str | None = None
    network: str | None = None
    funding: str | None = None
    card_country: str | None = None
    auth_code: str | None = None
    network_transaction_id: str | None = None
    descriptor: str | None = None
    """Stripe's calculated_statement_descriptor."""
    three_d_secure: bool | None = None
    """True where the cardholder was authenticated or an attempt was acknowledged."""
    liability_shift: bool | None = None
    radar_risk: str | None = None
    order_ids: tuple[str, ...] = ()
    """Merchant order ids: metadata values under the account's order keys, description, invoice number."""
    metadata: dict[str, str] = {}
    connect: bool = False
    """Made with a transfer or on behalf of another account: a refund must reverse the transfer."""
    application_fee: bool = False
    subscription: str | None = None
    subscription_known: bool = False
    """True: `subscription` is the whole truth (None = no subscription). False: nobody has looked yet."""
    refunds: tuple[RefundSnapshot, ...] = ()
    live_subscriptions: tuple[SubscriptionSnapshot, ...] | None = None
    """The customer's live subscriptions when read from Stripe; None when not read."""
    origin: SnapshotOrigin
    as_of: Instant

    @property
    def remaining_minor(self) -> int:
        """What can still be refunded, in minor units. Pending refunds count as refunded."""
        return max(self.captured_minor - self.refunded_minor, 0)
