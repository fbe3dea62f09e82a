"""From a kept message to the cases it concerns: started or told, each harmless to repeat.

Events come late, twice and out of order (https://docs.stripe.com/webhooks): they only wake a case, which reads again.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.client import Client

from chargebacks.contracts import DisputeChanged
from chargebacks.errors import BadInput
from networks.registry import adapter_of
from operations.disputes import dispute_changed
from operations.importing import CaseStarter
from operations.notify import refund_changed, sale_changed, subscription_changed
from operations.start import ReceivedAlerts, start_cases
from store import MessageKind, Store, StoredMessage
from stripe_gateway.conversion import Reading, charge_snapshot
from stripe_gateway.dispute_conversion import dispute_of
from stripe_gateway.webhook_events import StripeEvent, read_event
from stripe_gateway.wire import id_of

Handler = Callable[[str, StripeEvent], Awaitable[str | None]]


class Delivery:
    """Delivers messages of the inbox. Every error is a `CaseError`: TryLater and NeedsOperator leave the message
    waiting, what is Refused or BadInput can lead to nothing."""

    def __init__(self, client: Client, store: Store) -> None:
        self._client = client
        self._store = store
        self._handlers: tuple[tuple[str, Handler], ...] = (
            ("charge.dispute.", self._dispute),
            ("charge.refund.", self._refund),
            ("refund.", self._refund),
            ("charge.", self._charge),
            ("radar.early_fraud_warning.", self._warning),
            ("review.", self._review),
            ("customer.subscription.", self._subscription),
        )

    async def deliver(self, message: StoredMessage) -> str | None:
        """Start or tell the cases; the id of one of them, None where the message concerns none."""
        if message.kind is MessageKind.ALERT:
            return await self._alerts(message)
        event = read_event(message.body)
        for prefix, handle in self._handlers:
            if event.type.startswith(prefix):
                return await handle(message.account, event)
        return None

    async def _alerts(self, message: StoredMessage) -> str | None:
        source = await self._store.sources.source(message.source)
        alerts = adapter_of(source).parse(message.body, source, received_at=message.received_at)
        received = ReceivedAlerts(message_id=message.id, account=source.account, alerts=alerts)
        started = await start_cases(self._client, self._store, received)
        return started[0].case_id if started else None

    async def _dispute(self, account: str, event: StripeEvent) -> str | None:
        dispute = dispute_of(event.object, await self._reading(account, event))
        change = DisputeChanged(event_id=event.id, dispute=dispute)
        told = await dispute_changed(
            self._client, self._store, account=account, dispute_id=dispute.id, change=change
        )
        return told.case_id

    async def _refund(self, account: str, event: StripeEvent) -> str | None:
        charge, refund = id_of(event.object.get("charge")), event.object_id
        if not charge or not refund:
            return None  # a refund of a payment without a charge
        told = await refund_changed(
            self._client, self._store, account=account, charge_id=charge, refund_id=refund
        )
        return told[0] if told else None

    async def _review(self, account: str, event: StripeEvent) -> str | None:
        """A review knows the buyer's IP address and what staff found: evidence, where the charge is disputed."""
        charge = id_of(event.object.get("charge"))
        if not charge:
            return None  # of a payment without a charge
        told = await sale_changed(
            self._client, self._store, account=account, charge_id=charge, event_id=event.id
        )
        return told[0] if told else None

    async def _subscription(self, account: str, event: StripeEvent) -> str | None:
        if not event.object_id:
            return None
        told = await subscription_changed(
            self._client,
            self._store,
            account=account,
            subscription_id=event.object_id,
            customer=id_of(event.object.get("customer")),
        )
        return told[0] if told else None

    async def _charge(self, account: str, event: StripeEvent) -> str | None:
        """The index follows; a charge that was refunded or disputed has events of its own for that."""
        charge = charge_snapshot(event.object, await self._reading(account, event))
        await self._store.charges.upsert(account, (charge,))
        return None

    async def _warning(self, account: str, event: StripeEvent) -> str | None:
        """By the account's source of early fraud warnings, as the import and the sync take them in."""
        starter = CaseStarter(self._client, self._store)
        if await starter.warnings_source(account) is None:
            raise BadInput(
                f"The account {account} has no source of kind stripe_efw, which early fraud warnings need: "
                f"run `starter.py connect source --kind stripe_efw --account {account}`.",
                reason="no_warnings_source",
            )
        await starter.found_warning(account, _plain(event.object))
        return None

    async def _reading(self, account: str, event: StripeEvent) -> Reading:
        """As of the event's own time, which may lie behind what is known already."""
        credentials = await self._store.accounts.stripe_credentials(account)
        return Reading(
            livemode=credentials.livemode,
            order_keys=credentials.order_metadata_keys,
            as_of=event.created,
        )


def _plain(object: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(object, default=str))  # type: ignore[no-any-return]
