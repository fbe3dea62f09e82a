"""SQLModel tables, sessions, migrations and sealed secrets. No table row leaves this package."""

from store.facade import Store
from store.inbox import InboxMessage, StoredMessage

__all__ = ["InboxMessage", "Store", "StoredMessage"]
