"""What the fold stores. Every row can be re-derived from the ledger; `mawa verify` does.

Vectors: a tally is [total, low squares, high squares, low open, high open, estimated] (app.counts.Tally), and numeric,
since no number of reports may bring its squares past an end; cells are in scheme order; an area's change is in the
order of app.population.areas.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Numeric, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


def _vector() -> Any:
    return Column(ARRAY(BigInteger), nullable=False)


class _Whole(Loader):
    """Tallies as whole numbers: made into decimals first, they are a third of what it costs to read a row."""

    def load(self, data: Buffer) -> list[int]:
        return list(map(int, bytes(data)[1:-1].split(b",")))


psycopg.adapters.register_loader(psycopg.postgres.types["numeric"].array_oid, _Whole)


def _tally() -> Any:
    return Column(ARRAY(Numeric), nullable=False)


class PlaceDay(SQLModel, table=True):
    """A place at the end of a day on which something was reported. The figure of a day is the last row not after it.

    Facts (of that day's reports alone): `*_amount` is the day's anchor plus what moved after it where
    `*_anchored`, else what moved that day; `taken`, `expected` and `previous_*` say what the last headcount of the day
    found and what the books had said (app.population.facts). Levels (carried): the rest. `opening` is the total shown
    before this day.
    """

    __tablename__ = "place_days"

    place_id: UUID = Field(primary_key=True, foreign_key="places.id")
    day: date = Field(primary_key=True)
    operation_id: UUID

    came: int = Field(sa_type=BigInteger)
    left: int = Field(sa_type=BigInteger)
    crossed: list[int] = Field(sa_column=_vector())
    competed: int
    total_anchored: bool
    total_amount: list[int] = Field(sa_column=_tally())
    cells_anchored: bool
    cells_amount: list[int] = Field(sa_column=_vector())
    households_anchored: bool
    households_amount: int = Field(sa_type=BigInteger)
    unaccompanied_anchored: bool
    unaccompanied_amount: int = Field(sa_type=BigInteger)
    taken: list[int] = Field(sa_column=_tally())
    expected: list[int] = Field(sa_column=_tally())
    previous_at: datetime | None = Field(default=None, sa_type=AWARE)
    previous_by: str | None = None
    previous_decided: bool
    origins_moved: dict[str, int] = Field(sa_type=JSONB)

    opening: int = Field(sa_type=BigInteger)
    total: list[int] = Field(sa_column=_tally())
    cells: list[int] = Field(sa_column=_vector())
    households: int = Field(sa_type=BigInteger)
    unaccompanied: int = Field(sa_type=BigInteger)
    basis: str
    competing: int
    counted_at: datetime | None = Field(default=None, sa_type=AWARE)
    counted_by: str | None = None
    composition_at: datetime | None = Field(default=None, sa_type=AWARE)
    is_decided: bool
    is_disputed: bool
    discrepancy: int | None = Field(default=None, sa_type=BigInteger)
    origins: dict[str, int] = Field(sa_type=JSONB)
    changed_at: datetime | None = Field(default=None, sa_type=AWARE)
    reported_at: datetime = Field(sa_type=AWARE)
    rules: dict[str, Any] = Field(sa_type=JSONB)

    __table_args__ = (
        CheckConstraint("basis IN ('counted', 'at_least', 'unknown')", name="basis"),
        Index("ix_place_days_open", "place_id", "day", postgresql_where=text("competing > 0 OR is_disputed")),
    )


class PlaceNow(SQLModel, table=True):
    """The row workers lock, the day whose row is current (null: nothing was reported yet), and the areas whose sums
    hold what is stored of the place (null: none yet). From `due_at` on its rules may say something else, by time alone.

    The rest is what questions about all places ask of that row, which is fifty times as wide: `people` as shown (null:
    not known) with their basis, when they were counted and anything was reported, and `flow`, the most people who are
    there from one home (or from none that is known). Written with `day`, by the same statement.
    """

    __tablename__ = "place_now"

    place_id: UUID = Field(primary_key=True, foreign_key="places.id")
    operation_id: UUID
    day: date | None = None
    area_path: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text), nullable=True))
    due_at: datetime | None = Field(default=None, sa_type=AWARE)
    people: int | None = Field(default=None, sa_type=BigInteger)
    basis: str | None = None
    counted_at: datetime | None = Field(default=None, sa_type=AWARE)
    reported_at: datetime | None = Field(default=None, sa_type=AWARE)
    flow: int | None = Field(default=None, sa_type=BigInteger)

    __table_args__ = (
        Index(None, "operation_id"),
        Index("ix_place_now_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )


class AreaDay(SQLModel, table=True):
    """By how much an area changed on a day, everything below it included; the running sum is its level. The area with
    the empty code is the whole operation."""

    __tablename__ = "area_days"
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)  # folds change the rows of a day again and again

    operation_id: UUID = Field(primary_key=True)
    area_code: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    change: list[int] = Field(sa_column=_vector())
