"""Shelters as projections of their reports. Nothing here is typed in; everything came as a report."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class Shelter(SQLModel, table=True):
    """A shelter as it stands now. `id` is the id of the report that registered it, and of its place.

    `is_void`: its report was taken back; it is listed only while something is still booked there.
    """

    __tablename__ = "shelters"

    id: UUID = Field(primary_key=True, foreign_key="places.id")
    operation_id: UUID = Field(foreign_key="operations.id")
    code: str
    area_code: str
    area_path: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: dict[str, Any] = Field(sa_type=JSONB)
    is_void: bool = False

    __table_args__ = (
        UniqueConstraint("operation_id", "code"),
        CheckConstraint("code ~ '^[A-Z0-9-]{1,32}$'", name="code"),
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
