"""Taking in what comes over HTTP: proven by its raw bytes, kept before anything else happens.

What cannot be proven is not kept: anybody could fill the disk with it. What is proven and means nothing to us is kept
with the reason, so that nothing a sender was told to be accepted can be lost.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import SecretStr

from chargebacks.accounts import AccountFacts
from chargebacks.errors import BadInput, NeedsOperator, NotAuthentic
from chargebacks.values import Value
from networks.adapter import Inbound, Reply
from networks.registry import adapter_of
from operations.start import receive_alerts
from runtime.stripe_signatures import verify
from store import InboxMessage, Store, StripeWebhook, events_of
from stripe_gateway.webhook_events import StripeEvent, read_event

_SOON = {
    "charge.dispute.": timedelta(minutes=5),
    "radar.": timedelta(minutes=5),
    "refund.": timedelta(minutes=1),
}
_NO_HURRY = timedelta(hours=1)


class ReceivedEvent(Value):
    """An event that is kept. `refused`: why nothing will follow from it."""

    message_id: int
    type: str
    account: str
    new: bool
    refused: str | None = None


async def receive_event(
    store: Store, account: str, body: bytes, signature: str | None, *, now: datetime
) -> ReceivedEvent:
    """Keep an authentic Stripe event, on disk before this returns. A repeated delivery is the same message.

    NotAuthentic when no secret of the account fits, BadInput when it is not an event (it is kept), NeedsOperator when
    the account is unknown or has no secret yet.
    """
    facts, webhooks = await store.webhooks.receiver(account)
    verify(body, signature, _valid_secrets(account, webhooks, now), now=now)
    try:
        event = read_event(body)
    except BadInput as refusal:
        await store.inbox.accept(_unreadable(account, body, now, refusal))
        raise
    owner, refused = await _owner(store, facts, event)
    number, new = await store.inbox.accept(
        InboxMessage(
            source=events_of(owner),
            provider_message_id=event.id,
            body=body,
            received_at=now,
            account=owner,
            due_at=now + _hurry(event.type),
            refused_reason=refused,
        )
    )
    return ReceivedEvent(message_id=number, type=event.type, account=owner, new=new, refused=refused)


def _unreadable(account: str, body: bytes, now: datetime, refusal: BadInput) -> InboxMessage:
    """Signed by Stripe, and no event: for a person to look at."""
    return InboxMessage(
        source=events_of(account),
        provider_message_id=f"sha256:{hashlib.sha256(body).hexdigest()}",
        body=body,
        received_at=now,
        account=account,
        refused_reason=f"{refusal.reason}: {refusal}",
    )


async def receive_message(store: Store, source: str, request: Inbound) -> Reply:
    """Keep an alert source's authentic message, on disk before this returns; the reply as this provider expects it.

    NotAuthentic when neither the present nor the rotated secrets fit, BadInput for a message that is refused (it is
    kept), NeedsOperator when the source is not connected.
    """
    settings = await store.sources.source(source)
    adapter = adapter_of(settings)
    problem: NotAuthentic | None = None
    for candidate in settings.accepted_at(request.received_at):
        try:
            adapter.authenticate(request, candidate)
        except NotAuthentic as refusal:
            problem = problem or refusal
        else:
            received = await receive_alerts(store, settings, adapter, request.body, request.received_at)
            return adapter.reply(received.alerts)
    raise problem or NotAuthentic("Nothing proves who sent this.", reason="unsigned")


def _valid_secrets(account: str, webhooks: Sequence[StripeWebhook], now: datetime) -> Sequence[SecretStr]:
    secrets = [each.secret for each in webhooks if each.expires_at is None or now < each.expires_at]
    if not secrets:
        raise NeedsOperator(
            f"The account {account} has no webhook secret: run `starter.py connect webhook --account {account}`.",
            reason="secret_missing",
        )
    return secrets


async def _owner(store: Store, facts: AccountFacts, event: StripeEvent) -> tuple[str, str | None]:
    """The account the event belongs to, as it is called here, and why it leads to nothing.

    A platform's Connect endpoint also brings the events of its connected accounts
    (https://docs.stripe.com/connect/webhooks).
    """
    if event.account is not None:
        name = await store.accounts.name_of(event.account)
        if name is None:
            return facts.name, f"unknown_account: no account here acts on {event.account}"
        facts = await store.accounts.account_facts(name)
    return facts.name, _other_mode(facts, event)


def _other_mode(facts: AccountFacts, event: StripeEvent) -> str | None:
    if event.livemode == facts.livemode:
        return None
    modes = {True: "live", False: "test"}
    return (
        f"livemode_mismatch: the event is of {modes[event.livemode]} mode, "
        f"{facts.name} is connected in {modes[facts.livemode]} mode"
    )


def _hurry(type: str) -> timedelta:
    return next((hurry for prefix, hurry in _SOON.items() if type.startswith(prefix)), _NO_HURRY)
