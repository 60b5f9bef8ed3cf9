"""What happened to an account, in the audit log."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import queries
from app.audit import service as audit


def note(session: Session, action: str, user_id: UUID, actor_id: UUID | None, **details: Any) -> None:
    """Write down what happened to an account, in each operation it works in: no other may learn of it, not later
    either."""
    members = queries.memberships_of(session, user_id)
    operations: list[UUID | None] = [member.operation_id for member in members]
    for operation_id in operations or [None]:
        audit.record(
            session,
            action=action,
            subject=f"user:{user_id}",
            actor_id=actor_id,
            operation_id=operation_id,
            **details,
        )
