"""What reading itself leaves behind."""

from typing import Any

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.audit import service as audit


def note_export(session: Session, *, actor: Actor, subject: str, **asked: Any) -> None:
    """Write down that somebody takes a table with them: which, and what they asked of it."""
    audit.record(
        session,
        action="table.export",
        subject=subject,
        actor_id=actor.user_id,
        operation_id=actor.scope.operation_id,
        **asked,
        device=actor.device or "API",
    )
