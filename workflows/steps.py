"""Queue, timeouts, retries and priority of every activity call, in one table (disputes: `workflows.dispute_steps`).

A workflow names a step and gives its argument; nothing about timing is said anywhere else. Every step ends: it has
a start-to-close timeout above the HTTP timeout of the calls it makes, and its retries stop when the case's time for
it is over.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from activities.cases import Cases, OpenedCase
from activities.failures import NEEDS_OPERATOR, REFUSED
from activities.matching import ChargeFacts, ChargeOrder, Matching, MatchOrder
from activities.outcomes import Outcomes, Reported, ReportOrder
from activities.refunds import NetworkRefund, NetworkTakeBack, RefundDone, RefundOrder, Refunds
from activities.subscriptions import CancelOrder, Subscriptions
from activities.verdicts import DecideOrder, Verdicts
from chargebacks.contracts import NETWORKS_QUEUE, STRIPE_QUEUE, AlertRequest, CaseFile
from chargebacks.decisions import Decision
from chargebacks.matching import Match
from chargebacks.refunds import RefundResult

Argument = TypeVar("Argument")
Result = TypeVar("Result")

_WORKER_LOST = timedelta(seconds=15)
"""A worker that is silent for so long has died: another one takes the step over (see `activities.heartbeats`)."""

_LONGEST_SUMMARY = 190
"""Temporal refuses summaries of more than 200 bytes."""


@dataclass(frozen=True)
class Step(Generic[Argument, Result]):
    """An activity call on a queue of its own."""

    activity: Callable[[Any, Argument], Awaitable[Result]]
    queue: str
    attempt_timeout: timedelta
    first_retry: timedelta
    longest_retry: timedelta
    at_least: timedelta
    """Time the step gets in any case, even when the deadline is close or past."""


@dataclass(frozen=True)
class LocalStep(Generic[Argument, Result]):
    """A quick read or write of our own store, or a verdict: run inside the workflow worker."""

    activity: Callable[[Any, Argument], Awaitable[Result]]


def on_stripe(activity: Callable[[Any, Argument], Awaitable[Result]], attempt: int) -> Step[Argument, Result]:
    """A call to Stripe; `attempt` is the longest one attempt may take, in seconds."""
    return Step(
        activity=activity,
        queue=STRIPE_QUEUE,
        attempt_timeout=timedelta(seconds=attempt),
        first_retry=timedelta(seconds=1),
        longest_retry=timedelta(minutes=5),
        at_least=timedelta(minutes=10),
    )


OPEN_CASE: LocalStep[AlertRequest, OpenedCase] = LocalStep(Cases.open_case)
SAVE_CASE: LocalStep[CaseFile, None] = LocalStep(Cases.save_case)
MATCH_IN_INDEX: LocalStep[MatchOrder, Match] = LocalStep(Matching.match_in_index)
DECIDE: LocalStep[DecideOrder, Decision] = LocalStep(Verdicts.decide)
BOOK_NETWORK_REFUND: LocalStep[NetworkRefund, None] = LocalStep(Refunds.book_network_refund)
RELEASE_NETWORK_REFUND: LocalStep[NetworkTakeBack, tuple[str, ...]] = LocalStep(
    Refunds.release_network_refund
)

SEARCH_STRIPE: Step[MatchOrder, Match] = on_stripe(Matching.search_stripe, 90)
INSPECT_CHARGE: Step[ChargeOrder, ChargeFacts] = on_stripe(Matching.inspect_charge, 60)
REFUND_CHARGE: Step[RefundOrder, RefundDone] = on_stripe(Refunds.refund_charge, 90)
CHECK_REFUND: Step[RefundOrder, RefundResult] = on_stripe(Refunds.check_refund, 60)
CANCEL_SUBSCRIPTIONS: Step[CancelOrder, tuple[str, ...]] = on_stripe(Subscriptions.cancel_subscriptions, 120)
REPORT_OUTCOME: Step[ReportOrder, Reported] = Step(
    activity=Outcomes.report_outcome,
    queue=NETWORKS_QUEUE,
    attempt_timeout=timedelta(seconds=45),
    first_retry=timedelta(seconds=2),
    longest_retry=timedelta(minutes=10),
    at_least=timedelta(minutes=10),
)


class StepFailed(Exception):
    """A step came to an end without a result. `reason` and `message` are for the person who must look."""

    def __init__(self, *, reason: str, message: str, needs_operator: bool) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.needs_operator = needs_operator


@dataclass(frozen=True)
class Urgency:
    """Whose calls these are and how little time is left: fairness by account, nearest deadline first."""

    account: str
    priority_key: int

    def priority(self) -> Priority:
        return Priority(
            priority_key=self.priority_key,
            fairness_key=self.account.encode()[:64].decode(errors="ignore"),
        )


async def run_step(
    step: Step[Argument, Result],
    argument: Argument,
    *,
    summary: str,
    urgency: Urgency,
    until: datetime | None,
) -> Result:
    """Run the step, retrying until `until` (a day when there is no deadline). Raises StepFailed."""
    time_left = (until - workflow.now()) if until is not None else timedelta(days=1)
    try:
        return await workflow.execute_activity_method(
            step.activity,
            argument,
            task_queue=step.queue,
            start_to_close_timeout=step.attempt_timeout,
            heartbeat_timeout=_WORKER_LOST,
            schedule_to_close_timeout=max(time_left, step.at_least),
            retry_policy=RetryPolicy(initial_interval=step.first_retry, maximum_interval=step.longest_retry),
            summary=_short(summary),
            priority=urgency.priority(),
        )
    except ActivityError as error:
        raise _step_failed(error, summary) from error


async def run_local(step: LocalStep[Argument, Result], argument: Argument, *, summary: str) -> Result:
    """Run a local step. What an operator must mend is a StepFailed; anything else is a bug or a store that is
    down, fails the workflow task, and runs again after the fix."""
    try:
        return await workflow.execute_local_activity_method(
            step.activity,
            argument,
            start_to_close_timeout=timedelta(seconds=5),
            schedule_to_close_timeout=timedelta(seconds=8),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=3),
            summary=_short(summary),
        )
    except (ActivityError, ApplicationError) as error:  # a local activity's own failure comes as it is
        failed = _step_failed(error, summary)
        if failed.needs_operator:
            raise failed from error
        raise RuntimeError(f"{summary}: {failed.message}") from error


def _step_failed(error: ActivityError | ApplicationError, summary: str) -> StepFailed:
    told: BaseException | None = error if isinstance(error, ApplicationError) else error.cause
    while told is not None and not isinstance(told, ApplicationError):
        told = told.__cause__  # a timeout carries the last failure of the attempts before it
    if told is None:
        return StepFailed(
            reason="out_of_time", message=f"{summary}: no answer in time.", needs_operator=False
        )
    return StepFailed(
        reason=told.type or "failed",
        message=told.message,
        needs_operator=NEEDS_OPERATOR in told.details or REFUSED in told.details,
    )


def _short(summary: str) -> str:
    return summary.encode()[:_LONGEST_SUMMARY].decode(errors="ignore")
