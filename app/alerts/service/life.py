"""Taking an alert on, and calling somebody else where nobody does."""

from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Actor, Role
from app.accounts.queries import people_over
from app.alerts.errors import AlertGone
from app.alerts.models import Alert, AlertTransition
from app.alerts.policy import ESCALATE_AFTER, PROTECTED, TOLD_UNASKED
from app.alerts.service.telling import told_lately, want_nothing, write_notices
from app.audit import service as audit
from app.core import clock, db, jobs, meters
from app.ledger.service import tell_news
from app.places.models import Place

log = structlog.get_logger(__name__)

_STEPS: tuple[Role, ...] = ("coordinator", "administrator")


def acknowledge(session: Session, *, actor: Actor, alert_id: UUID, comment: str | None) -> Alert:
    """Take an open alert upon oneself; a second time changes nothing. AlertGone where there is none in the actor's
    scope."""
    alert = session.scalars(select(Alert).where(col(Alert.id) == alert_id).with_for_update()).one_or_none()
    place = session.get(Place, alert.place_id) if alert else None
    in_scope = (
        alert is not None
        and place is not None
        and alert.operation_id == actor.scope.operation_id
        and actor.scope.holds(place.area_path)
        and (actor.is_protection or alert.rule != PROTECTED)
    )
    if alert is None or not in_scope:
        raise AlertGone
    if alert.status == "open":
        now = clock.now()
        alert.status, alert.comment, alert.escalates_at = "acknowledged", comment, None
        alert.acknowledged_at, alert.acknowledged_by = now, actor.user_id
        session.add(_noted(alert, "acknowledged", now, by=actor.user_id, comment=comment))
        audit.record(
            session,
            action="alert.acknowledge",
            subject=str(alert.id),
            actor_id=actor.user_id,
            operation_id=alert.operation_id,
            comment=None if alert.rule == PROTECTED else comment,
        )
        session.flush()
        tell_news(session, [alert.operation_id])
    return alert


def escalate(session: Session, *, most: int) -> int:
    """Call somebody else for critical alerts that nobody took on in time: coordinators of the areas above, then
    administrators, who had not been told. Returns how many alerts were looked at; 0: none is due."""
    now = clock.now()
    due = select(Alert).where(col(Alert.escalates_at) <= now).order_by(col(Alert.escalates_at)).limit(most)
    alerts = session.scalars(due.with_for_update(skip_locked=True)).all()
    for alert in alerts:
        try:
            with session.begin_nested():
                _escalate(session, alert, now)
        except db.PASSING:
            raise
        except Exception:  # whatever it is (a defect of ours): others are called all the same
            log.exception("alert_not_escalated", alert=str(alert.id))
            meters.count("errors", jobs.LOOK_AGAIN)
            session.refresh(alert)
            alert.escalates_at = now + ESCALATE_AFTER
    session.flush()
    return len(alerts)


def _escalate(session: Session, alert: Alert, now: datetime) -> None:
    told = told_lately(session, alert, now)
    readers: list[UUID] = []
    if told or alert.rule in TOLD_UNASKED:  # what nobody asked to hear of, nobody is called for
        place = session.get_one(Place, alert.place_id)
        while not readers and alert.escalated < len(_STEPS):
            readers = [user_id for user_id in _reached(session, alert, place.area_path) if user_id not in told]
            alert.escalated += 1
    goes_on = readers and alert.escalated < len(_STEPS)
    alert.escalates_at = now + ESCALATE_AFTER if goes_on else None
    if readers:
        transition = _noted(alert, "escalated", now)
        session.add(transition)
        session.flush()
        write_notices(session, transition, readers, now)


def _reached(session: Session, alert: Alert, area_path: list[str]) -> list[UUID]:
    """Whom the next step calls: coordinators of the areas above that in which the shelter lies, then administrators."""
    role: Role = _STEPS[alert.escalated]
    path = area_path[:-1] if role == "coordinator" else area_path
    people = people_over(session, operation_id=alert.operation_id, area_path=path, role=role)
    nothing = want_nothing(session, alert.operation_id)
    return [one.user_id for one in people if one.user_id not in nothing]


def _noted(
    alert: Alert, kind: str, at: datetime, *, by: UUID | None = None, comment: str | None = None
) -> AlertTransition:
    """Something that happened to an alert and left its severity as it was."""
    return AlertTransition(
        id=uuid4(),
        operation_id=alert.operation_id,
        alert_id=alert.id,
        kind=kind,
        before=alert.severity,
        after=alert.severity,
        since=alert.since,
        at=at,
        numbers=alert.numbers,
        by=by,
        comment=comment,
    )
