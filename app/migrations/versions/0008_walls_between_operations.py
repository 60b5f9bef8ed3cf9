"""Walls between operations: what is asked from outside sees one operation at a time, and changes no schema.

Needs the role `mawa_web`, which signs in nowhere. Where we may, we make it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WITHIN = (
    *("alert_transitions", "alerts", "area_days", "areas", "group_states", "groups", "marks", "notices"),
    *("operation_settings", "place_days", "place_now", "places", "reports", "shelter_states", "shelters", "turns"),
    "wide_marks",
)
# Entries and mails may be about another operation of a person than the one somebody acts in. They are read within.
WRITTEN_ANYWHERE = ("audit_entries", "mails")
ONLY_GROWS = ("audit_entries", "reports")
ONLY_READ = ("alembic_version", "area_days", "heartbeats", "place_days", "place_now")
NOT_READ = ("seals", "unsealed")

# Worked out once a statement, not once a row.
OPERATION = "(SELECT nullif(current_setting('mawa.operation', true), '')::uuid)"
# Said so that no index answers it: a plan chosen for the wall would read all of an operation for a handful of rows.
WALL = f"(operation_id = {OPERATION}) IS TRUE"

ROLE = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mawa_web') THEN
    CREATE ROLE mawa_web NOLOGIN;
  END IF;
  IF NOT pg_has_role(current_user, 'mawa_web', 'MEMBER') THEN
    EXECUTE format('GRANT mawa_web TO %I', current_user);
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE EXCEPTION 'Mawa needs a second role, and may not make it. As the superuser of this PostgreSQL, run:
  CREATE ROLE mawa_web NOLOGIN; GRANT mawa_web TO %;', quote_ident(current_user);
END $$
"""
# An id is unique over all operations, so whether one is taken must be known; what stands under it must not.
TAKEN_ELSEWHERE = f"""
CREATE FUNCTION reports_elsewhere(ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS $$
  SELECT id FROM reports WHERE id = ANY(ids) AND operation_id <> {OPERATION}
$$
"""
# Ranges are compared in a way PostgreSQL holds for leaky: behind the wall their index is of no use. Ids come from here.
ON_THE_WAY = f"""
CREATE FUNCTION reports_on_the_way(operation uuid, moment timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE
SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT id FROM reports
  WHERE operation_id = operation AND operation_id = coalesce({OPERATION}, operation_id)
    AND left_stands_at < stands_at AND place_id IS NOT NULL AND from_place_id IS NOT NULL
    AND tstzrange(left_stands_at, stands_at) @> moment
$$
"""
FUNCTIONS = ("reports_elsewhere(uuid[])", "reports_on_the_way(uuid, timestamptz)")


def upgrade() -> None:
    # Before: an index on coalesce(same_as, id), which PostgreSQL holds for leaky too.
    op.drop_index("ix_places_booked_at", table_name="places")
    op.add_column("places", sa.Column("kept_id", sa.Uuid(), sa.Computed("coalesce(same_as, id)", persisted=True)))
    op.create_index("ix_places_kept_id", "places", ["kept_id"])
    op.execute(ROLE)
    op.execute("GRANT USAGE ON SCHEMA public TO mawa_web")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO mawa_web")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO mawa_web")
    op.execute(f"REVOKE UPDATE, DELETE ON {', '.join(ONLY_GROWS)} FROM mawa_web")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(ONLY_READ)} FROM mawa_web")
    op.execute(f"REVOKE SELECT, UPDATE, DELETE ON {', '.join(NOT_READ)} FROM mawa_web")
    op.execute("REVOKE INSERT ON seals FROM mawa_web")
    for table in WITHIN:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY within_operation ON {table} USING ({WALL})")
    for table in WRITTEN_ANYWHERE:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY within_operation ON {table} USING ({WALL}) WITH CHECK (true)")
    op.execute(TAKEN_ELSEWHERE)
    op.execute(ON_THE_WAY)
    for function in FUNCTIONS:
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO mawa_web")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in (*WITHIN, *WRITTEN_ANYWHERE):
        op.execute(f"DROP POLICY within_operation ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM mawa_web")
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM mawa_web")
    op.execute("REVOKE USAGE ON SCHEMA public FROM mawa_web")
    op.drop_column("places", "kept_id")
    op.create_index("ix_places_booked_at", "places", [sa.text("coalesce(same_as, id)")])
