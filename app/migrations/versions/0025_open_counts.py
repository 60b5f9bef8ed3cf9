"""Places at which counts wait for a decision, and areas that hold shelters, are found by indexes."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_place_days_open ON place_days (place_id, day) WHERE competing > 0 OR is_disputed")
    op.create_index("ix_shelters_operation_id_area_code", "shelters", ["operation_id", "area_code"])


def downgrade() -> None:
    op.drop_index("ix_shelters_operation_id_area_code", "shelters")
    op.drop_index("ix_place_days_open", "place_days")
