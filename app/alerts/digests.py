"""Digests: once a day, in the morning of the operation, to whoever asked for it. Each is written with its row, so that
nobody gets two of a day, whoever is killed."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import READERS, Actor, Scope
from app.accounts.queries import actor_of_user
from app.alerts import links
from app.alerts.emails.digest import Missed, write_digest
from app.alerts.models import Subscription
from app.alerts.notices import followed
from app.alerts.policy import DIGEST_HOUR
from app.alerts.queries import ended_since, limits_of, open_alerts, subscriptions_of
from app.alerts.rules import RANK, standards_of
from app.alerts.schemas import AlertRow
from app.core import clock, db
from app.core.kept import Once
from app.outbox import service as outbox
from app.outbox.schemas import Letter
from app.places.queries import frame_of, list_operations
from app.places.schemas import Frame
from app.population.queries import shelter_figures
from app.shelters.queries import list_shelters
from config.settings import settings

MOST_DAYS = timedelta(days=7)  # what was over before that is told in no digest
PEOPLE_A_TIME = 20  # each may look at every shelter there is

_PEOPLE = text("""
  SELECT users.id, users.email FROM users JOIN memberships ON memberships.user_id = users.id
  WHERE users.active AND memberships.operation_id = :operation AND memberships.role = ANY(:readers)
    AND EXISTS (SELECT FROM subscriptions WHERE subscriptions.user_id = users.id
      AND subscriptions.operation_id = :operation AND how = 'daily')
    AND NOT EXISTS (SELECT FROM digests WHERE digests.user_id = users.id AND digests.operation_id = :operation
      AND digests.day = :day)
  ORDER BY users.id LIMIT :limit FOR NO KEY UPDATE OF users SKIP LOCKED
""")
_LAST_DAY = text("""
  SELECT max(day) FROM digests WHERE user_id = :user AND operation_id = :operation AND day < :day AND day >= :first
    AND mail_id IS NOT NULL
""")
_NOTED = text("""
  INSERT INTO digests (user_id, operation_id, day, mail_id) VALUES (:user, :operation, :day, NULL)
  ON CONFLICT DO NOTHING RETURNING user_id
""")
_MAILED = text("""
  UPDATE digests SET mail_id = :mail, areas = :areas, is_protection = :is_protection
  WHERE user_id = :user AND operation_id = :operation AND day = :day
""")

log = structlog.get_logger(__name__)


def compose_digests(session: Session) -> int:
    """Write the digests of some people of one operation where it is time. Returns how many; 0: none is due."""
    now = clock.now()
    for operation in list_operations(session):
        if operation.closed_at is not None:
            continue
        frame = frame_of(session, operation.id)
        local = now.astimezone(frame.zone)
        if local.hour >= DIGEST_HOUR and (written := _of_day(session, frame, local.date())):
            return written
    return 0


def _of_day(session: Session, frame: Frame, day: date) -> int:
    asked = {"operation": frame.operation_id, "day": day}
    people = session.execute(_PEOPLE, {**asked, "readers": READERS, "limit": PEOPLE_A_TIME}).all()
    for person in people:
        if session.scalar(_NOTED, {**asked, "user": person.id}) is None:
            continue
        actor = actor_of_user(session, person.id, frame.operation_id)
        if actor is None:  # taken out of the operation since it was asked who there is
            continue
        letter = _letter(session, actor, frame, day)
        if letter is not None:
            areas = None if actor.scope.areas is None else sorted(actor.scope.areas)
            read = {"areas": areas, "is_protection": actor.is_protection}
            (mail,) = outbox.write(session, [letter])
            session.execute(_MAILED, {**asked, "user": person.id, "mail": mail, **read})
    return len(people)


def _letter(session: Session, actor: Actor, frame: Frame, day: date) -> Letter | None:
    """The digest of one person; None where it cannot be written, which holds up nobody else's."""
    try:
        with session.begin_nested():
            wanted = [one for one in subscriptions_of(session, actor) if one.how == "daily"]
            since = _last_told(session, actor, frame, day)
            open_now = _meant(open_alerts(session, actor=actor, language=actor.language), wanted)
            ended = _meant(ended_since(session, actor=actor, language=actor.language, since=since), wanted)
            written = write_digest(
                actor.language,
                frame=frame,
                day=day,
                follows=followed(session, actor.scope, frame, Once()),
                alerts=open_now,
                ended=ended,
                missed=_missed(session, actor.scope, frame, wanted),
                base_url=settings().base_url,
            )
    except db.PASSING:
        raise
    except Exception:  # whatever it is: it must not hold up everybody else's
        log.exception("digest_not_composed", user=str(actor.user_id))
        return None
    return Letter(
        operation_id=frame.operation_id,
        recipient=actor.email,
        subject=written.subject,
        text=written.text,
        html=written.html,
        headers={"X-Mawa-Digest": str(day), **links.to_end(frame.operation_id, actor.user_id)},
    )


def _last_told(session: Session, actor: Actor, frame: Frame, day: date) -> datetime:
    """The hour of the last digest before that of a day, whenever it was written then: what was over by it was told."""
    asked = {"user": actor.user_id, "operation": frame.operation_id, "day": day, "first": day - MOST_DAYS}
    last = session.scalar(_LAST_DAY, asked) or day - timedelta(days=1)
    return datetime.combine(last, time(DIGEST_HOUR), frame.zone)


def _meant(alerts: Sequence[AlertRow], wanted: Sequence[Subscription]) -> list[AlertRow]:
    return [alert for alert in alerts if any(_is_meant(alert, one) for one in wanted)]


def _is_meant(alert: AlertRow, wanted: Subscription) -> bool:
    return (
        (wanted.area_code is None or wanted.area_code in alert.area_path)
        and wanted.rule in (None, alert.rule)
        and RANK[alert.severity] >= RANK[wanted.severity]
    )


def _missed(session: Session, scope: Scope, frame: Frame, wanted: Sequence[Subscription]) -> list[Missed]:
    """Standards not met in the areas somebody follows, where most people are first."""
    codes = [one.area_code for one in wanted]
    followed = Scope(scope.operation_id, None if None in codes else frozenset(code for code in codes if code))
    states = {row.id: row.state for row in list_shelters(session, scope=scope)}  # what they may see
    figures = [one for one in shelter_figures(session, scope=followed).items if one.place_id in states]
    limits = limits_of(session, [one.place_id for one in figures], frame)
    found: list[tuple[int, Missed]] = []
    for figure in figures:
        people = figure.people.total
        for standard in standards_of(states[figure.place_id], people, figure.basis, limits[figure.place_id]):
            if standard.state == "missed":
                found.append((people or 0, Missed(figure.shelter, figure.name, standard)))
    return [missed for _, missed in sorted(found, key=lambda one: -one[0])]
