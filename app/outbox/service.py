"""The life of a mail: written with the change it tells of, claimed by a worker, settled once.

The worker commits between the steps (workers/tasks/outbox.py): a claim is a lease, so that a worker that
dies gives its mails back by time alone, and a worker that comes back late cannot settle what another one
has claimed since (each lease ends at its own instant, which is the fence). A crash after the server's "250" and before
the commit of `settle_sent` sends the mail again when the lease has run out, the same bytes under the same
Message-ID, which mail programs show once: the one window there is.
"""

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import CursorResult, Result
from sqlalchemy.orm import Session
from sqlmodel import col, select

from app.core import clock, db, jobs
from app.outbox.errors import NotSent, ServerAway
from app.outbox.models import Mail, RefusedAddress
from app.outbox.schemas import Letter
from config.settings import settings

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 60  # with the pauses above: about two days
_LONGEST_ERROR = 500

# Written out, since every mail asks them.
_CLAIM = sql("""
  WITH due AS MATERIALIZED (  -- else the limit may be applied more than once
    SELECT id FROM mails WHERE status = 'waiting' AND due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
    ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED)
  UPDATE mails SET leased_until = :leased_until, attempts = attempts + 1 FROM due WHERE mails.id = due.id
  RETURNING mails.*
""")
_SENT = sql("""
  UPDATE mails SET status = 'sent', sent_at = :now, last_error = NULL, failure = NULL, leased_until = NULL,
    -- a mail of no operation holds a link that is as good as a password: no backup needs it
    text = CASE WHEN operation_id IS NULL THEN '' ELSE text END,
    html = CASE WHEN operation_id IS NULL THEN '' ELSE html END
  WHERE id = :mail AND status = 'waiting' AND leased_until = :leased_until
""")


def write(session: Session, letters: Sequence[Letter], *, due_at: datetime | None = None) -> list[UUID]:
    """Put finished mails into the outbox, in the transaction of the change they tell of; due now by default. Their ids,
    in the order of the letters."""
    now = clock.now()
    mails = [_row(letter, now, due_at or now) for letter in letters]
    if mails:
        session.execute(insert(Mail), mails)
        db.wake(session, jobs.SEND)
    return [mail["id"] for mail in mails]


def claim(session: Session, *, limit: int) -> list[Mail]:
    """Take up to `limit` mails that are due and that nobody holds, for as long as `LEASE`, oldest first."""
    now = clock.now()
    given = {"now": now, "leased_until": now + LEASE, "limit": limit}
    taken = session.scalars(select(Mail).from_statement(_CLAIM), given, execution_options={"populate_existing": True})
    return sorted(taken, key=lambda mail: (mail.due_at, mail.id))


def settle_sent(session: Session, mail: Mail) -> bool:
    """The server took it. False when the lease was lost meanwhile, so that somebody else settles."""
    given = {"now": clock.now(), "mail": mail.id, "leased_until": mail.leased_until}
    return _is_one(session.execute(_SENT, given))


def settle_failed(session: Session, mail: Mail, failure: NotSent) -> bool:
    """The server did not take it: wait longer each time, or give up for good, and where nobody is at its address send
    nothing there any more. False when the lease was lost."""
    said = {"last_error": failure.reason[:_LONGEST_ERROR], "failure": failure.failure}
    if isinstance(failure, ServerAway):  # no try of the mail: all leave in their order when the server is back
        return _settle(session, mail, attempts=mail.attempts - 1, **said)
    if failure.failure != "permanent" and mail.attempts < MOST_ATTEMPTS:
        return _settle(session, mail, due_at=clock.now() + pause_after(mail.attempts), **said)
    emptied = {} if mail.operation_id else {"text": "", "html": ""}  # links of accounts open doors
    is_settled = _settle(session, mail, status="dead", **said, **emptied)
    if is_settled and failure.is_address:
        refused = {"address": mail.recipient, "refused_at": clock.now(), "reason": said["last_error"]}
        session.execute(upsert(RefusedAddress).values(**refused).on_conflict_do_nothing())
    return is_settled


def send_again(session: Session, mail_ids: Collection[UUID]) -> int:
    """Have these mails that were given up tried again, the same bytes as before; how many. One that was emptied is
    not, nor one whose address takes no mail."""
    again = (
        update(Mail)
        .where(
            col(Mail.id).in_(mail_ids),
            col(Mail.status) == "dead",
            col(Mail.text) != "",
            col(Mail.recipient).not_in(select(col(RefusedAddress.address))),
        )
        .values(status="waiting", due_at=clock.now(), attempts=0, last_error=None, failure=None, leased_until=None)
    )
    count = session.scalars(again.returning(col(Mail.id))).all()
    if count:
        db.wake(session, jobs.SEND)
    return len(count)


def use_again(session: Session, address: str) -> bool:
    """Send mail to an address again; False where nothing stood in its way."""
    found = delete(RefusedAddress).where(col(RefusedAddress.address) == address).returning(col(RefusedAddress.address))
    return session.scalar(found) is not None


def give_back(session: Session, mail: Mail) -> bool:
    """Not tried after all: due again at once, and the claim does not count as an attempt."""
    return _settle(session, mail, attempts=mail.attempts - 1)


def pause_after(attempts: int) -> timedelta:
    """Twice as long after each attempt up to an hour, less up to a fifth, so that mails do not come back in step."""
    doubled = min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 16), LONGEST_PAUSE)
    return doubled * random.uniform(0.8, 1.0)  # noqa: S311 - no secret


def _settle(session: Session, mail: Mail, **values: object) -> bool:
    held = update(Mail).where(
        col(Mail.id) == mail.id, col(Mail.status) == "waiting", col(Mail.leased_until) == mail.leased_until
    )
    result = session.execute(held.values(leased_until=None, **values), execution_options={"synchronize_session": False})
    return _is_one(result)


def _is_one(result: Result[Any]) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1


def _row(letter: Letter, now: datetime, due_at: datetime) -> dict[str, Any]:
    mail_id = uuid4()
    return {
        "id": mail_id,
        "operation_id": letter.operation_id,
        "recipient": letter.recipient,
        "subject": _one_line(letter.subject),
        "text": letter.text,
        "html": letter.html,
        "message_id": f"<{mail_id}@{_host()}>",
        "headers": {name: _one_line(value) for name, value in letter.headers.items()},
        "created_at": now,
        "due_at": due_at,
    }


def thread_of(subject: UUID) -> str:
    """What all mails about one thing refer to, so that mail programs show them together."""
    return f"<{subject}@{_host()}>"


def _host() -> str:
    """The host that Message-IDs end with: that of the sender's address, else that of our own."""
    address = parseaddr(settings().mail_from)[1]
    return address.rpartition("@")[2] or urlsplit(settings().base_url).hostname or "localhost"


def _one_line(text: str) -> str:
    """A header's value without line breaks, which would let a name write headers of its own."""
    return " ".join(text.split())
