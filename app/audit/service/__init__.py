"""Writing the audit log."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.core import clock


def record(
    session: Session,
    *,
    action: str,
    subject: str,
    actor_id: UUID | None = None,
    operation_id: UUID | None = None,
    says_from_where: bool = True,
    **details: Any,
) -> None:
    """Write down one change, in the transaction that makes it. `action` is `noun.verb`; details are JSON values. From
    where it came is what an edge has put down as the session's `address`; not everybody who reads it may know."""
    session.add(
        AuditEntry(
            id=uuid4(),
            at=clock.now(),
            operation_id=operation_id,
            actor_id=actor_id,
            address=session.info.get("address") if says_from_where else None,
            action=action,
            subject=subject,
            details=details,
        )
    )
