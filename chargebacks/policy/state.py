"""What the charge's state alone says of a refund, before any rule of the merchant's is asked."""

from datetime import timedelta

from chargebacks.alerts import Alert, AlertKind
from chargebacks.charges import ChargeSnapshot, ChargeStatus
from chargebacks.contracts import alert_case_id
from chargebacks.decisions import Situation
from chargebacks.money import Money
from chargebacks.refund_state import blocks_refund, gone_minor, is_live, is_pending, never_paid
from chargebacks.refunds import (
    EntryState,
    MoneyState,
    RefundResult,
    earlier_refund,
    network_settlement,
)
from chargebacks.values import Value
from chargebacks.vocabulary import OutcomeCode

OLDEST = timedelta(days=120)
"""Networks take no dispute on an older transaction (reason 953, https://docs.payshield.ai/txalerts-dispute-alerts/)."""


class Finding(Value):
    """One of three: `amount` may go back by rule; `outcome` is already true; or a person must look (neither)."""

    amount: Money | None = None
    outcome: OutcomeCode | None = None
    reason: str = ""
    explanation: str = ""
    money_is_back: bool = False
    """The customer has been paid back by somebody: the subscription behind it should end."""
    duplicate_of: str | None = None
    network_paid: Money | None = None
    resumed: bool = False
    """This case has made its refund already: the rules were asked then."""


def finding_on(situation: Situation, charge: ChargeSnapshot) -> Finding:
    """The state's verdict, in the order of safety."""
    case_id = alert_case_id(
        source=situation.alert.source, provider_alert_id=situation.alert.provider_alert_id
    )
    return (
        _own_refund(situation, charge, case_id)
        or _network_settled(situation)
        or _never_paid(charge)
        or _fully_gone(situation, charge, case_id)
        or _disputed(situation, charge)
        or _part(situation, charge, case_id)
    )


def _own_refund(situation: Situation, charge: ChargeSnapshot, case_id: str) -> Finding | None:
    """A case that starts over after its refund adopts it; it must not answer that somebody else refunded."""
    ours = [refund.amount_minor for refund in charge.refunds if refund.case_id == case_id and is_live(refund)]
    booked = [
        entry.amount_minor
        for entry in situation.ledger
        if entry.case_id == case_id and entry.state in (EntryState.PENDING, EntryState.SUCCEEDED)
    ]
    amount_minor = max((*ours, *booked), default=0)
    if amount_minor == 0:
        return None
    return Finding(
        amount=Money(amount_minor=amount_minor, currency=charge.amount.currency),
        reason="refund_resumed",
        explanation="This case has made its refund already.",
        resumed=True,
    )


def _network_settled(situation: Situation) -> Finding | None:
    settled = network_settlement(situation.disputes, situation.ledger)
    if settled is None:
        return None
    outcome = OutcomeCode.ALREADY_REFUNDED if settled.amount is not None else OutcomeCode.ALREADY_DISPUTED
    if settled.duplicate_of is not None:
        outcome = OutcomeCode.DUPLICATE
    return Finding(
        outcome=outcome,
        reason="network_settled",
        explanation=_sentence(settled),
        money_is_back=settled.amount is not None,
        duplicate_of=settled.duplicate_of,
        network_paid=settled.amount,
    )


def _never_paid(charge: ChargeSnapshot) -> Finding | None:
    if never_paid(charge):
        return Finding(
            outcome=OutcomeCode.PAYMENT_UNSUCCESSFUL,
            reason="payment_unsuccessful",
            explanation=f"Charge {charge.id} was never paid: no money was taken.",
        )
    if charge.status is ChargeStatus.PENDING:
        return Finding(reason="charge_pending", explanation=f"Charge {charge.id} is still being paid.")
    if charge.captured:
        return None
    return Finding(
        amount=charge.amount,
        reason="uncaptured",
        explanation=f"Charge {charge.id} is not captured: the payment is cancelled instead of refunded.",
    )


