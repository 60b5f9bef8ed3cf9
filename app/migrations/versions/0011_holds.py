"""Holds: what a person or a device sent, left out of the figures as one set."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

AWARE = sa.TIMESTAMP(timezone=True)
OPERATION = "(SELECT nullif(current_setting('mawa.operation', true), '')::uuid)"
WITHIN = ("holds", "held_reports", "hold_places")


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("since", AWARE, nullable=True),
        sa.Column("until", AWARE, nullable=True),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", AWARE, nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", AWARE, nullable=True),
        sa.Column("looked_until", AWARE, nullable=True),
        sa.Column("done_at", AWARE, nullable=True),
        sa.CheckConstraint("state IN ('held', 'released', 'set_aside')", name=op.f("ck_holds_state")),
        sa.CheckConstraint(
            "(state = 'held') = (settled_by IS NULL) AND (settled_by IS NULL) = (settled_at IS NULL)",
            name=op.f("ck_holds_settled"),
        ),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_holds_operation_id_operations")),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_holds_reporter_id_users")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_holds_made_by_users")),
        sa.ForeignKeyConstraint(["settled_by"], ["users.id"], name=op.f("fk_holds_settled_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_operation_id_made_at"), "holds", ["operation_id", "made_at"])
    op.create_index(op.f("ix_holds_reporter_id"), "holds", ["reporter_id"])
    op.create_table(
        "held_reports",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("put_by", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("from_place_id", sa.Uuid(), nullable=True),
        sa.Column("people", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("back_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("outcome IN ('released', 'left', 'kept', 'again')", name=op.f("ck_held_reports_outcome")),
        sa.CheckConstraint("(outcome = 'released') = (back_by IS NOT NULL)", name=op.f("ck_held_reports_back_by")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_held_reports_hold_id_holds")),
        sa.PrimaryKeyConstraint("hold_id", "version_id", name=op.f("pk_held_reports")),
    )
    op.create_index(op.f("ix_held_reports_report_id_hold_id"), "held_reports", ["report_id", "hold_id"])
    op.create_index(op.f("ix_held_reports_put_by"), "held_reports", ["put_by"])
    for name in ("back_by", "place_id", "from_place_id"):
        where = sa.text(f"{name} IS NOT NULL")
        op.create_index(op.f(f"ix_held_reports_{name}"), "held_reports", [name], postgresql_where=where)
    op.create_table(
        "hold_places",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_hold_places_hold_id_holds")),
        sa.PrimaryKeyConstraint("hold_id", "place_id", name=op.f("pk_hold_places")),
    )
    for table in WITHIN:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY within_operation ON {table} USING ((operation_id = {OPERATION}) IS TRUE)")


def downgrade() -> None:
    op.drop_table("hold_places")
    op.drop_table("held_reports")
    op.drop_table("holds")
