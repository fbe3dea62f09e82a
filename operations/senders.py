"""Who sends us messages about an account, as the inbox knows it."""

from activities.watching import Sender
from chargebacks.charge_index import Span
from chargebacks.notices import about_account, about_source
from store import Store, events_of


class Senders:
    """Implements `activities.watching.SenderLog`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def senders_of(self, account: str) -> tuple[Sender, ...]:
        """Stripe's webhook and every alert source of the account that has sent something before."""
        stripe = await self._sender(
            events_of(account),
            subject=about_account(account),
            name=f"Stripe's webhook for {account}",
            remedy="See at Stripe (Developers, Webhooks) that the endpoint is enabled and what it is answered, and "
            "that the ingest service runs.",
        )
        alerts = [
            await self._sender(
                source.name,
                subject=about_source(source.name),
                name=source.name,
                remedy="See that the ingest service can be reached from outside, and ask the provider.",
            )
            for source in await self._store.sources.list_sources()
            if source.account == account
        ]
        return tuple(sender for sender in (stripe, *alerts) if sender is not None)

    async def received_in(self, source: str, span: Span) -> int:
        return await self._store.inbox.received_in(source, span)

    async def _sender(self, source: str, *, subject: str, name: str, remedy: str) -> Sender | None:
        first = await self._store.inbox.first_received(source)
        last = await self._store.inbox.last_received(source)
        if first is None or last is None:
            return None
        return Sender(source=source, subject=subject, name=name, remedy=remedy, first=first, last=last)
