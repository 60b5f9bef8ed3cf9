"""Room beside the sums of areas: a fold changes those of a day again and again, and what it replaces is then cleared
away in the same page instead of being read past until PostgreSQL's sweep comes by (ARCHITECTURE 131)."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE area_days SET (fillfactor = 50)")


def downgrade() -> None:
    op.execute("ALTER TABLE area_days RESET (fillfactor)")
