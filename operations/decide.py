"""A person's word on a case that waits for one. The case itself says whether it fits what is being asked."""

import hashlib
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.workflow import UpdateMethodMultiParam

from chargebacks.contracts import Approve, CaseFile, Decline, Resume
from chargebacks.errors import BadInput, NeedsOperator, TryLater
from chargebacks.money import Money, parse_major
from chargebacks.values import Value
from workflows.alert import AlertWorkflow

PATIENCE = timedelta(seconds=10)
"""How long the worker may take to answer."""

Said = TypeVar("Said", bound=Value)


async def approve(
    client: Client,
    case_id: str,
    *,
    by: str,
    note: str = "",
    charge_id: str | None = None,
    amount: Money | None = None,
    packet: str | None = None,
    patience: timedelta = PATIENCE,
) -> str:
    """Let the proposed act happen; returns the case's reply. Names the charge or the amount where the case asks.
    `packet` is the digest of the packet that was looked at: another one by then makes the approval void.

    BadInput when there is no such case, when it waits for nobody, or when it asks for something else. NeedsOperator
    when no worker answers within `patience`: the word may then still be taken later. Repeating the very same word is
    harmless.
    """
    answer = Approve(by=named(by), note=note, charge_id=charge_id, amount=amount, packet=packet)
    return await tell(client, case_id, answer, AlertWorkflow.approve, patience=patience)


async def decline(
    client: Client, case_id: str, *, by: str, note: str = "", patience: timedelta = PATIENCE
) -> str:
    """Refuse the proposed act; the source is answered accordingly. Errors as for `approve`."""
    answer = Decline(by=named(by), note=note)
    return await tell(client, case_id, answer, AlertWorkflow.decline, patience=patience)


async def resume(
    client: Client, case_id: str, *, by: str, note: str = "", patience: timedelta = PATIENCE
) -> str:
    """Say that what held the case is mended; the step that failed runs again. Errors as for `approve`."""
    answer = Resume(by=named(by), note=note)
    return await tell(client, case_id, answer, AlertWorkflow.resume, patience=patience)


def amount_for(case: CaseFile, written: str, *, charge_id: str | None = None) -> Money:
    """An amount as a person writes it: `12.50`, or with its currency, `12.50 EUR`.

    Without one it is in the currency of the charge: the one that is named, else the case's. BadInput otherwise.
    """
    major, _, currency = written.strip().partition(" ")
    candidates = case.match.candidates if case.match is not None else ()
    named = next((one.amount for one in candidates if one.charge_id == charge_id), case.amount)
    if not currency and named is None:
        raise BadInput(f"Say in which currency, such as `{major} EUR`.", reason="no_currency")
    return parse_major(major, currency.strip() or (named.currency if named is not None else ""))


async def tell(
    client: Client,
    case_id: str,
    answer: Said,
    update: UpdateMethodMultiParam[[Any, Said], str],
    *,
    patience: timedelta,
) -> str:
    running = await _running(client, case_id)
    handle = client.get_workflow_handle(case_id, run_id=running.run_id)
    try:
        return await handle.execute_update(
            update, answer, id=_update_id(answer, running), rpc_timeout=patience
        )
    except WorkflowUpdateFailedError as refused:
        cause = refused.cause
        said = cause.message if isinstance(cause, ApplicationError) else str(cause)
        raise BadInput(said, reason="answer_refused") from refused
    except WorkflowUpdateRPCTimeoutOrCancelledError as silence:
        raise NeedsOperator(
            f"No worker answered for {case_id} within {patience.total_seconds():.0f} s: is `python worker.py` running? "
            "Your word may still be taken when it is back; look at the case before you repeat it.",
            reason="no_worker",
        ) from silence
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise _closed(case_id) from error  # since we looked
        raise _unreachable(case_id, error) from error


async def _running(client: Client, case_id: str) -> WorkflowExecutionDescription:
    try:
        found = await client.get_workflow_handle(case_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise BadInput(f"There is no running case {case_id}.", reason="unknown_case") from error
        raise _unreachable(case_id, error) from error
    if found.status is not WorkflowExecutionStatus.RUNNING:
        raise _closed(case_id)
    return found


def _update_id(answer: Value, running: WorkflowExecutionDescription) -> str:
    """The same word on the same state of the case is the same update, however often it is sent. Once the case has
    moved on, the same word is a new one: it may be the answer to its next question."""
    word = hashlib.sha256(answer.model_dump_json().encode()).hexdigest()[:32]
    return f"{type(answer).__name__.lower()}-{running.history_length}-{word}"


def _closed(case_id: str) -> BadInput:
    return BadInput(f"The case {case_id} is closed: it waits for nobody.", reason="case_closed")


def _unreachable(case_id: str, error: RPCError) -> TryLater:
    return TryLater(f"Temporal did not answer for {case_id}: {error.message}.", reason="temporal_unreachable")


def named(by: str) -> str:
    """The name without blanks around it. BadInput when there is none."""
    if not by.strip():
        raise BadInput("Say who decides: a name is kept with every decision.", reason="no_name")
    return by.strip()
