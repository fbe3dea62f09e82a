"""The neutral alert: what any network or reseller tells us before a dispute, in one shape."""

from enum import StrEnum

from chargebacks.money import Money
from chargebacks.values import Instant, Value


class NetworkProduct(StrEnum):
    """The programme behind the alert, whoever delivers it."""

    ETHOCA = "ethoca"
    CDRN = "cdrn"
    RDR = "rdr"
    ORDER_INSIGHT = "order_insight"
    CONSUMER_CLARITY = "consumer_clarity"
    CE3 = "ce3"
    FPT = "fpt"
    TC40 = "tc40"
    SAFE = "safe"
    TC15 = "tc15"
    EFW = "efw"
    PAYPAL = "paypal"
    AMEX = "amex"
    DISCOVER = "discover"
    JCB = "jcb"
    UNKNOWN = "unknown"


class AlertKind(StrEnum):
    """What the alert wants. Only REFUND_REQUEST, and FRAUD_REPORT where policy says so, may move money."""

    REFUND_REQUEST = "refund_request"
    NETWORK_RESOLVED = "network_resolved"
    NETWORK_DECLINED = "network_declined"
    NETWORK_REVERSED = "network_reversed"
    INQUIRY = "inquiry"
    PREVENTED = "prevented"
    FRAUD_REPORT = "fraud_report"
    DISPUTE_NOTICE = "dispute_notice"
    CANCEL_ONLY = "cancel_only"
    UNKNOWN = "unknown"


class ReasonClass(StrEnum):
    """Fraud and customer dispute have different outcome vocabularies."""

    FRAUD = "fraud"
    DISPUTE = "dispute"
    UNKNOWN = "unknown"


class TimePrecision(StrEnum):
    """How exactly a time was given. LOCAL: a clock time without offset. DATE: a bare date. Both in UTC here,
    read as if they had been UTC; the true instant may lie up to 14 hours before or 12 hours after."""

    INSTANT = "instant"
    LOCAL = "local"
    DATE = "date"


class AnswerMode(StrEnum):
    """How the source takes the final outcome."""

    CALLBACK = "callback"
    SYNC_REPLY = "sync_reply"
    NONE = "none"


class CardTransaction(Value):
    """The sale as the alert describes it. Every identifier may be missing; none is trusted alone."""

    at: Instant | None = None
    at_precision: TimePrecision = TimePrecision.INSTANT
    amount: Money | None = None
    network_transaction_id: str | None = None
    arn: str | None = None
    auth_code: str | None = None
    bin: str | None = None
    last4: str | None = None
    brand: str | None = None
    descriptor: str | None = None
    mcc: str | None = None
    merchant_order_id: str | None = None
    stripe_id: str | None = None
    """A `ch_` or `pi_` id where the source names one (early fraud warnings, some resellers)."""
    acquirer_bin: str | None = None
    card_acceptor_id: str | None = None
    is_3ds: bool | None = None


class Alert(Value):
    """One alert as received from one source. (source, provider_alert_id) is its identity."""

    source: str
    """Name of the configured alert source."""
    provider: str
    """Adapter kind, such as `chargebackhit`."""
    provider_alert_id: str
    product: NetworkProduct
    kind: AlertKind
    reason_class: ReasonClass = ReasonClass.UNKNOWN
    reason_code: str | None = None
    alerted_at: Instant
    alerted_at_precision: TimePrecision = TimePrecision.INSTANT
    received_at: Instant
    respond_by: Instant | None = None
    """The deadline the source states itself, if any; otherwise `deadlines.window_of` derives it."""
    amount: Money | None = None
    """What is disputed. May be a part of the sale (partial dispute) or in another currency."""
    transaction: CardTransaction = CardTransaction()
    issuer: str | None = None
    answer_mode: AnswerMode = AnswerMode.CALLBACK
    livemode: bool | None = None
    """Only where the source says it (Stripe)."""
    takes_back: str | None = None
    """Provider alert id of a refund of the network's own that it takes back (RDR)."""
    raw_sha256: str
    """SHA-256 (hex) of the payload as received, which the inbox keeps."""
    note: str | None = None
    """Anything an analyst should see that has no field of its own, such as `issuer: zero date`."""
