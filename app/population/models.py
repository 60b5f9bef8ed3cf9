"""What the fold stores. Every row can be re-derived from the ledger; `mawa verify` does.

Vectors: a tally is [total, low squares, high squares, low open, high open] (app.counts.Tally); cells are in
scheme order; an area's change is in the order of app.population.areas.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


def _vector() -> Any:
    return Column(ARRAY(BigInteger), nullable=False)


class PlaceDay(SQLModel, table=True):
    """A place at the end of a day on which something was reported. The figure of a day is the last row not after it.

    Facts (of that day's reports alone): `*_amount` is the day's anchor plus what moved after it where
    `*_anchored`, else what moved that day. Levels (carried): the rest. `opening` is the
    total shown before this day.
    """

    __tablename__ = "place_days"

    place_id: UUID = Field(primary_key=True, foreign_key="places.id")
    day: date = Field(primary_key=True)
    operation_id: UUID

    came: int = Field(sa_type=BigInteger)
    left: int = Field(sa_type=BigInteger)
    competed: int
    total_anchored: bool
    total_amount: list[int] = Field(sa_column=_vector())
    cells_anchored: bool
    cells_amount: list[int] = Field(sa_column=_vector())
    households_anchored: bool
    households_amount: int = Field(sa_type=BigInteger)

    opening: int = Field(sa_type=BigInteger)
    total: list[int] = Field(sa_column=_vector())
    cells: list[int] = Field(sa_column=_vector())
    households: int = Field(sa_type=BigInteger)
    basis: str
    competing: int
    counted_at: datetime | None = Field(default=None, sa_type=AWARE)
    counted_by: str | None = None
    composition_at: datetime | None = Field(default=None, sa_type=AWARE)
    changed_at: datetime | None = Field(default=None, sa_type=AWARE)
    reported_at: datetime = Field(sa_type=AWARE)
    rules: dict[str, Any] = Field(sa_type=JSONB)

    __table_args__ = (CheckConstraint("basis IN ('counted', 'at_least', 'unknown')", name="basis"),)


class PlaceNow(SQLModel, table=True):
    """The row workers lock, and the day whose row is current. Null: nothing was reported yet."""

    __tablename__ = "place_now"

    place_id: UUID = Field(primary_key=True, foreign_key="places.id")
    operation_id: UUID
    day: date | None = None

    __table_args__ = (Index(None, "operation_id"),)


class AreaDay(SQLModel, table=True):
    """By how much an area changed on a day, everything below it included; the running sum is its level."""

    __tablename__ = "area_days"

    operation_id: UUID = Field(primary_key=True)
    area_code: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    change: list[int] = Field(sa_column=_vector())
