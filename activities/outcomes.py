"""Reporting the outcome to the alert source: once, the same words however often it must be sent."""

from datetime import UTC, datetime

from temporalio import activity

from activities.ports import AlertNetworks, OutcomeReports
from chargebacks.alerts import Alert
from chargebacks.errors import Refused
from chargebacks.outcomes import Acknowledgement, Outcome
from chargebacks.values import Instant, Value


class ReportOrder(Value):
    case_id: str
    alert: Alert
    outcome: Outcome


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
    """A final outcome that the source holds already is ours when we may have sent it, and it says nothing else."""
    held = acknowledgement.held or acknowledgement.provider_code
    if sent_before and held == acknowledgement.provider_code:
        return
    raise Refused(
        f"{order.alert.source} already holds the final outcome {held} for {order.alert.provider_alert_id}; it was "
        f"not sent from here ({acknowledgement.provider_code}). See who answered, then resume or let the case close.",
        reason="answered_elsewhere",
    )
