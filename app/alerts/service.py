"""Publishing what the rules say, telling people, acknowledging."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Actor
from app.accounts.queries import coordinators_over
from app.alerts.errors import AlertGone
from app.alerts.models import Alert, AlertTransition, Notice
from app.alerts.policy import END_AFTER, QUIET_FOR, Step, next_step
from app.alerts.rules import RuleLevel
from app.audit import service as audit
from app.core import clock, db, jobs
from app.ledger.queries import MARKED
from app.places.models import Place
from app.population.service import Folded

# What each person was told of a rule at a place, whichever alert it was then.
_TOLD = """
  notices AS told JOIN alert_transitions AS step ON step.id = told.transition_id
    JOIN alerts ON alerts.id = step.alert_id AND alerts.place_id = :place AND alerts.rule = :rule
"""
_TOLD_LATELY = text(f"""
  SELECT told.user_id FROM {_TOLD}
  WHERE step.after = :severity AND step.at > :since AND told.dropped_at IS NULL
    AND NOT EXISTS (SELECT FROM notices JOIN alert_transitions AS ended ON ended.id = notices.transition_id
      JOIN alerts ON alerts.id = ended.alert_id AND alerts.place_id = :place AND alerts.rule = :rule
      WHERE notices.user_id = told.user_id AND notices.mail_id IS NOT NULL AND ended.after = 'ok'
        AND ended.at >= step.at)
""")
_DROP_ENDS = text("""
  UPDATE notices SET dropped_at = :now FROM alert_transitions, alerts
  WHERE notices.transition_id = alert_transitions.id AND alerts.id = alert_transitions.alert_id
    AND alerts.place_id = :place AND alerts.rule = :rule AND alert_transitions.after = 'ok'
    AND notices.mail_id IS NULL AND notices.dropped_at IS NULL
""")
_TOLD_LAST_THAT_IT_STANDS = text(f"""
  SELECT user_id FROM (SELECT DISTINCT ON (told.user_id) told.user_id, step.after FROM {_TOLD}
    WHERE told.dropped_at IS NULL ORDER BY told.user_id, step.at DESC, told.due_at DESC) AS last_word
  WHERE after <> 'ok' ORDER BY user_id
""")
# What is published and what the last day row of each shelter says, where the two differ.
_UNPUBLISHED = text(f"""
  WITH marked AS ({MARKED})
  SELECT place_now.place_id, rule.key AS rule, coalesce(alerts.severity, 'ok') AS published,
    rule.value ->> 'level' AS level
  FROM place_now JOIN place_days USING (place_id, day) CROSS JOIN LATERAL jsonb_each(place_days.rules) AS rule
  LEFT JOIN alerts ON alerts.place_id = place_now.place_id AND alerts.rule = rule.key AND alerts.ended_at IS NULL
  WHERE (rule.value ->> 'known')::boolean AND coalesce(alerts.severity, 'ok') <> rule.value ->> 'level'
    AND place_now.place_id NOT IN (SELECT place_id FROM marked)
  UNION ALL
  SELECT alerts.place_id, alerts.rule, alerts.severity, 'nothing' FROM alerts
  LEFT JOIN place_now USING (place_id) LEFT JOIN place_days USING (place_id, day)
  WHERE alerts.ended_at IS NULL AND (place_days.rules IS NULL OR NOT place_days.rules ? alerts.rule)
    AND alerts.place_id NOT IN (SELECT place_id FROM marked)
  ORDER BY 1, 2
