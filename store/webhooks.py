"""The signing secrets of the webhook endpoints at Stripe that send to us."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from sqlmodel import col

from chargebacks.accounts import AccountFacts
from chargebacks.values import Instant, Value
from store.accounts import known_facts, require_account
from store.database import Database
from store.ingest_tables import StripeWebhookRow
from store.sealing import Sealer


class StripeWebhook(Value):
    """One endpoint at Stripe, or a pasted secret of one."""

    id: int
    account: str
    endpoint_id: str | None
    """`we_…`; None where a person pasted the secret."""
    url: str
    secret: SecretStr
    """`whsec_…`"""
    added_at: Instant
    expires_at: Instant | None = None
    """What is signed with it is taken until then; None: for good."""


class StripeWebhooks:
    """Several secrets may hold at once, while one replaces another."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def add(
        self, account: str, *, url: str, secret: SecretStr, endpoint_id: str | None, at: datetime
    ) -> None:
        """Keep a secret, sealed. BadInput when the account is not connected."""
        row = {
            "account": account,
            "url": url,
            "endpoint_id": endpoint_id,
            "sealed": self._sealer.seal(_owner(account), {"secret": secret}),
            "added_at": at,
        }

        def store(connection: Connection) -> None:
            require_account(connection, account, named_by="the webhook endpoint")
            connection.execute(insert(StripeWebhookRow.__table__), row)

        await self._database.write_durably(store)

    async def of(self, account: str) -> tuple[StripeWebhook, ...]:
        """Every secret of the account, newest first, those that have run out among them."""
        rows = await self._database.read(
            lambda connection: connection.execute(_OF_ACCOUNT, {"account": account}).all()
        )
        return tuple(self._opened(row) for row in rows)

    async def receiver(self, account: str) -> tuple[AccountFacts, tuple[StripeWebhook, ...]]:
        """The account and its secrets in one visit to the database, as every event asks for both. NeedsOperator when it
        is unknown."""

        def both(connection: Connection) -> tuple[AccountFacts, Sequence[Row[Any]]]:
            facts = known_facts(connection, account)
            return facts, connection.execute(_OF_ACCOUNT, {"account": account}).all()

        facts, rows = await self._database.read(both)
        return facts, tuple(self._opened(row) for row in rows)

    async def expire(self, account: str, *, keep: int, at: datetime) -> None:
        """Let every secret of the account run out at that moment, but for the one with the number `keep` and those
        that run out sooner."""
        others = (
            update(StripeWebhookRow)
            .where(
                col(StripeWebhookRow.account) == account,
                col(StripeWebhookRow.id) != keep,
                (col(StripeWebhookRow.expires_at).is_(None)) | (col(StripeWebhookRow.expires_at) > at),
            )
            .values(expires_at=at)
        )
        await self._database.write_durably(lambda connection: connection.execute(others))

    async def forget(self, account: str) -> None:
        """Erase every secret of the account."""
        gone = delete(StripeWebhookRow).where(col(StripeWebhookRow.account) == account)
        await self._database.write_durably(lambda connection: connection.execute(gone))

    def _opened(self, row: Row[Any]) -> StripeWebhook:
        secret = self._sealer.unseal(_owner(row.account), row.sealed)["secret"]
        return StripeWebhook.model_validate({**row._mapping, "secret": secret})


_OF_ACCOUNT = (
    select(StripeWebhookRow)
    .where(col(StripeWebhookRow.account) == bindparam("account"))
    .order_by(col(StripeWebhookRow.id).desc())
)


def _owner(account: str) -> str:
    return f"webhook endpoint of {account}"
