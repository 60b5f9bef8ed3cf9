"""Who hears of a transition: a notice for each, written with it. Nobody's last word is the opposite of what is."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import READERS
from app.alerts.models import Alert, AlertTransition, Notice
from app.alerts.policy import END_AFTER, PROTECTED, QUIET_FOR, TOLD_UNASKED, Step
from app.core import db, jobs

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
# Of this alert, or within a day of another: they were not told a second time.
_TOLD_LATELY_THAT_IT_STANDS = text(f"""
  SELECT DISTINCT told.user_id FROM {_TOLD}
  WHERE told.dropped_at IS NULL AND step.after <> 'ok' AND (step.alert_id = :alert OR step.at > :since)
""")
_TOLD_LAST_THAT_IT_STANDS = text(f"""
  SELECT user_id FROM (SELECT DISTINCT ON (told.user_id) told.user_id, step.after FROM {_TOLD}
    WHERE told.dropped_at IS NULL ORDER BY told.user_id, step.at DESC, told.due_at DESC) AS last_word
  WHERE after <> 'ok' ORDER BY user_id
""")
# What nobody has read yet and is not so any more is not told: the link would lead nowhere.
_DROP_UNREAD = text("""
  UPDATE notices SET dropped_at = :now FROM alert_transitions AS step
  WHERE notices.transition_id = step.id AND step.alert_id = :alert AND step.after <> 'ok'
    AND notices.mail_id IS NULL AND notices.dropped_at IS NULL
""")
_WANT_NOTHING = text("SELECT user_id FROM subscriptions WHERE operation_id = :operation AND how = 'never'")
# Whoever has said what they want is told that; others what their role is told.
_READERS = text("""
  SELECT memberships.user_id FROM memberships JOIN users ON users.id = memberships.user_id AND users.active
  CROSS JOIN LATERAL (SELECT count(*) AS said, coalesce(bool_or(how = 'at_once'
      AND (area_code IS NULL OR area_code = ANY(:path)) AND (rule IS NULL OR rule = :rule)
      AND (severity = 'warning' OR :severity = 'critical')), false) AS is_meant
    FROM subscriptions WHERE subscriptions.user_id = memberships.user_id
      AND subscriptions.operation_id = memberships.operation_id) AS own
  WHERE memberships.operation_id = :operation AND memberships.role = ANY(:readers)
    AND (memberships.areas IS NULL OR memberships.areas && CAST(:path AS text[]))
    AND (memberships.is_protection OR NOT :is_protected)
    AND CASE WHEN own.said > 0 THEN own.is_meant
      ELSE :is_protected OR (:is_unasked AND memberships.role = 'coordinator') END
  ORDER BY users.email
""")


def tell(
    session: Session, alert: Alert, transition: AlertTransition, step: Step, *, area_path: tuple[str, ...]
) -> None:
    """Write a notice for each person who is to hear of this transition."""
    about: Mapping[str, Any] = {"place": alert.place_id, "rule": alert.rule}
    if step.told == "announce":
        if step.before == "ok":
            session.execute(_DROP_ENDS, {**about, "now": transition.at})
        since = transition.at - QUIET_FOR
        lately = set(session.scalars(_TOLD_LATELY, {**about, "severity": step.after, "since": since}))
        told = readers_of(session, alert, severity=step.after, area_path=area_path)
        write_notices(session, transition, [user_id for user_id in told if user_id not in lately], transition.at)
    if step.after == "ok":
        session.execute(_DROP_UNREAD, {"alert": alert.id, "now": transition.at})
    if step.told == "end":
        nothing = want_nothing(session, alert.operation_id)
        told = sorted(told_that_it_stands(session, alert) - nothing)
        write_notices(session, transition, told, transition.at + END_AFTER)


def readers_of(session: Session, alert: Alert, *, severity: str, area_path: tuple[str, ...]) -> list[UUID]:
    """Who wants to be told at once of such an alert in these areas, and may be."""
    asked = {
        "operation": alert.operation_id,
        "path": list(area_path),
        "rule": alert.rule,
        "severity": severity,
        "is_protected": alert.rule == PROTECTED,
        "is_unasked": alert.rule in TOLD_UNASKED,
        "readers": READERS,
    }
    return list(session.scalars(_READERS, asked))


def want_nothing(session: Session, operation_id: UUID) -> set[UUID]:
    """Who asked to be told nothing, not even that others do not answer."""
    return set(session.scalars(_WANT_NOTHING, {"operation": operation_id}))


def told_lately(session: Session, alert: Alert, now: datetime) -> set[UUID]:
    """Who was told of an alert, or of an earlier one of its rule at its place that ended and began again since."""
    asked = {"place": alert.place_id, "rule": alert.rule, "alert": alert.id, "since": now - QUIET_FOR}
    return set(session.scalars(_TOLD_LATELY_THAT_IT_STANDS, asked))


def told_that_it_stands(session: Session, alert: Alert) -> set[UUID]:
    """Whose last word of this rule at this place is that something is wrong, whichever alert they were told of."""
    return set(session.scalars(_TOLD_LAST_THAT_IT_STANDS, {"place": alert.place_id, "rule": alert.rule}))


def write_notices(session: Session, transition: AlertTransition, readers: Iterable[UUID], due_at: datetime) -> None:
    """One for each reader, due at a moment."""
    notices = [
        Notice(
            id=uuid4(),
            operation_id=transition.operation_id,
            transition_id=transition.id,
            user_id=user_id,
            due_at=due_at,
        )
        for user_id in readers
    ]
    session.add_all(notices)
    if notices:
        db.wake(session, jobs.COMPOSE)
