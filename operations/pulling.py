"""Alerts that are pulled, and the schedules by which that and the sync happen: `pull/{source}`, `sync/{account}`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from chargebacks.contracts import CASES_QUEUE
from chargebacks.errors import BadInput, TryLater
from chargebacks.pulls import PulledAlert, TakenIn
from chargebacks.values import Value
from networks.pulling import pull_interval
from networks.registry import adapter_of
from operations.importing import EVERY, schedule_sync
from operations.start import receive_alerts, start_cases
from operations.temporal_calls import short, unreachable
from runtime.connections import SourceSettings
from store import Store
from workflows.pull import PullReport, PullRequest, PullWorkflow

_PULL, _SYNC = "pull/", "sync/"
_CATCH_UP = timedelta(minutes=10)
"""Pulls that were missed while Temporal was away are one pull."""


class PulledIntake:
    """Implements `activities.pulling.AlertIntake`."""

    def __init__(self, client: Client, store: Store) -> None:
        self._client = client
        self._store = store

    async def take(self, source: str, pulled: PulledAlert, *, received_at: datetime) -> TakenIn:
        """Keep the alert under the network's own id for it, then start its case."""
        settings = await self._store.sources.source(source)
        try:
            received = await receive_alerts(
                self._store,
                settings,
                adapter_of(settings),
                pulled.body,
                received_at,
                provider_message_id=pulled.id,
            )
        except BadInput:
            return TakenIn.REFUSED
        if not received.alerts:
            return TakenIn.REFUSED
        try:
            started = await start_cases(self._client, self._store, received)
        except TryLater:
            return TakenIn.WAITING
        return TakenIn.NEW if any(case.new for case in started) else TakenIn.KNOWN


class Change(StrEnum):
    """What was done about a schedule."""

    MADE = "made"
    CHANGED = "changed"
    REMOVED = "removed"
    KEPT = "kept"


class ScheduleState(Value):
    """A schedule that is wanted, or was removed."""

    id: str
    every: timedelta | None
    change: Change


async def ensure_schedules(client: Client, store: Store) -> tuple[ScheduleState, ...]:
    """Make, change and remove schedules until they are what the connections ask for; safe to repeat.

    A schedule that somebody paused stays paused. BadInput for an option that makes no sense, TryLater without Temporal.
    """
    pulled = await pulled_sources(store)
    accounts = [one.name for one in await store.accounts.list_accounts()]
    states = [await _ensure_pull(client, source, every) for source, every in pulled.values()]
    for account in [one for one in accounts if await store.accounts.is_connected(one)]:
        made = await schedule_sync(client, account=account)
        change = Change.MADE if made else Change.KEPT
        states.append(ScheduleState(id=f"{_SYNC}{account}", every=EVERY, change=change))
    wanted = {state.id for state in states}
    states += [await _remove(client, each) for each in await _scheduled(client) if each not in wanted]
    return tuple(states)


async def pulled_sources(store: Store) -> Mapping[str, tuple[SourceSettings, timedelta]]:
    """Sources that are asked for their alerts, by name, and how often."""
    found: dict[str, tuple[SourceSettings, timedelta]] = {}
    for listed in await store.sources.list_sources():
        source = await store.sources.source(listed.name)
        every = pull_interval(source)
        if every is not None:
            found[source.name] = (source, every)
    return found


async def pull_now(client: Client, store: Store, source: str) -> PullReport:
    """Pull at once, beside the schedule. BadInput for a source that sends its alerts by itself."""
    settings = await store.sources.source(source)
    if pull_interval(settings) is None:
        raise BadInput(
            f"{source} is not pulled: it sends its alerts by itself, or its option pull_every is never.",
            reason="takes_no_pull",
        )
    try:
        return await client.execute_workflow(
            PullWorkflow.run,
            PullRequest(account=settings.account, source=source),
            id=f"{_PULL}{source}/by-hand",
            task_queue=CASES_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=short(f"alerts of {source}, by hand"),
        )
    except RPCError as error:
        raise unreachable(f"the pull of {source}", error) from error


async def _ensure_pull(client: Client, source: SourceSettings, every: timedelta) -> ScheduleState:
    id, wanted = f"{_PULL}{source.name}", _pull_schedule(source, every)
    try:
        await client.create_schedule(id, wanted)
        return ScheduleState(id=id, every=every, change=Change.MADE)
    except ScheduleAlreadyRunningError:
        return ScheduleState(id=id, every=every, change=await _update(client, id, wanted))
    except RPCError as error:
        raise unreachable(f"the schedule {id}", error) from error


def _pull_schedule(source: SourceSettings, every: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            PullWorkflow.run,
            PullRequest(account=source.account, source=source.name),
            id=f"{_PULL}{source.name}",
            task_queue=CASES_QUEUE,
            static_summary=short(f"alerts of {source.name}"),
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CATCH_UP),
    )


async def _update(client: Client, id: str, wanted: Schedule) -> Change:
    """The interval follows the option; who paused it keeps it paused."""
    handle = client.get_schedule_handle(id)
    try:
        present = (await handle.describe()).schedule
        if present.spec.intervals == wanted.spec.intervals:
            return Change.KEPT

        def updated(input: ScheduleUpdateInput) -> ScheduleUpdate:
            wanted.state = input.description.schedule.state
            return ScheduleUpdate(schedule=wanted)

        await handle.update(updated)
    except RPCError as error:
        raise unreachable(f"the schedule {id}", error) from error
    return Change.CHANGED


async def _scheduled(client: Client) -> list[str]:
    try:
        ids = [each.id async for each in await client.list_schedules()]
    except RPCError as error:
        raise unreachable("the question for its schedules", error) from error
    return sorted(id for id in ids if id.startswith((_PULL, _SYNC)))


async def _remove(client: Client, id: str) -> ScheduleState:
    try:
        await client.get_schedule_handle(id).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # the list lags behind: somebody removed it already
            raise unreachable(f"the removal of the schedule {id}", error) from error
    return ScheduleState(id=id, every=None, change=Change.REMOVED)
