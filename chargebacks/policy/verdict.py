"""From facts to a decision: one branch per case, in the order of safety. Never raises."""

from chargebacks.alerts import AlertKind, AnswerMode, NetworkProduct
from chargebacks.charges import ChargeSnapshot
from chargebacks.decisions import Action, Cancellation, CancelScope, Decision, Mode, Situation
from chargebacks.matching import MatchVerdict
from chargebacks.money import Money
from chargebacks.policy.model import Policy, Then, amount_in
from chargebacks.policy.rules import Ruling, limited, ruling_on, silence_on
from chargebacks.policy.state import OLDEST, Finding, finding_on
from chargebacks.refund_state import gone_minor
from chargebacks.vocabulary import OutcomeCode


def decide(situation: Situation, policy: Policy) -> Decision:
    """Turn the facts into a decision. Total: every situation has one.

    Money moves only for a refund request, or a fraud report where the policy says so, on one charge of the
    account's own mode. In mode `observe` the decision is the same; the workflow does nothing with it.
    """
    charge = situation.charge or situation.match.charge
    if _is_other_mode(situation, charge):
        return _refuse_other_mode(situation)
    match situation.alert.kind:
        case AlertKind.REFUND_REQUEST:
            return _on_refund_request(situation, charge, policy)
        case AlertKind.FRAUD_REPORT:
            return _on_fraud_report(situation, charge, policy)
        case AlertKind.NETWORK_RESOLVED:
            return _on_network_resolved(situation, charge, policy)
        case AlertKind.CANCEL_ONLY:
            return _on_cancel_only(situation, charge, policy)
        case AlertKind.UNKNOWN:
            return _on_unknown(situation)
        case kind:
            return _notice(situation, reason=_reason_of_kind(situation), explanation=_NOTICES[kind])


_NOTICES = {
    AlertKind.INQUIRY: "The issuer asks about the sale; no money is asked for.",
    AlertKind.PREVENTED: "The network has stopped the dispute; there is nothing to refund.",
    AlertKind.DISPUTE_NOTICE: "The dispute is under way; a refund would no longer stop it.",
    AlertKind.NETWORK_DECLINED: "The network has not refunded; a dispute is to be expected, nothing is refunded here.",
    AlertKind.NETWORK_REVERSED: "The network has taken its refund back; nothing is charged or refunded here.",
}


def _on_refund_request(situation: Situation, charge: ChargeSnapshot | None, policy: Policy) -> Decision:
    if charge is None:
        return _on_unmatched(situation, policy)
    finding = finding_on(situation, charge)
    if finding.outcome is not None:
        return _answer_state(finding, finding.outcome, charge, policy)
    if finding.resumed:
        return _refund(finding, charge, policy)
    if finding.amount is None:
        return _ask(
            reason=finding.reason,
            explanation=finding.explanation,
            cancellation=_cancellation(charge, policy),
            policy=policy,
        )
    return _by_rules(situation, charge, finding, finding.amount, policy)


def _by_rules(
    situation: Situation, charge: ChargeSnapshot, finding: Finding, amount: Money, policy: Policy
) -> Decision:
    """The merchant's word, then the limits, then what no rule may do by itself."""
    ruling = ruling_on(situation.alert, charge, amount, policy)
    if ruling.then is Then.REFUND:
        ruling = _restrained(situation, charge, amount, policy, ruling)
    told = f"{finding.explanation} {ruling.explanation}".strip()
    match ruling.then:
        case Then.REFUND:
            return _refund(finding, charge, policy, ruling=ruling)
        case Then.ASK:
            return _ask_amount(situation, charge, amount, policy, ruling, told)
        case Then.DECLINE:
            outcome = ruling.outcome
        case Then.ACKNOWLEDGE:
            outcome = OutcomeCode.ACKNOWLEDGED
    return Decision(
        action=Action.ANSWER, outcome=outcome, reason=ruling.reason, explanation=told, rule=ruling.rule
    )


def _restrained(
    situation: Situation, charge: ChargeSnapshot, amount: Money, policy: Policy, ruling: Ruling
) -> Ruling:
    """A refund the rules want, unless a limit, an unknown product, its age or the mode holds it back."""
    held = limited(amount, policy)
    if held is None and situation.alert.product is NetworkProduct.UNKNOWN:
        held = _held("unknown_product", "The alert's product is unknown.")
    if held is None and _is_too_old(situation, charge):
        held = _held("too_old", f"Charge {charge.id} is more than {OLDEST.days} days older than the alert.")
    if held is None and (ruling.proposed or policy.mode is Mode.PROPOSE):
        held = _held("proposed", "A person approves each refund in mode propose.")
    if held is None:
        return ruling
    return held.model_copy(
        update={"explanation": f"{ruling.explanation} {held.explanation}", "rule": ruling.rule}
    )


def _held(reason: str, explanation: str) -> Ruling:
    return Ruling(then=Then.ASK, reason=reason, explanation=explanation)


def _is_too_old(situation: Situation, charge: ChargeSnapshot) -> bool:
    return situation.alert.alerted_at - charge.created > OLDEST


