"""Which tables there are to write and to fill, whether there is anything in them, and which backup is the newest."""

import re
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.backups.schemas import Table

STEP = "alembic_version"
# Not in a backup: its contents say the step, which moving the schema writes; and who is at work is at work here.
LEFT_OUT = (STEP, "heartbeats", "meters")
_KEPT = re.compile(r"mawa-(\d{8}T\d{6})Z\.backup")

_COLUMNS = text("""
  SELECT pg_class.relname AS name, array_agg(attname::text ORDER BY attnum) AS columns
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
  WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname <> ALL(:left_out)
  GROUP BY pg_class.relname ORDER BY pg_class.relname
""")
_REFERENCES = text("""
  SELECT DISTINCT child.relname AS child, parent.relname AS parent
  FROM pg_constraint JOIN pg_class AS child ON child.oid = conrelid JOIN pg_class AS parent ON parent.oid = confrelid
  WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conrelid <> confrelid
    AND child.relname <> ALL(:left_out) AND parent.relname <> ALL(:left_out)
""")
_NUMBERED = text("""
  SELECT pg_class.relname AS name, attname AS column FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
  WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND attidentity <> ''
  ORDER BY pg_class.relname
""")


def tables(session: Session) -> list[Table]:
    """Every table with its columns and no rows yet, those that others refer to first."""
    left_out = {"left_out": list(LEFT_OUT)}
    found = {name: Table(name, list(columns), 0) for name, columns in session.execute(_COLUMNS, left_out)}
    order = TopologicalSorter({name: set() for name in found})
    for child, parent in session.execute(_REFERENCES, left_out):
        order.add(child, parent)
    return [found[name] for name in order.static_order()]


def filled(session: Session) -> list[str]:
    """The tables that hold anything."""
    return [
        table.name
        for table in tables(session)
        if session.scalar(text(f'SELECT EXISTS (SELECT FROM "{table.name}")'))  # a name from the catalogue
    ]


def numbered(session: Session) -> list[tuple[str, str]]:
    """Tables whose rows PostgreSQL numbers, each with the column of the number."""
    return [(name, column) for name, column in session.execute(_NUMBERED)]


def kept(folder: Path) -> list[tuple[datetime, Path]]:
    """The whole backups in a folder, oldest first, each with the moment it is of. One that is being written has
    another name. OSError where the folder cannot be read."""
    found = [(match, path) for path in folder.iterdir() if (match := _KEPT.fullmatch(path.name))]
    return sorted((datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC), path) for match, path in found)


def name_of(taken_at: datetime) -> str:
    """What a backup kept in a folder is called."""
    return f"mawa-{taken_at.astimezone(UTC):%Y%m%dT%H%M%S}Z.backup"


def newest(folder: Path) -> datetime | None:
    """The moment the newest backup in a folder is of; None where there is none, or no folder."""
    try:
        found = kept(folder)
    except OSError:
        return None
    return found[-1][0] if found else None
