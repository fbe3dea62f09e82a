"""What a person's word, or their silence, makes of a decision that asked for it."""

from chargebacks.decisions import Action, Cancellation, Decision
from chargebacks.money import Money
from chargebacks.outcomes import OutcomeCode


def approved(decision: Decision, *, amount: Money | None = None) -> Decision:
    """The act that was asked for. `amount` is what the person named where the rules could not tell one.

    A decision that no longer asks (the charge was refunded or disputed meanwhile) stands as it is.
    """
    if decision.action is not Action.ASK:
        return decision
    return decision.model_copy(
        update={"action": Action.REFUND, "amount": amount or decision.amount, "outcome": None}
    )


def declined(decision: Decision) -> Decision:
    """Nothing is touched; the source hears what the decision holds ready for a refusal, such as `not_found`."""
    return _answer(decision, decision.outcome)


def unanswered(decision: Decision) -> Decision:
    """What the policy says for silence at the last safe moment. Without a known amount silence never refunds."""
    if decision.action is not Action.ASK:
        return decision
    if decision.on_silence is Action.REFUND and decision.amount is not None:
        return decision.model_copy(update={"action": Action.REFUND, "outcome": None})
    return _answer(decision, decision.silence_outcome)


def _answer(decision: Decision, outcome: OutcomeCode | None) -> Decision:
    return decision.model_copy(
        update={
            "action": Action.ANSWER,
            "outcome": outcome or OutcomeCode.DECLINED_BY_RULE,
            "amount": None,
            "cancellation": Cancellation(),
        }
    )