def _on_fraud_report(situation: Situation, charge: ChargeSnapshot | None, policy: Policy) -> Decision:
    """Optional money: whatever is not a clear yes is an acknowledgement."""
    if not policy.fraud_report.refund:
        return _notice(
            situation, reason="fraud_report", explanation="The policy does not refund fraud reports."
        )
    if charge is None:
        return _notice(situation, reason="not_found", explanation=situation.match.explanation)
    finding = finding_on(situation, charge)
    if finding.amount is None:
        return _notice(situation, reason=finding.reason, explanation=finding.explanation)
    if finding.resumed:
        return _refund(finding, charge, policy)
    limit = amount_in(policy.fraud_report.limits, finding.amount.currency)
    if limit is None or finding.amount > limit:
        told = f"{finding.amount} is not below a limit for fraud reports."
        return _notice(situation, reason="above_limit", explanation=told)
    ruling = ruling_on(situation.alert, charge, finding.amount, policy)
    return _on_fraud_ruling(situation, charge, finding, ruling, policy)


def _on_fraud_ruling(
    situation: Situation, charge: ChargeSnapshot, finding: Finding, ruling: Ruling, policy: Policy
) -> Decision:
    assert finding.amount is not None
    told = f"{finding.explanation} {ruling.explanation}".strip()
    unsure = situation.alert.product is NetworkProduct.UNKNOWN or _is_too_old(situation, charge)
    asked = ruling.then is Then.ASK and ruling.rule is not None
    proposed = ruling.then is Then.REFUND and (ruling.proposed or policy.mode is Mode.PROPOSE)
    if asked or proposed:
        return _ask(
            reason="proposed" if proposed else ruling.reason,
            explanation=told,
            amount=finding.amount,
            gone_minor=gone_minor(charge),
            cancellation=_cancellation(charge, policy),
            policy=policy,
            silence_outcome=OutcomeCode.ACKNOWLEDGED,
            outcome=OutcomeCode.ACKNOWLEDGED,
            rule=ruling.rule,
        )
    if ruling.then is Then.REFUND and not unsure:
        return _refund(finding, charge, policy, ruling=ruling)
    return _notice(situation, reason=ruling.reason, explanation=told, rule=ruling.rule)


def _on_network_resolved(situation: Situation, charge: ChargeSnapshot | None, policy: Policy) -> Decision:
    """The network has paid the customer back (RDR): a second refund would go through and be lost
    (https://doc.chargebackhit.com/get-started/prevention-alerts/handle-alerts/overview)."""
    reason, told = (
        _reason_of_kind(situation),
        "The network has already refunded the customer; nothing is refunded.",
    )
    if charge is None:
        return _notice(situation, reason=reason, explanation=f"{told} {situation.match.explanation}")
    if gone_minor(charge) > 0:
        told += f" Charge {charge.id} was refunded here as well: the customer may have been paid twice."
    return _notice(
        situation,
        reason=reason,
        explanation=told,
        cancellation=_unasked_cancellation(charge, policy),
        network_refund=True,
    )


def _on_cancel_only(situation: Situation, charge: ChargeSnapshot | None, policy: Policy) -> Decision:
    if charge is None:
        return _notice(situation, reason="not_found", explanation=situation.match.explanation)
    return _notice(
        situation,
        reason="cancel_only",
        explanation="The issuer asks to end the subscription; no money is asked for.",
        cancellation=_unasked_cancellation(charge, policy),
    )


def _on_unmatched(situation: Situation, policy: Policy) -> Decision:
    ambiguous = situation.match.verdict is MatchVerdict.AMBIGUOUS
    reason = "ambiguous" if ambiguous else "not_found"
    wish = policy.unmatched.ambiguous if ambiguous else policy.unmatched.not_found
    if wish == "not_found":
        return Decision(
            action=Action.ANSWER,
            outcome=OutcomeCode.NOT_FOUND,
            reason=reason,
            explanation=situation.match.explanation,
        )
    return _ask(
        reason=reason,
        explanation=situation.match.explanation,
        cancellation=_cancellation(None, policy),
        policy=policy,
        outcome=OutcomeCode.NOT_FOUND,
        silence_outcome=OutcomeCode.NOT_FOUND,
    )


def _on_unknown(situation: Situation) -> Decision:
    told = "The alert's kind is unknown: nothing is refunded or cancelled by itself."
    if situation.alert.answer_mode is not AnswerMode.CALLBACK:
        return Decision(action=Action.NOTHING, reason="unknown_kind", explanation=told)
    return Decision(
        action=Action.ASK,
        reason="unknown_kind",
        explanation=told,
        outcome=OutcomeCode.ACKNOWLEDGED,
        silence_outcome=OutcomeCode.ACKNOWLEDGED,
    )


def _is_other_mode(situation: Situation, charge: ChargeSnapshot | None) -> bool:
    modes = {situation.account_livemode}
    if situation.alert.livemode is not None:
        modes.add(situation.alert.livemode)
    if charge is not None:
        modes.add(charge.livemode)
    return len(modes) > 1


