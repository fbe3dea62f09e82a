"""The parts of Stripe's JSON that we read, checked for type. Everything else in an answer is ignored.

Field names and meanings: https://docs.stripe.com/api/charges/object, /refunds/object, /disputes/object,
/subscriptions/object, /invoice-payment/object, /accounts/object, /files/object, /events/object (version
2026-10-28.endive). Words of enumerations stay plain strings: Stripe adds new ones at any time.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict


def id_of(value: Any) -> Any:
    """The id in an expandable field, whether Stripe sent the id or expanded the object."""
    return value.get("id") if isinstance(value, Mapping) else value


Id = Annotated[str, BeforeValidator(id_of)]

Currency = Annotated[str, AfterValidator(str.upper)]
"""Stripe writes ISO 4217 codes in lower case; ours are in upper case."""


class Wire(BaseModel):
    """Errors do not quote the answer: it may hold names and addresses, and errors end up in histories."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class CardDestination(Wire):
    reference: str | None = None
    reference_status: str | None = None


class DestinationDetails(Wire):
    card: CardDestination | None = None


class Refund(Wire):
    id: str
    status: str | None = None
    amount: int
    currency: Currency
    created: int
    failure_reason: str | None = None
    pending_reason: str | None = None
    destination_details: DestinationDetails | None = None
    metadata: dict[str, str] | None = None


class Refunds(Wire):
    data: tuple[Refund, ...]


class Subscription(Wire):
    id: str
    status: str
    cancel_at_period_end: bool = False
    schedule: Id | None = None
    metadata: dict[str, str] = {}
    livemode: bool


class Subscriptions(Wire):
    data: tuple[Subscription, ...]


class Customer(Wire):
    """An expanded customer; of a deleted one only the id is left."""

    id: str
    deleted: bool = False
    subscriptions: Subscriptions | None = None


class PayingIntent(Wire):
    """An expanded payment intent. `customer_account`: the account that pays as a customer, where one does."""

    id: str
    customer: Id | None = None
    customer_account: str | None = None

    @property
    def by_guest(self) -> bool:
        """Whether it says that nobody who could have a subscription paid."""
        said = "customer_account" in self.model_fields_set
        return said and self.customer_account is None and self.customer is None


class Wallet(Wire):
    type: str
    dynamic_last4: str | None = None


class ThreeDSecure(Wire):
    result: str | None = None
    electronic_commerce_indicator: str | None = None
    exemption_indicator_applied: bool | None = None


class Card(Wire):
    iin: str | None = None
    last4: str | None = None
    fingerprint: str | None = None
    brand: str | None = None
    network: str | None = None
    funding: str | None = None
    country: str | None = None
    authorization_code: str | None = None
    network_transaction_id: str | None = None
    electronic_commerce_indicator: str | None = None
    three_d_secure: ThreeDSecure | None = None
    wallet: Wallet | None = None


class PaymentMethodDetails(Wire):
    card: Card | None = None
    card_present: Card | None = None


class PresentmentDetails(Wire):
    presentment_amount: int
    presentment_currency: Currency


class Outcome(Wire):
    risk_level: str | None = None


class Charge(Wire):
    id: str
    amount: int
    amount_captured: int
    amount_refunded: int
    currency: Currency
    captured: bool
    status: str
    disputed: bool = False
    created: int
    livemode: bool
    payment_intent: str | PayingIntent | None = None
    customer: str | Customer | None = None
    authorization_code: str | None = None
    payment_method_details: PaymentMethodDetails | None = None
    presentment_details: PresentmentDetails | None = None
    calculated_statement_descriptor: str | None = None
    outcome: Outcome | None = None
    metadata: dict[str, str] = {}
    transfer: Id | None = None
    transfer_data: Mapping[str, Any] | None = None
    application_fee: Id | None = None
    application_fee_amount: int | None = None
    refunds: Refunds | None = None


class DisputedCard(Wire):
    case_type: str | None = None


class DisputedMethod(Wire):
    card: DisputedCard | None = None


class Dispute(Wire):
    id: str
    status: str
    amount: int
    currency: Currency
    reason: str
    is_charge_refundable: bool
    livemode: bool
    payment_method_details: DisputedMethod | None = None
    network_details: Any = None
    """Not in the public specification; its shape is not documented."""


class SubscriptionDetails(Wire):
    subscription: Id | None = None


class InvoiceParent(Wire):
    subscription_details: SubscriptionDetails | None = None


class Invoice(Wire):
    id: str
    parent: InvoiceParent | None = None


class Payment(Wire):
    type: str
    payment_intent: Id | None = None
    charge: Id | None = None


class InvoicePayment(Wire):
    """`invoice` is expanded in every list we ask for; a deleted one has no parent."""

    id: str
    created: int
    status: str
    livemode: bool
    payment: Payment
    invoice: Invoice


class PaymentIntent(Wire):
    id: str
    status: str


class Account(Wire):
    id: str
    country: str | None = None


class File(Wire):
    id: str


class EventObject(Wire):
    id: str | None = None
    object: str | None = None


class EventData(Wire):
    object: EventObject


class Event(Wire):
    id: str
    type: str
    created: int
    livemode: bool
    data: EventData
