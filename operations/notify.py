"""Telling running cases that something changed outside. They read it again themselves."""

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from chargebacks.contracts import RefundChanged
from chargebacks.errors import TryLater
from store import Store
from workflows.alert import AlertWorkflow


async def refund_changed(
    client: Client, store: Store, *, account: str, charge_id: str, refund_id: str
) -> tuple[str, ...]:
    """Wake every open case of the charge; returns their ids. TryLater when Temporal does not answer."""
    cases = await store.cases.cases_of_charge(account, charge_id)
    change = RefundChanged(refund_id=refund_id)
    told = [case.case_id for case in cases if case.closed_at is None]
    return tuple([case_id for case_id in told if await _signal(client, case_id, change)])


async def _signal(client: Client, case_id: str, change: RefundChanged) -> bool:
    try:
        await client.get_workflow_handle(case_id).signal(AlertWorkflow.refund_changed, change)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False  # closed meanwhile
        raise TryLater(
            f"Temporal did not take the news for {case_id}: {error.message}.", reason="temporal_unreachable"
        ) from error
    return True
