"""Fewer pages for what is asked most (ARCHITECTURE 132): whether a report was corrected is looked up in one page, not
in one for each storey of a tree, and the groups that came by a place are found by the place."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BY_PLACE = {"ix_reports_groups_here": "place_id", "ix_reports_groups_from_here": "from_place_id"}


def upgrade() -> None:
    corrected = sa.text("corrects IS NOT NULL")
    op.create_index(
        "ix_reports_corrected", "reports", ["corrects"], postgresql_using="hash", postgresql_where=corrected
    )
    for name, place in BY_PLACE.items():
        of_groups = sa.text(f"group_id IS NOT NULL AND {place} IS NOT NULL")
        op.create_index(name, "reports", [place], postgresql_where=of_groups)


def downgrade() -> None:
    for name in [*BY_PLACE, "ix_reports_corrected"]:
        op.drop_index(name, "reports")
