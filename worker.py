"""The worker process: every workflow and activity, wired, registered and tuned. The only place that wires.

python worker.py                      all queues
python worker.py --queue stripe       one of cases, stripe, networks; may be repeated
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import httpx
import structlog
import typer
from temporalio.client import Client
from temporalio.worker import Interceptor, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.cases import Cases
from activities.failures import FailureTranslation
from activities.heartbeats import Heartbeats
from activities.matching import Matching
from activities.outcomes import Outcomes
from activities.refunds import Refunds
from activities.subscriptions import Subscriptions
from activities.verdicts import Verdicts
from chargebacks.contracts import CASES_QUEUE, NETWORKS_QUEUE, STRIPE_QUEUE
from chargebacks.errors import CaseError, NeedsOperator
from networks.reporting import ConfiguredNetworks
from runtime.logs import configure_logging
from runtime.process import leave, stop_requested
from runtime.search_attributes import check_search_attributes
from runtime.settings import Settings
from runtime.temporal import connect
from store import Store
from stripe_gateway.gateway import Gateway
from workflows.alert import AlertWorkflow
from workflows.attributes import ALL as SEARCH_ATTRIBUTES

QUEUES = (CASES_QUEUE, STRIPE_QUEUE, NETWORKS_QUEUE)
WORKFLOWS = (AlertWorkflow,)

_PASSED_THROUGH = ("activities", "chargebacks", "structlog", "pydantic", "pydantic_core")
"""Pure packages of ours and libraries without side effects on import; re-importing them for every case is slow."""

_STRIPE_CALLS_AT_ONCE = 50
_NETWORK_CALLS_AT_ONCE = 50

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """What the activities are made of."""

    store: Store
    stripe: Gateway
    networks: ConfiguredNetworks


def workflow_runner() -> SandboxedWorkflowRunner:
    """The workflow sandbox as every worker, replayer and test must use it."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*_PASSED_THROUGH)
    )


def workers(
    client: Client,
    parts: Parts,
    settings: Settings,
    *,
    queues: Sequence[str] = QUEUES,
    interceptors: Sequence[Interceptor] = (),
) -> list[Worker]:
    """One worker per queue; cases run workflows and local activities only, the others activities only."""
    made = {CASES_QUEUE: _cases_worker, STRIPE_QUEUE: _stripe_worker, NETWORKS_QUEUE: _networks_worker}
    inner = [Heartbeats(), FailureTranslation(), *interceptors]
    return [made[queue](client, parts, settings, inner) for queue in queues]


def _cases_worker(
    client: Client, parts: Parts, settings: Settings, interceptors: list[Interceptor]
) -> Worker:
    store = parts.store
    cases = Cases(accounts=store.accounts, cases=store.cases)
    matching = Matching(accounts=store.accounts, index=store.charges, stripe=parts.stripe)
    verdicts = Verdicts(accounts=store.accounts, ledger=store.ledger)
    refunds = Refunds(accounts=store.accounts, ledger=store.ledger, stripe=parts.stripe)
    return Worker(
        client,
        task_queue=CASES_QUEUE,
        workflows=WORKFLOWS,
        activities=[
            cases.open_case,
            cases.save_case,
            matching.match_in_index,
            verdicts.decide,
            refunds.book_network_refund,
            refunds.release_network_refund,
        ],
        no_remote_activities=True,
        workflow_runner=workflow_runner(),
        interceptors=interceptors,
        graceful_shutdown_timeout=_grace(settings),
    )


def _stripe_worker(
    client: Client, parts: Parts, settings: Settings, interceptors: list[Interceptor]
) -> Worker:
    store = parts.store
    matching = Matching(accounts=store.accounts, index=store.charges, stripe=parts.stripe)
    refunds = Refunds(accounts=store.accounts, ledger=store.ledger, stripe=parts.stripe)
    subscriptions = Subscriptions(accounts=store.accounts, stripe=parts.stripe)
    activities: list[Callable[..., Any]] = [
        matching.search_stripe,
        matching.inspect_charge,
        refunds.refund_charge,
        refunds.check_refund,
        subscriptions.cancel_subscriptions,
    ]
    return Worker(
        client,
        task_queue=STRIPE_QUEUE,
        activities=activities,
        max_concurrent_activities=_STRIPE_CALLS_AT_ONCE,
        max_task_queue_activities_per_second=settings.stripe_activities_per_second,
        interceptors=interceptors,
        graceful_shutdown_timeout=_grace(settings),
    )


def _networks_worker(
    client: Client, parts: Parts, settings: Settings, interceptors: list[Interceptor]
) -> Worker:
    outcomes = Outcomes(reports=parts.store.reports, networks=parts.networks)
    return Worker(
        client,
        task_queue=NETWORKS_QUEUE,
        activities=[outcomes.report_outcome],
        max_concurrent_activities=_NETWORK_CALLS_AT_ONCE,
        interceptors=interceptors,
        graceful_shutdown_timeout=_grace(settings),
    )


def _grace(settings: Settings) -> timedelta:
    return timedelta(seconds=settings.shutdown_grace_seconds)


async def assemble(settings: Settings, stack: AsyncExitStack) -> Parts:
    """Open the store and the adapters; `stack` closes them."""
    store = await stack.enter_async_context(await Store.connect(settings.database_url, settings.secrets_key))
    await store.check_schema()
    http = await stack.enter_async_context(httpx.AsyncClient(timeout=settings.network_timeout_seconds))
    stripe = Gateway(credentials_of=store.accounts.stripe_credentials, settings=settings)
    stack.push_async_callback(stripe.close)
    return Parts(
        store=store,
        stripe=stripe,
        networks=ConfiguredNetworks(settings_of=store.sources.source, http=http),
    )


async def run(settings: Settings, *, queues: Sequence[str], interceptors: Sequence[Interceptor] = ()) -> None:
    """Work until SIGTERM or SIGINT; then activities in flight finish or are handed back."""
    stop = stop_requested()
    async with AsyncExitStack() as stack:
        client = await connect()
        await check_search_attributes(client, SEARCH_ATTRIBUTES)
        parts = await assemble(settings, stack)
        for worker in workers(client, parts, settings, queues=queues, interceptors=interceptors):
            await stack.enter_async_context(worker)
        _log.info("worker_ready", queues=list(queues), namespace=client.namespace)
        await stop.wait()
        _log.info("worker_stopping", grace_seconds=settings.shutdown_grace_seconds)


def main(
    queue: Annotated[
        list[str] | None, typer.Option(help="Queue to work on: cases, stripe or networks. Repeatable.")
    ] = None,
) -> None:
    """Run the worker."""
    unknown = sorted(set(queue or ()) - set(QUEUES))
    if unknown:
        typer.echo(f"Unknown queue {unknown[0]!r}: there are {', '.join(QUEUES)}.", err=True)
        leave(2)
    settings = Settings()
    configure_logging(settings)
    try:
        asyncio.run(run(settings, queues=queue or QUEUES))
    except NeedsOperator as error:
        typer.echo(f"worker: {error}", err=True)
        leave(1)
    except CaseError as error:
        typer.echo(f"worker: {error}", err=True)
        leave(1)
    leave(0)


if __name__ == "__main__":
    typer.run(main)
