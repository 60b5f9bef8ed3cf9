"""From notices that are due to mails: one mail for each person and operation, with everything they are to be told by
then.

A person's row is locked while their mail is written, so that two workers never write two; the notices are
taken with it, so that an end that is just being called off is either mailed or dropped, never both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.accounts.policy import READERS, UNCHOSEN, Scope
from app.alerts import links
from app.alerts.emails import compose as emails
from app.alerts.emails.compose import IN_FULL
from app.alerts.emails.schemas import Reader, Written
from app.alerts.emails.sections import placeholder
from app.alerts.notices.facts import facts_of, followed
from app.alerts.policy import GATHER_WITHIN, PROTECTED
from app.alerts.rules import RANK
from app.core import clock, db, jobs, meters, requests
from app.core.kept import Once
from app.outbox import service as outbox
from app.outbox.schemas import Letter
from app.places.queries import frame_of
from config.settings import settings

PEOPLE_A_TIME = 50  # mails written in one transaction
MOST_REQUESTS = 20  # named in one mail
TRIED_AGAIN_AFTER = timedelta(minutes=1)  # what cannot be written (a defect of ours) lets everybody else go first

# With two ends: what is only later than a moment is planned for as a third of all mails ever written.
_MAILED_JUST_NOW = """
  EXISTS (SELECT FROM notices AS told JOIN mails ON mails.id = told.mail_id
    WHERE told.user_id = {user} AND mails.created_at > :just_now AND mails.created_at <= 'infinity')
"""
_PEOPLE = text(f"""
  SELECT users.id, users.email, coalesce(users.language, :unchosen) AS language, users.active FROM users
  JOIN (SELECT user_id, min(due_at) AS due_at FROM notices
    WHERE mail_id IS NULL AND dropped_at IS NULL AND due_at <= :now GROUP BY user_id) AS waiting
    ON waiting.user_id = users.id
  WHERE NOT {_MAILED_JUST_NOW.format(user="users.id")}
  ORDER BY waiting.due_at, users.id LIMIT :limit FOR NO KEY UPDATE OF users SKIP LOCKED
""")
# Asked again after the lock: another worker may have written between the first look and the lock. With each notice goes
# what its reader is in its operation now: who lost an area since the alert is not told of it any more.
_DUE = text(f"""
  WITH free AS MATERIALIZED (SELECT id FROM unnest(CAST(:people AS uuid[])) AS locked (id)
    WHERE NOT {_MAILED_JUST_NOW.format(user="locked.id")})
  SELECT notices.id AS notice_id, notices.user_id, memberships.role, memberships.areas, memberships.is_protection,
    alerts.id AS alert_id,
    alerts.place_id, alerts.rule, alerts.operation_id,
    CASE alerts.status WHEN 'acknowledged' THEN alerts.acknowledged_at END AS acknowledged_at,
    transition.id AS transition_id, transition.kind, transition.after AS level, transition.since, transition.at,
    transition.numbers, transition.request,
    shelters.code, shelters.area_path, shelters.state
  FROM free JOIN notices ON notices.user_id = free.id
  JOIN alert_transitions AS transition ON transition.id = notices.transition_id
  JOIN alerts ON alerts.id = transition.alert_id JOIN shelters ON shelters.id = alerts.place_id
  LEFT JOIN memberships ON memberships.user_id = notices.user_id AND memberships.operation_id = alerts.operation_id
    -- in a closed operation nobody is anything
    AND EXISTS (SELECT FROM operations WHERE operations.id = alerts.operation_id AND closed_at IS NULL)
    -- nor who asked meanwhile to be told nothing
    AND NOT EXISTS (SELECT FROM subscriptions WHERE subscriptions.user_id = notices.user_id
      AND subscriptions.operation_id = alerts.operation_id AND how = 'never')
  WHERE notices.mail_id IS NULL AND notices.dropped_at IS NULL AND notices.due_at <= :now
  ORDER BY transition.at, transition.id, notices.id FOR UPDATE OF notices SKIP LOCKED
""")
_MAILED = text("""
  UPDATE notices SET mail_id = told.mail
  FROM unnest(CAST(:mails AS uuid[]), CAST(:notices AS uuid[])) AS told (mail, notice)
  WHERE notices.id = told.notice
