"""From a dispute's facts to a decision, in the order of safety. Never raises.

The decision is what is right with the evidence at hand. It is taken anew as evidence comes in; what it says when the
time to file has come is done.
"""

from typing import NamedTuple

from chargebacks.decisions import Mode
from chargebacks.disputes import Stage
from chargebacks.economics import Way
from chargebacks.policy.dispute_rules import Wish, wish_of, without_a_fight
from chargebacks.policy.disputes import DisputeRules
from chargebacks.policy.fields import amount_in
from chargebacks.policy.rules import sentences
from chargebacks.representment import DisputeAction, DisputeDecision, DisputeSituation
from chargebacks.win_rates import Band, band_of


class _Told(NamedTuple):
    reason: str
    sentence: str


def decide_dispute(situation: DisputeSituation, rules: DisputeRules) -> DisputeDecision:
    """Turn the facts into a decision. Total: every situation has one.

    Without a person no compliance case and no appeal is fought, nothing but a refundable inquiry is refunded, and what
    the network has settled is never touched. In mode `observe` the decision is the same as in `act`; the workflow does
    nothing with it.
    """
    followed = _only_followed(situation)
    if followed is not None:
        return DisputeDecision(
            action=DisputeAction.RECORD, reason=followed.reason, explanation=followed.sentence
        )
    wish = wish_of(situation, rules)
    held = _held(wish, situation, rules)
    if held is None:
        return DisputeDecision(
            action=DisputeAction(wish.way),
            at_once=wish.way is Way.FIGHT and rules.submit_when_complete and _is_complete(situation),
            reason=wish.reason,
            explanation=wish.told,
            rule=wish.rule,
        )
    return DisputeDecision(
        action=DisputeAction.ASK,
        proposal=wish.way,
        on_silence=_on_silence(wish, situation, rules),
        reason=held.reason,
        explanation=sentences(wish.told, held.sentence),
        rule=wish.rule,
    )


def _only_followed(situation: DisputeSituation) -> _Told | None:
    """Why there is nothing to do about it, where that is so."""
    dispute = situation.dispute
    if dispute.stage is Stage.PREVENTED:
        return _Told("network_settled", "The network settled it before it became a chargeback.")
    if dispute.decided:
        return _Told("decided", f"The dispute is decided at Stripe: {dispute.status}.")
    if dispute.under_review:
        return _Told("under_review", "The dispute was answered: the issuer decides.")
    if not dispute.awaits_answer:
        return _Told(
            "unknown_status", f"Status {dispute.status} is unknown: no answer is known to be possible."
        )
    if not situation.answerable:
        return _Told("not_answerable", situation.why_not or "This kind of dispute cannot be answered.")
    if dispute.past_due:
        return _Told("past_due", "The time to answer is over: networks refuse what is filed now.")
    if dispute.due_by is None and dispute.stage is not Stage.APPEAL:
        return _Told("not_answerable", "Stripe sets no time to answer: none is possible.")
    return None


def _held(wish: Wish, situation: DisputeSituation, rules: DisputeRules) -> _Told | None:
    """Why a person decides, where one does. To leave a dispute is no act: it is not asked for."""
    if wish.asks:
        return _Told(wish.reason, "")
    amount = situation.dispute.amount
    most = amount_in(rules.ask_above, amount.currency)
    if wish.way is Way.FIGHT and most is not None and amount > most:
        return _Told("above_ask_limit", f"{amount} is above {most}: a person approves filing it.")
    if wish.way is not Way.LEAVE and (wish.proposed or rules.mode is Mode.PROPOSE):
        return _Told("proposed", "Mode propose: a person approves each act.")
    return None


def _on_silence(wish: Wish, situation: DisputeSituation, rules: DisputeRules) -> Way:
    """Nobody's answer never refunds, and never fights what only a person may fight."""
    if wish.silence_leaves:
        return Way.LEAVE
    if situation.dispute.stage is Stage.INQUIRY:
        return Way.FIGHT if rules.silence == "file" else Way.LEAVE
    if rules.silence == "file":
        return Way.FIGHT if wish.way is Way.FIGHT else without_a_fight(situation, rules)
    return Way(rules.silence)


def _is_complete(situation: DisputeSituation) -> bool:
    """Nothing that is required is missing, and little else."""
    complete = situation.completeness
    return not complete.required_missing and band_of(complete.percent) is Band.FROM_90
