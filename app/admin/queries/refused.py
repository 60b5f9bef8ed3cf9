"""People of an operation whose address takes no mail."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_REFUSED = text("""
  SELECT users.id AS user_id, refused.address, refused.refused_at, refused.reason
  FROM refused_addresses AS refused JOIN users ON users.email = refused.address
  JOIN memberships ON memberships.user_id = users.id AND memberships.operation_id = :operation
  ORDER BY refused.refused_at DESC, refused.address
""")


@dataclass(frozen=True)
class Refused:
    """Somebody who is sent no mail any more, and what the server said of their address."""

    user_id: UUID
    address: str
    refused_at: datetime
    reason: str


def refused_in(session: Session, operation_id: UUID) -> list[Refused]:
    """All of them in an operation, the newest first."""
    return [Refused(**row) for row in session.execute(_REFUSED, {"operation": operation_id}).mappings()]
