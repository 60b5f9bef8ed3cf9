"""Shelters as projections of their reports. Nothing here is typed in; everything came as a report."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Computed, Double, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE

# What tables and sums over all shelters ask of each, beside its state and always equal to it: reading thousands of
# states takes ten times as long. `places_for_people` is app.shelters.policy's.
_PLACES = """CASE WHEN state ->> 'capacity' IS NULL THEN floor((state ->> 'covered_area_m2')::float8 / 3.5)::bigint
  ELSE greatest(0, (state ->> 'capacity')::bigint - coalesce((state ->> 'blocked')::bigint, 0)) END"""


def _said(name: str, kind: Any, cast: str = "") -> Any:
    said = f"(state ->> '{name}')"
    return Column(kind, Computed(f"{said}::{cast}" if cast else said, persisted=True))


class Shelter(SQLModel, table=True):
    """A shelter as it stands now. `id` is the id of the report that registered it, and of its place.

    `is_void`: its report was taken back; it is listed only while something is still booked there. `sought`: its code
    and names as they are looked for (app.shelters.policy).
    """

    __tablename__ = "shelters"

    id: UUID = Field(primary_key=True, foreign_key="places.id")
    operation_id: UUID = Field(foreign_key="operations.id")
    code: str
    area_code: str
    area_path: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: dict[str, Any] = Field(sa_type=JSONB)
    is_void: bool = False
    sought: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    status: str | None = Field(default=None, sa_column=_said("status", Text))
    site_type: str | None = Field(default=None, sa_column=_said("site_type", Text))
    lat: float | None = Field(default=None, sa_column=_said("lat", Double, "float8"))
    lon: float | None = Field(default=None, sa_column=_said("lon", Double, "float8"))
    places_for_people: int | None = Field(default=None, sa_column=Column(BigInteger, Computed(_PLACES, persisted=True)))

    __table_args__ = (
        UniqueConstraint("operation_id", "code"),
        CheckConstraint("code ~ '^[A-Z0-9-]{1,32}$'", name="code"),
        Index(None, "operation_id", "area_code"),
    )


class ShelterState(SQLModel, table=True):
    """What one version of a report said of a shelter as of a moment: only the fields it spoke of; null means now
    unknown. `first_id` is the first version of the report; `replaced_at`: when another version took its place, so that
    what was known on a day can be asked."""

    __tablename__ = "shelter_states"

    report_id: UUID = Field(primary_key=True)
    first_id: UUID
    shelter_id: UUID = Field(foreign_key="shelters.id")
    operation_id: UUID
    occurred_at: datetime = Field(sa_type=AWARE)
    fields: dict[str, Any] = Field(sa_type=JSONB)
    recorded_at: datetime = Field(sa_type=AWARE)
    replaced_at: datetime | None = Field(default=None, sa_type=AWARE)

    __table_args__ = (Index(None, "shelter_id", "occurred_at"),)
