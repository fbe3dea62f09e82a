"""What a person's word, or their silence, makes of a decision that asked for it."""

from chargebacks.charges import ChargeSnapshot
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


def obstacle(decision: Decision, *, charge: ChargeSnapshot | None, amount: Money | None) -> str | None:
    """What an approval of this charge and amount lacks, in one sentence for the person who gave it; else None.

    Without an amount that was decided or named nothing may be refunded: the whole of a charge that a person names
    can be far more than the alert disputes.
    """
    if decision.action is not Action.ASK:
        return None
    wanted = amount or decision.amount
    if wanted is None:
        return "Name the amount to refund, too."
    if wanted.amount_minor == 0:
        return "An amount of zero cannot be refunded."
    if charge is not None and wanted.currency != charge.amount.currency:
        return f"{wanted} cannot be refunded from {charge.id}, which is in {charge.amount.currency}."
    return None


def overtaken(refusal: Decision, *, by: Decision) -> Decision:
    """A refusal, unless the charge's state has become the answer meanwhile: whoever refunds by hand and then declines
    has refunded. Nothing is touched either way."""
    if not by.settled_by_state:
        return refusal
    return by.model_copy(update={"cancellation": Cancellation()})


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
