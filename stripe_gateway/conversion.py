"""Stripe's JSON → our values. Used for answers of the API and for the objects inside webhook events alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chargebacks.charges import (
    ChargeSnapshot,
    ChargeStatus,
    DisputeSnapshot,
    RefundSnapshot,
    RefundStatus,
    SnapshotOrigin,
    SubscriptionSnapshot,
)
from chargebacks.errors import Refused
from chargebacks.money import Money
from chargebacks.values import Value
from runtime.connections import StripeCredentials
from stripe_gateway import wire

CASE_ID = "case_id"
LEDGER_KEY = "ledger_key"
"""Metadata keys by which our own refunds are known again."""

ENDED = {"canceled", "incomplete_expired"}
"""Subscription states that are final (https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses)."""

_SETTLED_CASE_TYPES = {"resolution", "block"}
"""https://docs.stripe.com/changelog/basil/2025-08-27/add-preventions-to-dispute"""

_AUTHENTICATED = {"authenticated", "attempt_acknowledged"}

_SHIFTING_INDICATORS = {"mastercard": {"01", "02", "07"}}
_SHIFTING_INDICATORS_ELSEWHERE = {"05", "06"}
"""Electronic commerce indicators of an authenticated or attempted 3D Secure payment, by network
(https://www.checkout.com/docs/developer-resources/codes/eci-values)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """When, and for which account, Stripe's JSON was taken."""

    livemode: bool
    order_keys: tuple[str, ...]
    as_of: datetime
    origin: SnapshotOrigin = SnapshotOrigin.STRIPE

    @classmethod
    def of(cls, credentials: StripeCredentials, *, as_of: datetime) -> "Reading":
        return cls(livemode=credentials.livemode, order_keys=credentials.order_metadata_keys, as_of=as_of)

    def check(self, id: str, *, livemode: bool) -> None:
        """Refused("livemode_mismatch") for an object of the other mode."""
        if livemode != self.livemode:
            modes = {True: "live", False: "test"}
            raise Refused(
                f"{id} is a {modes[livemode]} object, the account is connected in {modes[self.livemode]} mode",
                reason="livemode_mismatch",
            )


class SubscriptionLink(Value):
    """Which subscription a payment was for; None: the invoice it paid belongs to none."""

    payment_intent: str | None
    charge: str | None
    """Set only for payments without a payment intent."""
    subscription: str | None


def charge_snapshot(data: Mapping[str, Any], reading: Reading) -> ChargeSnapshot:
    """A Stripe charge, with what was expanded of its refunds and its customer. Refused("livemode_mismatch")."""
    charge = wire.Charge.model_validate(data)
    reading.check(charge.id, livemode=charge.livemode)
    details = charge.payment_method_details or wire.PaymentMethodDetails()
    card = details.card or details.card_present or wire.Card()
    customer, payment = charge.customer, charge.payment_intent
    return ChargeSnapshot(
        id=charge.id,
        payment_intent=payment.id if isinstance(payment, wire.PayingIntent) else payment,
        customer=customer.id if isinstance(customer, wire.Customer) else customer,
        amount=Money(amount_minor=charge.amount, currency=charge.currency),
        captured_minor=charge.amount_captured,
        refunded_minor=charge.amount_refunded,
        captured=charge.captured,
        status=_charge_status(charge.status),
        disputed=charge.disputed,
        created=instant(charge.created),
        livemode=charge.livemode,
        presentment=presented(charge.presentment_details),
        last4=card.last4,
        dynamic_last4=card.wallet.dynamic_last4 if card.wallet else None,
        wallet=card.wallet.type if card.wallet else None,
        bin=card.iin,
        fingerprint=card.fingerprint,
        brand=card.brand,
        network=card.network,
        funding=card.funding,
        card_country=card.country,
        auth_code=card.authorization_code or charge.authorization_code,
        network_transaction_id=card.network_transaction_id,
        descriptor=charge.calculated_statement_descriptor,
        three_d_secure=_three_d_secure(details.card),
        liability_shift=_liability_shift(details.card),
        radar_risk=charge.outcome.risk_level if charge.outcome else None,
        order_ids=tuple(charge.metadata[key] for key in reading.order_keys if charge.metadata.get(key)),
        metadata=charge.metadata,
        connect=charge.transfer is not None or charge.transfer_data is not None,
        application_fee=charge.application_fee is not None or bool(charge.application_fee_amount),
        refunds=tuple(_refund(refund) for refund in charge.refunds.data) if charge.refunds else (),
        live_subscriptions=_live_subscriptions(charge, reading),
        origin=reading.origin,
        as_of=reading.as_of,
    )


def refund_snapshot(data: Mapping[str, Any]) -> RefundSnapshot:
    """A Stripe refund. Refunds carry no `livemode`."""
    return _refund(wire.Refund.model_validate(data))


def dispute_snapshot(data: Mapping[str, Any], reading: Reading) -> DisputeSnapshot:
    """A Stripe dispute as far as a refund must know it. Refused("livemode_mismatch")."""
    dispute = wire.Dispute.model_validate(data)
    reading.check(dispute.id, livemode=dispute.livemode)
    card = dispute.payment_method_details.card if dispute.payment_method_details else None
    case_type = card.case_type if card else None
    return DisputeSnapshot(
        id=dispute.id,
        status=dispute.status,
        amount_minor=dispute.amount,
        currency=dispute.currency,
        reason=dispute.reason,
        case_type=case_type,
        is_charge_refundable=dispute.is_charge_refundable,
        network_settled=network_settled(
            status=dispute.status, case_type=case_type, network_details=dispute.network_details
        ),
    )


