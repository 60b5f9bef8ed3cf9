"""Groups as projections of their reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class Group(SQLModel, table=True):
    """A group as last reported. `id` is the id of its first report. `is_void`: every report on it was taken back."""

    __tablename__ = "groups"

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key="operations.id")
    code: str
    origin: str | None = None
    state: dict[str, Any] = Field(sa_type=JSONB)
    stated_at: datetime = Field(sa_type=AWARE)
    is_void: bool = False

    __table_args__ = (
        UniqueConstraint("operation_id", "code"),
        CheckConstraint("code ~ '^[A-Z0-9-]{1,32}$'", name="code"),
    )


class GroupState(SQLModel, table=True):
    """What one version of a report said of a group as of a moment; alike to what is said of shelters."""

    __tablename__ = "group_states"

    report_id: UUID = Field(primary_key=True)
    first_id: UUID
    group_id: UUID = Field(foreign_key="groups.id")
    operation_id: UUID
    occurred_at: datetime = Field(sa_type=AWARE)
    fields: dict[str, Any] = Field(sa_type=JSONB)
    recorded_at: datetime = Field(sa_type=AWARE)
    replaced_at: datetime | None = Field(default=None, sa_type=AWARE)

    __table_args__ = (Index(None, "group_id", "occurred_at"),)
