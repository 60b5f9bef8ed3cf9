"""Alerts, their transitions, and the notices that go to people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class Alert(SQLModel, table=True):
    """The published state of one rule at one place, from opening to end. At most one is open for each."""

    __tablename__ = "alerts"

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key="operations.id")
    place_id: UUID = Field(foreign_key="places.id")
    rule: str
    severity: str
    status: str
    since: datetime = Field(sa_type=AWARE)
    opened_at: datetime = Field(sa_type=AWARE)
    unknown_since: datetime | None = Field(default=None, sa_type=AWARE)
    numbers: dict[str, Any] = Field(sa_type=JSONB)
    acknowledged_at: datetime | None = Field(default=None, sa_type=AWARE)
    acknowledged_by: UUID | None = Field(default=None, foreign_key="users.id")
    comment: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=AWARE)

    __table_args__ = (
        CheckConstraint("severity IN ('warning', 'critical')", name="severity"),
        CheckConstraint("status IN ('open', 'acknowledged', 'resolved', 'withdrawn')", name="status"),
        CheckConstraint("(ended_at IS NOT NULL) = (status IN ('resolved', 'withdrawn'))", name="ended"),
        Index("uq_alerts_one_open", "place_id", "rule", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index(None, "operation_id", "opened_at"),
    )


class AlertTransition(SQLModel, table=True):
    """A change of the published state. `since` is when it became true, `at` when we learned it."""

    __tablename__ = "alert_transitions"

    id: UUID = Field(primary_key=True)
    operation_id: UUID
    alert_id: UUID = Field(foreign_key="alerts.id", index=True)
    before: str
    after: str
    since: datetime = Field(sa_type=AWARE)
    at: datetime = Field(sa_type=AWARE)
    numbers: dict[str, Any] = Field(sa_type=JSONB)

    __table_args__ = (
        CheckConstraint("before IN ('ok', 'warning', 'critical')", name="before"),
        CheckConstraint("after IN ('ok', 'warning', 'critical')", name="after"),
    )


class Notice(SQLModel, table=True):
    """One transition for one person. Goes out in a mail with other notices due by then; once, or not at all."""

    __tablename__ = "notices"

    id: UUID = Field(primary_key=True)
    operation_id: UUID
    transition_id: UUID = Field(foreign_key="alert_transitions.id")
    user_id: UUID = Field(foreign_key="users.id")
    due_at: datetime = Field(sa_type=AWARE)
    mail_id: UUID | None = Field(default=None, foreign_key="mails.id")
    dropped_at: datetime | None = Field(default=None, sa_type=AWARE)

    __table_args__ = (
        UniqueConstraint("transition_id", "user_id"),
        Index("ix_notices_waiting", "due_at", postgresql_where=text("mail_id IS NULL AND dropped_at IS NULL")),
        Index("ix_notices_mailed", "user_id", "mail_id"),
    )