def network_settled(*, status: str, case_type: str | None, network_details: Any) -> bool:
    """Whether a dispute was settled outside: prevented, resolved, blocked, or marked as resolved by RDR."""
    if status == "prevented" or case_type in _SETTLED_CASE_TYPES:
        return True
    return _resolved_by_rdr(network_details)


def subscription_snapshot(data: Mapping[str, Any], reading: Reading) -> SubscriptionSnapshot:
    """A Stripe subscription. Refused("livemode_mismatch")."""
    return _subscription(wire.Subscription.model_validate(data), reading)


def subscription_link(data: Mapping[str, Any], reading: Reading) -> SubscriptionLink:
    """An invoice payment with its invoice expanded. Refused("livemode_mismatch")."""
    paid = wire.InvoicePayment.model_validate(data)
    reading.check(paid.id, livemode=paid.livemode)
    parent = paid.invoice.parent
    details = parent.subscription_details if parent else None
    return SubscriptionLink(
        payment_intent=paid.payment.payment_intent,
        charge=paid.payment.charge,
        subscription=details.subscription if details else None,
    )


def _refund(refund: wire.Refund) -> RefundSnapshot:
    card = refund.destination_details.card if refund.destination_details else None
    available = card is not None and card.reference_status == "available"
    metadata = refund.metadata or {}
    return RefundSnapshot(
        id=refund.id,
        status=refund.status or RefundStatus.PENDING,
        amount_minor=refund.amount,
        currency=refund.currency,
        created=instant(refund.created),
        failure_reason=refund.failure_reason,
        pending_reason=refund.pending_reason,
        arn=card.reference if card and available else None,
        settled=available,
        ledger_key=metadata.get(LEDGER_KEY),
        case_id=metadata.get(CASE_ID),
    )


def _subscription(subscription: wire.Subscription, reading: Reading) -> SubscriptionSnapshot:
    reading.check(subscription.id, livemode=subscription.livemode)
    return SubscriptionSnapshot(
        id=subscription.id,
        status=subscription.status,
        cancel_at_period_end=subscription.cancel_at_period_end,
        schedule=subscription.schedule,
        metadata=subscription.metadata,
    )


def _live_subscriptions(charge: wire.Charge, reading: Reading) -> tuple[SubscriptionSnapshot, ...] | None:
    """None where what is needed was not expanded. A charge without a customer may still be an account's that pays
    as one (https://docs.stripe.com/api/payment_intents/object#payment_intent_object-customer_account), which its
    payment intent tells. Without either there is none: every subscription belongs to one of the two."""
    customer, payment = charge.customer, charge.payment_intent
    if customer is None and isinstance(payment, wire.PayingIntent) and payment.by_guest:
        return ()
    if not isinstance(customer, wire.Customer):
        return None
    if customer.deleted:
        return ()
    if customer.subscriptions is None:
        return None
    return tuple(
        _subscription(one, reading) for one in customer.subscriptions.data if one.status not in ENDED
    )


def _charge_status(word: str) -> ChargeStatus:
    """An unknown word counts as pending: nothing is refunded on it."""
    known = {status.value: status for status in ChargeStatus}
    return known.get(word, ChargeStatus.PENDING)


def presented(details: wire.PresentmentDetails | None) -> Money | None:
    """What the customer saw, where Stripe localised the currency."""
    if details is None:
        return None
    return Money(amount_minor=details.presentment_amount, currency=details.presentment_currency)


def _three_d_secure(card: wire.Card | None) -> bool | None:
    """None for other payment methods; Stripe leaves `three_d_secure` out where it was not used."""
    if card is None:
        return None
    return card.three_d_secure is not None and card.three_d_secure.result in _AUTHENTICATED


def _liability_shift(card: wire.Card | None) -> bool | None:
    """Whether the issuer bears fraud disputes, as far as Stripe's fields tell. None where they do not.

    Authentication alone does not decide: an applied exemption keeps the liability with the merchant, and the
    network's own indicator can take back what authentication promised
    (https://docs.stripe.com/payments/3d-secure/authentication-flow,
    https://docs.stripe.com/changelog/endive/2026-09-30/view-network-response-eci-on-card-charges).
    A wallet's cryptogram may shift it without 3D Secure.
    """
    if card is None:
        return None
    proof = card.three_d_secure
    if proof is None or proof.result is None:
        return None if card.wallet else False
    if proof.result not in _AUTHENTICATED or proof.exemption_indicator_applied:
        return False
    indicator = card.electronic_commerce_indicator or proof.electronic_commerce_indicator
    network = card.network or card.brand or ""
    shifting = _SHIFTING_INDICATORS.get(network, _SHIFTING_INDICATORS_ELSEWHERE)
    return indicator is None or indicator.zfill(2) in shifting


def _resolved_by_rdr(network_details: Any) -> bool:
    """The RDR mark of a private beta, read wherever it was seen: under `visa` or at the top, as an object with
    `applied` or as a bare truth (https://github.com/stripe/stripe-java/issues/1858,
    https://github.com/juspay/hyperswitch/pull/14337)."""
    if not isinstance(network_details, Mapping):
        return False
    visa = network_details.get("visa")
    marks = [network_details.get("rapid_dispute_resolution")]
    marks += [visa.get("rapid_dispute_resolution")] if isinstance(visa, Mapping) else []
    return any(
        bool(mark.get("applied", True)) if isinstance(mark, Mapping) and mark else bool(mark)
        for mark in marks
    )


def instant(seconds: int) -> datetime:
    """A moment of Stripe's: Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)
