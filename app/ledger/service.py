"""The door of the ledger: reports go in by one statement that also leaves the marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import db, jobs

# Sorted by id, so that two posts with the same reports wait for each other instead of locking up. The marks
# name every place and day the accepted reports touch; a mark is only ever appended, so nobody waits for it.
_APPEND = text("""
WITH stored AS (
  INSERT INTO reports (id, operation_id, kind, occurred_at, left_at, recorded_at, day, left_day, stands_at,
    left_stands_at, place_id, from_place_id, group_id, origin, total, low, high, households, cells, method,
    content, digest, reporter_id, device, clock_shift_s)
  SELECT id, operation_id, kind, occurred_at, left_at, recorded_at, day, left_day, stands_at,
    left_stands_at, place_id, from_place_id, group_id, origin, total, low, high, households, cells, method,
    content, decode(digest, 'hex'), reporter_id, device, clock_shift_s
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS sent (id uuid, operation_id uuid, kind text,
    occurred_at timestamptz, left_at timestamptz, recorded_at timestamptz, day date, left_day date,
    stands_at timestamptz, left_stands_at timestamptz, place_id uuid, from_place_id uuid, group_id uuid,
    origin text, total bigint, low bigint, high bigint, households bigint, cells bigint[], method text,
    content jsonb, digest text, reporter_id uuid, device text, clock_shift_s integer)
  ORDER BY id
  ON CONFLICT (id) DO NOTHING
  RETURNING id, operation_id, kind, recorded_at, day, left_day, place_id, from_place_id
), marked AS (
  INSERT INTO marks (operation_id, place_id, day, marked_at)
  SELECT operation_id, place_id, day, recorded_at FROM stored WHERE place_id IS NOT NULL
  UNION
  SELECT operation_id, from_place_id, left_day, recorded_at FROM stored WHERE from_place_id IS NOT NULL
)
SELECT stored.id, shelters.state ->> 'status' AS status FROM stored LEFT JOIN shelters ON shelters.id = stored.place_id
""")

_STANDING = text("SELECT id, operation_id, digest FROM reports WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class Row:
    """A report ready to be stored; see models.Report for what each field means. `digest` is hexadecimal."""

    id: UUID
    operation_id: UUID
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    day: date
    stands_at: datetime
    content: dict[str, Any]
    digest: str
    reporter_id: UUID
    left_at: datetime | None = None
    left_day: date | None = None
    left_stands_at: datetime | None = None
    place_id: UUID | None = None
    from_place_id: UUID | None = None
    group_id: UUID | None = None
    origin: str | None = None
    total: int | None = None
    low: int | None = None
    high: int | None = None
    households: int | None = None
    cells: tuple[int, ...] | None = None
    method: str | None = None
    device: str | None = None
    clock_shift_s: int = 0


def append(session: Session, rows: Sequence[Row]) -> dict[UUID, str | None]:
    """Store reports and mark what they touch, in one statement; wakes the fold after the commit.

    Returns the ids that were stored (each with the status of the shelter it speaks of); an id that stood
    already is left out, also when another transaction was just writing it. IntegrityError when a row breaks
    a constraint: then nothing of these rows is stored.
    """
    sent = to_json(rows).decode()
    stored: dict[UUID, str | None] = {row.id: row.status for row in session.execute(_APPEND, {"rows": sent})}
    if stored:
        db.wake(session, jobs.FOLD)
    return stored


def standing(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Of these reports the ones already in the ledger: operation and hexadecimal digest by id."""
    return {row.id: (row.operation_id, row.digest.hex()) for row in session.execute(_STANDING, {"ids": list(ids)})}
