"""Alerts of a place and rule, ended ones too, and those of an operation that ended lately, are found without reading
all there ever were."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_alerts_place_id_rule", "alerts", ["place_id", "rule"])
    ended = sa.text("ended_at IS NOT NULL")
    op.create_index("ix_alerts_operation_id_ended_at", "alerts", ["operation_id", "ended_at"], postgresql_where=ended)


def downgrade() -> None:
    op.drop_index("ix_alerts_operation_id_ended_at", "alerts")
    op.drop_index("ix_alerts_place_id_rule", "alerts")
