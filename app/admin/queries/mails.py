"""Mails of an operation that may be sent again, and its people whose address takes none."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.notices import meant_no_more, so_no_more

_REFUSED = text("""
  SELECT users.id AS user_id, refused.address, refused.refused_at, refused.reason
  FROM refused_addresses AS refused JOIN users ON users.email = refused.address
  JOIN memberships ON memberships.user_id = users.id AND memberships.operation_id = :operation
  ORDER BY refused.refused_at DESC, refused.address
""")

_OF_OPERATION = text("SELECT id FROM mails WHERE id = ANY(:mails) AND operation_id = :operation ORDER BY id")


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


def still_meant(session: Session, operation_id: UUID, mail_ids: Collection[UUID]) -> list[UUID]:
    """Of these mails those that are for people of the operation still, and tell of something that is so."""
    found = list(session.scalars(_OF_OPERATION, {"operation": operation_id, "mails": list(mail_ids)}))
    over = meant_no_more(session, found) | so_no_more(session, found)
    return [mail for mail in found if mail not in over]
