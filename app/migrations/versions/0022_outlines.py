"""Outlines of areas, simplified for maps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OPERATION = "(SELECT nullif(current_setting('mawa.operation', true), '')::uuid)"


def upgrade() -> None:
    op.create_table(
        "outlines",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("rings", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_outlines_operation_id_operations")),
        sa.ForeignKeyConstraint(
            ["operation_id", "area"],
            ["areas.operation_id", "areas.code"],
            name=op.f("fk_outlines_operation_id_area_areas"),
        ),
        sa.PrimaryKeyConstraint("operation_id", "shape", name=op.f("pk_outlines")),
    )
    op.execute("ALTER TABLE outlines ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY within_operation ON outlines USING ((operation_id = {OPERATION}) IS TRUE)")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON outlines FROM mawa_web")


def downgrade() -> None:
    op.drop_table("outlines")
