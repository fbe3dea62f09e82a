"""The Stripe gateway: what activities and operations may ask of Stripe, in our values and our errors."""

from collections.abc import AsyncIterator, Mapping, Sequence
from copy import copy
from datetime import datetime

from chargebacks.alerts import Alert
from chargebacks.charge_index import ChargePage, LinkPage
from chargebacks.charges import ChargeSnapshot, DisputeSnapshot, RefundSnapshot, SubscriptionSnapshot
from chargebacks.compelling_evidence import Ce3Payload
from chargebacks.disputes import Dispute, SubmissionMethod
from chargebacks.dossier import Dossier
from chargebacks.errors import BadInput
from chargebacks.matching import Candidates
from chargebacks.money import Money
from chargebacks.permissions import Probe
from chargebacks.refunds import LedgerEntry, RefundReason
from chargebacks.values import Value
from runtime.connections import StripeCredentials
from runtime.settings import Settings
from stripe_gateway import (
    charges,
    disputes,
    dossier,
    events,
    files,
    permissions,
    radar,
    refunds,
    search,
    subscriptions,
    webhook_endpoints,
    wire,
)
from stripe_gateway.clients import AccountClient, Clients, CredentialsOf, Json
from stripe_gateway.events import MissedEvent
from stripe_gateway.transport import CallObserver
from stripe_gateway.webhook_endpoints import Adopted


class ConnectedAccount(Value):
    """What a key proves: which Stripe account it reaches, and in which mode."""

    id: str
    livemode: bool
    country: str | None


