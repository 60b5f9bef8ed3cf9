"""The audit log of an operation, with the addresses of the people in it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.policy import PROTECTED

PAGE = 50
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
LAST_ID = UUID(int=2**128 - 1)

_ID = "[0-9a-f-]{36}$"
# Both ends of the time are always said, so that the index on operation and time is read until the page is full.
_CHANGES = text(f"""
  WITH found AS (
    SELECT * FROM audit_entries
    WHERE operation_id = :operation AND at >= :since AND at <= :until AND (at, id) < (:before, :before_id)
      AND (CAST(:action AS text) IS NULL OR action = :action)
      AND (CAST(:person AS text) IS NULL OR actor_id = (SELECT id FROM users WHERE email = :person))
    ORDER BY operation_id DESC, at DESC, id DESC LIMIT {PAGE + 1}
  )
  SELECT found.id, found.at, found.address, found.action, found.subject, found.details,
    coalesce(actors.email, CAST(found.actor_id AS text)) AS by, people.email AS person,
    coalesce(CASE WHEN alerts.rule <> '{PROTECTED}' THEN alerts.place_id END, places.id) AS place_id
  FROM found
  CROSS JOIN LATERAL (SELECT CAST(substring(found.subject FROM '{_ID}') AS uuid) AS id) AS about
  LEFT JOIN users AS actors ON actors.id = found.actor_id
  LEFT JOIN tokens ON tokens.id = about.id
  LEFT JOIN users AS people ON people.id = coalesce(tokens.user_id, about.id)
  LEFT JOIN alerts ON alerts.id = about.id
  LEFT JOIN places ON places.id = about.id AND found.action = 'rules.change'
  ORDER BY found.at DESC, found.id DESC
""")


@dataclass(frozen=True)
class Wanted:
    """Which changes are asked for. `person`: the e-mail address of who made them, in lower case."""

    action: str | None = None
    person: str | None = None
    since: datetime = FIRST
    until: datetime = LAST


@dataclass(frozen=True)
class Change:
    """One entry. `by` None: a command on the server. `person`: whose account or token it is about; `place_id`: where
    the alert is that it is about, or whose rules."""

    id: UUID
    at: datetime
    by: str | None
    address: str | None
    action: str
    subject: str
    details: dict[str, Any]
    person: str | None
    place_id: UUID | None


def changes(
    session: Session, *, operation_id: UUID, wanted: Wanted, before: tuple[datetime, UUID] | None = None
) -> list[Change]:
    """Changes in an operation and to the accounts of its people, newest first: a page, and one more if there is."""
    at, id_ = before or (LAST, LAST_ID)
    asked = {"operation": operation_id, **vars(wanted), "before": at, "before_id": id_}
    return [Change(**row) for row in session.execute(_CHANGES, asked).mappings()]
