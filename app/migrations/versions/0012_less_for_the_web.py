"""The web may do less: it deletes no operation and no account, and has no say in what was erased. An audit entry is of
an operation that is there, so none is written after it was erased."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NOT_DELETED = ("operations", "users")
FUNCTIONS = ("reports_elsewhere(uuid[])", "reports_on_the_way(uuid, timestamptz)")
OF_OPERATION = "fk_audit_entries_operation_id_operations"


def upgrade() -> None:
    op.execute("REVOKE ALL ON erased_rows FROM mawa_web")
    op.execute(f"REVOKE DELETE ON {', '.join(NOT_DELETED)} FROM mawa_web")
    for function in FUNCTIONS:  # nothing that a session makes for itself stands before our tables
        op.execute(f"ALTER FUNCTION {function} SET search_path = pg_catalog, public, pg_temp")
    op.create_foreign_key(op.f(OF_OPERATION), "audit_entries", "operations", ["operation_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f(OF_OPERATION), "audit_entries", type_="foreignkey")
    for function in FUNCTIONS:
        op.execute(f'ALTER FUNCTION {function} SET search_path = "$user", public')
    op.execute(f"GRANT DELETE ON {', '.join(NOT_DELETED)} TO mawa_web")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON erased_rows TO mawa_web")
