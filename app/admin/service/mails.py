"""Mails that did not leave, sent again."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.audit import service as audit
from app.outbox import service as outbox

_STILL_MEANT = text("""
  SELECT mails.id FROM mails JOIN users ON users.email = mails.recipient AND users.active
  JOIN memberships ON memberships.user_id = users.id AND memberships.operation_id = :operation
  CROSS JOIN LATERAL (
    SELECT count(*) AS told, count(*) FILTER (WHERE step.after = 'ok' OR alerts.ended_at IS NULL) AS so FROM notices
    JOIN alert_transitions AS step ON step.id = notices.transition_id
    JOIN alerts ON alerts.id = step.alert_id
    WHERE notices.user_id = users.id AND notices.mail_id = mails.id) AS its
  WHERE mails.id = ANY(:mails) AND mails.operation_id = :operation AND (its.told = 0 OR its.so > 0)
""")


def send_again(session: Session, *, actor: Actor, mail_ids: Collection[UUID]) -> int:
    """Try these mails of the operation again that were given up; how many. Not to whoever is none of its people any
    more, nor of alerts that have ended meanwhile."""
    asked = {"operation": actor.scope.operation_id, "mails": list(mail_ids)}
    count = outbox.send_again(session, session.scalars(_STILL_MEANT, asked).all())
    if count:
        audit.record(
            session,
            action="mails.send_again",
            subject="mails",
            actor_id=actor.user_id,
            operation_id=actor.scope.operation_id,
            mails=count,
        )
    return count


def use_address_again(session: Session, *, actor: Actor, user_id: UUID, address: str) -> None:
    """Send mail to a person's address again."""
    if outbox.use_again(session, address):
        audit.record(
            session,
            action="address.use_again",
            subject=str(user_id),
            actor_id=actor.user_id,
            operation_id=actor.scope.operation_id,
        )