""")


def publish(session: Session, folded: Sequence[Folded]) -> None:
    """Bring the alerts of these places to what their present day rows say."""
    present = {place.place.id: place for place in folded if place.reaches_present}
    if not present:
        return
    standing = session.scalars(
        select(Alert).where(col(Alert.place_id).in_(present), col(Alert.ended_at).is_(None)).order_by(col(Alert.id))
    )
    alerts = {(alert.place_id, alert.rule): alert for alert in standing}
    for place_id, place in present.items():
        states = dict(place.present.rules) if place.present else {}
        for rule, state in states.items():
            _publish_one(session, place, rule, state, alerts.pop((place_id, rule), None))
    for (place_id, _), alert in alerts.items():
        _withdraw(session, present[place_id], alert)
    session.flush()


def unpublished(session: Session) -> list[str]:
    """Alerts whose published state is not what the stored rule state says, in words."""
    return [
        f"alert {row.rule} at place {row.place_id}: published {row.published}, the rules say {row.level}"
        for row in session.execute(_UNPUBLISHED)
    ]


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
    )
    if alert is None or not in_scope:
        raise AlertGone
    if alert.status == "open":
        alert.status, alert.comment = "acknowledged", comment
        alert.acknowledged_at, alert.acknowledged_by = clock.now(), actor.user_id
        audit.record(
            session,
            action="alert.acknowledge",
            subject=str(alert.id),
            actor_id=actor.user_id,
            operation_id=alert.operation_id,
            comment=comment,
        )
        session.flush()
    return alert


def _publish_one(session: Session, place: Folded, rule: str, state: dict[str, Any], alert: Alert | None) -> None:
    now = clock.now()
    published: RuleLevel = alert.severity if alert else "ok"  # type: ignore[assignment]  # CHECK in PostgreSQL
    if alert is not None:
        alert.unknown_since = None if state["known"] else (alert.unknown_since or now)
    step = next_step(published, state)
    if step is None:
        return
    since = min(datetime.fromisoformat(state["since"]), now)  # a count of today stands at the day's end
    numbers = {"people": state["people"], "places": state["places"]}
    if alert is None:
        alert = Alert(
            id=uuid4(),
            operation_id=place.place.frame.operation_id,
            place_id=place.place.id,
            rule=rule,
            severity=step.after,
            status="open",
            since=since,
            opened_at=now,
            numbers=numbers,
        )
        session.add(alert)
    alert.numbers = numbers
    if step.after == "ok":
        alert.status, alert.ended_at = "resolved", now
    else:
        alert.severity = step.after
        if step.told == "announce":
            alert.status = "open"
    _note(session, place, alert, step, since=since, now=now)


def _withdraw(session: Session, place: Folded, alert: Alert) -> None:
    """End an alert at a place no rule speaks of any more: it turned out to be another, or its report was taken back."""
    now = clock.now()
    published: RuleLevel = alert.severity  # type: ignore[assignment]  # CHECK in PostgreSQL
    alert.status, alert.ended_at, alert.unknown_since = "withdrawn", now, None
    alert.numbers = {"people": None, "places": None}
    _note(session, place, alert, Step(published, "ok", "end"), since=now, now=now)


def _note(session: Session, place: Folded, alert: Alert, step: Step, *, since: datetime, now: datetime) -> None:
    """Write the transition an alert has just made, and whom it is told."""
    transition = AlertTransition(
        id=uuid4(),
        operation_id=alert.operation_id,
        alert_id=alert.id,
        before=step.before,
        after=step.after,
        since=since,
        at=now,
        numbers=alert.numbers,
    )
    session.flush()
    session.add(transition)
    session.flush()
    _tell(session, place, alert, transition, step)


def _tell(session: Session, place: Folded, alert: Alert, transition: AlertTransition, step: Step) -> None:
    """Write a notice for each person who hears of this transition. Nobody's last word is the opposite of what is."""
    about: Mapping[str, Any] = {"place": alert.place_id, "rule": alert.rule}
    due_at = transition.at
    if step.told == "announce":
        if step.before == "ok":
            session.execute(_DROP_ENDS, {**about, "now": transition.at})
        since = transition.at - QUIET_FOR
        lately = set(session.scalars(_TOLD_LATELY, {**about, "severity": step.after, "since": since}))
        told = coordinators_over(session, operation_id=alert.operation_id, area_path=place.place.area_path)
        readers = [recipient.user_id for recipient in told if recipient.user_id not in lately]
    elif step.told == "end":
        due_at += END_AFTER
        readers = list(session.scalars(_TOLD_LAST_THAT_IT_STANDS, about))
    else:
        return
    for user_id in readers:
        session.add(
            Notice(
                id=uuid4(),
                operation_id=alert.operation_id,
                transition_id=transition.id,
                user_id=user_id,
                due_at=due_at,
            )
        )
    if readers:
        db.wake(session, jobs.COMPOSE)
