"""Reporting the outcome to the alert source: once, the same words however often it must be sent."""

from datetime import UTC, datetime

from temporalio import activity

from activities.ports import AlertNetworks, OutcomeReports
from chargebacks.alerts import Alert
from chargebacks.errors import Refused
from chargebacks.outcomes import Acknowledgement, Outcome
from chargebacks.values import Instant, Value

ANSWERED_ELSEWHERE = "answered_elsewhere"
"""The reason when the source holds a final outcome that did not come from here."""


class ReportOrder(Value):
    case_id: str
    alert: Alert
    outcome: Outcome
    late: bool = False
    """The source's window is over. Some sources then close an alert by themselves."""


class Reported(Value):
    """What the source has been told, and when it took it."""

    outcome: Outcome
    acknowledgement: Acknowledgement
    at: Instant


class Outcomes:
    def __init__(self, *, reports: OutcomeReports, networks: AlertNetworks) -> None:
        self._reports = reports
        self._networks = networks

    @activity.defn
    async def report_outcome(self, order: ReportOrder) -> Reported:
        """Reserve the one final outcome, count the attempt, send it. A lost answer means sending the same again."""
        now = datetime.now(UTC)
        report = await self._reports.begin(
            case_id=order.case_id, source=order.alert.source, outcome=order.outcome, now=now
        )
        if report.acknowledgement is not None and report.acknowledged_at is not None:
            return Reported(
                outcome=report.outcome, acknowledgement=report.acknowledgement, at=report.acknowledged_at
            )
        await self._reports.attempt(order.case_id, now=now)
        acknowledgement = await self._networks.report(order.alert.source, order.alert, report.outcome)
        if acknowledgement.already_known:
            _require_ours(order, acknowledgement, sent_before=report.attempts > 0)
        await self._reports.finish(order.case_id, acknowledgement=acknowledgement, now=now)
        return Reported(outcome=report.outcome, acknowledgement=acknowledgement, at=now)


def _require_ours(order: ReportOrder, acknowledgement: Acknowledgement, *, sent_before: bool) -> None:
    """A final outcome that the source holds already is ours when we may have sent it, and it says nothing else.

    A source that does not say which one it holds may, once its window is over, have closed the alert by itself.
    """
    sent = acknowledgement.provider_code
    held = acknowledgement.held or (None if order.late else sent)
    if sent_before and held == sent:
        return
    raise Refused(
        f"{order.alert.source} already holds a final outcome for {order.alert.provider_alert_id} "
        f"({acknowledgement.held or 'it does not say which'}), and it was not sent from here ({sent}). "
        "See who answered; resume to go on without an answer of ours.",
        reason=ANSWERED_ELSEWHERE,
    )
