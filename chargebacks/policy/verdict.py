"""From facts to a decision: one branch per case, in the order of safety. Never raises."""

from chargebacks.alerts import AlertKind, AnswerMode, NetworkProduct
from chargebacks.charges import ChargeSnapshot
from chargebacks.deadlines import window_of
from chargebacks.decisions import Action, Decision, Mode, Situation
from chargebacks.matching import MatchVerdict
from chargebacks.money import Money
from chargebacks.policy.answers import answer_state, ask, ask_openly, notice, refund, unasked_cancellation
from chargebacks.policy.model import Policy, Then, amount_in
from chargebacks.policy.rules import Ruling, limited, ruling_on, sentences, silence_on
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
        return _on_other_mode(situation, policy)
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
            return _on_unknown_kind(situation, policy)
        case kind:
            return notice(situation, reason=_reason_of_kind(situation), explanation=_NOTICES[kind])


_NOTICES = {
    AlertKind.INQUIRY: "The issuer asks about the sale; no money is asked for.",
    AlertKind.PREVENTED: "The network has stopped the dispute; there is nothing to refund.",
    AlertKind.DISPUTE_NOTICE: "The dispute is under way; a refund would no longer stop it.",
    AlertKind.NETWORK_DECLINED: "The network has not refunded, nor is anything refunded here: expect a dispute.",
    AlertKind.NETWORK_REVERSED: "The network has taken its refund back; nothing is charged or refunded here.",
}


def _on_refund_request(situation: Situation, charge: ChargeSnapshot | None, policy: Policy) -> Decision:
    if charge is None:
        return _on_unmatched(situation, policy)
    finding = finding_on(situation, charge)
    if finding.outcome is not None:
        return answer_state(finding, finding.outcome, charge, policy)
    if finding.resumed:
        return refund(finding, charge, policy)
    if finding.amount is None:
        return ask_openly(
            reason=finding.reason,
            explanation=finding.explanation,
            outcome=OutcomeCode.DECLINED_BY_RULE,
            policy=policy,
            charge=charge,
        )
    return _by_rules(situation, charge, finding, finding.amount, policy)


def _by_rules(
    situation: Situation, charge: ChargeSnapshot, finding: Finding, amount: Money, policy: Policy
) -> Decision:
    """The merchant's word, then the limits, then what no rule may do by itself."""
    ruling = ruling_on(situation.alert, charge, amount, policy)
    if ruling.then is Then.REFUND:
        ruling = _restrained(situation, charge, amount, policy, ruling)
    match ruling.then:
        case Then.REFUND:
            return refund(finding, charge, policy, ruling=ruling)
        case Then.ASK:
            on_silence, silence_outcome = silence_on(amount, policy)
            if _doubt(situation, charge, policy) is not None or not ruling.silence_may_refund:
                on_silence = Action.ANSWER
            return ask(
                finding,
                charge,
                policy,
                ruling=ruling,
                on_silence=on_silence,
                silence_outcome=silence_outcome,
            )
        case Then.DECLINE:
            outcome = ruling.outcome
        case Then.ACKNOWLEDGE:
            outcome = OutcomeCode.ACKNOWLEDGED
    return Decision(
        action=Action.ANSWER,
        outcome=outcome,
        reason=ruling.reason,
        explanation=sentences(finding.explanation, ruling.explanation),
        rule=ruling.rule,
    )


def _restrained(
    situation: Situation, charge: ChargeSnapshot, amount: Money, policy: Policy, ruling: Ruling
) -> Ruling:
    """A refund the rules want, unless a limit, a doubt or the mode holds it back."""
    held = limited(amount, policy) or _doubt(situation, charge, policy) or _proposal(ruling, policy)
    if held is None:
        return ruling
    return held.model_copy(
        update={"explanation": sentences(ruling.explanation, held.explanation), "rule": ruling.rule}
    )


def _doubt(situation: Situation, charge: ChargeSnapshot, policy: Policy) -> Ruling | None:
    """What only a person may look past."""
    if situation.alert.product is NetworkProduct.UNKNOWN:
        return Ruling(then=Then.ASK, reason="unknown_product", explanation="The alert's product is unknown.")
    if situation.alert.alerted_at - charge.created > OLDEST:
        told = f"Charge {charge.id} was made more than {OLDEST.days} days before the alert."
        return Ruling(then=Then.ASK, reason="too_old", explanation=told)
    respond_by = window_of(situation.alert, policy.times).respond_by
    if respond_by is not None and respond_by <= situation.alert.received_at:
        told = f"The alert came in when its window was over ({respond_by:%Y-%m-%d %H:%M} UTC)."
        return Ruling(then=Then.ASK, reason="window_over", explanation=told)
    return None


def _proposal(ruling: Ruling, policy: Policy) -> Ruling | None:
    if policy.mode is not Mode.PROPOSE and not ruling.proposed:
        return None
    told = "Mode propose: a person approves each refund."
    return Ruling(then=Then.ASK, reason="proposed", explanation=told)


