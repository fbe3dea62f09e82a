"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def only(condition: str) -> dict[str, Any]:
    """An index over some of the rows."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _policies()
    _accounts()
    _policy_activations()
    _alert_sources()
    _inbox()
    _cases()
    _case_timeline()
    _refund_ledger()
    _outcome_reports()
    _charges()
    _charge_indexes()
    _charge_orders()


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("toml", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_policies"),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("stripe_account", sa.String(), nullable=True),
        sa.Column("order_metadata_keys", sa.Text(), nullable=False),
        sa.Column("alert_management", sa.Boolean(), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["policy_version"], ["policies.version"], name="fk_accounts_policy_version"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )


def _policy_activations() -> None:
    op.create_table(
        "policy_activations",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("activated_by", sa.String(), nullable=False),
        sa.Column("activated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_policy_activations_account"),
        sa.ForeignKeyConstraint(["version"], ["policies.version"], name="fk_policy_activations_version"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_activations"),
    )
    op.create_index("ix_policy_activations_account", "policy_activations", ["account"])


def _alert_sources() -> None:
    op.create_table(
        "alert_sources",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("base_url", sa.String(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_alert_sources_account"),
        sa.PrimaryKeyConstraint("name", name="pk_alert_sources"),
    )
    op.create_index("ix_alert_sources_account", "alert_sources", ["account"])


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("provider_message_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("refused_reason", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.CheckConstraint("case_id IS NULL OR refused_reason IS NULL", name="ck_inbox_started_or_refused"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_refused", "inbox", ["id"], **only("refused_reason IS NOT NULL"))
    op.create_index("ix_inbox_waiting", "inbox", ["id"], **only("case_id IS NULL AND refused_reason IS NULL"))
    op.create_index("uq_inbox_message", "inbox", ["source", "provider_message_id"], unique=True)


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("attention", sa.Text(), nullable=True),
        sa.Column("charge_id", sa.String(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
    )
    op.create_index("ix_cases_charge", "cases", ["account", "charge_id"])
    op.create_index("ix_cases_due", "cases", ["due_at", "opened_at", "case_id"])
    op.create_index("ix_cases_status_due", "cases", ["status", "due_at", "opened_at", "case_id"])


def _case_timeline() -> None:
    op.create_table(
        "case_timeline",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_case_timeline_case_id"),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_case_timeline"),
    )


def _refund_ledger() -> None:
    op.create_table(
        "refund_ledger",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("charge_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("provider_alert_id", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("refund_id", sa.String(), nullable=True),
        sa.Column("key_revision", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('reserved', 'pending', 'succeeded', 'failed', 'released', 'external')",
            name="ck_refund_ledger_state",
        ),
        sa.CheckConstraint(
            "sequence >= 1 AND key_revision >= 1 AND amount_minor >= 0", name="ck_refund_ledger_counts"
        ),
        sa.PrimaryKeyConstraint("account", "charge_id", "sequence", name="pk_refund_ledger"),
    )
    op.create_index("ix_refund_ledger_case_id", "refund_ledger", ["case_id"])
    op.create_index("ix_refund_ledger_refund_id", "refund_ledger", ["refund_id"])
    op.create_index(
        "uq_refund_ledger_external",
        "refund_ledger",
        ["account", "charge_id", "case_id"],
        unique=True,
        **only("state = 'external'"),
    )
    op.create_index(
        "uq_refund_ledger_holder",
        "refund_ledger",
        ["account", "charge_id"],
        unique=True,
        **only("state IN ('reserved', 'pending')"),
    )


def _outcome_reports() -> None:
    op.create_table(
        "outcome_reports",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reserved_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_attempt_at", MOMENT, nullable=True),
        sa.Column("acknowledgement", sa.Text(), nullable=True),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.CheckConstraint("attempts >= 0", name="ck_outcome_reports_attempts"),
        sa.PrimaryKeyConstraint("case_id", name="pk_outcome_reports"),
    )
    op.create_index("ix_outcome_reports_source", "outcome_reports", ["source"])


def _charges() -> None:
    op.create_table(
        "charges",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("charge_id", sa.String(), nullable=False),
        sa.Column("payment_intent", sa.String(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("presentment_minor", sa.BigInteger(), nullable=True),
        sa.Column("presentment_currency", sa.String(), nullable=True),
        sa.Column("last4", sa.String(), nullable=True),
        sa.Column("dynamic_last4", sa.String(), nullable=True),
        sa.Column("auth_code", sa.String(), nullable=True),
        sa.Column("network_transaction_id", sa.String(), nullable=True),
        sa.Column("subscription", sa.String(), nullable=True),
        sa.Column("subscription_known", sa.Boolean(), nullable=False),
        sa.Column("as_of", MOMENT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_charges_account_id"),
        sa.PrimaryKeyConstraint("account_id", "charge_id", name="pk_charges"),
    )


def _charge_indexes() -> None:
    op.create_index(
        "ix_charges_amount_minor_currency_created",
        "charges",
        ["account_id", "amount_minor", "currency", "created"],
    )
    op.create_index(
        "ix_charges_auth_code_created",
        "charges",
        ["account_id", "auth_code", "created"],
        **only("auth_code IS NOT NULL"),
    )
    op.create_index("ix_charges_created", "charges", ["account_id", "created"])
    op.create_index(
        "ix_charges_dynamic_last4_amount_minor_created",
        "charges",
        ["account_id", "dynamic_last4", "amount_minor", "created"],
        **only("dynamic_last4 IS NOT NULL"),
    )
    op.create_index(
        "ix_charges_dynamic_last4_created",
        "charges",
        ["account_id", "dynamic_last4", "created"],
        **only("dynamic_last4 IS NOT NULL"),
    )
    op.create_index(
        "ix_charges_last4_amount_minor_created",
        "charges",
        ["account_id", "last4", "amount_minor", "created"],
        **only("last4 IS NOT NULL"),
    )
    op.create_index(
        "ix_charges_last4_created", "charges", ["account_id", "last4", "created"], **only("last4 IS NOT NULL")
    )
    op.create_index(
        "ix_charges_network_transaction_id",
        "charges",
        ["account_id", "network_transaction_id"],
        **only("network_transaction_id IS NOT NULL"),
    )
    op.create_index(
        "ix_charges_payment_intent",
        "charges",
        ["account_id", "payment_intent"],
        **only("payment_intent IS NOT NULL"),
    )
    op.create_index(
        "ix_charges_presentment_minor_presentment_currency_created",
        "charges",
        ["account_id", "presentment_minor", "presentment_currency", "created"],
        **only("presentment_minor IS NOT NULL"),
    )


def _charge_orders() -> None:
    op.create_table(
        "charge_orders",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("charge_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_charge_orders_account_id"),
        sa.PrimaryKeyConstraint("account_id", "order_id", "charge_id", name="pk_charge_orders"),
    )
