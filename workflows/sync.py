"""The slow safety net under webhooks: one pass over an account, started by a Temporal Schedule."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.syncing import Synced, Syncing, SyncOrder
    from activities.watching import Watching
    from chargebacks.values import Value
    from workflows.steps import Step, StepFailed, Urgency, on_stripe, run_step

_LEAST_URGENT = 5
_ONE_PASS = timedelta(hours=2)

FIND_DISPUTES: Step[SyncOrder, Synced] = on_stripe(Syncing.find_disputes, 1800)
FIND_WARNINGS: Step[SyncOrder, Synced] = on_stripe(Syncing.find_warnings, 1800)
FIND_MISSED_EVENTS: Step[SyncOrder, Synced] = on_stripe(Syncing.find_missed_events, 1800)
INDEX_CHARGES: Step[SyncOrder, Synced] = on_stripe(Syncing.index_charges, 1800)
FIND_SILENCE: Step[SyncOrder, Synced] = on_stripe(Watching.find_silence, 120)

_PARTS = {
    "disputes": FIND_DISPUTES,
    "early fraud warnings": FIND_WARNINGS,
    "missed events": FIND_MISSED_EVENTS,
    "charges": INDEX_CHARGES,
    "senders gone quiet": FIND_SILENCE,
}
"""In order. A new part goes to the end, where it disturbs no pass that is under way."""


class SyncRequest(Value):
    """Input of SyncWorkflow."""

    account: str


class SyncReport(Value):
    """What one pass found, and what it could not look at."""

    found: dict[str, Synced]
    failed: dict[str, str]


@workflow.defn
class SyncWorkflow:
    """Looks for what no webhook brought, and for webhooks that bring nothing. The next pass repeats what failed."""

    @workflow.run
    async def run(self, request: SyncRequest) -> SyncReport:
        order = SyncOrder(account=request.account, now=workflow.now())
        urgency = Urgency(account=request.account, priority_key=_LEAST_URGENT)
        found: dict[str, Synced] = {}
        failed: dict[str, str] = {}
        for name, step in _PARTS.items():
            try:
                found[name] = await run_step(
                    step, order, summary=f"look for {name}", urgency=urgency, until=workflow.now() + _ONE_PASS
                )
            except StepFailed as failure:
                failed[name] = failure.message
            workflow.set_current_details(_told(found, failed))
        return SyncReport(found=found, failed=failed)


def _told(found: dict[str, Synced], failed: dict[str, str]) -> str:
    lines = [f"- {name}: {one.seen} looked at, {one.new} new" for name, one in found.items()]
    return "\n".join([*lines, *(f"- {name}: **failed**, {why}" for name, why in failed.items())])
