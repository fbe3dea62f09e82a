"""When a closed case's personal data was erased; the metadata of indexed charges, sealed.

What was indexed before stays readable as it is until its charge is read again (`starter.py backfill --again`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("charges", sa.Column("sealed", sa.LargeBinary(), nullable=True))
