"""The final answer to an alert, in neutral words, and the rule that keeps it honest."""

from enum import StrEnum

from chargebacks.charges import ChargeSnapshot
from chargebacks.decisions import Action, Decision
from chargebacks.money import Money
from chargebacks.refunds import MoneyState, RefundResult, paid_back
from chargebacks.values import Instant, Value
from chargebacks.vocabulary import OutcomeCode

__all__ = ["Acknowledgement", "DecidedBy", "Outcome", "OutcomeCode", "outcome_of"]


class DecidedBy(StrEnum):
    RULE = "rule"
    PERSON = "person"
    SILENCE = "silence"


class Outcome(Value):
    """What is reported, once. `refunded` and `refunded_at` only where money really went back."""

    code: OutcomeCode
    decided_by: DecidedBy
    refunded: Money | None = None
    refunded_at: Instant | None = None
    refund_id: str | None = None
    refund_arn: str | None = None
    charge_id: str | None = None
    order_id: str | None = None
    """The merchant's own order id where the charge carries one."""
    duplicate_of: str | None = None
    """Provider alert id of the earlier alert for the same charge."""
    comment: str = ""
    """One plain sentence for the network's comment field; no personal data."""


class Acknowledgement(Value):
    """The source took the outcome."""

    provider_code: str
    """The word that was sent, such as `reversed` or `100.001`."""
    reference: str | None = None
    already_known: bool = False
    """The source says that it already holds a final outcome for this alert."""
    held: str | None = None
    """Which one it holds, in its own word, where it says so."""
    answer: str = ""
    """Its reply, shortened, without secrets."""


def outcome_of(
    decision: Decision,
    money: RefundResult | None,
    *,
    decided_by: DecidedBy,
    charge: ChargeSnapshot | None,
) -> Outcome:
    """What may truthfully be reported. `money` is what the refund came to, None where none was asked for.

    A decision to refund without a result is reported as a failed refund: nobody may be told that money went back
    unless Stripe says that the refund succeeded. A decision that owes no answer is told as an acknowledgement.
    """
    if money is None and decision.action is Action.REFUND:
        money = RefundResult.not_made("the refund was not made")
    code = _code_of_answer(decision, decided_by) if money is None else _code_of_money(money)
    if money is None and code in _PAID_EARLIER:
        money = _paid_earlier(decision, charge)
    told = money if money is not None and code in _MONEY_IS_BACK else None
    return Outcome(
        code=code,
        decided_by=decided_by,
        refunded=told.amount if told else None,
        refunded_at=told.at if told else None,
        refund_id=told.refund.id if told and told.refund else None,
        refund_arn=told.refund.arn if told and told.refund else None,
        charge_id=charge.id if charge else None,
        order_id=charge.order_ids[0] if charge and charge.order_ids else None,
        duplicate_of=_earlier_alert(decision, money) if code is OutcomeCode.DUPLICATE else None,
        comment=_COMMENTS[code],
    )


_PAID_EARLIER = {OutcomeCode.ALREADY_REFUNDED, OutcomeCode.DUPLICATE}
_MONEY_IS_BACK = {OutcomeCode.REFUNDED, OutcomeCode.REFUNDED_PARTIAL, *_PAID_EARLIER}

_COMMENTS = {
    OutcomeCode.REFUNDED: "The payment was refunded.",
    OutcomeCode.REFUNDED_PARTIAL: "A part of the payment was refunded.",
    OutcomeCode.ALREADY_REFUNDED: "The payment was refunded before this alert was handled.",
    OutcomeCode.DUPLICATE: "The payment was refunded because of an earlier alert for the same transaction.",
    OutcomeCode.NOT_FOUND: "No matching transaction was found.",
    OutcomeCode.PAYMENT_UNSUCCESSFUL: "The payment was not successful; no money was taken.",
    OutcomeCode.NOT_SETTLED: "The payment was cancelled before capture; no money was taken.",
    OutcomeCode.ALREADY_DISPUTED: "The payment is already disputed; no refund is possible.",
    OutcomeCode.DECLINED_BY_RULE: "The merchant does not refund this payment.",
    OutcomeCode.DECLINED_3DS: "The payment was authenticated with 3-D Secure; the merchant does not refund it.",
    OutcomeCode.FULFILLED_CANNOT_STOP: "The order is fulfilled and can no longer be stopped.",
    OutcomeCode.REFUND_FAILED: "The refund has not succeeded; no money has gone back.",
    OutcomeCode.ACKNOWLEDGED: "Received.",
}

_OF_MONEY = {
    MoneyState.PENDING: OutcomeCode.REFUND_FAILED,
    MoneyState.FAILED: OutcomeCode.REFUND_FAILED,
    MoneyState.VOIDED: OutcomeCode.NOT_SETTLED,
    MoneyState.ALREADY_REFUNDED: OutcomeCode.ALREADY_REFUNDED,
    MoneyState.ALREADY_DISPUTED: OutcomeCode.ALREADY_DISPUTED,
    MoneyState.PAYMENT_UNSUCCESSFUL: OutcomeCode.PAYMENT_UNSUCCESSFUL,
}


def _code_of_money(money: RefundResult) -> OutcomeCode:
    match money.state:
        case MoneyState.REFUNDED:
            return OutcomeCode.REFUNDED_PARTIAL if money.partial else OutcomeCode.REFUNDED
        case MoneyState.DUPLICATE | MoneyState.NETWORK_SETTLED if money.duplicate_of is not None:
            return OutcomeCode.DUPLICATE
        case MoneyState.DUPLICATE:
            return OutcomeCode.ALREADY_REFUNDED
        case MoneyState.NETWORK_SETTLED:
            # Settled by evidence (a blocked dispute): nobody was paid back, and no refund is possible.
            return OutcomeCode.ALREADY_DISPUTED if money.amount is None else OutcomeCode.ALREADY_REFUNDED
        case state:
            return _OF_MONEY[state]


def _paid_earlier(decision: Decision, charge: ChargeSnapshot | None) -> RefundResult | None:
    """What went back before this case: by Stripe's refunds, else what the decision says of the network."""
    if charge is not None and (earlier := paid_back(charge)) is not None:
        return earlier
    if decision.amount is None:
        return None
    return RefundResult(state=MoneyState.NETWORK_SETTLED, amount=decision.amount, detail=decision.explanation)


def _earlier_alert(decision: Decision, money: RefundResult | None) -> str | None:
    return (money.duplicate_of if money else None) or decision.duplicate_of


def _code_of_answer(decision: Decision, decided_by: DecidedBy) -> OutcomeCode:
    if decision.action is Action.NOTHING:
        return OutcomeCode.ACKNOWLEDGED
    silent = decision.action is Action.ASK and decided_by is DecidedBy.SILENCE
    code = decision.silence_outcome if silent else decision.outcome
    return code or OutcomeCode.DECLINED_BY_RULE


class OutcomeReport(Value):
    """How far the report of a case's one final outcome has come."""

    outcome: Outcome
    """As reserved before the first attempt; it never changes."""
    attempts: int = 0
    """Attempts counted before they were made: any of them may have reached the source."""
    acknowledgement: Acknowledgement | None = None
    acknowledged_at: Instant | None = None
