"""Turns of an operation: who changes what depends on others holds a row, and everybody sees that something changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("operation_id", name=op.f("pk_turns")),
    )


def downgrade() -> None:
    op.drop_table("turns")
