"""What the outbox holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.orm import Session
from sqlmodel import col, select

from app.core import clock
from app.outbox.models import Mail, RefusedAddress


def waiting(session: Session) -> tuple[int, float]:
    """How many mails have not left yet, and how many seconds ago the oldest of them was written.

    Mails being sent and mails that will be tried again are among them: 0 means nothing is under way.
    """
    found = select(func.count(), func.min(col(Mail.created_at))).where(col(Mail.status) == "waiting")
    count, oldest = session.execute(found).one()
    return count, max((clock.now() - oldest).total_seconds(), 0.0) if oldest else 0.0


PAGE = 50
_LATEST = datetime.max.replace(tzinfo=UTC)
_LAST_ID = UUID(int=2**128 - 1)
# Without the subject: an alert of children who are alone is told to few, and the others must not read of it here.
_UNSENT = text(f"""
  WITH asked AS (SELECT CAST(:before AS timestamptz) AS at, CAST(:before_id AS uuid) AS id)
  SELECT * FROM (
    (SELECT mails.* FROM mails, asked
      WHERE operation_id = :operation AND status = 'dead' AND (created_at, mails.id) < (asked.at, asked.id)
      ORDER BY created_at DESC, mails.id DESC LIMIT {PAGE + 1})
    UNION ALL
    (SELECT mails.* FROM mails, asked
      WHERE operation_id = :operation AND status = 'waiting' AND (failure IS NOT NULL OR attempts > 0)
        AND (created_at, mails.id) < (asked.at, asked.id)
      ORDER BY created_at DESC, mails.id DESC LIMIT {PAGE + 1})) AS unsent
  ORDER BY created_at DESC, id DESC LIMIT {PAGE + 1}
""")


@dataclass(frozen=True)
class Unsent:
    """A mail that has not left though it was tried. `about`: alerts, digest, or account; `failure`: how the last try
    ended; `is_whole` False: it was emptied, since it held a link as good as a password."""

    id: UUID
    recipient: str
    about: str
    is_dead: bool
    created_at: datetime
    due_at: datetime
    attempts: int
    last_error: str
    failure: str | None
    is_whole: bool


def unsent(session: Session, operation_id: UUID, before: tuple[datetime, UUID] | None = None) -> list[Unsent]:
    """Mails of an operation that were tried and have not left, the newest first: a page, and one more if there is."""
    at, id_ = before or (_LATEST, _LAST_ID)
    found = session.execute(_UNSENT, {"operation": operation_id, "before": at, "before_id": id_})
    return [
        Unsent(
            id=row.id,
            recipient=row.recipient,
            about=_about(row.headers),
            is_dead=row.status == "dead",
            created_at=row.created_at,
            due_at=row.due_at,
            attempts=row.attempts,
            last_error=row.last_error or "",
            failure=row.failure,
            is_whole=bool(row.text),
        )
        for row in found
    ]


def refused_among(session: Session, addresses: Sequence[str]) -> set[str]:
    """Those of these addresses that take no mail."""
    if not addresses:
        return set()
    return set(session.scalars(select(RefusedAddress.address).where(col(RefusedAddress.address).in_(addresses))))


def given_up_since(session: Session, since: datetime) -> int:
    """How many mails written after a moment were given up."""
    found = select(func.count()).where(col(Mail.status) == "dead", col(Mail.created_at) > since)
    return session.scalar(found) or 0


def _about(headers: dict[str, str]) -> str:
    if "X-Mawa-Notices" in headers:
        return "alerts"
    return "digest" if "X-Mawa-Digest" in headers else "account"
