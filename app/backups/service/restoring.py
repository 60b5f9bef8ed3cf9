"""Putting a backup back into an empty database: all of it in one transaction, or nothing."""

from collections.abc import Collection
from datetime import UTC, datetime

import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.policy import DIGEST_HOUR, ESCALATE_AFTER
from app.backups import queries
from app.backups.errors import BackupError
from app.backups.schemas import Held, PutBack, Table
from app.backups.service.files import Read
from app.backups.service.taking import copying, driver
from app.core import clock

_ALONE = text("SELECT pg_advisory_xact_lock('alembic_version'::regclass::oid::bigint)")
_NUMBER = 'SELECT setval(pg_get_serial_sequence(:name, :column), coalesce(max("{column}"), 0) + 1, false) FROM "{name}"'
# What a process still remembers of another database is of no turn of this one.
_NEW_TURNS = text("UPDATE turns SET turn = gen_random_uuid()")
# A session or link that was ended after the backup would be good again.
_END_SESSIONS = text("UPDATE users SET fs_uniquifier = replace(gen_random_uuid()::text, '-', '')")
_END_SIGN_INS = text("UPDATE sign_ins SET ended_at = :now WHERE ended_at IS NULL")
_HOLD_MAILS = text(
    "UPDATE mails SET status = 'dead', leased_until = NULL, last_error = 'held: it waited when the backup was taken,"
    " and may have left since' WHERE status = 'waiting'"
)
_HOLD_NOTICES = text("UPDATE notices SET dropped_at = :now WHERE mail_id IS NULL AND dropped_at IS NULL")
# What was told and done in the time that is gone is not told again: digests of today, calls to the next in line.
_HOLD_DIGESTS = text("""
  INSERT INTO digests (user_id, operation_id, day)
  SELECT DISTINCT user_id, operations.id, (:now AT TIME ZONE operations.time_zone)::date
  FROM subscriptions JOIN operations ON operations.id = subscriptions.operation_id WHERE how = 'daily'
    AND date_part('hour', :now AT TIME ZONE operations.time_zone) >= :hour ON CONFLICT DO NOTHING
""")
_CALL_LATER = text("UPDATE alerts SET escalates_at = :later WHERE escalates_at < :later")
_WRITE_DOWN = text("""
  INSERT INTO audit_entries (id, at, operation_id, action, subject, details)
  SELECT gen_random_uuid(), :now, id, 'backup.restore', code, jsonb_build_object('taken_at', CAST(:taken_at AS text))
  FROM operations
""")


def check_empty(session: Session) -> None:
    """BackupError where the database holds anything."""
    if filled := queries.filled(session):
        raise BackupError(
            f"This database is not empty (there is something in {', '.join(sorted(filled)[:3])}). A backup is put back"
            " into an empty one only: set MAWA_DATA_DIR to a new folder, or DATABASE_URL to a new database."
        )


def put_back(session: Session, backup: Read, *, moved: bool) -> PutBack:
    """Fill the tables, which stand at the step of the backup, with what it holds.

    `moved`: nothing happened since it was taken, so sessions go on and mail that waits is sent. Otherwise everybody
    signs in again, and what waited to be mailed is held.
    """
    session.execute(_ALONE)
    check_empty(session)
    tables = _matched(session, backup)
    connection = driver(session)
    _switch_triggers(connection, tables, "DISABLE")
    for table in tables:
        _fill(connection, table, backup)
    _switch_triggers(connection, tables, "ENABLE")
    for name, column in queries.numbered(session):
        session.execute(text(_NUMBER.format(name=name, column=column)), {"name": name, "column": column})
    there = {table.name for table in tables}
    held = Held(0, 0) if moved else _hold(session, there)
    _begin_again(session, there, backup.contents.taken_at)
    return PutBack(backup.contents, held)


def brought_back(session: Session, *, to: datetime) -> Held:
    """See to what follows where PostgreSQL itself was brought back to a moment: as after a backup of that moment."""
    there = {table.name for table in queries.tables(session)}
    held = _hold(session, there)
    _begin_again(session, there, to)
    return held


def _begin_again(session: Session, there: Collection[str], taken_at: datetime) -> None:
    """Let nobody act on what they remember of later, and write down of when all of this is."""
    if "turns" in there:
        session.execute(_NEW_TURNS)
    said = f"{taken_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    session.execute(_WRITE_DOWN, {"now": clock.now(), "taken_at": said})


def _matched(session: Session, backup: Read) -> list[Table]:
    """The tables of the backup in the order in which they can be filled."""
    held = {table.name: table for table in backup.contents.tables}
    here = {table.name: table for table in queries.tables(session)}
    for name in sorted(held.keys() | here.keys()):
        if name not in held or name not in here or set(held[name].columns) != set(here[name].columns):
            raise BackupError(f"{backup.file} does not fit its own step of the schema ({name}). Nothing was put back.")
    return [held[name] for name in here]


def _switch_triggers(connection: "psycopg.Connection[tuple[object, ...]]", tables: list[Table], to: str) -> None:
    """What rows cause when they are written, they caused when they were written first. Foreign keys stay checked."""
    for table in tables:
        change = sql.SQL("ALTER TABLE {} {} TRIGGER USER")
        connection.execute(change.format(sql.Identifier(table.name), sql.SQL(to)))


def _fill(connection: "psycopg.Connection[tuple[object, ...]]", table: Table, backup: Read) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(copying(table, "FROM STDIN")) as rows:
            for part in backup.table(table):
                rows.write(part)
        if cursor.rowcount != table.rows:
            raise BackupError(f"{backup.file} lacks rows of {table.name}. Nothing was put back.")
        # Statements are planned once a connection: they want to know at once how much there is.
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table.name)))


def _hold(session: Session, there: Collection[str]) -> Held:
    """End sessions, and hold what may have been mailed since. `there`: the tables of this step."""
    session.execute(_END_SESSIONS)
    if "sign_ins" in there:
        session.execute(_END_SIGN_INS, {"now": clock.now()})
    mails = session.execute(_HOLD_MAILS).rowcount  # type: ignore[attr-defined]  # an UPDATE has one
    notices = session.execute(_HOLD_NOTICES, {"now": clock.now()}).rowcount  # type: ignore[attr-defined]  # as above
    if "digests" in there:
        session.execute(_HOLD_DIGESTS, {"now": clock.now(), "hour": DIGEST_HOUR})
        session.execute(_CALL_LATER, {"later": clock.now() + ESCALATE_AFTER})
    return Held(mails, notices)
