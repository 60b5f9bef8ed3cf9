"""The outbox. A row is a finished mail: a retry sends the same bytes under the same Message-ID."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class Mail(SQLModel, table=True):
    """One mail to one address. waiting → sent, or dead when the server will never take it or tries run out;
    `failure` is how the last try ended, where it did not succeed.

    While `leased_until` lies ahead, some worker is sending it; a lease that ran out means that worker died.
    """

    __tablename__ = "mails"

    id: UUID = Field(primary_key=True)
    operation_id: UUID | None = None
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str = Field(unique=True)
    headers: dict[str, str] = Field(sa_type=JSONB)
    status: str = Field(default="waiting")
    created_at: datetime = Field(sa_type=AWARE)
    due_at: datetime = Field(sa_type=AWARE)
    leased_until: datetime | None = Field(default=None, sa_type=AWARE)
    attempts: int = 0
    last_error: str | None = None
    failure: str | None = None
    sent_at: datetime | None = Field(default=None, sa_type=AWARE)

    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'sent', 'dead')", name="status"),
        CheckConstraint("failure IN ('temporary', 'timeout', 'permanent')", name="failure"),
        Index(None, "created_at"),
        Index("ix_mails_waiting", "due_at", postgresql_where=sql("status = 'waiting'")),
        Index("ix_mails_dead", "operation_id", "created_at", postgresql_where=sql("status = 'dead'")),
    )


class RefusedAddress(SQLModel, table=True):
    """An address of which a server said that nobody is there. Nothing is sent to it until an administrator has it used
    again; `reason` is what the server said."""

    __tablename__ = "refused_addresses"

    address: str = Field(primary_key=True)
    refused_at: datetime = Field(sa_type=AWARE)
    reason: str
