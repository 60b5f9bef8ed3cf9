"""Addresses that take no mail, and how a mail failed: for administrators, who mend the one and send the other again."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_addresses",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("refused_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_refused_addresses")),
    )
    op.execute("REVOKE INSERT, UPDATE ON refused_addresses FROM mawa_web")
    op.add_column("mails", sa.Column("failure", sa.String()))
    kinds = "failure IN ('temporary', 'timeout', 'permanent')"
    op.create_check_constraint(op.f("ck_mails_failure"), "mails", kinds)
    op.create_index(
        "ix_mails_dead", "mails", ["operation_id", "created_at"], postgresql_where=sa.text("status = 'dead'")
    )


def downgrade() -> None:
    op.drop_index("ix_mails_dead", "mails")
    op.drop_column("mails", "failure")
    op.drop_table("refused_addresses")
