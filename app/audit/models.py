"""The audit log, and the seals over it and over the ledger. Append-only by trigger."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Identity, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class AuditEntry(SQLModel, table=True):
    """One change that is not itself a report. `actor_id` None: the system or a command on the server. `address`: from
    where in the network it was asked for."""

    __tablename__ = "audit_entries"

    id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=AWARE)
    operation_id: UUID | None = Field(default=None, foreign_key="operations.id")
    actor_id: UUID | None = None
    address: str | None = None
    action: str
    subject: str
    details: dict[str, Any] = Field(sa_type=JSONB)

    __table_args__ = (Index(None, "operation_id", "at"),)


class Unsealed(SQLModel, table=True):
    """A report or an audit entry that no seal covers yet: noted by a trigger, in the transaction that writes it."""

    __tablename__ = "unsealed"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    row_id: UUID
    is_entry: bool


class Seal(SQLModel, table=True):
    """Says what some rows were, after what all seals before it say.

    `leaves`: a SHA-256 for each of `rows`, one after another; `are_entries`: which of these are of the audit log, for
    who sends a report chooses its id. `hash`: SHA-256 of the hash before, `id` and `at` as eight bytes each, and the
    leaves. So nothing sealed can be changed, removed or put elsewhere without every later hash being another.
    """

    __tablename__ = "seals"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=AWARE)
    rows: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    are_entries: list[bool] = Field(sa_column=Column(ARRAY(Boolean), nullable=False))
    leaves: bytes
    hash: bytes


class ErasedRow(SQLModel, table=True):
    """A report or audit entry that went with its operation, and the audit entry that says so: nobody misses it."""

    __tablename__ = "erased_rows"

    id: UUID = Field(primary_key=True)
    is_entry: bool = Field(primary_key=True)
    erasure_id: UUID = Field(primary_key=True)
