"""Whether the service can be relied on just now."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from app import migrations
from app.backups import queries as backups
from app.core import clock
from app.ledger.queries import MARKED
from app.migrations.state import current
from app.outbox.queries import given_up_since, waiting
from config.settings import settings

OLD_MARK_S = 15.0  # a change that was not folded after this is a reason to look: usually it takes a tenth of a second
OLD_MAIL_S = 60.0  # and a mail that did not leave
GIVEN_UP_WITHIN = timedelta(days=1)  # a mail given up is a reason to look for a day
OLD_SEAL_S = 60.0  # and what was written and not sealed: every five seconds it is
OLD_BACKUP_S = 26 * 3600.0  # one is made a day, and takes its time

_WORK = text(f"""
  WITH marked AS ({MARKED})
  SELECT (SELECT count(DISTINCT place_id) FROM marked) AS places, (SELECT min(marked_at) FROM marked) AS oldest,
    (SELECT max(at) FROM heartbeats) AS beat
""")


# The oldest of what waits, and the newest seal: where much was written at once, or long ago, sealing goes on all the
# same. What vanished before it was sealed waits for ever and has no age.
_SEALING = text("""
  SELECT (SELECT min(coalesce((SELECT recorded_at FROM reports WHERE id = row_id), (SELECT at FROM audit_entries
      WHERE id = row_id))) FROM (SELECT row_id FROM unsealed ORDER BY id LIMIT 100) AS waiting) AS oldest,
    (SELECT at FROM seals ORDER BY id DESC LIMIT 1) AS newest_seal
""")


@dataclass(frozen=True)
class Readiness:
    """What `/readyz` answers. Both counts 0 mean that nothing is under way."""

    ready: bool
    reasons: list[str] = field(default_factory=list)
    places_to_fold: int = 0
    oldest_mark_s: float = 0.0
    mails_to_send: int = 0
    oldest_mail_s: float = 0.0
    worker_heartbeat_s: float | None = None
    backup_age_s: float | None = None


def readiness(session: Session, *, since: datetime) -> Readiness:
    """How the service stands; `since`: when this process started, for a worker must have answered after that.

    OperationalError when the database cannot be reached.
    """
    if not is_newest(session):
        return Readiness(False, ["The database is not at the newest schema: run `mawa db upgrade`."])
    work = session.execute(_WORK).one()
    mails, oldest_mail = waiting(session)
    notices = session.scalar(
        text("SELECT count(*) FROM notices WHERE mail_id IS NULL AND dropped_at IS NULL AND due_at <= :soon"),
        {"soon": clock.now()},
    )
    oldest_mark, backup = _age(work.oldest), _backup_age()
    reasons = []
    if work.beat is None or work.beat < since:
        reasons.append("No worker has answered since this start.")
    is_ready = not reasons
    if oldest_mark > OLD_MARK_S:
        reasons.append(f"Figures are late: the oldest change has waited {oldest_mark:.0f} s to be folded.")
    if oldest_mail > OLD_MAIL_S:
        reasons.append(f"Mail is late: the oldest has waited {oldest_mail:.0f} s.")
    if given_up := given_up_since(session, clock.now() - GIVEN_UP_WITHIN):
        reasons.append(f"Mails given up in the last day: {given_up}. Administrators find them at /admin/outbox.")
    reasons += _unsealed(session) + _not_backed_up(backup)
    return Readiness(
        ready=is_ready,
        reasons=reasons,
        places_to_fold=work.places,
        oldest_mark_s=round(oldest_mark, 3),
        mails_to_send=mails + (notices or 0),
        oldest_mail_s=round(oldest_mail, 3),
        worker_heartbeat_s=None if work.beat is None else round(_age(work.beat), 3),
        backup_age_s=None if backup is None else round(backup),
    )


def is_newest(session: Session) -> bool:
    """Whether the database has the schema this code was written for."""
    return current(session.connection()) == migrations.newest()


def _unsealed(session: Session) -> list[str]:
    found = session.execute(_SEALING).one()
    if found.oldest is None:
        return []
    since = max(found.oldest, found.newest_seal) if found.newest_seal else found.oldest
    if _age(since) <= OLD_SEAL_S:
        return []
    return [f"Nothing has been sealed for {_age(since):.0f} s: what is changed in the database now is not found out."]


def _backup_age() -> float | None:
    """Seconds since the moment the newest backup in BACKUP_DIR is of."""
    folder = settings().backups
    newest = backups.newest(folder) if folder else None
    return None if newest is None else _age(newest)


def _not_backed_up(age: float | None) -> list[str]:
    if settings().backups is None:
        return []
    if age is None:
        return ["There is no backup in BACKUP_DIR yet."]
    return [f"The newest backup is {age / 3600:.0f} h old."] if age > OLD_BACKUP_S else []


def _age(instant: datetime | None) -> float:
    return max(0.0, (clock.now() - instant).total_seconds()) if instant else 0.0
