"""Mails of an operation that may be sent again, and its people whose address takes none."""

from collections.abc import Collection
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

_STILL_MEANT = text("""
  SELECT mails.id FROM mails JOIN users ON users.email = mails.recipient AND users.active
  JOIN memberships ON memberships.user_id = users.id AND memberships.operation_id = :operation
  CROSS JOIN LATERAL (
    SELECT count(*) AS told, count(*) FILTER (WHERE step.after = 'ok' OR alerts.ended_at IS NULL) AS so FROM notices
    JOIN alert_transitions AS step ON step.id = notices.transition_id
    JOIN alerts ON alerts.id = step.alert_id
    WHERE notices.user_id = users.id AND notices.mail_id = mails.id) AS its
  WHERE mails.id = ANY(:mails) AND mails.operation_id = :operation AND (its.told = 0 OR its.so > 0)
  ORDER BY mails.id
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


def still_meant(session: Session, operation_id: UUID, mail_ids: Collection[UUID]) -> list[UUID]:
    """Of these mails those that are for people of the operation still, and not only of alerts that have ended."""
    return list(session.scalars(_STILL_MEANT, {"operation": operation_id, "mails": list(mail_ids)}))
