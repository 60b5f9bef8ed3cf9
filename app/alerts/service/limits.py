"""Where the rules begin at one shelter."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.alerts.models import OwnLimits
from app.audit import service as audit
from app.core import clock, db
from app.ledger import service as ledger


def set_own_limits(
    session: Session, *, actor: Actor, shelter_id: UUID, before: Mapping[str, float], limits: Mapping[str, float]
) -> None:
    """Have the rules begin elsewhere at one shelter, and look at all of its days again."""
    now, operation_id = clock.now(), actor.scope.operation_id
    db.record_at(session, now)
    session.merge(OwnLimits(place_id=shelter_id, operation_id=operation_id, limits=dict(limits)))
    session.flush()
    ledger.mark(session, operation_id=operation_id, touched=[(shelter_id, None)], at=now)
    audit.record(
        session,
        action="rules.change",
        subject=str(shelter_id),
        actor_id=actor.user_id,
        operation_id=operation_id,
        before=dict(before),
        after=dict(limits),
    )
