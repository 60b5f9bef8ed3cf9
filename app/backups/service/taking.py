"""Making a backup while everybody works on."""

import time
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.service import seals
from app.backups import queries
from app.backups.errors import BackupError
from app.backups.schemas import FORM, Contents, Table, Taken
from app.backups.service.files import Written, whole_or_not_at_all

# Before the first question, with which the snapshot is taken: no step of the schema is under way then, and none ends
# before we do. Rows that a policy would hide are an error, not left out.
_HOLD_THE_SCHEMA = text(f"LOCK TABLE {queries.STEP} IN SHARE MODE")
_WHERE_IT_STANDS = text(f"SELECT version_num, clock_timestamp() FROM {queries.STEP}")
_OPERATIONS = text("SELECT id FROM operations ORDER BY code")
_HIDE_NOTHING = text("SET LOCAL row_security = off")


def back_up(session: Session, file: Path, *, overwrite: bool = False) -> Taken:
    """Write everything there is to a file, as it is at one moment: `session` is a snapshot that has asked nothing yet.

    BackupError where there is nothing to back up or the file cannot be written.
    """
    began = time.monotonic()
    with whole_or_not_at_all(file, overwrite=overwrite) as opened, Written(opened) as written:
        contents = _write(session, written)
    return Taken(file, contents, file.stat().st_size, time.monotonic() - began)


def note(session: Session, taken: Taken) -> None:
    """Write down in each operation that everything there is was written to a file."""
    for operation_id in session.scalars(_OPERATIONS):
        audit.record(session, action="backup.take", subject=taken.file.name, operation_id=operation_id)


def _write(session: Session, written: Written) -> Contents:
    session.execute(_HIDE_NOTHING)
    try:
        session.execute(_HOLD_THE_SCHEMA)
    except ProgrammingError as error:
        raise BackupError("There are no tables yet, so there is nothing to back up.") from error
    step, taken_at = session.execute(_WHERE_IT_STANDS).one()
    tables = [_write_table(session, table, written) for table in queries.tables(session)]
    contents = Contents(FORM, step, taken_at, _newest_seal(session, tables), tables)
    written.end(contents)
    return contents


def _write_table(session: Session, table: Table, written: Written) -> Table:
    with driver(session).cursor() as cursor:
        with cursor.copy(copying(table, "TO STDOUT")) as rows:
            written.table(table.name, rows)
        return replace(table, rows=cursor.rowcount)


def _newest_seal(session: Session, tables: list[Table]) -> str | None:
    """None also where the schema is of before there were seals."""
    return seals.last_seal(session) if any(table.name == "seals" for table in tables) else None


def driver(session: Session) -> "psycopg.Connection[tuple[object, ...]]":
    """The connection of a session, for COPY."""
    connection: psycopg.Connection[tuple[object, ...]] = session.connection().connection.driver_connection  # type: ignore[assignment]  # SQLAlchemy says any
    return connection


def copying(table: Table, way: str) -> sql.Composed:
    """COPY of a table's columns, in PostgreSQL's own text format."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(table.name), columns, sql.SQL(way))
