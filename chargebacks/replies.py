"""What a person's word, or their silence, makes of a decision that asked for it."""

from chargebacks.decisions import Action, Decision
from chargebacks.money import Money
from chargebacks.outcomes import OutcomeCode


def approved(decision: Decision, *, amount: Money | None = None) -> Decision:
    """The act that was asked for. `amount` is what the person named where the rules could not tell one.

    A decision that no longer asks (the charge was refunded or disputed meanwhile) stands as it is.
    """
    if decision.action is not Action.ASK:
        return decision
    return decision.model_copy(update={"action": Action.REFUND, "amount": amount or decision.amount})


def declined(decision: Decision) -> Decision:
    """No money moves; the source hears the truth: not found where nothing was found, else declined."""
    outcome = decision.silence_outcome
    if outcome is not OutcomeCode.NOT_FOUND:
        outcome = OutcomeCode.DECLINED_BY_RULE
    return _answer(decision, outcome)


def unanswered(decision: Decision) -> Decision:
    """What the policy says for silence at the last safe moment. Without a known amount silence never refunds."""
    if decision.on_silence is Action.REFUND and decision.amount is not None:
        return decision.model_copy(update={"action": Action.REFUND})
    return _answer(decision, decision.silence_outcome or OutcomeCode.DECLINED_BY_RULE)


def _answer(decision: Decision, outcome: OutcomeCode) -> Decision:
    return decision.model_copy(update={"action": Action.ANSWER, "outcome": outcome, "amount": None})
