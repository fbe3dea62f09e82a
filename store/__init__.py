"""SQLModel tables, sessions, migrations and sealed secrets. No table row leaves this package."""

from chargebacks.charge_index import Backfill
from chargebacks.notices import Notice
from store.evidence import ItemFacts, StandingDocument
from store.facade import Store
from store.inbox import InboxMessage, MessageKind, StoredMessage, events_of
from store.tokens import ApiToken, EarlierAnswer
from store.webhooks import StripeWebhook

__all__ = [
    "ApiToken",
    "Backfill",
    "EarlierAnswer",
    "InboxMessage",
    "ItemFacts",
    "MessageKind",
    "Notice",
    "StandingDocument",
    "Store",
    "StoredMessage",
    "StripeWebhook",
    "events_of",
]
