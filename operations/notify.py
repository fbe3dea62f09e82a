"""Telling running cases that something changed outside. They read it again themselves."""

from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from chargebacks.contracts import (
    CaseKind,
    CaseStatus,
    DisputeChanged,
    RefundChanged,
    SubscriptionChanged,
)
from chargebacks.errors import TryLater
from chargebacks.values import Value
from store import Store
from workflows.alert import AlertWorkflow
from workflows.dispute import DisputeWorkflow

_MOST_PARKED = 1_000


async def refund_changed(
    client: Client, store: Store, *, account: str, charge_id: str, refund_id: str
) -> tuple[str, ...]:
    """Wake every open case of the charge; returns their ids. TryLater when Temporal does not answer."""
    cases = await store.cases.cases_of_charge(account, charge_id)
    told = [case.case_id for case in cases if case.closed_at is None]
    return await _tell(client, told, AlertWorkflow.refund_changed, RefundChanged(refund_id=refund_id))


async def subscription_changed(
    client: Client, store: Store, *, account: str, subscription_id: str, customer: str | None
) -> tuple[str, ...]:
    """Wake the alert cases that wait for a repair and are about this subscription, or another one of its customer's: a
    person may have ended it by hand. Returns their ids; TryLater when Temporal does not answer."""
    parked = await store.cases.list_cases(
        kind=CaseKind.ALERT, status=CaseStatus.NEEDS_ATTENTION, account=account, limit=_MOST_PARKED
    )
    if not parked:
        return ()
    charges = await store.charges.known(account, {case.charge_id for case in parked if case.charge_id})
    concerned = {
        charge.id
        for charge in charges
        if charge.subscription == subscription_id
        or (charge.customer is not None and charge.customer == customer)
    }
    told = [case.case_id for case in parked if case.charge_id in concerned]
    change = SubscriptionChanged(subscription_id=subscription_id)
    return await _tell(client, told, AlertWorkflow.subscription_changed, change)


async def sale_changed(
    client: Client, store: Store, *, account: str, charge_id: str, event_id: str
) -> tuple[str, ...]:
    """Have the open dispute cases of the charge gather what Stripe knows of the sale; returns their ids. TryLater when
    Temporal does not answer."""
    cases = await store.cases.cases_of_charge(account, charge_id)
    told = [case.case_id for case in cases if case.closed_at is None and case.kind is CaseKind.DISPUTE]
    change = DisputeChanged(event_id=event_id, of_sale=True)
    return await _tell(client, told, DisputeWorkflow.dispute_changed, change)


async def _tell(client: Client, cases: list[str], signal: Any, change: Value) -> tuple[str, ...]:
    return tuple([case_id for case_id in cases if await _signal(client, case_id, signal, change)])


async def _signal(client: Client, case_id: str, signal: Any, change: Value) -> bool:
    try:
        await client.get_workflow_handle(case_id).signal(signal, change)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False  # closed meanwhile
        raise TryLater(
            f"Temporal did not take the news for {case_id}: {error.message}.", reason="temporal_unreachable"
        ) from error
    return True