def _refuse_other_mode(situation: Situation) -> Decision:
    told = "Alert, charge and account are not all live or all test: nothing is refunded or cancelled."
    owes_answer = (
        situation.alert.kind is AlertKind.REFUND_REQUEST
        and situation.alert.answer_mode is AnswerMode.CALLBACK
    )
    if not owes_answer:
        return Decision(action=Action.NOTHING, reason="livemode_mismatch", explanation=told)
    return Decision(
        action=Action.ASK,
        reason="livemode_mismatch",
        explanation=told,
        outcome=OutcomeCode.NOT_FOUND,
        silence_outcome=OutcomeCode.NOT_FOUND,
    )


def _reason_of_kind(situation: Situation) -> str:
    kind = situation.alert.kind.value
    return kind.replace("network_", "rdr_") if situation.alert.product is NetworkProduct.RDR else kind


def _notice(
    situation: Situation,
    *,
    reason: str,
    explanation: str,
    cancellation: Cancellation | None = None,
    network_refund: bool = False,
    rule: str | None = None,
) -> Decision:
    """No money: acknowledge where the source takes an answer, else nothing is due."""
    answers = situation.alert.answer_mode is AnswerMode.CALLBACK
    return Decision(
        action=Action.ANSWER if answers else Action.NOTHING,
        outcome=OutcomeCode.ACKNOWLEDGED if answers else None,
        cancellation=cancellation or Cancellation(),
        network_refund=network_refund,
        reason=reason,
        explanation=explanation,
        rule=rule,
    )


def _answer_state(finding: Finding, outcome: OutcomeCode, charge: ChargeSnapshot, policy: Policy) -> Decision:
    return Decision(
        action=Action.ANSWER,
        amount=finding.network_paid,
        outcome=outcome,
        cancellation=_unasked_cancellation(charge, policy) if finding.money_is_back else Cancellation(),
        settled_by_state=True,
        reason=finding.reason,
        explanation=finding.explanation,
        duplicate_of=finding.duplicate_of,
    )


def _refund(
    finding: Finding, charge: ChargeSnapshot, policy: Policy, *, ruling: Ruling | None = None
) -> Decision:
    return Decision(
        action=Action.REFUND,
        amount=finding.amount,
        refunded_before_minor=None if finding.resumed else gone_minor(charge),
        cancellation=_cancellation(charge, policy),
        refund_reason=policy.refund.reason,
        reason=finding.reason,
        explanation=f"{finding.explanation} {ruling.explanation if ruling else ''}".strip(),
        rule=ruling.rule if ruling else None,
    )


def _ask_amount(
    situation: Situation, charge: ChargeSnapshot, amount: Money, policy: Policy, ruling: Ruling, told: str
) -> Decision:
    """A person decides on a known amount. Silence may refund it only where nothing about the charge is doubtful."""
    on_silence, silence_outcome = silence_on(amount, policy)
    doubtful = situation.alert.product is NetworkProduct.UNKNOWN or _is_too_old(situation, charge)
    if doubtful or not ruling.silence_may_refund:
        on_silence = Action.ANSWER
    return _ask(
        reason=ruling.reason,
        explanation=told,
        amount=amount,
        gone_minor=gone_minor(charge),
        cancellation=_cancellation(charge, policy),
        policy=policy,
        outcome=ruling.outcome,
        on_silence=on_silence,
        silence_outcome=silence_outcome,
        rule=ruling.rule,
    )


def _ask(
    *,
    reason: str,
    explanation: str,
    cancellation: Cancellation,
    policy: Policy,
    amount: Money | None = None,
    gone_minor: int | None = None,
    outcome: OutcomeCode = OutcomeCode.DECLINED_BY_RULE,
    on_silence: Action = Action.ANSWER,
    silence_outcome: OutcomeCode = OutcomeCode.DECLINED_BY_RULE,
    rule: str | None = None,
) -> Decision:
    return Decision(
        action=Action.ASK,
        amount=amount,
        refunded_before_minor=gone_minor,
        outcome=outcome,
        cancellation=cancellation,
        refund_reason=policy.refund.reason,
        on_silence=on_silence,
        silence_outcome=silence_outcome,
        reason=reason,
        explanation=explanation,
        rule=rule,
    )


def _cancellation(charge: ChargeSnapshot | None, policy: Policy) -> Cancellation:
    """What ends when money goes back, by policy."""
    rules = policy.subscription
    if charge is not None and charge.customer is not None and charge.customer in rules.never_cancel:
        return Cancellation()
    return Cancellation(scope=rules.scope, moment=rules.moment, never_cancel=rules.never_cancel)


def _unasked_cancellation(charge: ChargeSnapshot, policy: Policy) -> Cancellation:
    """What ends without a refund of ours: nothing in mode propose, where a person is asked before each act."""
    if policy.mode is Mode.PROPOSE or CancelScope.NONE is policy.subscription.scope:
        return Cancellation()
    return _cancellation(charge, policy)
