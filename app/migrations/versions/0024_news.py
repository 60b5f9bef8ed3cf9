"""News of an operation: whoever shows its situation sees by their ids that something in it is another."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OPERATION = "(SELECT nullif(current_setting('mawa.operation', true), '')::uuid)"


def upgrade() -> None:
    op.create_table(
        "news",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("news", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("operation_id", "news", name=op.f("pk_news")),
    )
    op.execute("ALTER TABLE news ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY within_operation ON news USING ((operation_id = {OPERATION}) IS TRUE)")


def downgrade() -> None:
    op.drop_table("news")
