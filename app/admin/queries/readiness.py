"""Whether the service can be relied on just now."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from app import migrations
from app.core import clock
from app.ledger.queries import MARKED
from app.migrations.state import current
from app.outbox.queries import waiting

OLD_MARK_S = 15.0  # a change that was not folded after this is a reason to look: usually it takes a tenth of a second
OLD_MAIL_S = 60.0  # and a mail that did not leave

_WORK = text(f"""
  WITH marked AS ({MARKED})
  SELECT (SELECT count(DISTINCT place_id) FROM marked) AS places, (SELECT min(marked_at) FROM marked) AS oldest,
    (SELECT max(at) FROM heartbeats) AS beat
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


def readiness(session: Session, *, since: datetime) -> Readiness:
    """How the service stands; `since`: when this process started, for a worker must have answered after that.

    OperationalError when the database cannot be reached.
    """
    if current(session.connection()) != migrations.newest():
        return Readiness(False, ["The database is not at the newest schema: run `mawa db upgrade`."])
    work = session.execute(_WORK).one()
    mails, oldest_mail = waiting(session)
    notices = session.scalar(
        text("SELECT count(*) FROM notices WHERE mail_id IS NULL AND dropped_at IS NULL AND due_at <= :soon"),
        {"soon": clock.now()},
    )
    oldest_mark = _age(work.oldest)
    reasons = []
    if work.beat is None or work.beat < since:
        reasons.append("No worker has answered since this start.")
    is_ready = not reasons
    if oldest_mark > OLD_MARK_S:
        reasons.append(f"Figures are late: the oldest change has waited {oldest_mark:.0f} s to be folded.")
    if oldest_mail > OLD_MAIL_S:
        reasons.append(f"Mail is late: the oldest has waited {oldest_mail:.0f} s.")
    return Readiness(
        ready=is_ready,
        reasons=reasons,
        places_to_fold=work.places,
        oldest_mark_s=round(oldest_mark, 3),
        mails_to_send=mails + (notices or 0),
        oldest_mail_s=round(oldest_mail, 3),
        worker_heartbeat_s=None if work.beat is None else round(_age(work.beat), 3),
    )


def _age(instant: datetime | None) -> float:
    return max(0.0, (clock.now() - instant).total_seconds()) if instant else 0.0