class Gateway:
    """Implements `activities.ports.StripeGateway` and `activities.dispute_ports.DisputeGateway`.

    Every method raises a `CaseError` for what goes wrong outside.

    `account` is the name under which the account is configured; `credentials_of` finds its credentials and is asked
    at every call, so that a changed key counts at once. One gateway per process and event loop; close it at the end.
    """

    def __init__(
        self, credentials_of: CredentialsOf, settings: Settings, *, observe: CallObserver | None = None
    ) -> None:
        self._clients = Clients(credentials_of, settings, observe=observe)

    async def close(self) -> None:
        await self._clients.close()

    def in_bulk(self) -> "Gateway":
        """This gateway for reading a lot: at half of the account's pace at the most, and behind every other call.
        It shares the connections: close this one, not that."""
        shared = copy(self)
        shared._clients = self._clients.in_bulk()
        return shared

    async def account_of(self, credentials: StripeCredentials) -> ConnectedAccount:
        """Which account a key reaches. NeedsOperator("key_refused" | "permission_missing"), BadInput("key_kind")."""
        livemode = _mode_of(credentials.api_key.get_secret_value())
        found = await self._clients.with_credentials(credentials).get("/v1/account")
        account = wire.Account.model_validate(found)
        return ConnectedAccount(id=account.id, livemode=livemode, country=account.country)

    async def probe_permissions(self, credentials: StripeCredentials) -> tuple[Probe, ...]:
        """What the key may do, one for each permission there is; nothing is done. NeedsOperator("key_refused" |
        "account_invalid") when it may do nothing at all."""
        client = self._clients.with_credentials(credentials)
        return await permissions.probe(client, self._platform(credentials))

    async def adopt_webhook_endpoint(
        self, credentials: StripeCredentials, url: str, *, connect: bool = False, replace: bool = False
    ) -> Adopted:
        """See to it that Stripe sends the events we need to this URL. `connect`: those of the platform's connected
        accounts. The signing secret comes with a new endpoint only; `replace` makes a new one and deletes the old.
        NeedsOperator when the key may not do it: the message says how to do it by hand. BadInput for a wrong URL."""
        client = self._platform(credentials) if connect else self._clients.with_credentials(credentials)
        return await webhook_endpoints.adopt(client, url, connect=connect, replace=replace)

    async def remove_webhook_endpoint(
        self, credentials: StripeCredentials, endpoint_id: str, *, connect: bool = False
    ) -> None:
        """Take away an endpoint that was made with the same `connect`; one that is gone already is success."""
        client = self._platform(credentials) if connect else self._clients.with_credentials(credentials)
        await webhook_endpoints.remove(client, endpoint_id)

    def _platform(self, credentials: StripeCredentials) -> AccountClient:
        """Acts as the key's own account."""
        return self._clients.with_credentials(credentials.model_copy(update={"stripe_account": None}))

    async def search_charges(self, account: str, alert: Alert, *, date_tolerance_days: int) -> Candidates:
        client = await self._clients.of(account)
        return await search.find(client, alert, date_tolerance_days=date_tolerance_days)

    async def read_charge(self, account: str, charge_id: str) -> ChargeSnapshot:
        return await charges.read(await self._clients.of(account), charge_id)

    async def list_disputes(self, account: str, charge: ChargeSnapshot) -> tuple[DisputeSnapshot, ...]:
        return await charges.disputes(await self._clients.of(account), charge)

    async def list_charges(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[ChargeSnapshot]:
        """Every charge created in [since, until), newest first, 100 per call: fills the index."""
        async for charge in charges.created_between(
            await self._clients.of(account), since=since, until=until
        ):
            yield charge

    async def charges_page(
        self, account: str, *, since: datetime, until: datetime, after: str | None
    ) -> ChargePage:
        """A hundred charges created in [since, until), newest first, after this one: fills the index."""
        client = await self._clients.of(account)
        return await charges.page(client, since=since, until=until, after=after)

    async def subscription_links_page(
        self, account: str, *, since: datetime, until: datetime, after: str | None
    ) -> LinkPage:
        """A hundred paid invoice payments made in [since, until), newest first, after this one."""
        client = await self._clients.of(account)
        return await subscriptions.links_page(client, since=since, until=until, after=after)

    async def create_refund(
        self, account: str, charge: ChargeSnapshot, *, amount: Money, reason: RefundReason, entry: LedgerEntry
    ) -> RefundSnapshot:
        client = await self._clients.of(account)
        return await refunds.create(client, charge, amount=amount, reason=reason, entry=entry)

    async def read_refund(self, account: str, refund_id: str) -> RefundSnapshot:
        return await refunds.read(await self._clients.of(account), refund_id)

    async def cancel_payment_intent(self, account: str, payment_intent: str, *, case_id: str) -> None:
        """Stripe keeps no note with a cancelled payment: `case_id` is for the caller's log only."""
        await refunds.void(await self._clients.of(account), payment_intent)

    async def subscription_of(self, account: str, charge: ChargeSnapshot) -> SubscriptionSnapshot | None:
        return await subscriptions.behind(await self._clients.of(account), charge)

    async def list_subscriptions(self, account: str, customer: str) -> tuple[SubscriptionSnapshot, ...]:
        return await subscriptions.running(await self._clients.of(account), customer)

    async def cancel_subscription(
        self, account: str, subscription: SubscriptionSnapshot, *, at_period_end: bool, case_id: str
    ) -> None:
        client = await self._clients.of(account)
        await subscriptions.cancel(client, subscription, at_period_end=at_period_end, case_id=case_id)

    async def read_dispute(self, account: str, dispute_id: str) -> Dispute:
        return await disputes.read(await self._clients.of(account), dispute_id)

    async def read_dossier(self, account: str, dispute_id: str) -> Dossier:
        return await dossier.read(await self._clients.of(account), dispute_id)

    async def disputes_created(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[Dispute]:
        """Every dispute created in [since, until), newest first, 100 per call."""
        client = await self._clients.of(account)
        async for dispute in disputes.created_between(client, since=since, until=until):
            yield dispute

    async def set_submission_method(self, account: str, dispute_id: str, method: SubmissionMethod) -> Dispute:
        return await disputes.set_method(await self._clients.of(account), dispute_id, method)

    async def upload_evidence(
        self, account: str, *, name: str, content: bytes, media_type: str, idempotency_key: str
    ) -> str:
        client = await self._clients.of(account)
        return await files.upload(
            client, name=name, content=content, media_type=media_type, idempotency_key=idempotency_key
        )

    async def stage_evidence(
        self, account: str, dispute_id: str, fields: Mapping[str, str], *, ce3: Ce3Payload | None = None
    ) -> Dispute:
        return await disputes.stage(await self._clients.of(account), dispute_id, fields, ce3=ce3)

    async def submit_evidence(
        self, account: str, dispute_id: str, *, fee_acknowledged: str | None, idempotency_key: str
    ) -> Dispute:
        client = await self._clients.of(account)
        return await disputes.submit(
            client, dispute_id, fee_acknowledged=fee_acknowledged, idempotency_key=idempotency_key
        )

    async def submit_appeal(
        self, account: str, dispute_id: str, *, reason: str, files: tuple[str, ...], idempotency_key: str
    ) -> Dispute:
        client = await self._clients.of(account)
        return await disputes.appeal(
            client, dispute_id, reason=reason, files=files, idempotency_key=idempotency_key
        )

    async def close_dispute(self, account: str, dispute_id: str, *, idempotency_key: str) -> Dispute:
        client = await self._clients.of(account)
        return await disputes.close(client, dispute_id, idempotency_key=idempotency_key)

    async def early_fraud_warnings_created(
        self, account: str, *, since: datetime, until: datetime
    ) -> AsyncIterator[Json]:
        """Every early fraud warning made in [since, until) as Stripe gives it, newest first, 100 per call."""
        client = await self._clients.of(account)
        async for warning in radar.warnings_created(client, since=since, until=until):
            yield warning

    async def missed_events(
        self, account: str, *, types: Sequence[str], since: datetime
    ) -> AsyncIterator[MissedEvent]:
        """Events of these types (at most 20) that an endpoint has not taken yet, newest first, 100 per call."""
        async for event in events.missed(await self._clients.of(account), types=types, since=since):
            yield event


def _mode_of(key: str) -> bool:
    """The mode is in a key's prefix (https://docs.stripe.com/keys)."""
    modes = {"sk_live_": True, "rk_live_": True, "sk_test_": False, "rk_test_": False}
    for prefix, livemode in modes.items():
        if key.startswith(prefix):
            return livemode
    raise BadInput(
        "This is not a secret or restricted Stripe key: it must start with sk_live_, rk_live_, sk_test_ or rk_test_.",
        reason="key_kind",
    )
