"""Headcounts by place and day: which of them compete is asked without reading everybody who came and left since."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_reports_headcounts", "reports", ["place_id", "day"], postgresql_where=sa.text("kind = 'headcount'")
    )


def downgrade() -> None:
    op.drop_index("ix_reports_headcounts", table_name="reports")
