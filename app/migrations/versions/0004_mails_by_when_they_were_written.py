"""Mails by when they were written: whom something was mailed just now is asked of these, not of all there ever were."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_mails_created_at"), "mails", ["created_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_mails_created_at"), table_name="mails")
