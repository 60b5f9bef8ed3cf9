"""What happened to an account, in the audit log."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import queries
from app.audit import service as audit


def note(session: Session, action: str, user_id: UUID, actor_id: UUID | None, **details: Any) -> None:
    """Write down what happened to an account, in each operation it works in: no other may learn of it, not later
    either. From where it was done is told where somebody acts, and nowhere else."""
    here = _here(session, user_id)
    members = queries.memberships_of(session, user_id)
    operations: list[UUID | None] = [member.operation_id for member in members]
    for operation_id in operations or [None]:
        audit.record(
            session,
            action=action,
            subject=f"user:{user_id}",
            actor_id=actor_id,
            operation_id=operation_id,
            says_from_where=operation_id == here,
            **details,
        )


def note_here(
    session: Session, action: str, user_id: UUID, actor_id: UUID | None, *, at: UUID | None = None, **details: Any
) -> None:
    """The same only where somebody acts: when and from where people come is nobody else's business. `at`: where they
    did, if this session is not `within` it."""
    here, subject = _here(session, user_id, at), f"user:{user_id}"
    audit.record(session, action=action, subject=subject, actor_id=actor_id, operation_id=here, **details)


def _here(session: Session, user_id: UUID, at: UUID | None = None) -> UUID | None:
    """The operation of theirs that this session is `within`; before sign-in the first they were given a role in."""
    theirs = [operation.id for operation in queries.operations_of(session, user_id)]
    within = session.info.get("within") if at is None else str(at)
    return next((one for one in theirs if str(one) == within), next(iter(theirs), None))
