"""What a dossier needs of Stripe's charges, customers, invoices, subscriptions, reviews and accounts, checked for type.

Fields as in https://docs.stripe.com/api (version 2026-10-28.endive).
"""

from stripe_gateway.wire import Currency, Id, PresentmentDetails, Wire


class Address(Wire):
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Person(Wire):
    """`billing_details`, `shipping`, and what a customer has of both."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address | None = None


class Shipping(Person):
    carrier: str | None = None
    tracking_number: str | None = None


class Checks(Wire):
    address_line1_check: str | None = None
    address_postal_code_check: str | None = None
    cvc_check: str | None = None


class ThreeDSecure(Wire):
    electronic_commerce_indicator: str | None = None
    result: str | None = None
    version: str | None = None


class Card(Wire):
    fingerprint: str | None = None
    checks: Checks | None = None
    electronic_commerce_indicator: str | None = None
    three_d_secure: ThreeDSecure | None = None


class PaymentMethodDetails(Wire):
    card: Card | None = None


class Outcome(Wire):
    risk_score: int | None = None
    seller_message: str | None = None


class FraudDetails(Wire):
    stripe_report: str | None = None
    user_report: str | None = None


class Charge(Wire):
    id: str
    created: int
    amount: int
    amount_refunded: int
    currency: Currency
    paid: bool
    captured: bool
    disputed: bool = False
    customer: Id | None = None
    description: str | None = None
    review: Id | None = None
    billing_details: Person | None = None
    shipping: Shipping | None = None
    payment_method_details: PaymentMethodDetails | None = None
    presentment_details: PresentmentDetails | None = None
    outcome: Outcome | None = None
    fraud_details: FraudDetails | None = None
    receipt_email: str | None = None
    receipt_number: str | None = None
    receipt_url: str | None = None
    metadata: dict[str, str] = {}

    @property
    def card(self) -> Card:
        """Of another payment method nothing is known."""
        details = self.payment_method_details or PaymentMethodDetails()
        return details.card or Card()


class Customer(Person):
    id: str
    created: int
    description: str | None = None
    metadata: dict[str, str] = {}


class Period(Wire):
    start: int | None = None
    end: int | None = None


class Line(Wire):
    description: str | None = None
    amount: int
    """Negative for a credit, such as the unused rest of a plan."""
    currency: Currency
    quantity: int | None = None
    period: Period | None = None


class Lines(Wire):
    data: tuple[Line, ...]


class StatusTransitions(Wire):
    paid_at: int | None = None


class SubscriptionDetails(Wire):
    subscription: Id | None = None


class Parent(Wire):
    subscription_details: SubscriptionDetails | None = None


class Invoice(Wire):
    id: str
    number: str | None = None
    created: int
    total: int
    amount_paid: int
    currency: Currency
    billing_reason: str | None = None
    status_transitions: StatusTransitions | None = None
    parent: Parent | None = None
    lines: Lines | None = None

    @property
    def subscription(self) -> str | None:
        details = self.parent.subscription_details if self.parent else None
        return details.subscription if details else None


class Product(Wire):
    name: str | None = None


class Price(Wire):
    nickname: str | None = None
    product: str | Product | None = None


class Item(Wire):
    current_period_start: int | None = None
    current_period_end: int | None = None
    price: Price | None = None


class Items(Wire):
    data: tuple[Item, ...]


class CancellationDetails(Wire):
    reason: str | None = None
    comment: str | None = None


class Subscription(Wire):
    id: str
    status: str
    created: int
    start_date: int | None = None
    trial_end: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    ended_at: int | None = None
    description: str | None = None
    cancellation_details: CancellationDetails | None = None
    items: Items | None = None


class Review(Wire):
    id: str
    created: int
    open: bool
    opened_reason: str | None = None
    closed_reason: str | None = None
    ip_address: str | None = None


class EarlyFraudWarning(Wire):
    id: str
    created: int
    fraud_type: str
    actionable: bool = False


class BusinessProfile(Wire):
    name: str | None = None
    support_address: Address | None = None


class Dashboard(Wire):
    display_name: str | None = None


class Settings(Wire):
    dashboard: Dashboard | None = None


class Company(Wire):
    name: str | None = None
    address: Address | None = None


class Account(Wire):
    business_profile: BusinessProfile | None = None
    settings: Settings | None = None
    company: Company | None = None
