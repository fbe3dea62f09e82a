"""The tables of what comes in over HTTP and who may send it."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text
from sqlmodel import Field

from store.tables import Row, UtcDateTime, only, whole_number


class StripeWebhookRow(Row, table=True):
    """A signing secret of a webhook endpoint at Stripe; several are taken at once while one replaces another."""

    __tablename__ = "stripe_webhooks"

    id: int | None = Field(default=None, primary_key=True, sa_type=whole_number)
    account: str = Field(foreign_key="accounts.name", index=True)
    endpoint_id: str | None = None
    """`we_…`; None where a person pasted the secret."""
    url: str
    sealed: str = Field(sa_type=Text)
    added_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiTokenRow(Row, table=True):
    """A bearer token of the JSON API: its hash only."""

    __tablename__ = "api_tokens"

    name: str = Field(primary_key=True)
    sha256: str = Field(unique=True)
    scopes: str = Field(sa_type=Text)
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiRequestRow(Row, table=True):
    """The answer to a request that carried a key of the client's, so that repeating it gives the same answer."""

    __tablename__ = "api_requests"

    token: str = Field(primary_key=True)
    client_key: str = Field(primary_key=True)
    request_sha256: str
    status: int | None = None
    """None while the first request is worked on."""
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)
    at: datetime = Field(sa_type=UtcDateTime)


class NoticeRow(Row, table=True):
    """Something about a connection that a person should see. One open notice per subject and kind."""

    __tablename__ = "notices"
    __table_args__ = (Index("uq_notices_open", "subject", "kind", unique=True, **only("cleared_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True, sa_type=whole_number)
    subject: str
    kind: str
    text: str = Field(sa_type=Text)
    raised_at: datetime = Field(sa_type=UtcDateTime)
    cleared_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BackfillRow(Row, table=True):
    """How far the filling of an account's charge index has come: newest first, so that `reached` moves back."""

    __tablename__ = "backfills"

    account: str = Field(primary_key=True, foreign_key="accounts.name")
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    reached: datetime = Field(sa_type=UtcDateTime)
    charges: int = Field(sa_type=BigInteger)
    linked: int = Field(sa_type=BigInteger)
    calls: int = Field(default=0, sa_type=Integer)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
