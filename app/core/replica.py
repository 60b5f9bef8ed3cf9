"""Reading figures from a replica, in as far as it keeps up.

A replica may fall behind, and an old figure sends people to a full gate. It is asked only while, at a look two seconds
ago at most, it had everything committed a second or two before that; else, and where REPLICA_URL is not set, the
database itself is asked. So what is read is at most four seconds older than it could be.
"""

import threading
import time
from functools import lru_cache

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.core import db
from config.services.addresses import with_driver
from config.settings import settings

_LOOK_AFTER_S = 1.0
_LOOKED_LATELY_S = 2.0  # what had been committed before the last look is too long ago after that

_WRITTEN = text("SELECT pg_current_wal_flush_lsn()")
_HAS_IT = text("SELECT coalesce(pg_last_wal_replay_lsn() >= CAST(:written AS pg_lsn), false)")

log = structlog.get_logger(__name__)


class Replica:
    """One replica of the database, and whether it keeps up."""

    def __init__(self, url: str) -> None:
        self.engine = db.make_engine(url, role=db.WALLED, connect_timeout=2, tcp_user_timeout=2_000)
        self._looking = threading.Lock()
        self._looked_at = float("-inf")
        self._written: str | None = None
        self._keeps_up = False

    def snapshot(self) -> Session | None:
        """A session on the replica that sees one state and changes nothing; None where it does not keep up."""
        if not self.keeps_up():
            return None
        session = db.walled_snapshot(self.engine)
        try:
            session.connection()
        except SQLAlchemyError as error:
            session.close()
            self._keeps_up = False
            log.warning("replica_away", reason=str(getattr(error, "orig", error)))
            return None
        return session

    def keeps_up(self) -> bool:
        """Whether it had, two seconds ago at most, everything committed a second or two before."""
        since = time.monotonic() - self._looked_at
        if since >= _LOOK_AFTER_S and self._looking.acquire(blocking=False):
            # Apart from requests: a replica that hangs must not hold them too.
            threading.Thread(target=self._look, name="replica", daemon=True).start()
        return self._keeps_up and since < _LOOKED_LATELY_S

    def _look(self) -> None:
        began = time.monotonic()
        is_lately = began - self._looked_at < _LOOKED_LATELY_S
        keeps_up, written = False, self._written
        try:
            with db.engine().connect() as connection:
                self._written = connection.scalar(_WRITTEN)
            if written is not None and is_lately:
                with db.walled_snapshot(self.engine) as session:
                    keeps_up = bool(session.scalar(_HAS_IT, {"written": written}))
        except SQLAlchemyError as error:
            log.warning("replica_away", reason=str(getattr(error, "orig", error)))
        finally:
            self._keeps_up, self._looked_at = keeps_up, began
            self._looking.release()


def snapshot() -> Session | None:
    """A session on the replica of this installation; None where there is none that keeps up."""
    url = settings().replica_url
    replica = _replica(with_driver(url)) if url else None
    return replica.snapshot() if replica else None


@lru_cache(maxsize=1)
def _replica(url: str) -> Replica:
    return Replica(url)
