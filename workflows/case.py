"""A running case: what is pinned, what is known, how its steps are run, and how it waits for a repair."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from activities.cases import OpenedCase
from chargebacks.charges import ChargeSnapshot
from chargebacks.contracts import AlertRequest, Asks, CaseFile, CaseKind, CaseStatus
from chargebacks.deadlines import Window, window_of
from chargebacks.decisions import Decision, ResponseTimes
from chargebacks.outcomes import DecidedBy
from workflows.case_page import at
from workflows.case_record import CaseRecord
from workflows.parking import Desk, Question
from workflows.steps import Step, StepFailed, Urgency, run_step

Argument = TypeVar("Argument")
Result = TypeVar("Result")

_NO_DEADLINE = timedelta(days=30)
"""How long a case without a deadline of its own waits for a person."""


class Case:
    """Shared by the chapters of an alert's story."""

    def __init__(self, request: AlertRequest) -> None:
        self.id = request.case_id
        self.account = request.account
        self.alert = request.alert
        self.window: Window = window_of(request.alert, ResponseTimes())
        self.charge: ChargeSnapshot | None = None
        self.decided_by = DecidedBy.RULE
        self.refund_changed = False
        self.desk = Desk()
        self.record = CaseRecord(opening_file(request, self.window))
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

    async def run(
        self, step: Step[Argument, Result], argument: Argument, *, summary: str, until: datetime | None = None
    ) -> Result:
        """Run a step with this case's urgency, until the last safe moment unless told otherwise."""
        urgency = Urgency(account=self.account, window=self.window)
        return await run_step(step, argument, summary=summary, urgency=urgency, until=until or self.last_safe)

    async def persist(self, attempt: Callable[[], Awaitable[Result]], *, until: datetime) -> Result | None:
        """Try; when a step fails, hold the case for a person and try again on their word. None: time is over."""
        while True:
            try:
                return await attempt()
            except StepFailed as failure:
                if not await self.hold(failure.reason, failure.message, until=until):
                    return None

    async def hold(self, reason: str, message: str, *, until: datetime) -> bool:
        """Park the case in needs_attention. True when a person said to go on, False when time is over."""
        self.record.note(f"needs attention ({reason}): {message}")
        await self.record.publish(
            CaseStatus.NEEDS_ATTENTION,
            attention=f"{reason}: {message}",
            asks=Asks.REPAIR,
            waits_for=f"a repair, then resume, until {at(until)}",
        )
        answer = await self.desk.wait(Question(asks=Asks.REPAIR, text=message), until=until)
        if answer is None:
            self.record.note("nobody repaired it in time")
            return False
        self.record.note(f"resumed by {answer.by}" + (f": {answer.note}" if answer.note else ""))
        await self.record.publish(CaseStatus.WORKING)
        return True


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
