"""Reports that speak of those who need special care are found by indexes, without all others of their place."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SPEAKS = "CASE WHEN corrects IS NULL THEN content ELSE content -> 'replacement' END @? '$.needs.*'"


def upgrade() -> None:
    for name, place in (("needs_here", "place_id"), ("needs_from_here", "from_place_id")):
        op.execute(f"CREATE INDEX ix_reports_{name} ON reports ({place}) WHERE {place} IS NOT NULL AND {SPEAKS}")


def downgrade() -> None:
    op.drop_index("ix_reports_needs_from_here", "reports")
    op.drop_index("ix_reports_needs_here", "reports")
