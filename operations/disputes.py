"""Disputes: one workflow per dispute, started once; told of changes; ordered about by people."""

from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from chargebacks.contracts import (
    CASES_QUEUE,
    AcceptDispute,
    CaseFile,
    DisputeChanged,
    DisputeRequest,
    EvidenceAdded,
    SubmitPacket,
    dispute_case_id,
)
from chargebacks.dispute_case import Verdict
from chargebacks.disputes import Dispute
from chargebacks.values import Value
from operations.decide import PATIENCE, named, tell
from operations.temporal_calls import fairness_key, short, unreachable
from store import Store
from workflows.attributes import at_start
from workflows.dispute import DisputeWorkflow
from workflows.dispute_case import opening_file

_FIRST_LOOK = 2
"""Priority of a case whose deadline is not known yet: soon, after what is about to run out."""


_NOT_THE_END = (Verdict.LOST, Verdict.INQUIRY_CLOSED, Verdict.REFUNDED)


class StartedDispute(Value):
    """`new` is False when the dispute has had a case before."""

    case_id: str
    new: bool


async def start_dispute(client: Client, store: Store, *, account: str, dispute_id: str) -> StartedDispute:
    """Start the dispute's case unless it has one. Safe to repeat.

    The store remembers a case for longer than Temporal does: a closed one starts again only where it may go on.
    NeedsOperator for an unknown account, TryLater when Temporal does not answer.
    """
    await store.accounts.account_facts(account)
    case_id = dispute_case_id(account=account, dispute_id=dispute_id)
    known = await store.cases.case_file(case_id)
    earlier = known if known is not None and known.closed_at is not None else None
    if earlier is not None and not may_go_on(earlier):
        return StartedDispute(case_id=case_id, new=False)
    request = DisputeRequest(case_id=case_id, account=account, dispute_id=dispute_id, earlier=earlier)
    if known is None:
        await store.cases.begin(opening_file(request), opened_at=datetime.now(UTC))
    return StartedDispute(case_id=case_id, new=await _start(client, request) and earlier is None)


async def dispute_changed(
    client: Client, store: Store, *, account: str, dispute_id: str, change: DisputeChanged
) -> StartedDispute:
    """Tell the dispute's case that something changed, and start one where there is none. Safe to repeat.

    An event that only echoes what the case knows, our own writes mostly, does not reach it: a case lives for months,
    and every signal stays in its history.
    """
    case_id = dispute_case_id(account=account, dispute_id=dispute_id)
    if change.dispute is not None and await knows(store, case_id, change.dispute):
        return StartedDispute(case_id=case_id, new=False)
    started = await start_dispute(client, store, account=account, dispute_id=dispute_id)
    if not started.new:
        await _signal(client, started.case_id, DisputeWorkflow.dispute_changed, change)
    return started


async def knows(store: Store, case_id: str, dispute: Dispute) -> bool:
    """Whether the dispute's case has told all that this reading tells."""
    case = await store.cases.case_file(case_id)
    known = case.dispute.dispute if case is not None and case.dispute is not None else None
    return known is not None and not dispute.is_news_to(known)


async def evidence_added(client: Client, case_id: str, items: tuple[str, ...]) -> bool:
    """Tell a running case that evidence came in. False when the case is closed."""
    return await _signal(client, case_id, DisputeWorkflow.evidence_added, EvidenceAdded(items=items))


async def submit(
    client: Client,
    case_id: str,
    *,
    by: str,
    note: str = "",
    packet: str | None = None,
    patience: timedelta = PATIENCE,
) -> str:
    """File the packet now; irrevocable. `packet` is the digest of the one that was looked at.

    Errors as for `operations.decide.approve`.
    """
    word = SubmitPacket(by=named(by), note=note, packet=packet)
    return await tell(client, case_id, word, DisputeWorkflow.submit, patience=patience)


async def accept(
    client: Client, case_id: str, *, by: str, note: str = "", patience: timedelta = PATIENCE
) -> str:
    """Give the dispute up now; irrevocable. Errors as for `operations.decide.approve`."""
    return await tell(
        client, case_id, AcceptDispute(by=named(by), note=note), DisputeWorkflow.accept, patience=patience
    )


def may_go_on(case: CaseFile) -> bool:
    """Whether a closed case may still have a future: a loss may turn into a win, and an inquiry escalate.

    https://docs.stripe.com/disputes/how-disputes-work
    """
    return case.dispute is not None and case.dispute.verdict in (None, *_NOT_THE_END)


async def _start(client: Client, request: DisputeRequest) -> bool:
    """False when the case's workflow runs or has run already."""
    reuse = WorkflowIDReusePolicy
    try:
        await client.start_workflow(
            DisputeWorkflow.run,
            request,
            id=request.case_id,
            task_queue=CASES_QUEUE,
            id_reuse_policy=reuse.REJECT_DUPLICATE if request.earlier is None else reuse.ALLOW_DUPLICATE,
            search_attributes=at_start(opening_file(request)),
            static_summary=short(f"Dispute {request.dispute_id}, {request.account}"),
            priority=Priority(priority_key=_FIRST_LOOK, fairness_key=fairness_key(request.account)),
        )
    except WorkflowAlreadyStartedError:
        return False
    except RPCError as error:
        raise unreachable(request.case_id, error) from error
    return True


async def _signal(client: Client, case_id: str, signal: object, argument: Value) -> bool:
    try:
        await client.get_workflow_handle(case_id).signal(signal, argument)  # type: ignore[call-overload]
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False  # closed meanwhile
        raise unreachable(f"the news for {case_id}", error) from error
    return True
