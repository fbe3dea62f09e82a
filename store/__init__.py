"""SQLModel tables, sessions, migrations and sealed secrets. No table row leaves this package."""

from store.evidence import ItemFacts, StandingDocument
from store.facade import Store
from store.inbox import InboxMessage, StoredMessage

__all__ = ["InboxMessage", "ItemFacts", "StandingDocument", "Store", "StoredMessage"]
