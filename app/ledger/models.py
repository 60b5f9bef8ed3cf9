"""Reports and marks. Append-only: triggers refuse UPDATE, DELETE and TRUNCATE of reports (see the migrations)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Computed, Identity, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE

# What a version says, corrections too.
SAID = "CASE WHEN corrects IS NULL THEN content ELSE content -> 'replacement' END"
# To be asked in these words, or PostgreSQL does not use the indexes of what speaks of needs.
SPEAKS_OF_NEEDS = f"{SAID} @? '$.needs.*'"
_UNACCOMPANIED = f"CAST({SAID} #>> '{{needs,SC}}' AS bigint)"
_DOUBLE_OF, _PAIR = f"CAST({SAID} ->> 'double_of' AS uuid)", f"{SAID} ->> 'pair'"


class Report(SQLModel, table=True):
    """What one person said at one time: one version of a report. The id is made by the sender.

    A correction is stored as the version it makes: of the same kind, `corrects` names the version it replaces and
    `version_of` the first one (null: this is the first). `kind` void: the report is taken back. A version counts
    while none corrects it.

    `place_id` is where the people are after it: the destination of a movement, the place of a headcount or a note,
    the shelter spoken of, the shelter kept of two. `from_place_id` is where a movement took them from, or the other
    of two shelters. Null ends are elsewhere. `about_id` is the first version of what a decision is about, `adopt` what
    it decides: whether a headcount is followed, or a movement counts beside the one that was told before
    (`double_of`, the first version, which PostgreSQL reads in the content, as `pair`: what the later told is of one
    journey, its departure or its arrival); `area_code` the area a shelter lies in or a
    published figure speaks of (null: the whole operation).
    `unaccompanied`: children said to have nobody who looks after them, which PostgreSQL reads in the content.
    `stands_at` and `left_stands_at` order the fold: day-dated movements stand at the day's start,
    day-dated headcounts at its end. `day` and `left_day` are local days of the operation. A movement always
    has `left_*`: equal to the arrival where the report did not say when they left.
    """

    __tablename__ = "reports"

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key="operations.id")
    kind: str
    occurred_at: datetime = Field(sa_type=AWARE)
    left_at: datetime | None = Field(default=None, sa_type=AWARE)
    recorded_at: datetime = Field(sa_type=AWARE)
    day: date
    left_day: date | None = None
    stands_at: datetime = Field(sa_type=AWARE)
    left_stands_at: datetime | None = Field(default=None, sa_type=AWARE)
    place_id: UUID | None = Field(default=None, foreign_key="places.id")
    from_place_id: UUID | None = Field(default=None, foreign_key="places.id")
    group_id: UUID | None = None
    origin: str | None = None
    total: int | None = Field(default=None, sa_type=BigInteger)
    low: int | None = Field(default=None, sa_type=BigInteger)
    high: int | None = Field(default=None, sa_type=BigInteger)
    households: int | None = Field(default=None, sa_type=BigInteger)
    cells: list[int] | None = Field(default=None, sa_column=Column(ARRAY(BigInteger)))
    method: str | None = None
    content: dict[str, Any] = Field(sa_type=JSONB)
    digest: bytes
    reporter_id: UUID
    device: str | None = None
    clock_shift_s: int = 0
    corrects: UUID | None = None
    version_of: UUID | None = None
    about_id: UUID | None = None
    adopt: bool | None = None
    area_code: str | None = None
    unaccompanied: int | None = Field(default=None, sa_column=Column(BigInteger, Computed(_UNACCOMPANIED)))
    double_of: UUID | None = Field(default=None, sa_column=Column(Uuid, Computed(_DOUBLE_OF, persisted=True)))

    pair: str | None = Field(default=None, sa_column=Column(Text, Computed(_PAIR, persisted=True)))

    __table_args__ = (
        CheckConstraint(
            "kind IN ('shelter', 'shelter_state', 'group', 'movement', 'headcount', 'figure', 'note', 'decision',"
            " 'same_place', 'void')",
            name="kind",
        ),
        CheckConstraint("(corrects IS NULL) = (version_of IS NULL) AND id <> corrects", name="version"),
        CheckConstraint("kind <> 'void' OR corrects IS NOT NULL", name="void"),
        CheckConstraint("(kind = 'decision') = (about_id IS NOT NULL AND adopt IS NOT NULL)", name="decision"),
        CheckConstraint("double_of IS NULL OR (kind = 'decision' AND double_of <> about_id)", name="double_of"),
        CheckConstraint(
            "pair IS NULL OR (double_of IS NOT NULL AND adopt AND pair IN ('departure', 'arrival'))", name="pair"
        ),
        CheckConstraint("kind <> 'figure' OR (place_id IS NULL AND from_place_id IS NULL)", name="figure"),
        CheckConstraint("kind <> 'note' OR place_id IS NOT NULL", name="note"),
        CheckConstraint(
            "kind <> 'same_place' OR (place_id IS NOT NULL AND from_place_id IS NOT NULL"
            " AND place_id <> from_place_id)",
            name="same_place",
        ),
        CheckConstraint("total >= 0 AND low >= 0 AND high >= 0 AND households >= 0", name="not_negative"),
        CheckConstraint(
            "(total IS NULL OR low <= total) AND (total IS NULL OR high >= total) AND low <= high", name="range"
        ),
        CheckConstraint("0 <= ALL (cells)", name="cells_not_negative"),
        CheckConstraint("cells IS NULL OR total = vector_sum(cells)", name="cells_sum_to_total"),
        CheckConstraint(
            "kind <> 'movement' OR ((place_id IS NOT NULL OR from_place_id IS NOT NULL)"
            " AND place_id IS DISTINCT FROM from_place_id AND (total > 0 OR (total IS NULL AND households > 0)))",
            name="movement",
        ),
        CheckConstraint("kind <> 'headcount' OR (place_id IS NOT NULL AND method IS NOT NULL)", name="headcount"),
        CheckConstraint(
            "(kind = 'movement') = (left_at IS NOT NULL) AND (left_at IS NULL) = (left_day IS NULL)"
            " AND (left_at IS NULL) = (left_stands_at IS NULL) AND left_at <= occurred_at",
            name="left_before_arriving",
        ),
        Index("ix_reports_place_day", "place_id", "day", postgresql_where=text("place_id IS NOT NULL")),
        Index(
            "ix_reports_from_left_day", "from_place_id", "left_day", postgresql_where=text("from_place_id IS NOT NULL")
        ),
        Index("uq_reports_corrects", "corrects", unique=True, postgresql_where=text("corrects IS NOT NULL")),
        Index(
            "ix_reports_corrected",
            "corrects",
            postgresql_using="hash",
            postgresql_where=text("corrects IS NOT NULL"),
        ),
        Index("ix_reports_version_of", "version_of", postgresql_where=text("version_of IS NOT NULL")),
        Index("ix_reports_about_id", "about_id", postgresql_where=text("about_id IS NOT NULL")),
        Index("ix_reports_double_of", "double_of", postgresql_where=text("double_of IS NOT NULL")),
        Index("ix_reports_pair", "operation_id", postgresql_where=text("pair IS NOT NULL")),
        Index("ix_reports_group_id", "group_id", postgresql_where=text("group_id IS NOT NULL")),
        Index(
            "ix_reports_groups_here",
            "place_id",
            postgresql_where=text("group_id IS NOT NULL AND place_id IS NOT NULL"),
        ),
        Index(
            "ix_reports_groups_from_here",
            "from_place_id",
            postgresql_where=text("group_id IS NOT NULL AND from_place_id IS NOT NULL"),
        ),
        Index(
            "ix_reports_needs_here", "place_id", postgresql_where=text(f"place_id IS NOT NULL AND {SPEAKS_OF_NEEDS}")
        ),
        Index(
            "ix_reports_needs_from_here",
            "from_place_id",
            postgresql_where=text(f"from_place_id IS NOT NULL AND {SPEAKS_OF_NEEDS}"),
        ),
        Index("ix_reports_operation_id_recorded_at", "operation_id", "recorded_at"),
        Index("ix_reports_reporter_id_recorded_at", "reporter_id", "recorded_at"),
        Index("ix_reports_published", "operation_id", "occurred_at", postgresql_where=text("kind = 'figure'")),
        Index("ix_reports_headcounts", "place_id", "day", postgresql_where=text("kind = 'headcount'")),
        Index("ix_reports_same_place", "operation_id", postgresql_where=text("kind = 'same_place'")),
        Index(
            "ix_reports_on_the_way",
            text("tstzrange(left_stands_at, stands_at)"),
            postgresql_using="gist",
            postgresql_where=text("left_stands_at < stands_at AND place_id IS NOT NULL AND from_place_id IS NOT NULL"),
        ),
        Index(
            "ix_reports_estimated", "operation_id", postgresql_where=text("total IS NULL AND households IS NOT NULL")
        ),
    )


class Mark(SQLModel, table=True):
    """Something changed at a place on a day (no day: everything about it). Appended by reports, taken by the fold.
    `request`: what logs call the request that changed it."""

    __tablename__ = "marks"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    operation_id: UUID
    place_id: UUID
    day: date | None = None
    marked_at: datetime = Field(sa_type=AWARE)
    request: str | None = None

    __table_args__ = (Index(None, "place_id"),)


class Turn(SQLModel, table=True):
    """Whose turn it is to change what depends on others: shelters, groups, reports about reports.

    Who does holds the operation's row to the end, so one does after the other. Each has an id that no other ever had,
    also where it came to nothing or a backup was put back: while it is the same, so are the places reports may name.
    """

    __tablename__ = "turns"

    operation_id: UUID = Field(primary_key=True)
    turn: UUID


class News(SQLModel, table=True):
    """What an operation looks like: figures, alerts, what is held, what others published. While its ids and the turn
    are the same, so is what pages show. Each transaction that changes something adds an id that no other ever had, and
    takes away those it finds: of several at once none waits for another, and no set of ids ever comes again."""

    __tablename__ = "news"

    operation_id: UUID = Field(primary_key=True)
    news: UUID = Field(primary_key=True)


class WideMark(SQLModel, table=True):
    """Something changed that concerns places nobody named; which these are is asked by the fold when it takes the mark.

    `group_id`: the home of a group, so the days its movements are booked on. `place_id`: where a place lies or is
    booked, so everything about it, and of other places the days on which people moved between. Neither: everything in
    the operation.
    """

    __tablename__ = "wide_marks"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    operation_id: UUID
    group_id: UUID | None = None
    place_id: UUID | None = None
    marked_at: datetime = Field(sa_type=AWARE)

    __table_args__ = (CheckConstraint("group_id IS NULL OR place_id IS NULL", name="about_one"),)