def _fully_gone(situation: Situation, charge: ChargeSnapshot, case_id: str) -> Finding | None:
    if gone_minor(charge) < charge.captured_minor:
        return None
    pending = [refund for refund in charge.refunds if is_pending(refund)]
    if not pending:
        return _already(earlier_refund(charge, situation.ledger, case_id=case_id))
    amount_minor = sum(refund.amount_minor for refund in pending)
    return Finding(
        amount=Money(amount_minor=amount_minor, currency=charge.amount.currency),
        reason="refund_pending_elsewhere",
        explanation=f"Refund {pending[0].id} was made elsewhere and is not paid yet: the answer waits for it.",
    )


def _disputed(situation: Situation, charge: ChargeSnapshot) -> Finding | None:
    if not blocks_refund(charge, situation.disputes):
        return None
    return Finding(
        outcome=OutcomeCode.ALREADY_DISPUTED,
        reason="already_disputed",
        explanation=f"Charge {charge.id} is disputed at Stripe and can no longer be refunded.",
    )


def _part(situation: Situation, charge: ChargeSnapshot, case_id: str) -> Finding:
    """How much of the charge is asked for, and how much of that is left to refund."""
    asked = _asked(situation.alert, charge)
    if isinstance(asked, Finding):
        return asked
    gone = gone_minor(charge)
    if asked.amount_minor <= gone:
        if any(is_pending(refund) for refund in charge.refunds):
            return Finding(
                reason="refund_pending_elsewhere",
                explanation=f"A refund of charge {charge.id} was made elsewhere and is not paid yet.",
            )
        return _already(earlier_refund(charge, situation.ledger, case_id=case_id))
    left = Money(amount_minor=charge.captured_minor - gone, currency=charge.amount.currency)
    return Finding(amount=min(asked, left), reason="refund", explanation=_extent(asked, left, charge))


def _asked(alert: Alert, charge: ChargeSnapshot) -> Money | Finding:
    """What the alert disputes, in the charge's currency; a finding where that cannot be told."""
    amount = alert.amount or alert.transaction.amount
    whole = Money(amount_minor=charge.captured_minor, currency=charge.amount.currency)
    if amount is None:
        if alert.kind is AlertKind.FRAUD_REPORT:
            return whole
        return Finding(reason="no_amount", explanation="The alert does not say how much is disputed.")
    if amount.amount_minor == 0:
        return Finding(reason="no_amount", explanation="The alert disputes an amount of zero.")
    if amount.currency == charge.amount.currency:
        return amount
    if amount == charge.presentment:
        return whole
    return Finding(
        reason="currency_differs",
        explanation=f"The alert disputes {amount}, the charge is in {charge.amount.currency}: "
        "which part is meant cannot be told.",
    )


def _already(earlier: RefundResult) -> Finding:
    duplicate = earlier.state is MoneyState.DUPLICATE
    return Finding(
        outcome=OutcomeCode.DUPLICATE if duplicate else OutcomeCode.ALREADY_REFUNDED,
        reason="duplicate" if duplicate else "already_refunded",
        explanation=_sentence(earlier),
        money_is_back=True,
        duplicate_of=earlier.duplicate_of,
    )


def _extent(asked: Money, left: Money, charge: ChargeSnapshot) -> str:
    if asked.amount_minor > charge.captured_minor:
        return (
            f"The alert disputes {asked}, more than the charge of {charge.amount}; {left} is left to refund."
        )
    if asked < left:
        return f"The alert disputes {asked}; {left} of {charge.amount} is left to refund."
    if left.amount_minor < charge.captured_minor:
        return f"{left} of {charge.amount} is left to refund."
    return f"The whole charge of {charge.amount} is disputed."


def _sentence(result: RefundResult) -> str:
    return result.detail[:1].upper() + result.detail[1:] + "."
