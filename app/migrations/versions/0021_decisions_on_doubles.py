"""A decision may say that a movement was told twice: which one it doubles is read in what was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SAID = "CASE WHEN corrects IS NULL THEN content ELSE content -> 'replacement' END"
DOUBLE_OF, PAIR = f"CAST({SAID} ->> 'double_of' AS uuid)", f"{SAID} ->> 'pair'"
IS_SAID, IS_PAIR = "double_of IS NOT NULL", "pair IS NOT NULL"


def upgrade() -> None:
    op.add_column("reports", sa.Column("double_of", sa.Uuid(), sa.Computed(DOUBLE_OF, persisted=True)))
    op.add_column("reports", sa.Column("pair", sa.Text(), sa.Computed(PAIR, persisted=True)))
    op.create_check_constraint(
        op.f("ck_reports_double_of"), "reports", "double_of IS NULL OR (kind = 'decision' AND double_of <> about_id)"
    )
    op.create_check_constraint(
        op.f("ck_reports_pair"),
        "reports",
        "pair IS NULL OR (double_of IS NOT NULL AND adopt AND pair IN ('departure', 'arrival'))",
    )
    op.create_index("ix_reports_pair", "reports", ["operation_id"], postgresql_where=sa.text(IS_PAIR))
    op.create_index("ix_reports_double_of", "reports", ["double_of"], postgresql_where=sa.text(IS_SAID))


def downgrade() -> None:
    op.drop_index("ix_reports_pair", table_name="reports", postgresql_where=sa.text(IS_PAIR))
    op.drop_constraint(op.f("ck_reports_pair"), "reports")
    op.drop_column("reports", "pair")
    op.drop_index("ix_reports_double_of", table_name="reports", postgresql_where=sa.text(IS_SAID))
    op.drop_constraint(op.f("ck_reports_double_of"), "reports")
    op.drop_column("reports", "double_of")
