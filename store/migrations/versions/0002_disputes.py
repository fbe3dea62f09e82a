"""Disputes: evidence, packets, submissions and results."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _account_switch()
    _dossiers()
    _documents()
    _evidence_items()
    _standing_documents()
    _packets()
    _uploaded_files()
    _submissions()
    _dispute_results()
    _evidence_sources()
    _sync_marks()


def _account_switch() -> None:
    # A plain ADD COLUMN: rebuilding the table, as SQLite needs for other changes, would break what refers to it.
    op.add_column(
        "accounts",
        sa.Column("dispute_representment", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def _dossiers() -> None:
    op.create_table(
        "dossiers",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_dossiers"),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_documents"),
    )


def _evidence_items() -> None:
    op.create_table(
        "evidence_items",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("supplied_by", sa.String(), nullable=False),
        sa.Column("supplied_at", MOMENT, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "item_id", name="pk_evidence_items"),
    )
    op.create_index("uq_evidence_items_number", "evidence_items", ["case_id", "number"], unique=True)


def _standing_documents() -> None:
    op.create_table(
        "standing_documents",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("in_force_from", MOMENT, nullable=True),
        sa.Column("in_force_until", MOMENT, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_standing_documents_account"),
        sa.PrimaryKeyConstraint("account", "item_id", name="pk_standing_documents"),
    )


def _packets() -> None:
    op.create_table(
        "packets",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "digest", name="pk_packets"),
    )
    op.create_index("uq_packets_number", "packets", ["case_id", "number"], unique=True)


def _uploaded_files() -> None:
    op.create_table(
        "uploaded_files",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "sha256", name="pk_uploaded_files"),
    )


def _submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("key_revision", sa.Integer(), nullable=False),
        sa.Column("reserved_at", MOMENT, nullable=False),
        sa.Column("filed_at", MOMENT, nullable=True),
        sa.CheckConstraint("round >= 1 AND key_revision >= 1", name="ck_submissions_counts"),
        sa.CheckConstraint("state IN ('reserved', 'filed', 'elsewhere')", name="ck_submissions_state"),
        sa.PrimaryKeyConstraint("case_id", "round", name="pk_submissions"),
    )
    op.create_index("uq_submissions_round", "submissions", ["dispute_id", "round"], unique=True)


def _dispute_results() -> None:
    op.create_table(
        "dispute_results",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("dispute_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=True),
        sa.Column("network_reason_code", sa.String(), nullable=True),
        sa.Column("product_type", sa.String(), nullable=True),
        sa.Column("completeness", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("filed_at", MOMENT, nullable=True),
        sa.Column("filed_by", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("disputed_minor", sa.BigInteger(), nullable=False),
        sa.Column("disputed_currency", sa.String(), nullable=False),
        sa.Column("recovered_minor", sa.BigInteger(), nullable=False),
        sa.Column("fees_minor", sa.BigInteger(), nullable=False),
        sa.Column("settlement_currency", sa.String(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_dispute_results"),
    )
    op.create_index("ix_dispute_results_account_opened_at", "dispute_results", ["account", "opened_at"])
    op.create_index("ix_dispute_results_opened_at", "dispute_results", ["opened_at"])


def _evidence_sources() -> None:
    op.create_table(
        "evidence_sources",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("task_queue", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("timeout_seconds", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_evidence_sources_account"),
        sa.PrimaryKeyConstraint("name", name="pk_evidence_sources"),
    )
    op.create_index("ix_evidence_sources_account", "evidence_sources", ["account"])


def _sync_marks() -> None:
    op.create_table(
        "sync_marks",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_sync_marks_account"),
        sa.PrimaryKeyConstraint("account", "what", name="pk_sync_marks"),
    )
