"""Since when somebody has a role in an operation."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("memberships", sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute("UPDATE memberships SET created_at = operations.created_at FROM operations WHERE id = operation_id")
    op.alter_column("memberships", "created_at", nullable=False)


def downgrade() -> None:
    op.drop_column("memberships", "created_at")
