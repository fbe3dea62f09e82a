"""A running alert case: what is pinned, and what is known."""

from datetime import datetime, timedelta

from temporalio import workflow

from activities.cases import OpenedCase
from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import AlertRequest, CaseFile, CaseKind, CaseStatus
from chargebacks.deadlines import Window, priority_of, window_of
from chargebacks.decisions import Decision, ResponseTimes
from chargebacks.outcomes import DecidedBy
from workflows.case_record import CaseRecord
from workflows.running_case import RunningCase

_NO_DEADLINE = timedelta(days=30)
"""How long a case without a deadline of its own waits for a person."""


class Case(RunningCase):
    """Shared by the chapters of an alert's story."""

    def __init__(self, request: AlertRequest) -> None:
        self.alert = request.alert
        self.window: Window = window_of(request.alert, ResponseTimes())
        record = CaseRecord(opening_file(request, self.window))
        super().__init__(id=request.case_id, account=request.account, record=record)
        self.charge: ChargeSnapshot | None = None
        self.decided_by = DecidedBy.RULE
        self.refund_changed = False
        self._opened: OpenedCase | None = None

    @property
    def opened(self) -> OpenedCase:
        """What was pinned when the case opened; asking before that is a bug."""
        if self._opened is None:
            raise RuntimeError("the case has not been opened yet")
        return self._opened

    @property
    def last_safe(self) -> datetime:
        """Until when people and Stripe are waited for; then the case answers with what is true."""
        return self.window.last_safe_at or self.window.opened_at + _NO_DEADLINE

    def priority_key(self) -> int:
        return priority_of(workflow.now(), self.window)

    def take_opening(self, opened: OpenedCase) -> None:
        self._opened, self.window = opened, opened.window
        self.record.set(
            policy_version=opened.account.policy_version,
            mode=opened.mode.value,
            respond_by=opened.window.respond_by,
        )

    def take_charge(self, charge: ChargeSnapshot | None) -> None:
        """Keep the newest reading; a subscription that was known before stays known."""
        known = self.charge
        if charge is not None and known is not None and known.id == charge.id and known.subscription_known:
            charge = charge.model_copy(
                update={"subscription": known.subscription, "subscription_known": True}
            )
        self.charge = charge
        if charge is not None:
            self.record.set(charge_id=charge.id, amount=charge.amount)

    def take_decision(self, decision: Decision) -> None:
        if decision != self.record.case.decision:
            self.record.note(f"decided: {decision.action.value} ({decision.reason}). {decision.explanation}")
        self.record.set(decision=decision, decided_by=self.decided_by.value)


def opening_file(request: AlertRequest, window: Window) -> CaseFile:
    """The case file as it stands before the first step; search attributes at the start come from it, too."""
    return CaseFile(
        case_id=request.case_id,
        kind=CaseKind.ALERT,
        account=request.account,
        source=request.alert.source,
        status=CaseStatus.WORKING,
        alert=request.alert,
        respond_by=window.respond_by,
        amount=request.alert.amount,
    )
