"""Mails that did not leave, sent again."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.admin.queries.mails import still_meant
from app.audit import service as audit
from app.outbox import service as outbox


def send_again(session: Session, *, actor: Actor, mail_ids: Collection[UUID]) -> int:
    """Try these mails of the operation again that were given up; how many. Not to whoever is none of its people any
    more, nor of alerts that have ended meanwhile."""
    count = outbox.send_again(session, still_meant(session, actor.scope.operation_id, mail_ids))
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
