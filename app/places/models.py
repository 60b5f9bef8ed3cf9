"""Operations, areas and places. A place is where displaced people stay: a shelter, or an area outside any shelter."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, ForeignKeyConstraint, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class Operation(SQLModel, table=True):
    """One response with its own time zone, scheme and thresholds. Zone and scheme are frozen by the first report.

    `closed_at`: since when no report is taken any more; null while it is open.
    """

    __tablename__ = "operations"

    id: UUID = Field(primary_key=True)
    code: str = Field(unique=True)
    name: dict[str, str] = Field(sa_type=JSONB)
    time_zone: str
    scheme: dict[str, list[str]] = Field(sa_type=JSONB)
    mail_detail: str = Field(default="full")
    created_at: datetime = Field(sa_type=AWARE)
    closed_at: datetime | None = Field(default=None, sa_type=AWARE)

    __table_args__ = (CheckConstraint("mail_detail IN ('full', 'brief')", name="mail_detail"),)


class OperationSetting(SQLModel, table=True):
    """One setting as of one moment; the latest row holds. Append-only, so that the past can be asked again."""

    __tablename__ = "operation_settings"

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key="operations.id")
    name: str
    value: Any = Field(sa_type=JSONB)
    recorded_at: datetime = Field(sa_type=AWARE)

    __table_args__ = (Index(None, "operation_id", "name", "recorded_at"),)


class Area(SQLModel, table=True):
    """An administrative area by its P-code. Level 0 is a country. `path` runs from the country to the area itself."""

    __tablename__ = "areas"

    operation_id: UUID = Field(primary_key=True, foreign_key="operations.id")
    code: str = Field(primary_key=True)
    level: int
    parent: str | None = None
    path: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    name: dict[str, str] = Field(sa_type=JSONB)
    lat: float | None = None
    lon: float | None = None

    __table_args__ = (
        ForeignKeyConstraint(["operation_id", "parent"], ["areas.operation_id", "areas.code"]),
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        CheckConstraint("path[cardinality(path)] = code", name="path_ends_with_itself"),
    )


class Outline(SQLModel, table=True):
    """Where an area lies, simplified for maps (formats.outlines says how `rings` are written). `shape` is its code; of
    ground around that is none of the areas (`area` null), what its file calls it. The box it lies in is in degrees."""

    __tablename__ = "outlines"

    operation_id: UUID = Field(primary_key=True, foreign_key="operations.id")
    shape: str = Field(primary_key=True)
    area: str | None = None
    level: int
    west: float
    south: float
    east: float
    north: float
    rings: list[list[int]] = Field(sa_type=JSONB)

    __table_args__ = (ForeignKeyConstraint(["operation_id", "area"], ["areas.operation_id", "areas.code"]),)


class Place(SQLModel, table=True):
    """Where people are booked. A shelter's place has the shelter's id; an area's place is made from its code.

    `same_as`: the shelter this one turned out to be; whatever is said of this one is booked there. It is always the
    last of a chain. Null: itself. `kept_id` is the one of the two; PostgreSQL works it out.
    """

    __tablename__ = "places"

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key="operations.id")
    kind: str
    area_code: str
    area_path: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    same_as: UUID | None = Field(default=None, foreign_key="places.id")
    kept_id: UUID | None = Field(
        default=None, sa_column=Column(Uuid, Computed("coalesce(same_as, id)", persisted=True), index=True)
    )

    __table_args__ = (
        ForeignKeyConstraint(["operation_id", "area_code"], ["areas.operation_id", "areas.code"]),
        CheckConstraint("kind IN ('shelter', 'area')", name="kind"),
        CheckConstraint("same_as IS NULL OR (same_as <> id AND kind = 'shelter')", name="same_as"),
        Index(None, "operation_id", "kind"),
    )
