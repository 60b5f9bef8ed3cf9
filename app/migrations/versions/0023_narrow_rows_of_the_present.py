"""What tables and sums over all shelters ask of each stands in narrow columns: of a shelter beside its state, of its
present figure in place_now."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.shelters.policy import sought_of

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PLACES = """CASE WHEN state ->> 'capacity' IS NULL THEN floor((state ->> 'covered_area_m2')::float8 / 3.5)::bigint
  ELSE greatest(0, (state ->> 'capacity')::bigint - coalesce((state ->> 'blocked')::bigint, 0)) END"""
SAID: tuple[tuple[str, Any, str], ...] = (
    ("status", sa.Text(), "(state ->> 'status')"),
    ("site_type", sa.Text(), "(state ->> 'site_type')"),
    ("lat", sa.Double(), "(state ->> 'lat')::float8"),
    ("lon", sa.Double(), "(state ->> 'lon')::float8"),
    ("places_for_people", sa.BigInteger(), PLACES),
)
PRESENT: tuple[tuple[str, Any], ...] = (
    ("people", sa.BigInteger()),
    ("basis", sa.String()),
    ("counted_at", sa.DateTime(timezone=True)),
    ("reported_at", sa.DateTime(timezone=True)),
    ("flow", sa.BigInteger()),
)
# As app.population.rows has it.
FILL = """
  UPDATE place_now SET people = present.people, basis = present.basis, counted_at = present.counted_at,
    reported_at = present.reported_at, flow = greatest(home.most, nullif(present.people - home.known, 0))
  FROM (
    SELECT place_id, day, CASE WHEN basis <> 'unknown' THEN greatest(0, total[1])::bigint END AS people, basis,
      counted_at, reported_at, origins
    FROM place_days
  ) AS present CROSS JOIN LATERAL (
    SELECT max(value::bigint) AS most, coalesce(sum(value::bigint), 0)::bigint AS known
    FROM jsonb_each_text(present.origins)
  ) AS home
  WHERE present.place_id = place_now.place_id AND present.day = place_now.day
"""
A_TIME = 1000


def upgrade() -> None:
    for name, kind, said in SAID:
        op.add_column("shelters", sa.Column(name, kind, sa.Computed(said, persisted=True)))
    op.add_column("shelters", sa.Column("sought", sa.Text(), nullable=False, server_default=""))
    for name, kind in PRESENT:
        op.add_column("place_now", sa.Column(name, kind))
    op.execute(FILL)
    _look_for_names(op.get_bind())


def _look_for_names(connection: sa.Connection) -> None:
    """Names as they are looked for are worked out by the program. What another one makes of them, `mawa verify` tells
    and `mawa rebuild` puts right."""
    found: Sequence[Any] = connection.execute(sa.text("SELECT id, code, state FROM shelters ORDER BY id")).all()
    rows: list[Mapping[str, Any]] = [{"id": row.id, "sought": sought_of(row.code, row.state)} for row in found]
    for start in range(0, len(rows), A_TIME):
        connection.execute(sa.text("UPDATE shelters SET sought = :sought WHERE id = :id"), rows[start : start + A_TIME])


def downgrade() -> None:
    for name, _ in reversed(PRESENT):
        op.drop_column("place_now", name)
    op.drop_column("shelters", "sought")
    for name, _, _ in reversed(SAID):
        op.drop_column("shelters", name)
