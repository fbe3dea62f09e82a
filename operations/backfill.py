"""Filling an account's charge index: a workflow of its own, `backfill/{account}`, that outlives whoever started it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import Priority, SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from chargebacks.charge_index import Pace
from chargebacks.contracts import CASES_QUEUE
from chargebacks.errors import BadInput, NeedsOperator, TryLater
from operations.temporal_calls import fairness_key, short, unreachable
from store import Store
from workflows.attributes import ACCOUNT
from workflows.backfill import BackfillProgress, BackfillRequest, BackfillWorkflow

Filling = WorkflowHandle[BackfillWorkflow, BackfillProgress]

_LEAST_URGENT = 5
_LOOK_EVERY_SECONDS = 0.5
_ANSWER_WITHIN = timedelta(seconds=10)


def backfill_id(account: str) -> str:
    return f"backfill/{account}"


async def start_backfill(
    client: Client,
    store: Store,
    *,
    account: str,
    since: datetime,
    until: datetime,
    pace: Pace | None = None,
    again: bool = False,
) -> tuple[Filling, bool]:
    """Fill the index with every charge made in [since, until), and return at once; False: one was running already, and
    goes on, at the new pace where one is given. What is indexed is not read again, unless `again`.

    NeedsOperator for an unknown account, BadInput for a time that is none, TryLater without Temporal.
    """
    if since >= until:
        raise BadInput("The time to read must lie in the past.", reason="bad_period")
    await store.accounts.account_facts(account)
    request = BackfillRequest(account=account, since=since, until=until, again=again, pace=pace or Pace())
    try:
        started = await client.start_workflow(
            BackfillWorkflow.run,
            request,
            id=backfill_id(account),
            task_queue=CASES_QUEUE,
            search_attributes=TypedSearchAttributes([SearchAttributePair(ACCOUNT, account)]),
            static_summary=short(f"charges of {account} since {since:%Y-%m-%d}"),
            priority=Priority(priority_key=_LEAST_URGENT, fairness_key=fairness_key(account)),
        )
    except WorkflowAlreadyStartedError:
        running = filling_of(client, account)
        if pace is not None:
            await set_pace(running, pace)
        return running, False
    except RPCError as error:
        raise unreachable(f"the filling of {account}", error) from error
    return started, True


def filling_of(client: Client, account: str) -> Filling:
    """The account's last or present filling."""
    return client.get_workflow_handle_for(BackfillWorkflow.run, backfill_id(account))


async def set_pace(filling: Filling, pace: Pace) -> None:
    """Let a running one read as fast and as much as this. TryLater when no worker answers."""
    try:
        await filling.execute_update(BackfillWorkflow.set_pace, pace, rpc_timeout=_ANSWER_WITHIN)
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise TryLater(
            f"No worker answers for {filling.id}: start `python worker.py`.", reason="no_worker"
        ) from None
    except RPCError as error:
        raise unreachable(f"the pace of {filling.id}", error) from error


async def progress_of(filling: Filling) -> BackfillProgress | None:
    """Where it stands; None while no worker answers. NeedsOperator when there is none."""
    try:
        return await filling.query(BackfillWorkflow.progress, rpc_timeout=_ANSWER_WITHIN)
    except RPCError as error:
        if error.status in (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
            return None
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NeedsOperator(f"Temporal knows no {filling.id}.", reason="no_backfill") from None
        if error.status is RPCStatusCode.FAILED_PRECONDITION:
            return None  # no worker has been there for a while
        raise unreachable(f"the question about {filling.id}", error) from error


async def watch(filling: Filling) -> AsyncIterator[BackfillProgress | None]:
    """Where it stands, again and again until it has ended. NeedsOperator when it was ended from outside."""
    while True:
        status = await _status(filling)
        if status is not WorkflowExecutionStatus.RUNNING:
            break
        yield await progress_of(filling)
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    if status is not WorkflowExecutionStatus.COMPLETED:
        word = status.name.lower() if status is not None else "gone"
        raise NeedsOperator(
            f"{filling.id} was ended from outside ({word}): run `starter.py backfill` again, which goes on from there.",
            reason="backfill_ended",
        )
    yield await filling.result()


async def _status(filling: Filling) -> WorkflowExecutionStatus | None:
    try:
        return (await filling.describe()).status
    except RPCError as error:
        raise unreachable(f"the question about {filling.id}", error) from error
