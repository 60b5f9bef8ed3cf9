"""Which request led to a change of an alert: from the mark it left, by the transition, to the mail."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("marks", sa.Column("request", sa.String()))
    op.add_column("alert_transitions", sa.Column("request", sa.String()))


def downgrade() -> None:
    op.drop_column("alert_transitions", "request")
    op.drop_column("marks", "request")
