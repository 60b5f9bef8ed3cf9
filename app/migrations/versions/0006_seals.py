"""Seals over reports and audit entries, and from where an entry came. What is there already is noted to be sealed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SEALED = ("reports", "audit_entries")
NOTE = """
CREATE FUNCTION note_to_be_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unsealed (row_id, is_entry) SELECT id, TG_TABLE_NAME = 'audit_entries' FROM written;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("address", sa.String(), nullable=True))
    op.create_table(
        "unsealed",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("is_entry", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsealed")),
    )
    op.create_table(
        "seals",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("rows", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("are_entries", postgresql.ARRAY(sa.Boolean()), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
    )
    op.execute(
        "CREATE TRIGGER seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seals"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON seals FROM CURRENT_USER")
    op.execute(NOTE)
    for table in SEALED:
        op.execute(
            f"CREATE TRIGGER {table}_to_be_sealed AFTER INSERT ON {table} REFERENCING NEW TABLE AS written"
            " FOR EACH STATEMENT EXECUTE FUNCTION note_to_be_sealed()"
        )
    op.execute("INSERT INTO unsealed (row_id, is_entry) SELECT id, true FROM audit_entries ORDER BY at")
    op.execute("INSERT INTO unsealed (row_id, is_entry) SELECT id, false FROM reports ORDER BY recorded_at")


def downgrade() -> None:
    for table in SEALED:
        op.execute(f"DROP TRIGGER {table}_to_be_sealed ON {table}")
    op.execute("DROP FUNCTION note_to_be_sealed()")
    op.drop_table("seals")
    op.drop_table("unsealed")
    op.drop_column("audit_entries", "address")
