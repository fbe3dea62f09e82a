"""An alert and a dispute about one charge know each other: why the alert did not prevent the dispute."""

from chargebacks.contracts import CaseFile, CaseKind
from chargebacks.disputes import Dispute, LinkedAlert
from chargebacks.refunds import MoneyState
from chargebacks.vocabulary import OutcomeCode

NO_ALERT = (
    "No alert came for this charge: its issuer or card network may not take part, or no source is connected."
)

_DECLINED = {OutcomeCode.DECLINED_BY_RULE, OutcomeCode.DECLINED_3DS, OutcomeCode.FULFILLED_CANNOT_STOP}
_MONEY_BACK = {MoneyState.REFUNDED, MoneyState.PENDING}


def linked_alert(cases: tuple[CaseFile, ...], dispute: Dispute) -> LinkedAlert | None:
    """The alert case that tells most about the dispute: one that paid money back, else the newest."""
    alerts = [case for case in cases if case.kind is CaseKind.ALERT and case.alert is not None]
    if not alerts:
        return None
    case = max(
        alerts, key=lambda one: (_paid_back(one), one.alert.received_at if one.alert else dispute.created)
    )
    refund = case.money.refund if case.money is not None else None
    return LinkedAlert(
        case_id=case.case_id,
        outcome=case.outcome.code.value if case.outcome is not None else None,
        refund_id=refund.id if refund is not None else None,
        refund_state=case.money.state.value if case.money is not None else None,
        refunded_at=refund.created if refund is not None else None,
        refunded_minor=refund.amount_minor if refund is not None and _paid_back(case) else None,
        why_not_prevented=_why(case, dispute),
    )


def _paid_back(case: CaseFile) -> bool:
    return case.money is not None and case.money.state in _MONEY_BACK


def _why(case: CaseFile, dispute: Dispute) -> str:
    refund = case.money.refund if case.money is not None else None
    if refund is not None and _paid_back(case):
        crossed = "before" if refund.created <= dispute.created else "after"
        return (
            f"Refund {refund.id} of {refund.created:%Y-%m-%d %H:%M} UTC crossed with the dispute: "
            f"it was made {crossed} the dispute was opened."
        )
    if case.mode == "observe":
        return "The alert was only observed: nothing was refunded."
    code = case.outcome.code if case.outcome is not None else None
    if code is None:
        return "The alert had not been answered when the dispute came."
    if code in _DECLINED:
        return f"The alert was declined ({code.value.replace('_', ' ')})" + _because(case)
    if code is OutcomeCode.NOT_FOUND:
        return "The alert could not be matched to this charge in time."
    if code is OutcomeCode.ALREADY_DISPUTED:
        return "The alert came when the charge was already disputed."
    return f"The alert was answered with {code.value.replace('_', ' ')}" + _because(case)


def _because(case: CaseFile) -> str:
    return f": {case.decision.explanation}" if case.decision is not None else "."
