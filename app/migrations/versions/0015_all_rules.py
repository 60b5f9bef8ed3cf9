"""All rules, and the life of their alerts: children nobody looks after are folded like households, a place is looked at
again when time alone may change what its rules say, and people say what they want to be told of. Everything is folded
again: the states of rules are kept otherwise than before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

AWARE = sa.TIMESTAMP(timezone=True)
OPERATION = "(SELECT nullif(current_setting('mawa.operation', true), '')::uuid)"
SAID = "CAST(CASE WHEN corrects IS NULL THEN content ELSE content -> 'replacement' END #>> '{needs,SC}' AS bigint)"
WITHDRAWN = """
  UPDATE alert_transitions SET kind = 'withdrawn' FROM alerts
  WHERE alerts.id = alert_id AND alerts.status = 'withdrawn' AND after = 'ok'
"""
FOLD_AGAIN = """
  INSERT INTO marks (operation_id, place_id, marked_at)
  SELECT operation_id, place_id, now() FROM place_now WHERE day IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("reports", sa.Column("unaccompanied", sa.BigInteger(), sa.Computed(SAID, persisted=True)))
    for name, kind, nothing in (
        ("unaccompanied_anchored", sa.Boolean(), sa.false()),
        ("unaccompanied_amount", sa.BigInteger(), "0"),
        ("unaccompanied", sa.BigInteger(), "0"),
    ):
        op.add_column("place_days", sa.Column(name, kind, nullable=False, server_default=nothing))
        op.alter_column("place_days", name, server_default=None)
    op.add_column("place_now", sa.Column("due_at", AWARE))
    op.create_index("ix_place_now_due_at", "place_now", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_table(
        "own_limits",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("limits", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name=op.f("fk_own_limits_operation_id_operations")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_own_limits_place_id_places")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_own_limits")),
    )
    op.create_index(op.f("ix_own_limits_operation_id"), "own_limits", ["operation_id"])
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.CheckConstraint("severity IN ('warning', 'critical')", name=op.f("ck_subscriptions_severity")),
        sa.CheckConstraint("how IN ('at_once', 'daily', 'never')", name=op.f("ck_subscriptions_how")),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name=op.f("fk_subscriptions_operation_id_operations")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint(
            "user_id",
            "operation_id",
            "area_code",
            "rule",
            name=op.f("uq_subscriptions_user_id_operation_id_area_code_rule"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_subscriptions_operation_id"), "subscriptions", ["operation_id"])
    op.create_table(
        "digests",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_digests_user_id_users")),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_digests_operation_id_operations")),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_digests_mail_id_mails")),
        sa.PrimaryKeyConstraint("user_id", "operation_id", "day", name=op.f("pk_digests")),
    )
    op.create_index(op.f("ix_digests_operation_id"), "digests", ["operation_id"])
    op.create_index(op.f("ix_digests_mail_id"), "digests", ["mail_id"])
    for table in ("own_limits", "subscriptions", "digests"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY within_operation ON {table} USING ((operation_id = {OPERATION}) IS TRUE)")
    op.add_column("memberships", sa.Column("is_protection", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("memberships", "is_protection", server_default=None)
    op.add_column("alerts", sa.Column("escalates_at", AWARE))
    op.add_column("alerts", sa.Column("escalated", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("alerts", "escalated", server_default=None)
    waits = sa.text("escalates_at IS NOT NULL")
    op.create_index("ix_alerts_escalates_at", "alerts", ["escalates_at"], postgresql_where=waits)
    op.add_column("alert_transitions", sa.Column("kind", sa.String(), nullable=False, server_default="state"))
    op.alter_column("alert_transitions", "kind", server_default=None)
    op.add_column("alert_transitions", sa.Column("by", sa.Uuid()))
    op.add_column("alert_transitions", sa.Column("comment", sa.String()))
    kinds = "kind IN ('state', 'withdrawn', 'acknowledged', 'escalated')"
    op.create_check_constraint(op.f("ck_alert_transitions_kind"), "alert_transitions", kinds)
    op.create_foreign_key(op.f("fk_alert_transitions_by_users"), "alert_transitions", "users", ["by"], ["id"])
    op.execute(WITHDRAWN)
    op.execute(FOLD_AGAIN)


def downgrade() -> None:
    op.drop_index("ix_alerts_escalates_at", "alerts")
    for name in ("escalates_at", "escalated"):
        op.drop_column("alerts", name)
    op.execute(
        "DELETE FROM notices USING alert_transitions AS step WHERE step.id = transition_id AND kind = 'escalated'"
    )
    op.execute("DELETE FROM alert_transitions WHERE kind IN ('acknowledged', 'escalated')")
    for name in ("kind", "by", "comment"):
        op.drop_column("alert_transitions", name)
    op.drop_column("memberships", "is_protection")
    op.drop_table("digests")
    op.drop_table("subscriptions")
    op.drop_table("own_limits")
    op.drop_index("ix_place_now_due_at", "place_now")
    op.drop_column("place_now", "due_at")
    for name in ("unaccompanied", "unaccompanied_amount", "unaccompanied_anchored"):
        op.drop_column("place_days", name)
    op.drop_column("reports", "unaccompanied")
    op.execute(FOLD_AGAIN)
