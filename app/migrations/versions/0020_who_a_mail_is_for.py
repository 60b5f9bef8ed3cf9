"""What a mail tells is found by the mail, and a digest keeps what its reader might read when it was written."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_notices_mail_id", "notices", ["mail_id"], postgresql_where=sa.text("mail_id IS NOT NULL"))
    op.add_column("digests", sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("digests", sa.Column("is_protection", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("digests", "is_protection")
    op.drop_column("digests", "areas")
    op.drop_index("ix_notices_mail_id", "notices")
