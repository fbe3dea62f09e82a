"""One pull of a network's alerts, started by the Temporal Schedule `pull/{source}`."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.pulling import Pulled, Pulling, PullOrder, PullTrouble
    from chargebacks.contracts import NETWORKS_QUEUE
    from chargebacks.values import Value
    from workflows.steps import Step, StepFailed, Urgency, run_step

_URGENT = 2
"""Whatever it brings has had its window running since the network raised it."""
_TRIES_FOR = timedelta(minutes=10)
"""Then the next pull tries, and people are told."""

PULL_ALERTS: Step[PullOrder, Pulled] = Step(
    activity=Pulling.pull_alerts,
    queue=NETWORKS_QUEUE,
    attempt_timeout=timedelta(minutes=10),
    first_retry=timedelta(seconds=2),
    longest_retry=timedelta(minutes=2),
    at_least=timedelta(minutes=1),
)
NOTE_PULL_FAILED: Step[PullTrouble, None] = Step(
    activity=Pulling.note_pull_failed,
    queue=NETWORKS_QUEUE,
    attempt_timeout=timedelta(seconds=30),
    first_retry=timedelta(seconds=2),
    longest_retry=timedelta(minutes=1),
    at_least=timedelta(minutes=5),
)


class PullRequest(Value):
    """Input of PullWorkflow."""

    account: str
    source: str


class PullReport(Value):
    """What one pull brought. `failed`: why it could not be made, or not to its end."""

    pulled: Pulled | None = None
    failed: str | None = None


@workflow.defn
class PullWorkflow:
    """Pulls once. What fails is told in a notice, which the next pull that succeeds takes back."""

    @workflow.run
    async def run(self, request: PullRequest) -> PullReport:
        urgency = Urgency(account=request.account, priority_key=_URGENT)
        try:
            pulled = await run_step(
                PULL_ALERTS,
                PullOrder(source=request.source),
                summary=f"pull alerts of {request.source}",
                urgency=urgency,
                until=workflow.now() + _TRIES_FOR,
            )
        except StepFailed as failure:
            await self._note(PullTrouble(source=request.source, why=failure.message), urgency)
            return PullReport(failed=failure.message)
        workflow.set_current_details(_told(pulled))
        return PullReport(pulled=pulled)

    async def _note(self, trouble: PullTrouble, urgency: Urgency) -> None:
        workflow.set_current_details(f"**failed**: {trouble.why}")
        try:
            await run_step(
                NOTE_PULL_FAILED,
                trouble,
                summary="tell people",
                urgency=urgency,
                until=workflow.now() + _TRIES_FOR,
            )
        except StepFailed as failure:
            workflow.logger.error("notice_lost", extra={"reason": failure.reason})


def _told(pulled: Pulled) -> str:
    return (
        f"{pulled.listed} listed: {pulled.new} new, {pulled.known} known, {pulled.refused} refused, "
        f"{pulled.waiting} waiting"
    )
