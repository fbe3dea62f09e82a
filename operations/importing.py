"""Taking in what Stripe has: once by hand, and ever after by a schedule. Repeating is harmless."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.service import RPCError

from chargebacks.contracts import CASES_QUEUE, DisputeChanged, dispute_case_id
from chargebacks.disputes import Dispute
from chargebacks.errors import BadInput
from chargebacks.values import Value
from networks.registry import adapter_of
from operations.disputes import dispute_changed, knows, may_go_on
from operations.start import start_alert
from operations.temporal_calls import unreachable
from runtime.connections import SourceSettings
from store import Store
from workflows.sync import SyncRequest, SyncWorkflow

EVERY = timedelta(hours=6)
_WARNINGS = "stripe_efw"


class ImportGateway(Protocol):
    def disputes_created(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[Dispute]: ...

    def early_fraud_warnings_created(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[dict[str, Any]]: ...


class Imported(Value):
    """How many were seen, and how many of them led to a new case or to news for one."""

    disputes: int = 0
    new_disputes: int = 0
    warnings: int = 0
    new_warnings: int = 0
    warnings_source: str | None = None
    """The alert source that takes early fraud warnings; None: none is connected, so that they were left out."""


class CaseStarter:
    """Makes sure that what was found at Stripe has a case. Implements `activities.syncing.Starter`."""

    def __init__(self, client: Client, store: Store) -> None:
        self._client = client
        self._store = store

    async def found_dispute(self, account: str, dispute: Dispute) -> bool:
        """Start a case or tell the one there is; one that knows it all, or is over for good, is left alone."""
        case_id = dispute_case_id(account=account, dispute_id=dispute.id)
        known = await self._store.cases.case_file(case_id)
        over = known is not None and known.closed_at is not None and not may_go_on(known)
        if over or await knows(self._store, case_id, dispute):
            return False
        change = DisputeChanged(dispute=dispute)
        await dispute_changed(
            self._client, self._store, account=account, dispute_id=dispute.id, change=change
        )
        return True

    async def found_warning(self, account: str, warning: dict[str, Any]) -> bool:
        """Start the alert case of an early fraud warning. False without a source for them."""
        source = await self.warnings_source(account)
        if source is None:
            return False
        started = await start_alert(
            self._client,
            self._store,
            source,
            adapter_of(source),
            json.dumps(warning).encode(),
            received_at=datetime.now(UTC),
            provider_message_id=str(warning["id"]),
        )
        return any(case.new for case in started)

    async def warnings_source(self, account: str) -> SourceSettings | None:
        names = await self._store.sources.names_of(account, kind=_WARNINGS)
        return await self._store.sources.source(names[0]) if names else None


async def import_account(
    client: Client,
    store: Store,
    stripe: ImportGateway,
    *,
    account: str,
    since: datetime,
    until: datetime,
    progress: Callable[[Imported], None] = lambda done: None,
) -> Imported:
    """Take in every dispute and early fraud warning created in [since, until)."""
    if since >= until:
        raise BadInput("--since must lie in the past.", reason="bad_period")
    starter, done = CaseStarter(client, store), Imported()
    async for dispute in stripe.disputes_created(account, since=since, until=until):
        new = await starter.found_dispute(account, dispute)
        done = _counted(done, disputes=1, new_disputes=int(new))
        progress(done)
    source = await starter.warnings_source(account)
    if source is None:
        return done
    done = done.model_copy(update={"warnings_source": source.name})
    async for warning in stripe.early_fraud_warnings_created(account, since=since, until=until):
        new = await starter.found_warning(account, warning)
        done = _counted(done, warnings=1, new_warnings=int(new))
        progress(done)
    return done


def _counted(done: Imported, **more: int) -> Imported:
    return done.model_copy(update={name: getattr(done, name) + count for name, count in more.items()})


async def schedule_sync(client: Client, *, account: str, every: timedelta = EVERY) -> bool:
    """See that the account is synced by a Temporal Schedule, `sync/{account}`. False when it was there already."""
    action = ScheduleActionStartWorkflow(
        SyncWorkflow.run,
        SyncRequest(account=account),
        id=f"sync/{account}",
        task_queue=CASES_QUEUE,
        static_summary=f"what webhooks missed, {account}"[:100],
    )
    schedule = Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(hours=1)),
    )
    try:
        await client.create_schedule(f"sync/{account}", schedule)
    except ScheduleAlreadyRunningError:
        return False
    except RPCError as error:
        raise unreachable(f"the schedule for {account}", error) from error
    return True
