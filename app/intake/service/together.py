"""Reports posted one by one at the same moment, stored together: one statement and one commit for all of them.

Whoever comes first stores for all who have come; those who come meanwhile wait, and the first of them stores for them.
Alone, nobody waits. A commit is most of what one report costs PostgreSQL: two at once are nearly as cheap as one.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

import structlog
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.core import clock, db
from app.intake.queries.noticed import Stored, append
from app.ledger.service import Row

_WAIT_BRIEFLY = "SELECT set_config('lock_timeout', '200ms', true)"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Waiting:
    """A report on its way into the ledger. `stored` None: not tried yet."""

    row: Row
    stored: Stored | None = None
    error: Exception | None = None


class Together:
    """The door of the ledger for all threads of a process."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._turn = Lock()

    def append(self, session: Session, rows: Sequence[Row]) -> Stored:
        """As `noticed.append`, in a transaction shared with others and committed on return. Whoever waits here
        holds no connection, or those who wait might hold all there are: a session may only have read before.

        What could not be stored so is left out, without an error: a transaction of its own will tell why. Only where
        nobody knows whether it was stored is that raised: OperationalError, TookTooLong.
        """
        session.rollback()
        mine = [_Waiting(row) for row in rows]
        self._waiting.extend(mine)
        with self._turn:
            if any(one.stored is None for one in mine):
                come = [self._waiting.popleft() for _ in range(len(self._waiting))]
                # What is of another operation cannot be stored from here (core.db.Walled): somebody waits with it.
                ours = [one for one in come if one.row.operation_id == rows[0].operation_id]
                self._waiting.extend(one for one in come if one.row.operation_id != rows[0].operation_id)
                _store(session, ours)
        stored: Stored = {}
        for one in mine:
            if one.error is not None:
                raise one.error
            stored |= one.stored or {}
        return stored


def _store(session: Session, waiting: Sequence[_Waiting]) -> None:
    first: dict[UUID, _Waiting] = {}  # what comes twice at once is stored for the one who asked first
    oldest = clock.now() - db.VISIBLE_WITHIN / 2
    for one in waiting:
        one.stored = {}
        if one.row.recorded_at > oldest:  # who has waited long already must not be why the others are told to wait
            first.setdefault(one.row.id, one)
    if not first:
        return
    try:
        db.record_at(session, min(one.row.recorded_at for one in first.values()))
        db.run(session, _WAIT_BRIEFLY, {})
        stored = append(session, [one.row for one in first.values()])
        db.check_age(session)
        db.commit(session)
    except (OperationalError, db.TookTooLong) as error:
        if isinstance(getattr(error, "orig", None), LockNotAvailable):
            session.rollback()  # somebody is storing one of these just now: only who sent that one waits for them
            return
        for one in first.values():
            one.error = error
    except Exception as error:
        session.rollback()
        log.warning("not_stored_together", reports=len(waiting), reason=str(getattr(error, "orig", error)))
    else:
        for id_, told in stored.items():
            first[id_].stored = {id_: told}
