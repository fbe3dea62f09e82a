"""Connections and ingest: what may come in, from whom, and how far its delivery has come."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LONG_AGO = sa.text("'1970-01-01 00:00:00'")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _accounts()
    _alert_sources()
    _inbox()
    _stripe_webhooks()
    _api_tokens()
    _api_requests()
    _notices()
    _backfills()


def _accounts() -> None:
    for column in (
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("alerts_paused", sa.Text(), nullable=True),
        sa.Column("disputes_paused", sa.Text(), nullable=True),
        sa.Column("probes", sa.Text(), server_default="[]", nullable=False),
        sa.Column("probed_at", MOMENT, nullable=True),
    ):
        op.add_column("accounts", column)


def _alert_sources() -> None:
    op.add_column("alert_sources", sa.Column("previous_sealed", sa.Text(), nullable=True))
    op.add_column("alert_sources", sa.Column("previous_until", MOMENT, nullable=True))


def _inbox() -> None:
    # Plain ADD COLUMN with constants: SQLite would rebuild the table for anything else.
    op.drop_index("ix_inbox_waiting", table_name="inbox")
    for column in (
        sa.Column("account", sa.String(), server_default="", nullable=False),
        sa.Column("due_at", MOMENT, server_default=LONG_AGO, nullable=False),
        sa.Column("next_try_at", MOMENT, server_default=LONG_AGO, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
    ):
        op.add_column("inbox", column)
    op.execute("UPDATE inbox SET due_at = received_at, next_try_at = received_at")
    op.execute("UPDATE inbox SET done_at = received_at WHERE case_id IS NOT NULL")
    op.execute(
        "UPDATE inbox SET account = "
        "COALESCE((SELECT s.account FROM alert_sources s WHERE s.name = inbox.source), '')"
    )
    waiting = sa.text("done_at IS NULL AND refused_reason IS NULL")
    op.create_index(
        "ix_inbox_due",
        "inbox",
        ["account", "due_at", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_inbox_seen", "inbox", ["source", "received_at"])


def _stripe_webhooks() -> None:
    op.create_table(
        "stripe_webhooks",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("endpoint_id", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_stripe_webhooks_account"),
        sa.PrimaryKeyConstraint("id", name="pk_stripe_webhooks"),
    )
    op.create_index("ix_stripe_webhooks_account", "stripe_webhooks", ["account"])


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_api_tokens"),
        sa.UniqueConstraint("sha256", name="uq_api_tokens_sha256"),
    )


def _api_requests() -> None:
    op.create_table(
        "api_requests",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("request_sha256", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token", "client_key", name="pk_api_requests"),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("cleared_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    still_open = sa.text("cleared_at IS NULL")
    op.create_index(
        "uq_notices_open",
        "notices",
        ["subject", "kind"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _backfills() -> None:
    op.create_table(
        "backfills",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reached", MOMENT, nullable=False),
        sa.Column("charges", sa.BigInteger(), nullable=False),
        sa.Column("linked", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_backfills_account"),
        sa.PrimaryKeyConstraint("account", name="pk_backfills"),
    )
