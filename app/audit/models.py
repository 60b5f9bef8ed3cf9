"""The audit log. Append-only by trigger."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class AuditEntry(SQLModel, table=True):
    """One change that is not itself a report. `actor_id` None: the system or a command on the server."""

    __tablename__ = "audit_entries"

    id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=AWARE)
    operation_id: UUID | None = None
    actor_id: UUID | None = None
    action: str
    subject: str
    details: dict[str, Any] = Field(sa_type=JSONB)

    __table_args__ = (Index(None, "operation_id", "at"),)
