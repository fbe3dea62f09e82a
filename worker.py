"""The worker process: every workflow and activity, wired, registered and tuned. The only place that wires.

python worker.py                      all queues
python worker.py --queue stripe       one of cases, stripe, networks, documents; may be repeated
"""

import asyncio
import os
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

from activities.assessing import Assessing
from activities.backfilling import Backfilling
from activities.cases import Cases
from activities.disputes import Disputes
from activities.evidence import Evidence
from activities.failures import FailureTranslation
from activities.heartbeats import Heartbeats
from activities.matching import Matching
from activities.outcomes import Outcomes
from activities.packets import Packets
from activities.pausing import Pausing
from activities.pulling import Pulling
from activities.refunds import Refunds
from activities.subscriptions import Subscriptions
from activities.syncing import Syncing
from activities.verdicts import Verdicts
from activities.watching import Watching
from chargebacks.contracts import CASES_QUEUE, DOCUMENTS_QUEUE, NETWORKS_QUEUE, STRIPE_QUEUE
from chargebacks.errors import CaseError, NeedsOperator
from evidence_sources.endpoint import ConfiguredSources
from networks.pulling import ConfiguredPulls
from networks.reporting import ConfiguredNetworks
from operations.connections import PermissionWatch
from operations.importing import CaseStarter
from operations.pulling import PulledIntake
from operations.senders import Senders
from packets.intake import Intake
from packets.rendering import Renderer
from runtime.health import keep_touching
from runtime.logs import configure_logging
from runtime.process import leave, stop_requested
from runtime.search_attributes import check_search_attributes
from runtime.settings import Settings
from runtime.temporal import connect
from store import Store
from stripe_gateway.gateway import Gateway
from workflows.alert import AlertWorkflow
from workflows.attributes import ALL as SEARCH_ATTRIBUTES
from workflows.backfill import BackfillWorkflow
from workflows.dispute import DisputeWorkflow
from workflows.pull import PullWorkflow
from workflows.sync import SyncWorkflow

QUEUES = (CASES_QUEUE, STRIPE_QUEUE, NETWORKS_QUEUE, DOCUMENTS_QUEUE)
WORKFLOWS = (AlertWorkflow, DisputeWorkflow, SyncWorkflow, BackfillWorkflow, PullWorkflow)

_PASSED_THROUGH = ("activities", "chargebacks", "structlog", "pydantic", "pydantic_core")
"""Pure packages of ours and libraries without side effects on import; re-importing them for every case is slow."""

