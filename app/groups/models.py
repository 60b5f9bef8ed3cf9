"""Groups as projections of their reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class Group(SQLModel, table=True):
    """A group as last reported. `id` is the id of its first report."""

    __tablename__ = "groups"

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key="operations.id")
    code: str
    state: dict[str, Any] = Field(sa_type=JSONB)
    stated_at: datetime = Field(sa_type=AWARE)
    stated_by: UUID

    __table_args__ = (
        UniqueConstraint("operation_id", "code"),
        CheckConstraint("code ~ '^[A-Z0-9-]{1,32}$'", name="code"),
    )