def _on_fraud_report(situation: Situation, charge: ChargeSnapshot | None, policy: Policy) -> Decision:
    """Money is optional here: whatever is not a clear yes is an acknowledgement."""
    if not policy.fraud_report.refund:
        told = "The policy does not refund fraud reports."
        return notice(situation, reason="fraud_report", explanation=told)
    if charge is None:
        return _notice_unmatched(situation)
    finding = finding_on(situation, charge)
    if finding.resumed:
        return refund(finding, charge, policy)
    if finding.amount is None:
        return notice(situation, reason=finding.reason, explanation=finding.explanation)
    limit = amount_in(policy.fraud_report.limits, finding.amount.currency)
    if limit is None or finding.amount > limit:
        told = f"{finding.amount} is not within a limit for fraud reports."
        return notice(situation, reason="above_limit", explanation=told)
    ruling = ruling_on(situation.alert, charge, finding.amount, policy)
    return _by_fraud_ruling(situation, charge, finding, ruling, policy)


def _by_fraud_ruling(
    situation: Situation, charge: ChargeSnapshot, finding: Finding, ruling: Ruling, policy: Policy
) -> Decision:
    held = (
        (_doubt(situation, charge, policy) or _proposal(ruling, policy))
        if ruling.then is Then.REFUND
        else ruling
    )
    if held is None:
        return refund(finding, charge, policy, ruling=ruling)
    if held.reason == "proposed" or (held.then is Then.ASK and held.rule is not None):
        return ask(
            finding,
            charge,
            policy,
            ruling=held.model_copy(update={"outcome": OutcomeCode.ACKNOWLEDGED, "rule": ruling.rule}),
            on_silence=Action.ANSWER,
            silence_outcome=OutcomeCode.ACKNOWLEDGED,
        )
    told = sentences(finding.explanation, held.explanation)
    return notice(situation, reason=held.reason, explanation=told, rule=ruling.rule)


def _on_network_resolved(situation: Situation, charge: ChargeSnapshot | None, policy: Policy) -> Decision:
    """The network has paid the customer back (RDR): a second refund would go through and be lost
    (https://doc.chargebackhit.com/get-started/prevention-alerts/handle-alerts/overview)."""
    told = "The network has already refunded the customer; nothing is refunded here."
    reason = _reason_of_kind(situation)
    if charge is None:
        return notice(situation, reason=reason, explanation=sentences(told, situation.match.explanation))
    if gone_minor(charge) > 0:
        told += f" Charge {charge.id} was refunded at Stripe as well: the customer may have been paid twice."
    ends = unasked_cancellation(charge, policy)
    return notice(situation, reason=reason, explanation=told, ends=ends, network_refund=True)


def _on_cancel_only(situation: Situation, charge: ChargeSnapshot | None, policy: Policy) -> Decision:
    if charge is None:
        return _notice_unmatched(situation)
    told = "The issuer asks to end the subscription; no money is asked for."
    ends = unasked_cancellation(charge, policy)
    return notice(situation, reason="cancel_only", explanation=told, ends=ends)


def _on_unmatched(situation: Situation, policy: Policy) -> Decision:
    ambiguous = situation.match.verdict is MatchVerdict.AMBIGUOUS
    wish = policy.unmatched.ambiguous if ambiguous else policy.unmatched.not_found
    reason, told = _reason_unmatched(situation), situation.match.explanation
    if wish == "ask":
        return ask_openly(reason=reason, explanation=told, outcome=OutcomeCode.NOT_FOUND, policy=policy)
    return Decision(action=Action.ANSWER, outcome=OutcomeCode.NOT_FOUND, reason=reason, explanation=told)


def _notice_unmatched(situation: Situation) -> Decision:
    return notice(situation, reason=_reason_unmatched(situation), explanation=situation.match.explanation)


def _on_unknown_kind(situation: Situation, policy: Policy) -> Decision:
    told = "The alert's kind is unknown: nothing is refunded or cancelled by itself."
    if situation.alert.answer_mode is not AnswerMode.CALLBACK:
        return Decision(action=Action.NOTHING, reason="unknown_kind", explanation=told)
    return ask_openly(
        reason="unknown_kind", explanation=told, outcome=OutcomeCode.ACKNOWLEDGED, policy=policy
    )


def _is_other_mode(situation: Situation, charge: ChargeSnapshot | None) -> bool:
    modes = {situation.account_livemode, situation.alert.livemode, charge.livemode if charge else None}
    return len(modes - {None}) > 1


def _on_other_mode(situation: Situation, policy: Policy) -> Decision:
    """A test object never moves live money, nor the other way round; the charge is not the account's."""
    told = (
        "Alert, charge and account are not all live or all test: nothing is refunded or cancelled by itself."
    )
    alert = situation.alert
    if alert.kind is AlertKind.REFUND_REQUEST and alert.answer_mode is AnswerMode.CALLBACK:
        outcome = OutcomeCode.NOT_FOUND
        return ask_openly(reason="livemode_mismatch", explanation=told, outcome=outcome, policy=policy)
    return Decision(action=Action.NOTHING, reason="livemode_mismatch", explanation=told)


def _reason_of_kind(situation: Situation) -> str:
    kind = situation.alert.kind.value
    return kind.replace("network_", "rdr_") if situation.alert.product is NetworkProduct.RDR else kind


def _reason_unmatched(situation: Situation) -> str:
    return "ambiguous" if situation.match.verdict is MatchVerdict.AMBIGUOUS else "not_found"