""")
_LATER = text("UPDATE notices SET due_at = :due WHERE id = ANY(:notices)")
_DROPPED = text("UPDATE notices SET dropped_at = :now WHERE id = ANY(:notices)")

Due = Row[Any]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Mine:
    """What one person is told now of one operation, in the scope they read it in: each alert once, as it stands, the
    most severe first; and every notice that this answers."""

    scope: Scope
    latest: tuple[Due, ...]
    notices: tuple[UUID, ...]


def compose_mails(session: Session) -> int:
    """Write the mails of each person whose notices are due, and return how many were written.

    The first leaves at once; who was mailed within the last minute waits for the rest of it. More people than
    one transaction takes: the next run is asked for.
    """
    now = clock.now()
    moments = {"now": now, "just_now": now - GATHER_WITHIN}
    people = session.execute(_PEOPLE, {**moments, "limit": PEOPLE_A_TIME, "unchosen": UNCHOSEN}).all()
    if not people:
        return 0
    who = {person.id: person for person in people}
    due: dict[tuple[UUID, UUID], list[Due]] = {}
    for row in session.execute(_DUE, {**moments, "people": list(who)}):
        due.setdefault((row.user_id, row.operation_id), []).append(row)
    mine = {key: _mine(rows) if who[key[0]].active else None for key, rows in due.items()}
    told = {notice for one in mine.values() if one for notice in one.notices}
    if dropped := [row.notice_id for rows in due.values() for row in rows if row.notice_id not in told]:
        session.execute(_DROPPED, {"now": now, "notices": sorted(dropped)})
    once = Once()
    letters: list[tuple[Letter, Sequence[UUID]]] = []
    unwritten: list[UUID] = []
    for (person_id, _), one in mine.items():
        if one is None:
            continue
        if mail := _written(session, who[person_id].language, one, once):
            letters.append((_letter(who[person_id], one, mail), one.notices))
        else:
            unwritten += one.notices
    stored = _put(session, letters)
    meters.count("notices_mailed", by=sum(len(notices) for letter, notices in letters if letter in stored))
    unwritten += [notice for letter, notices in letters if letter not in stored for notice in notices]
    if unwritten:
        session.execute(_LATER, {"due": now + TRIED_AGAIN_AFTER, "notices": sorted(unwritten)})
    if len(people) == PEOPLE_A_TIME:
        db.wake(session, jobs.COMPOSE)
    return len(stored)


def _mine(due: Sequence[Due]) -> Mine | None:
    """What of the notices due to a person in an operation they may read; None: nothing."""
    member = due[0]
    if member.role not in READERS:
        return None
    scope = Scope(member.operation_id, None if member.areas is None else frozenset(member.areas))
    readable = [row for row in due if scope.holds(row.area_path) and (row.rule != PROTECTED or row.is_protection)]
    if not readable:
        return None
    latest = {row.alert_id: row for row in readable}.values()
    ordered = sorted(latest, key=lambda row: (-RANK[row.level], row.since, row.alert_id))
    return Mine(scope, tuple(ordered), tuple(row.notice_id for row in readable))


def _written(session: Session, language: str, mine: Mine, once: Once) -> Written | None:
    """What a person is told, in their language; None where it cannot be written, which holds up nobody else's mail.

    Who reads the same in the same language is written one text: it says nothing of the reader but what they follow.
    """

    def write() -> Written | None:
        try:
            with session.begin_nested():
                return _compose(session, language, mine, once)
        except db.PASSING:
            raise
        except Exception:  # whatever it is: it must not hold up everybody else's
            log.exception("mail_not_composed", alerts=[str(row.alert_id) for row in mine.latest])
            return None

    return once((language, mine.scope, *(row.transition_id for row in mine.latest)), write)


def _compose(session: Session, language: str, mine: Mine, once: Once) -> Written:
    frame = once(mine.scope.operation_id, partial(frame_of, session, mine.scope.operation_id))
    alerts = [
        facts_of(session, row, frame, mine.scope, once, in_full=position < IN_FULL)
        for position, row in enumerate(mine.latest)
    ]
    reader = Reader(language, followed(session, mine.scope, frame, once))
    return emails.compose(reader, alerts, base_url=settings().base_url)


def _letter(person: Row[Any], mine: Mine, mail: Written) -> Letter:
    """The mail of one person: the text many are written, with their own links in it."""
    own = {
        placeholder(row.transition_id): links.sign(links.ALERT, row.operation_id, row.notice_id) for row in mine.latest
    }
    return Letter(
        operation_id=mine.scope.operation_id,
        recipient=person.email,
        subject=mail.subject,
        text=_with(own, mail.text),
        html=_with(own, mail.html),
        headers={
            "X-Mawa-Notices": ", ".join(str(notice) for notice in mine.notices),
            **({requests.HEADER: ", ".join(led)} if (led := _requests(mine)) else {}),
            **links.to_end(mine.scope.operation_id, person.id),
            **({"References": outbox.thread_of(mine.latest[0].alert_id)} if len(mine.latest) == 1 else {}),
        },
    )


def _requests(mine: Mine) -> list[str]:
    """What logs call the requests that led to what somebody is told, as many as a header holds."""
    return sorted({row.request for row in mine.latest if row.request})[:MOST_REQUESTS]


def _with(own: Mapping[str, str], words: str) -> str:
    for general, theirs in own.items():
        words = words.replace(general, theirs)
    return words


def _put(session: Session, letters: Sequence[tuple[Letter, Sequence[UUID]]]) -> list[Letter]:
    """Put the letters into the outbox, each with the notices it answers: those that could be. Where they cannot be
    stored together, they are stored one by one."""
    if not letters:
        return []
    try:
        with session.begin_nested():
            mails = outbox.write(session, [letter for letter, _ in letters])
            told = [(mail, one) for mail, (_, notices) in zip(mails, letters, strict=True) for one in notices]
            session.execute(_MAILED, {"mails": [mail for mail, _ in told], "notices": [one for _, one in told]})
        for mail, (letter, notices) in zip(mails, letters, strict=True):
            led = requests.named(letter.headers.get(requests.HEADER))
            log.debug("mail_written", mail=str(mail), notices=len(notices), request_ids=led)
    except db.PASSING:
        raise
    except Exception:  # as above
        if len(letters) > 1:
            return [stored for letter in letters for stored in _put(session, [letter])]
        log.exception("mail_not_stored", notices=[str(notice) for _, notices in letters for notice in notices])
        return []
    return [letter for letter, _ in letters]
