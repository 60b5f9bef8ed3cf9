"""Alerts, their transitions, and the notices that go to people."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class Alert(SQLModel, table=True):
    """The published state of one rule at one place, from opening to end. At most one is open for each. At
    `escalates_at`, where nobody has taken it on by then, the next are called; `escalated`: how far that went."""

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
    escalates_at: datetime | None = Field(default=None, sa_type=AWARE)
    escalated: int = 0
    ended_at: datetime | None = Field(default=None, sa_type=AWARE)

    __table_args__ = (
        CheckConstraint("severity IN ('warning', 'critical')", name="severity"),
        CheckConstraint("status IN ('open', 'acknowledged', 'resolved', 'withdrawn')", name="status"),
        CheckConstraint("(ended_at IS NOT NULL) = (status IN ('resolved', 'withdrawn'))", name="ended"),
        Index("uq_alerts_one_open", "place_id", "rule", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index(None, "operation_id", "opened_at"),
        Index(None, "place_id", "rule"),
        Index(None, "operation_id", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("ix_alerts_escalates_at", "escalates_at", postgresql_where=text("escalates_at IS NOT NULL")),
    )


class OwnLimits(SQLModel, table=True):
    """Where the rules begin at one shelter itself; what is not among the limits is as in the operation. Who changed
    them and from what is in the audit log."""

    __tablename__ = "own_limits"

    place_id: UUID = Field(primary_key=True, foreign_key="places.id")
    operation_id: UUID = Field(foreign_key="operations.id", index=True)
    limits: dict[str, Any] = Field(sa_type=JSONB)


class Subscription(SQLModel, table=True):
    """What one person wants to be told of in an operation. `area_code` None: all of theirs; `rule` None: all; from this
    `severity` on; `how` never: nothing, whoever has said nothing at all is told what their role is told."""

    __tablename__ = "subscriptions"

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key="operations.id", index=True)
    user_id: UUID = Field(foreign_key="users.id")
    area_code: str | None = None
    rule: str | None = None
    severity: str
    how: str

    __table_args__ = (
        CheckConstraint("severity IN ('warning', 'critical')", name="severity"),
        CheckConstraint("how IN ('at_once', 'daily', 'never')", name="how"),
        UniqueConstraint("user_id", "operation_id", "area_code", "rule", postgresql_nulls_not_distinct=True),
    )


class Digest(SQLModel, table=True):
    """That somebody has had their digest of a day; no mail: it could not be written, or they asked for digests after
    the morning. `areas`, `is_protection`: what its reader might read then."""

    __tablename__ = "digests"

    user_id: UUID = Field(primary_key=True, foreign_key="users.id")
    operation_id: UUID = Field(primary_key=True, foreign_key="operations.id", index=True)
    day: date = Field(primary_key=True)
    mail_id: UUID | None = Field(default=None, foreign_key="mails.id", index=True)
    areas: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    is_protection: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class AlertTransition(SQLModel, table=True):
    """What happened to an alert: a change of the published state (`kind` state, or withdrawn: the corrected ledger
    never opens it), that somebody took it on, or that others were called. `since` is when it became true, `at` when we
    learned it. `request`: what logs call the request whose report led to it."""

    __tablename__ = "alert_transitions"

    id: UUID = Field(primary_key=True)
    operation_id: UUID
    alert_id: UUID = Field(foreign_key="alerts.id", index=True)
    kind: str = "state"
    before: str
    after: str
    since: datetime = Field(sa_type=AWARE)
    at: datetime = Field(sa_type=AWARE)
    numbers: dict[str, Any] = Field(sa_type=JSONB)
    by: UUID | None = Field(default=None, foreign_key="users.id")
    comment: str | None = None
    request: str | None = None

    __table_args__ = (
        CheckConstraint("kind IN ('state', 'withdrawn', 'acknowledged', 'escalated')", name="kind"),
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
        Index("ix_notices_mail_id", "mail_id", postgresql_where=text("mail_id IS NOT NULL")),
    )
