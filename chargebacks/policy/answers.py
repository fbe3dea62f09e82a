"""How the decisions are worded that several branches share."""

from chargebacks.alerts import AnswerMode
from chargebacks.charges import ChargeSnapshot
from chargebacks.decisions import Action, Cancellation, Decision, Mode, Situation
from chargebacks.policy.model import Policy
from chargebacks.policy.rules import Ruling, sentences
from chargebacks.policy.state import Finding
from chargebacks.refund_state import gone_minor
from chargebacks.vocabulary import OutcomeCode


def refund(
    finding: Finding, charge: ChargeSnapshot, policy: Policy, *, ruling: Ruling | None = None
) -> Decision:
    """Give the money back, and end what the policy ends with it."""
    return Decision(
        action=Action.REFUND,
        amount=finding.amount,
        refunded_before_minor=None if finding.resumed else gone_minor(charge),
        cancellation=cancellation(charge, policy),
        refund_reason=policy.refund.reason,
        reason=finding.reason,
        explanation=sentences(finding.explanation, ruling.explanation if ruling else ""),
        rule=ruling.rule if ruling else None,
    )


def ask(
    finding: Finding,
    charge: ChargeSnapshot,
    policy: Policy,
    *,
    ruling: Ruling,
    on_silence: Action,
    silence_outcome: OutcomeCode,
) -> Decision:
    """A person approves or declines the finding's amount."""
    return Decision(
        action=Action.ASK,
        amount=finding.amount,
        refunded_before_minor=gone_minor(charge),
        outcome=ruling.outcome,
        cancellation=cancellation(charge, policy),
        refund_reason=policy.refund.reason,
        on_silence=on_silence,
        silence_outcome=silence_outcome,
        reason=ruling.reason,
        explanation=sentences(finding.explanation, ruling.explanation),
        rule=ruling.rule,
    )


def ask_openly(
    *,
    reason: str,
    explanation: str,
    outcome: OutcomeCode,
    policy: Policy,
    charge: ChargeSnapshot | None = None,
) -> Decision:
    """A person must first say which charge or how much; refused or unanswered, the source hears `outcome`."""
    return Decision(
        action=Action.ASK,
        outcome=outcome,
        cancellation=cancellation(charge, policy),
        refund_reason=policy.refund.reason,
        silence_outcome=outcome,
        reason=reason,
        explanation=explanation,
    )


def answer_state(finding: Finding, outcome: OutcomeCode, charge: ChargeSnapshot, policy: Policy) -> Decision:
    """The charge's state is the answer."""
    return Decision(
        action=Action.ANSWER,
        amount=finding.network_paid,
        outcome=outcome,
        cancellation=unasked_cancellation(charge, policy) if finding.money_is_back else Cancellation(),
        settled_by_state=True,
        reason=finding.reason,
        explanation=finding.explanation,
        duplicate_of=finding.duplicate_of,
    )


def notice(
    situation: Situation,
    *,
    reason: str,
    explanation: str,
    ends: Cancellation | None = None,
    network_refund: bool = False,
    rule: str | None = None,
) -> Decision:
    """No money: acknowledge where the source takes an answer, else nothing is due."""
    answers = situation.alert.answer_mode is AnswerMode.CALLBACK
    return Decision(
        action=Action.ANSWER if answers else Action.NOTHING,
        outcome=OutcomeCode.ACKNOWLEDGED if answers else None,
        cancellation=ends or Cancellation(),
        network_refund=network_refund,
        reason=reason,
        explanation=explanation,
        rule=rule,
    )


def cancellation(charge: ChargeSnapshot | None, policy: Policy) -> Cancellation:
    """What ends when money goes back, by policy."""
    rules = policy.subscription
    if charge is not None and charge.customer is not None and charge.customer in rules.never_cancel:
        return Cancellation()
    return Cancellation(scope=rules.scope, moment=rules.moment, never_cancel=rules.never_cancel)


def unasked_cancellation(charge: ChargeSnapshot, policy: Policy) -> Cancellation:
    """What ends without a refund of ours: nothing in mode propose, where a person is asked before each act."""
    return Cancellation() if policy.mode is Mode.PROPOSE else cancellation(charge, policy)
