"""The spine: operations and places, the ledger, the fold, alerts, accounts and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Sums of vectors, used by CHECKs and by the daily changes of areas. Both want vectors of equal length.
VECTOR_SUM = """
CREATE FUNCTION vector_sum(vector bigint[]) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE total bigint := 0; value bigint;
BEGIN
  FOREACH value IN ARRAY vector LOOP total := total + coalesce(value, 0); END LOOP;
  RETURN total;
END $$
"""
VECTOR_ADD = """
CREATE FUNCTION vector_add(bigint[], bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT array_agg(a + b ORDER BY position)
        FROM unnest($1, $2) WITH ORDINALITY AS pair (a, b, position) $$
"""

# What was said stays said. Rights are taken away and a trigger stands behind them, for the tables' owner too.
APPEND_ONLY = ("reports", "audit_entries", "operation_settings")
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: add a new row instead', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def _make_append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER")


def upgrade() -> None:
    for function in (VECTOR_SUM, VECTOR_ADD, REFUSE):
        op.execute(function)
    op.create_table(
        "area_days",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("change", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("operation_id", "area_code", "day", name=op.f("pk_area_days")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_operation_id_at"), "audit_entries", ["operation_id", "at"], unique=False)
    op.create_table(
        "heartbeats",
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("leased_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'sent', 'dead')", name=op.f("ck_mails_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mails_message_id")),
    )
    op.create_index(
        "ix_mails_waiting", "mails", ["due_at"], unique=False, postgresql_where=sa.text("status = 'waiting'")
    )
    op.create_table(
        "marks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("marked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_place_id"), "marks", ["place_id"], unique=False)
    op.create_table(
        "operations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("scheme", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mail_detail", sa.String(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("mail_detail IN ('full', 'brief')", name=op.f("ck_operations_mail_detail")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
        sa.UniqueConstraint("code", name=op.f("uq_operations_code")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_in_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_users_fs_uniquifier")),
    )
    op.create_table(
        "areas",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_areas_level")),
        sa.CheckConstraint("path[cardinality(path)] = code", name=op.f("ck_areas_path_ends_with_itself")),
        sa.ForeignKeyConstraint(
            ["operation_id", "parent"],
            ["areas.operation_id", "areas.code"],
            name=op.f("fk_areas_operation_id_parent_areas"),
        ),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_areas_operation_id_operations")),
        sa.PrimaryKeyConstraint("operation_id", "code", name=op.f("pk_areas")),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stated_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("code ~ '^[A-Z0-9-]{1,32}$'", name=op.f("ck_groups_code")),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_groups_operation_id_operations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("operation_id", "code", name=op.f("uq_groups_operation_id_code")),
    )
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.CheckConstraint(
            "role IN ('field_worker', 'coordinator', 'administrator', 'partner')", name=op.f("ck_memberships_role")
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name=op.f("fk_memberships_operation_id_operations")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "operation_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "operation_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name=op.f("fk_operation_settings_operation_id_operations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_settings")),
    )
    op.create_index(
        op.f("ix_operation_settings_operation_id_name_recorded_at"),
        "operation_settings",
        ["operation_id", "name", "recorded_at"],
        unique=False,
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_tokens_operation_id_operations")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tokens_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("area_path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("kind IN ('shelter', 'area')", name=op.f("ck_places_kind")),
        sa.ForeignKeyConstraint(
            ["operation_id", "area_code"],
            ["areas.operation_id", "areas.code"],
            name=op.f("fk_places_operation_id_area_code_areas"),
        ),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_places_operation_id_operations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
    )
    op.create_index(op.f("ix_places_operation_id_kind"), "places", ["operation_id", "kind"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("since", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("unknown_since", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("acknowledged_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (status IN ('resolved', 'withdrawn'))", name=op.f("ck_alerts_ended")
        ),
        sa.CheckConstraint("severity IN ('warning', 'critical')", name=op.f("ck_alerts_severity")),
        sa.CheckConstraint(
            "status IN ('open', 'acknowledged', 'resolved', 'withdrawn')", name=op.f("ck_alerts_status")
        ),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["users.id"], name=op.f("fk_alerts_acknowledged_by_users")),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_alerts_operation_id_operations")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_alerts_place_id_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_operation_id_opened_at"), "alerts", ["operation_id", "opened_at"], unique=False)
    op.create_index(
        "uq_alerts_one_open", "alerts", ["place_id", "rule"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "place_days",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("came", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("competed", sa.Integer(), nullable=False),
        sa.Column("total_anchored", sa.Boolean(), nullable=False),
        sa.Column("total_amount", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("cells_anchored", sa.Boolean(), nullable=False),
        sa.Column("cells_amount", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("households_anchored", sa.Boolean(), nullable=False),
        sa.Column("households_amount", sa.BigInteger(), nullable=False),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        sa.Column("total", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("cells", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("competing", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("counted_by", sa.String(), nullable=True),
        sa.Column("composition_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reported_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("basis IN ('counted', 'at_least', 'unknown')", name=op.f("ck_place_days_basis")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_place_days_place_id_places")),
        sa.PrimaryKeyConstraint("place_id", "day", name=op.f("pk_place_days")),
    )
    op.create_table(
        "place_now",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_place_now_place_id_places")),
        sa.PrimaryKeyConstraint("place_id", name=op.f("pk_place_now")),
    )
    op.create_index(op.f("ix_place_now_operation_id"), "place_now", ["operation_id"], unique=False)
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("left_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("left_day", sa.Date(), nullable=True),
        sa.Column("stands_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("left_stands_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("from_place_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("households", sa.BigInteger(), nullable=True),
        sa.Column("cells", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("clock_shift_s", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'movement') = (left_at IS NOT NULL) AND (left_at IS NULL) = (left_day IS NULL)"
            " AND (left_at IS NULL) = (left_stands_at IS NULL) AND left_at <= occurred_at",
            name=op.f("ck_reports_left_before_arriving"),
        ),
        sa.CheckConstraint(
            "kind <> 'headcount' OR (place_id IS NOT NULL AND method IS NOT NULL)", name=op.f("ck_reports_headcount")
        ),
        sa.CheckConstraint(
            "kind <> 'movement' OR ((place_id IS NOT NULL OR from_place_id IS NOT NULL)"
            " AND place_id IS DISTINCT FROM from_place_id AND (total > 0 OR (total IS NULL AND households > 0)))",
            name=op.f("ck_reports_movement"),
        ),
        sa.CheckConstraint(
            "kind IN ('shelter', 'shelter_state', 'group', 'movement', 'headcount')", name=op.f("ck_reports_kind")
        ),
        sa.CheckConstraint(
            "(total IS NULL OR low <= total) AND (total IS NULL OR high >= total) AND low <= high",
            name=op.f("ck_reports_range"),
        ),
        sa.CheckConstraint("0 <= ALL (cells)", name=op.f("ck_reports_cells_not_negative")),
        sa.CheckConstraint("cells IS NULL OR total = vector_sum(cells)", name=op.f("ck_reports_cells_sum_to_total")),
        sa.CheckConstraint(
            "total >= 0 AND low >= 0 AND high >= 0 AND households >= 0", name=op.f("ck_reports_not_negative")
        ),
        sa.ForeignKeyConstraint(["from_place_id"], ["places.id"], name=op.f("fk_reports_from_place_id_places")),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_reports_operation_id_operations")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_reports_place_id_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index(
        "ix_reports_day_place",
        "reports",
        ["day", "place_id"],
        unique=False,
        postgresql_where=sa.text("place_id IS NOT NULL"),
    )
    op.create_index(
        "ix_reports_left_day_from",
        "reports",
        ["left_day", "from_place_id"],
        unique=False,
        postgresql_where=sa.text("from_place_id IS NOT NULL"),
    )
    op.create_table(
        "shelters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("area_path", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("code ~ '^[A-Z0-9-]{1,32}$'", name=op.f("ck_shelters_code")),
        sa.ForeignKeyConstraint(["id"], ["places.id"], name=op.f("fk_shelters_id_places")),
        sa.ForeignKeyConstraint(["operation_id"], ["operations.id"], name=op.f("fk_shelters_operation_id_operations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelters")),
        sa.UniqueConstraint("operation_id", "code", name=op.f("uq_shelters_operation_id_code")),
    )
    op.create_table(
        "alert_transitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("since", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("after IN ('ok', 'warning', 'critical')", name=op.f("ck_alert_transitions_after")),
        sa.CheckConstraint("before IN ('ok', 'warning', 'critical')", name=op.f("ck_alert_transitions_before")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_transitions_alert_id_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_transitions")),
    )
    op.create_index(op.f("ix_alert_transitions_alert_id"), "alert_transitions", ["alert_id"], unique=False)
    op.create_table(
        "shelter_states",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("shelter_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["shelter_id"], ["shelters.id"], name=op.f("fk_shelter_states_shelter_id_shelters")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_shelter_states")),
    )
    op.create_index(
        op.f("ix_shelter_states_shelter_id_occurred_at"), "shelter_states", ["shelter_id", "occurred_at"], unique=False
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("transition_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.Column("dropped_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_notices_mail_id_mails")),
        sa.ForeignKeyConstraint(
            ["transition_id"], ["alert_transitions.id"], name=op.f("fk_notices_transition_id_alert_transitions")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("transition_id", "user_id", name=op.f("uq_notices_transition_id_user_id")),
    )
    op.create_index("ix_notices_mailed", "notices", ["user_id", "mail_id"], unique=False)
    op.create_index(
        "ix_notices_waiting",
        "notices",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("mail_id IS NULL AND dropped_at IS NULL"),
    )
    for table in APPEND_ONLY:
        _make_append_only(table)


def downgrade() -> None:
    op.drop_index(
        "ix_notices_waiting", table_name="notices", postgresql_where=sa.text("mail_id IS NULL AND dropped_at IS NULL")
    )
    op.drop_index("ix_notices_mailed", table_name="notices")
    op.drop_table("notices")
    op.drop_index(op.f("ix_shelter_states_shelter_id_occurred_at"), table_name="shelter_states")
    op.drop_table("shelter_states")
    op.drop_index(op.f("ix_alert_transitions_alert_id"), table_name="alert_transitions")
    op.drop_table("alert_transitions")
    op.drop_table("shelters")
    op.drop_index(
        "ix_reports_left_day_from", table_name="reports", postgresql_where=sa.text("from_place_id IS NOT NULL")
    )
    op.drop_index("ix_reports_day_place", table_name="reports", postgresql_where=sa.text("place_id IS NOT NULL"))
    op.drop_table("reports")
    op.drop_index(op.f("ix_place_now_operation_id"), table_name="place_now")
    op.drop_table("place_now")
    op.drop_table("place_days")
    op.drop_index("uq_alerts_one_open", table_name="alerts", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index(op.f("ix_alerts_operation_id_opened_at"), table_name="alerts")
    op.drop_table("alerts")
    op.drop_index(op.f("ix_places_operation_id_kind"), table_name="places")
    op.drop_table("places")
    op.drop_table("tokens")
    op.drop_index(op.f("ix_operation_settings_operation_id_name_recorded_at"), table_name="operation_settings")
    op.drop_table("operation_settings")
    op.drop_table("memberships")
    op.drop_table("groups")
    op.drop_table("areas")
    op.drop_table("users")
    op.drop_table("operations")
    op.drop_index(op.f("ix_marks_place_id"), table_name="marks")
    op.drop_table("marks")
    op.drop_index("ix_mails_waiting", table_name="mails", postgresql_where=sa.text("status = 'waiting'"))
    op.drop_table("mails")
    op.drop_table("heartbeats")
    op.drop_index(op.f("ix_audit_entries_operation_id_at"), table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_table("area_days")
    for signature in ("refuse_change()", "vector_add(bigint[], bigint[])", "vector_sum(bigint[])"):
        op.execute(f"DROP FUNCTION {signature}")
