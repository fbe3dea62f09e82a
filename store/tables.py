"""The tables of accounts, alerts and cases; `store.dispute_tables` has those of disputes.

Names of columns are the names of the values' fields wherever the two say the same thing.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
    true,
)
from sqlmodel import Field, SQLModel

whole_number = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself in INTEGER only


def only(condition: str) -> dict[str, Any]:
    """An index over some of the rows."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment: `timestamptz` on PostgreSQL, text in UTC on SQLite, which knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(SQLModel):
    """Base of the tables; holds their metadata, apart from anybody else's."""

    __table__: ClassVar[Table]
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PolicyRow(Row, table=True):
    """A policy by its hash: the file as written, and what it meant when it was read."""

    __tablename__ = "policies"

    version: str = Field(primary_key=True)
    toml: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)


class AccountRow(Row, table=True):
    """One connected Stripe account. `sealed` holds its API key."""

    __tablename__ = "accounts"

    id: int | None = Field(default=None, primary_key=True, sa_type=Integer)
    name: str = Field(unique=True)
    livemode: bool
    stripe_account: str | None = None
    order_metadata_keys: str = Field(sa_type=Text)
    alert_management: bool
    dispute_representment: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    policy_version: str = Field(foreign_key="policies.version")
    sealed: str = Field(sa_type=Text)
    """Empty once the account was removed."""
    enabled: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    alerts_paused: str | None = Field(default=None, sa_type=Text)
    """Why the feature rests although it is switched on: a permission is missing, as a rule."""
    disputes_paused: str | None = Field(default=None, sa_type=Text)
    probes: str = Field(default="[]", sa_type=Text, sa_column_kwargs={"server_default": "[]"})
    """What the key was found to be allowed, as JSON."""
    probed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PolicyActivationRow(Row, table=True):
    """Who made which policy the account's policy, and when. Rows are only ever added."""

    __tablename__ = "policy_activations"

    id: int | None = Field(default=None, primary_key=True, sa_type=whole_number)
    account: str = Field(foreign_key="accounts.name", index=True)
    version: str = Field(foreign_key="policies.version")
    activated_by: str
    activated_at: datetime = Field(sa_type=UtcDateTime)


class AlertSourceRow(Row, table=True):
    """One configured alert source. `sealed` holds its secrets by name."""

    __tablename__ = "alert_sources"

    name: str = Field(primary_key=True)
    kind: str
    account: str = Field(foreign_key="accounts.name", index=True)
    base_url: str
    options: str = Field(sa_type=Text)
    sealed: str = Field(sa_type=Text)
    """Empty once the source was removed."""
    previous_sealed: str | None = Field(default=None, sa_type=Text)
    """The secrets before the last rotation: what was signed with them is taken until `previous_until`."""
    previous_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InboxRow(Row, table=True):
    """A message as it came in. Exactly one of: waiting to be delivered to a case, done, refused."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("uq_inbox_message", "source", "provider_message_id", unique=True),
        Index(
            "ix_inbox_due",
            "account",
            "due_at",
            "id",
            **only("done_at IS NULL AND refused_reason IS NULL"),
        ),
        Index(
            "ix_inbox_refused",
            "id",
            **only("refused_reason IS NOT NULL"),
        ),
        Index("ix_inbox_seen", "source", "received_at"),
        CheckConstraint("case_id IS NULL OR refused_reason IS NULL", name="started_or_refused"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=whole_number)
    source: str
    provider_message_id: str
    body: bytes = Field(sa_type=LargeBinary)
    headers: str = Field(sa_type=Text)
    received_at: datetime = Field(sa_type=UtcDateTime)
    refused_reason: str | None = None
    case_id: str | None = None
    account: str = ""
    due_at: datetime = Field(sa_type=UtcDateTime)
    """What is due sooner is delivered sooner."""
    next_try_at: datetime = Field(sa_type=UtcDateTime)
    """Somebody may be at it until then."""
    attempts: int = 0
    last_error: str | None = Field(default=None, sa_type=Text)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CaseRow(Row, table=True):
    """A case as its workflow last told it: `document` is the whole `CaseFile` but its timeline.

    There is no foreign key to the account: the case of an account that is not connected must still be seen.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_due", "due_at", "opened_at", "case_id"),
        Index("ix_cases_status_due", "status", "due_at", "opened_at", "case_id"),
        Index("ix_cases_charge", "account", "charge_id"),
    )

    case_id: str = Field(primary_key=True)
    kind: str
    status: str
    account: str
    source: str
    attention: str | None = Field(default=None, sa_type=Text)
    charge_id: str | None = None
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its personal data was erased; a case that goes on may hold some again."""
    due_at: datetime = Field(sa_type=UtcDateTime)
    """`respond_by`, or the end of time where nothing is due, so that lists sort by one column."""
    document: str = Field(sa_type=Text)


class TimelineRow(Row, table=True):
    """One line of a case's story."""

    __tablename__ = "case_timeline"

    case_id: str = Field(primary_key=True, foreign_key="cases.case_id")
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    text: str = Field(sa_type=Text)


