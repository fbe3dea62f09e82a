"""Taking a provider's message in: kept first, then one workflow per alert it tells of, each started once."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from chargebacks.alerts import Alert
from chargebacks.contracts import CASES_QUEUE, AlertRequest, CaseFile, alert_case_id
from chargebacks.deadlines import Window, priority_of, window_of
from chargebacks.decisions import ResponseTimes
from chargebacks.errors import BadInput, TryLater
from chargebacks.values import Value
from networks.adapter import MAX_BODY_BYTES, Adapter
from operations.temporal_calls import fairness_key, short
from runtime.connections import SourceSettings
from store import InboxMessage, Store
from workflows.alert import AlertWorkflow
from workflows.attributes import at_start
from workflows.case import opening_file

_NO_ALERT = "no_alert: the message tells of no alert"
_NO_HURRY = timedelta(hours=1)


class StartedCase(Value):
    """The case of one alert. `new` is False when the alert had been delivered before."""

    case_id: str
    new: bool
    alert: Alert


class ReceivedAlerts(Value):
    """A message that is kept, and what it tells of. No alerts: there was nothing in it to act on."""

    message_id: int
    account: str
    alerts: tuple[Alert, ...]


async def start_alert(
    client: Client,
    store: Store,
    source: SourceSettings,
    adapter: Adapter,
    body: bytes,
    received_at: datetime,
    *,
    provider_message_id: str | None = None,
) -> tuple[StartedCase, ...]:
    """Keep an authentic message and start a case for each alert in it. Safe to repeat.

    BadInput for a message that is refused; it is kept with the reason, and nothing was started. TryLater when
    Temporal does not answer; the message waits in the inbox.
    """
    received = await receive_alerts(
        store, source, adapter, body, received_at, provider_message_id=provider_message_id
    )
    return await start_cases(client, store, received)


async def receive_alerts(
    store: Store,
    source: SourceSettings,
    adapter: Adapter,
    body: bytes,
    received_at: datetime,
    *,
    provider_message_id: str | None = None,
) -> ReceivedAlerts:
    """Keep an authentic message, on disk before this returns. BadInput for one that is refused, which is kept, too.

    `provider_message_id` is the sender's own id of the delivery; without one the body's hash stands for it.
    """
    account = await store.accounts.account_facts(source.account)
    message = InboxMessage(
        source=source.name,
        provider_message_id=provider_message_id or f"sha256:{hashlib.sha256(body).hexdigest()}",
        body=body[:MAX_BODY_BYTES],
        received_at=received_at,
        account=source.account,
    )
    try:
        alerts = adapter.parse(body, source, received_at=received_at)
        for alert in alerts:
            check_mode(alert, source, livemode=account.livemode)
    except BadInput as refusal:
        await _keep(store, message, refused=f"{refusal.reason}: {refusal}")
        raise
    message = message.model_copy(update={"due_at": _due(alerts)})
    number = await _keep(store, message, refused=None if alerts else _NO_ALERT)
    return ReceivedAlerts(message_id=number, account=source.account, alerts=alerts)


def _due(alerts: Sequence[Alert]) -> datetime | None:
    """When the most urgent of them must be answered, or an hour from now where nothing presses."""
    dues = [
        window_of(alert, ResponseTimes()).last_safe_at or alert.received_at + _NO_HURRY for alert in alerts
    ]
    return min(dues, default=None)


async def start_cases(client: Client, store: Store, received: ReceivedAlerts) -> tuple[StartedCase, ...]:
    """Start a case for each alert of a kept message, unless it has one already. TryLater without Temporal."""
    started = [await _start(client, store, _request(received.account, alert)) for alert in received.alerts]
    if started:
        await store.inbox.mark_done(received.message_id, at=datetime.now(UTC), case_id=started[0].case_id)
    return tuple(started)


async def _keep(store: Store, message: InboxMessage, *, refused: str | None) -> int:
    number, _new = await store.inbox.accept(message.model_copy(update={"refused_reason": refused}))
    return number


def check_mode(alert: Alert, source: SourceSettings, *, livemode: bool) -> None:
    """BadInput for an alert about the other mode's charges."""
    modes = {True: "live", False: "test"}
    if alert.livemode is not None and alert.livemode != livemode:
        raise BadInput(
            f"The alert is about {modes[alert.livemode]} mode, but {source.name} serves the account "
            f"{source.account}, which is connected in {modes[livemode]} mode.",
            reason="livemode_mismatch",
        )


def _request(account: str, alert: Alert) -> AlertRequest:
    case_id = alert_case_id(source=alert.source, provider_alert_id=alert.provider_alert_id)
    return AlertRequest(case_id=case_id, account=account, alert=alert)


async def _start(client: Client, store: Store, request: AlertRequest) -> StartedCase:
    """The store remembers a case for longer than Temporal does: one that is closed there never starts again."""
    known = await store.cases.case_file(request.case_id)
    if known is not None and known.closed_at is not None:
        return StartedCase(case_id=request.case_id, new=False, alert=request.alert)
    if known is None:
        await store.cases.open_case(request, opened_at=request.alert.received_at)
    new = await _start_workflow(client, request)
    return StartedCase(case_id=request.case_id, new=new, alert=request.alert)


async def _start_workflow(client: Client, request: AlertRequest) -> bool:
    """False when the case's workflow runs or has run already."""
    window = window_of(request.alert, ResponseTimes())
    case = opening_file(request, window)
    try:
        await client.start_workflow(
            AlertWorkflow.run,
            request,
            id=request.case_id,
            task_queue=CASES_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=at_start(case),
            static_summary=_summary(case),
            priority=_priority(request, window),
        )
    except WorkflowAlreadyStartedError:
        return False
    except RPCError as error:
        raise TryLater(
            f"Temporal did not start {request.case_id}: {error.message}. The message is kept; send it again.",
            reason="temporal_unreachable",
        ) from error
    return True


def _priority(request: AlertRequest, window: Window) -> Priority:
    return Priority(
        priority_key=priority_of(request.alert.received_at, window),
        fairness_key=fairness_key(request.account),
    )


def _summary(case: CaseFile) -> str:
    """One line for the Temporal UI, such as `ETHOCA refund request, 49.99 USD, shop`."""
    assert case.alert is not None
    words: Sequence[str] = (
        f"{case.alert.product.value.upper()} {case.alert.kind.value.replace('_', ' ')}",
        str(case.amount) if case.amount is not None else "no amount",
        case.account,
    )
    return short(", ".join(words))
