"""All that Stripe knows about a disputed sale, at one moment. Holds personal data: sealed, never in a history."""

from chargebacks.ce3_values import Ce3Filled
from chargebacks.charges import ChargeSnapshot
from chargebacks.disputes import Dispute, LinkedAlert
from chargebacks.evidence_items import Address
from chargebacks.money import Money
from chargebacks.values import Instant, Value


class Party(Value):
    """A person as the sale named them."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address | None = None


class Shipment(Value):
    """The charge's `shipping` hash."""

    to: Party
    carrier: str | None = None
    tracking_number: str | None = None


class CardChecks(Value):
    """pass, fail, unavailable, unchecked; None where nothing was checked."""

    address_line1: str | None = None
    address_postal_code: str | None = None
    cvc: str | None = None


class Sale(Value):
    """The disputed charge with what the packet needs of it."""

    charge: ChargeSnapshot
    billing: Party = Party()
    shipment: Shipment | None = None
    checks: CardChecks = CardChecks()
    eci: str | None = None
    """Electronic commerce indicator."""
    three_d_secure_result: str | None = None
    three_d_secure_version: str | None = None
    description: str | None = None
    receipt_email: str | None = None
    receipt_number: str | None = None
    receipt_url: str | None = None
    risk_score: int | None = None
    seller_message: str | None = None
    presentment: Money | None = None


class CustomerFacts(Value):
    id: str
    created: Instant
    party: Party
    description: str | None = None
    metadata: dict[str, str] = {}


class InvoiceLine(Value):
    description: str
    amount: Money
    quantity: int | None = None
    period_start: Instant | None = None
    period_end: Instant | None = None


class InvoiceFacts(Value):
    id: str
    number: str | None = None
    created: Instant
    paid_at: Instant | None = None
    total: Money
    billing_reason: str | None = None
    lines: tuple[InvoiceLine, ...] = ()


class SubscriptionFacts(Value):
    id: str
    status: str
    created: Instant
    started_at: Instant | None = None
    trial_end: Instant | None = None
    current_period_start: Instant | None = None
    current_period_end: Instant | None = None
    cancel_at_period_end: bool = False
    canceled_at: Instant | None = None
    ended_at: Instant | None = None
    cancellation_reason: str | None = None
    cancellation_comment: str | None = None
    products: tuple[str, ...] = ()
    """Descriptions of what is subscribed to."""
    paid_invoices: int = 0
    """Earlier paid invoices of it, the disputed one not counted."""


class ReviewFacts(Value):
    id: str
    created: Instant
    open: bool
    opened_reason: str | None = None
    closed_reason: str | None = None
    ip_address: str | None = None


class FraudWarning(Value):
    id: str
    created: Instant
    fraud_type: str
    actionable: bool = False


class EarlierCharge(Value):
    """An earlier charge of the same card or customer, as CE 3.0 and the customer history need it."""

    id: str
    created: Instant
    amount: Money
    paid: bool
    refunded_minor: int = 0
    disputed: bool = False
    fraud_reported: bool = False
    same_card: bool = False
    """The same payment method (fingerprint) as the disputed charge."""
    validation_only: bool = False
    """A charge of nothing or one that was only authorised: never a prior transaction."""
    description: str | None = None
    billing: Party = Party()
    shipping: Party | None = None
    purchase_ip: str | None = None
    device_fingerprint: str | None = None
    device_id: str | None = None
    account_id: str | None = None


class Dossier(Value):
    """What was read, in one go, before a packet is built."""

    dispute: Dispute
    sale: Sale
    customer: CustomerFacts | None = None
    invoice: InvoiceFacts | None = None
    subscription: SubscriptionFacts | None = None
    reviews: tuple[ReviewFacts, ...] = ()
    warnings: tuple[FraudWarning, ...] = ()
    earlier: tuple[EarlierCharge, ...] = ()
    """Newest first, at most 100."""
    other_disputes: tuple[Dispute, ...] = ()
    """Of the same payment."""
    prefilled: dict[str, str] = {}
    """Text that stands in the dispute's evidence fields and was not staged by us."""
    purchase_ip: str | None = None
    """From metadata, a review, or what Stripe filled in."""
    ce3_filled: Ce3Filled | None = None
    """What stands in the evidence for Visa's CE 3.0; None where nothing does."""
    alert: LinkedAlert | None = None
    merchant_name: str = ""
    """The account's business name, for the letter."""
    merchant_address: Address | None = None
    read_at: Instant