class LedgerRow(Row, table=True):
    """A charge's refund ledger. The partial unique index is the last lock: one holder per charge."""

    __tablename__ = "refund_ledger"
    __table_args__ = (
        Index(
            "uq_refund_ledger_holder",
            "account",
            "charge_id",
            unique=True,
            **only("state IN ('reserved', 'pending')"),
        ),
        Index(
            "uq_refund_ledger_external",
            "account",
            "charge_id",
            "case_id",
            unique=True,
            **only("state = 'external'"),
        ),
        CheckConstraint("sequence >= 1 AND key_revision >= 1 AND amount_minor >= 0", name="counts"),
        CheckConstraint(
            "state IN ('reserved', 'pending', 'succeeded', 'failed', 'released', 'external')", name="state"
        ),
    )

    account: str = Field(primary_key=True)
    charge_id: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True)
    case_id: str = Field(index=True)
    provider_alert_id: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    state: str
    refund_id: str | None = Field(default=None, index=True)
    key_revision: int
    created_at: datetime = Field(sa_type=UtcDateTime)


class OutcomeReportRow(Row, table=True):
    """The one final outcome of a case, reserved before it is sent."""

    __tablename__ = "outcome_reports"
    __table_args__ = (CheckConstraint("attempts >= 0", name="attempts"),)

    case_id: str = Field(primary_key=True)
    source: str = Field(index=True)
    outcome: str = Field(sa_type=Text)
    reserved_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    last_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledgement: str | None = Field(default=None, sa_type=Text)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def _found_by(*columns: str) -> Index:
    """An index of those charges of an account that have the first value; most charges lack some."""
    name = "_".join(("ix_charges", *columns))
    return Index(name, "account_id", *columns, **only(f"{columns[0]} IS NOT NULL"))


class ChargeRow(Row, table=True):
    """The charge index: one row per charge, found by any identifier an alert may carry.

    `created` is in Unix seconds, as Stripe gives it. Identifiers are in the form of `store.keys` and
    `chargebacks.identifiers`; `document` is the `ChargeSnapshot` without its metadata. Each way of asking has
    an index of its own in which the time of the sale comes last, so that a question reads neighbours only.
    """

    __tablename__ = "charges"
    __table_args__ = (
        Index("ix_charges_created", "account_id", "created"),
        Index(
            "ix_charges_amount_minor_currency_created", "account_id", "amount_minor", "currency", "created"
        ),
        _found_by("payment_intent"),
        _found_by("network_transaction_id"),
        _found_by("auth_code", "created"),
        _found_by("last4", "created"),
        _found_by("last4", "amount_minor", "created"),
        _found_by("dynamic_last4", "created"),
        _found_by("dynamic_last4", "amount_minor", "created"),
        _found_by("presentment_minor", "presentment_currency", "created"),
    )

    account_id: int = Field(primary_key=True, foreign_key="accounts.id", sa_type=Integer)
    charge_id: str = Field(primary_key=True)
    payment_intent: str | None = None
    created: int = Field(sa_type=BigInteger)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    presentment_minor: int | None = Field(default=None, sa_type=BigInteger)
    presentment_currency: str | None = None
    last4: str | None = None
    dynamic_last4: str | None = None
    auth_code: str | None = None
    network_transaction_id: str | None = None
    subscription: str | None = None
    subscription_known: bool
    as_of: datetime = Field(sa_type=UtcDateTime)
    document: str = Field(sa_type=Text)
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The metadata, in which a merchant may keep anything; None where there is none."""


class ChargeOrderRow(Row, table=True):
    """The merchant's own order ids of a charge. A stale one only offers a candidate; matching judges it."""

    __tablename__ = "charge_orders"

    account_id: int = Field(primary_key=True, foreign_key="accounts.id", sa_type=Integer)
    order_id: str = Field(primary_key=True)
    charge_id: str = Field(primary_key=True)