_STRIPE_CALLS_AT_ONCE = 50
_NETWORK_CALLS_AT_ONCE = 50
_PACKETS_AT_ONCE = os.cpu_count() or 1
"""Rendering is bound by the processor: more at once would only be slower."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """What the activities are made of."""

    store: Store
    stripe: Gateway
    networks: ConfiguredNetworks
    pulls: ConfiguredPulls
    sources: ConfiguredSources
    renderer: Renderer
    intake: Intake

    def dispute_packets(self) -> Packets:
        store = self.store
        return Packets(
            accounts=store.accounts,
            stripe=self.stripe,
            evidence=store.evidence,
            packets=store.packets,
            submissions=store.submissions,
            renderer=self.renderer,
        )

    def dispute_evidence(self) -> Evidence:
        store = self.store
        return Evidence(
            stripe=self.stripe,
            evidence=store.evidence,
            cases=store.cases,
            source_list=store.evidence_sources,
            sources=self.sources,
            checks=self.intake,
        )

    def disputes(self) -> Disputes:
        return Disputes(accounts=self.store.accounts, stripe=self.stripe, results=self.store.results)


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
    made = {
        CASES_QUEUE: _cases_worker,
        STRIPE_QUEUE: _stripe_worker,
        NETWORKS_QUEUE: _networks_worker,
        DOCUMENTS_QUEUE: _documents_worker,
    }
    pausing = Pausing(PermissionWatch(parts.store, parts.stripe))
    inner = [Heartbeats(), FailureTranslation(), pausing, *interceptors]
    return [made[queue](client, parts, settings, inner) for queue in queues]


def _cases_worker(
    client: Client, parts: Parts, settings: Settings, interceptors: list[Interceptor]
) -> Worker:
    store = parts.store
    cases = Cases(accounts=store.accounts, cases=store.cases)
    matching = Matching(accounts=store.accounts, index=store.charges, stripe=parts.stripe)
    verdicts = Verdicts(accounts=store.accounts, ledger=store.ledger)
    refunds = Refunds(accounts=store.accounts, ledger=store.ledger, stripe=parts.stripe)
    disputes = parts.disputes()
    assessing = Assessing(accounts=store.accounts, evidence=store.evidence, results=store.results)
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
            disputes.open_dispute,
            disputes.record_result,
            assessing.assess_dispute,
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
    disputes, evidence, packets = parts.disputes(), parts.dispute_evidence(), parts.dispute_packets()
    bulk = parts.stripe.in_bulk()
    syncing = Syncing(store=store.sync, stripe=bulk, starter=CaseStarter(client, store), index=store.charges)
    watching = Watching(senders=Senders(store), notices=store.notices)
    backfilling = Backfilling(
        index=store.charges, stripe=bulk, records=store.backfills, notices=store.notices
    )
    activities: list[Callable[..., Any]] = [
        matching.search_stripe,
        matching.inspect_charge,
        refunds.refund_charge,
        refunds.check_refund,
        subscriptions.cancel_subscriptions,
        disputes.read_dispute,
        disputes.protect_dispute,
        disputes.accept_dispute,
        evidence.gather_from_stripe,
        packets.stage_packet,
        packets.submit_packet,
        syncing.find_disputes,
        syncing.find_warnings,
        syncing.find_missed_events,
        syncing.index_charges,
        watching.find_silence,
        backfilling.plan_backfill,
        backfilling.read_leg,
        backfilling.end_backfill,
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
    evidence = parts.dispute_evidence()
    pulling = Pulling(
        networks=parts.pulls, intake=PulledIntake(client, parts.store), notices=parts.store.notices
    )
    return Worker(
        client,
        task_queue=NETWORKS_QUEUE,
        activities=[
            outcomes.report_outcome,
            evidence.ask_endpoint,
            evidence.keep_supply,
            pulling.pull_alerts,
            pulling.note_pull_failed,
        ],
        max_concurrent_activities=_NETWORK_CALLS_AT_ONCE,
        interceptors=interceptors,
        graceful_shutdown_timeout=_grace(settings),
    )


def _documents_worker(
    client: Client, parts: Parts, settings: Settings, interceptors: list[Interceptor]
) -> Worker:
    return Worker(
        client,
        task_queue=DOCUMENTS_QUEUE,
        activities=[parts.dispute_packets().build_packet],
        max_concurrent_activities=_PACKETS_AT_ONCE,
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
        pulls=ConfiguredPulls(settings_of=store.sources.source, http=http),
        sources=ConfiguredSources(settings_of=store.evidence_sources.source, http=http),
        renderer=Renderer(),
        intake=Intake(),
    )


async def run(settings: Settings, *, queues: Sequence[str], interceptors: Sequence[Interceptor] = ()) -> None:
    """Work until SIGTERM or SIGINT; then activities in flight finish or are handed back."""
    stop = stop_requested()
    async with AsyncExitStack() as stack:
        client = await connect(settings)
        await check_search_attributes(client, SEARCH_ATTRIBUTES)
        parts = await assemble(settings, stack)
        for worker in workers(client, parts, settings, queues=queues, interceptors=interceptors):
            await stack.enter_async_context(worker)
        if settings.health_file is not None:
            stack.callback(asyncio.create_task(keep_touching(settings.health_file)).cancel)
        _log.info("worker_ready", queues=list(queues), namespace=client.namespace)
        await stop.wait()
        _log.info("worker_stopping", grace_seconds=settings.shutdown_grace_seconds)


def main(
    queue: Annotated[
        list[str] | None,
        typer.Option(help="Queue to work on: cases, stripe, networks or documents. Repeatable."),
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
