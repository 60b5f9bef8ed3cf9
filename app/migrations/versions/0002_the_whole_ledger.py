"""The whole ledger: corrections, decisions, published figures, notes, shelters that are one.

What each day says of its last headcount, of borders crossed and of homes is derived anew by the fold.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
VECTOR = postgresql.ARRAY(sa.BigInteger())
TALLY = postgresql.ARRAY(sa.Numeric())
TEXTS = postgresql.ARRAY(sa.Text())
MOMENT = sa.TIMESTAMP(timezone=True)
Indexes = tuple[tuple[str, list[str], str | None], ...]

KINDS = "'shelter', 'shelter_state', 'group', 'movement', 'headcount'"
NEW_KINDS = f"{KINDS}, 'figure', 'note', 'decision', 'same_place', 'void'"
REPORT_COLUMNS = (
    ("corrects", sa.Uuid()),
    ("version_of", sa.Uuid()),
    ("about_id", sa.Uuid()),
    ("adopt", sa.Boolean()),
    ("area_code", sa.String()),
)
REPORT_CHECKS = (
    ("version", "(corrects IS NULL) = (version_of IS NULL) AND id <> corrects"),
    ("void", "kind <> 'void' OR corrects IS NOT NULL"),
    ("decision", "(kind = 'decision') = (about_id IS NOT NULL AND adopt IS NOT NULL)"),
    ("figure", "kind <> 'figure' OR (place_id IS NULL AND from_place_id IS NULL)"),
    ("note", "kind <> 'note' OR place_id IS NOT NULL"),
    (
        "same_place",
        "kind <> 'same_place' OR (place_id IS NOT NULL AND from_place_id IS NOT NULL AND place_id <> from_place_id)",
    ),
)
DAY_FIRST: Indexes = (
    ("ix_reports_day_place", ["day", "place_id"], "place_id IS NOT NULL"),
    ("ix_reports_left_day_from", ["left_day", "from_place_id"], "from_place_id IS NOT NULL"),
)
REPORT_INDEXES: Indexes = (
    ("ix_reports_place_day", ["place_id", "day"], "place_id IS NOT NULL"),
    ("ix_reports_from_left_day", ["from_place_id", "left_day"], "from_place_id IS NOT NULL"),
    ("uq_reports_corrects", ["corrects"], "corrects IS NOT NULL"),
    ("ix_reports_version_of", ["version_of"], "version_of IS NOT NULL"),
    ("ix_reports_about_id", ["about_id"], "about_id IS NOT NULL"),
    ("ix_reports_group_id", ["group_id"], "group_id IS NOT NULL"),
    ("ix_reports_operation_id_recorded_at", ["operation_id", "recorded_at"], None),
    ("ix_reports_reporter_id_recorded_at", ["reporter_id", "recorded_at"], None),
    ("ix_reports_published", ["operation_id", "occurred_at"], "kind = 'figure'"),
    ("ix_reports_same_place", ["operation_id"], "kind = 'same_place'"),
    ("ix_reports_estimated", ["operation_id"], "total IS NULL AND households IS NOT NULL"),
)
ON_THE_WAY = "left_stands_at < stands_at AND place_id IS NOT NULL AND from_place_id IS NOT NULL"
DAY_COLUMNS = (
    ("crossed", VECTOR, False),
    ("taken", TALLY, False),
    ("expected", TALLY, False),
    ("previous_at", MOMENT, True),
    ("previous_by", sa.String(), True),
    ("previous_decided", sa.Boolean(), False),
    ("origins_moved", JSONB, False),
    ("is_decided", sa.Boolean(), False),
    ("is_disputed", sa.Boolean(), False),
    ("discrepancy", sa.BigInteger(), True),
    ("origins", JSONB, False),
)
TALLIES = ("total_amount", "total")  # whose squares many reports with a wide range would bring past a bigint
FIELDS = {
    "shelter": "name aliases site_type building lat lon status capacity blocked covered_area_m2 site_area_m2 toilets"
    " toilets_accessible taps showers water_litres_per_day health_post admits managed_by contact access",
    "group": "label origin displaced_on households cause people needs priority_needs intention",
}


def _forget_figures() -> None:
    """Everything about every place is to be folded again."""
    op.execute("DELETE FROM place_days")
    op.execute("DELETE FROM area_days")
    op.execute("UPDATE place_now SET day = NULL")
    op.execute(
        "INSERT INTO marks (operation_id, place_id, marked_at) SELECT operation_id, place_id, now() FROM place_now"
    )


def _said(kind: str) -> str:
    keys = ", ".join(f"'{key}'" for key in FIELDS[kind].split())
    return (
        "(SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(reports.content)"
        f" WHERE key IN ({keys}))"
    )


def _make_indexes(indexes: Indexes) -> None:
    for name, columns, where in indexes:
        op.create_index(
            name,
            "reports",
            columns,
            unique=name.startswith("uq_"),
            postgresql_where=sa.text(where) if where else None,
        )


def _drop_indexes(indexes: Indexes) -> None:
    for name, _, where in reversed(indexes):
        op.drop_index(name, table_name="reports", postgresql_where=sa.text(where) if where else None)


def upgrade() -> None:
    _widen_reports()
    op.add_column("places", sa.Column("same_as", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_places_same_as_places"), "places", "places", ["same_as"], ["id"])
    op.create_check_constraint(
        op.f("ck_places_same_as"), "places", "same_as IS NULL OR (same_as <> id AND kind = 'shelter')"
    )
    op.create_index("ix_places_booked_at", "places", [sa.text("coalesce(same_as, id)")])
    op.add_column("place_now", sa.Column("area_path", TEXTS, nullable=True))
    _forget_figures()
    for name, type_, nullable in DAY_COLUMNS:
        op.add_column("place_days", sa.Column(name, type_, nullable=nullable))
    for name in TALLIES:
        op.alter_column("place_days", name, type_=TALLY)
    _widen_shelters()
    _widen_groups()
    op.alter_column("users", "language", nullable=True)  # null: never chosen
    op.create_table(
        "wide_marks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("marked_at", MOMENT, nullable=False),
        sa.CheckConstraint("group_id IS NULL OR place_id IS NULL", name=op.f("ck_wide_marks_about_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wide_marks")),
    )


def _widen_reports() -> None:
    for name, type_ in REPORT_COLUMNS:
        op.add_column("reports", sa.Column(name, type_, nullable=True))
    op.drop_constraint("ck_reports_kind", "reports")
    op.create_check_constraint(op.f("ck_reports_kind"), "reports", f"kind IN ({NEW_KINDS})")
    for name, condition in REPORT_CHECKS:
        op.create_check_constraint(op.f(f"ck_reports_{name}"), "reports", condition)
    _drop_indexes(DAY_FIRST)
    _make_indexes(REPORT_INDEXES)
    op.create_index(
        "ix_reports_on_the_way",
        "reports",
        [sa.text("tstzrange(left_stands_at, stands_at)")],
        postgresql_using="gist",
        postgresql_where=sa.text(ON_THE_WAY),
    )


def _widen_shelters() -> None:
    op.add_column("shelters", sa.Column("is_void", sa.Boolean(), nullable=True))
    op.execute("UPDATE shelters SET is_void = false")
    op.alter_column("shelters", "is_void", nullable=False)
    op.add_column("shelter_states", sa.Column("first_id", sa.Uuid(), nullable=True))
    op.add_column("shelter_states", sa.Column("recorded_at", MOMENT, nullable=True))
    op.add_column("shelter_states", sa.Column("replaced_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE shelter_states SET first_id = report_id, recorded_at = reports.recorded_at"
        " FROM reports WHERE reports.id = report_id"
    )
    op.alter_column("shelter_states", "first_id", nullable=False)
    op.alter_column("shelter_states", "recorded_at", nullable=False)


def _widen_groups() -> None:
    op.create_table(
        "group_states",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_group_states_group_id_groups")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_group_states")),
    )
    op.create_index(op.f("ix_group_states_group_id_occurred_at"), "group_states", ["group_id", "occurred_at"])
    op.execute(
        "INSERT INTO group_states (report_id, first_id, group_id, operation_id, occurred_at, fields, recorded_at)"
        f" SELECT id, id, group_id, operation_id, occurred_at, {_said('group')}, recorded_at"
        " FROM reports WHERE kind = 'group'"
    )
    op.add_column("groups", sa.Column("origin", sa.String(), nullable=True))
    op.add_column("groups", sa.Column("is_void", sa.Boolean(), nullable=True))
    op.execute("UPDATE groups SET is_void = false, origin = state ->> 'origin'")
    op.alter_column("groups", "is_void", nullable=False)
    op.drop_column("groups", "stated_by")


def downgrade() -> None:
    if op.get_bind().scalar(
        sa.text(f"SELECT EXISTS (SELECT FROM reports WHERE kind NOT IN ({KINDS}) OR corrects IS NOT NULL)")
    ):
        raise RuntimeError(
            "There are corrections, decisions, published figures, notes or shelters that are one. They cannot be"
            " forgotten: restore a backup from before the upgrade instead."
        )
    op.drop_table("wide_marks")
    op.execute("UPDATE users SET language = 'en' WHERE language IS NULL")
    op.alter_column("users", "language", nullable=False)
    op.add_column("groups", sa.Column("stated_by", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE groups SET stated_by = (SELECT report_id FROM group_states WHERE group_id = groups.id"
        " ORDER BY occurred_at DESC, report_id DESC LIMIT 1)"
    )
    op.alter_column("groups", "stated_by", nullable=False)
    op.drop_column("groups", "is_void")
    op.drop_column("groups", "origin")
    op.drop_index(op.f("ix_group_states_group_id_occurred_at"), table_name="group_states")
    op.drop_table("group_states")
    for column in ("replaced_at", "recorded_at", "first_id"):
        op.drop_column("shelter_states", column)
    op.drop_column("shelters", "is_void")
    _forget_figures()
    for name in TALLIES:
        op.alter_column("place_days", name, type_=VECTOR)
    for name, _, _ in reversed(DAY_COLUMNS):
        op.drop_column("place_days", name)
    op.drop_column("place_now", "area_path")
    op.drop_index("ix_places_booked_at", table_name="places")
    op.drop_constraint(op.f("ck_places_same_as"), "places")
    op.drop_constraint(op.f("fk_places_same_as_places"), "places")
    op.drop_column("places", "same_as")
    op.drop_index("ix_reports_on_the_way", table_name="reports", postgresql_where=sa.text(ON_THE_WAY))
    _drop_indexes(REPORT_INDEXES)
    _make_indexes(DAY_FIRST)
    for name, _ in REPORT_CHECKS:
        op.drop_constraint(op.f(f"ck_reports_{name}"), "reports")
    op.drop_constraint(op.f("ck_reports_kind"), "reports")
    op.create_check_constraint(op.f("ck_reports_kind"), "reports", f"kind IN ({KINDS})")
    for name, _ in reversed(REPORT_COLUMNS):
        op.drop_column("reports", name)
