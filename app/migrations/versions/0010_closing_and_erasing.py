"""Operations are closed and erased. Which rows were erased stays known, so that no other can go missing with them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ERASED = ("reports", "audit_entries", "operation_settings")
# What was said stays said, unless its whole operation is erased: one that is closed, named in `mawa.erases`.
REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE erases text := coalesce(current_setting('mawa.erases', true), '');
BEGIN
  IF TG_OP = 'DELETE' AND erases <> '' AND TG_TABLE_NAME IN ('reports', 'audit_entries', 'operation_settings') THEN
    PERFORM FROM operations WHERE id = erases::uuid AND closed_at IS NOT NULL;
    IF FOUND THEN RETURN NULL; END IF;
  END IF;
  RAISE EXCEPTION '% is append-only: add a new row instead', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
REFUSE_BEFORE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: add a new row instead', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
REFUSE_OTHERS = """
CREATE FUNCTION refuse_others() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.operation_id::text IS DISTINCT FROM current_setting('mawa.erases', true) THEN
    RAISE EXCEPTION '% is append-only: this row is of another operation', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$
"""


def upgrade() -> None:
    op.add_column("operations", sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.create_table(
        "erased_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_entry", sa.Boolean(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", "is_entry", "erasure_id", name=op.f("pk_erased_rows")),
    )
    op.execute(REFUSE)
    op.execute(REFUSE_OTHERS)
    for table in ERASED:
        op.execute(
            f"CREATE TRIGGER {table}_erased_whole BEFORE DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION refuse_others()"
        )
    op.execute(
        "CREATE TRIGGER erased_rows_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erased_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON erased_rows FROM CURRENT_USER")


def downgrade() -> None:
    for table in ERASED:
        op.execute(f"DROP TRIGGER {table}_erased_whole ON {table}")
    op.execute("DROP FUNCTION refuse_others()")
    op.drop_table("erased_rows")
    op.execute(REFUSE_BEFORE)
    op.drop_column("operations", "closed_at")
