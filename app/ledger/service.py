"""The door of the ledger: reports go in by one statement that also leaves the marks."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import db, jobs
from app.ledger.queries import SPREAD, Version

# Sorted by id, so that two posts with the same reports wait for each other instead of locking up. The marks
# name every place and day the accepted reports touch (two shelters that are one are marked whole); a mark is only ever
# appended, so nobody waits for it.
_APPEND = """
WITH sent AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(CAST(%(rows)s AS jsonb)) AS sent (id uuid, operation_id uuid, kind text,
    occurred_at timestamptz, left_at timestamptz, recorded_at timestamptz, day date, left_day date,
    stands_at timestamptz, left_stands_at timestamptz, place_id uuid, from_place_id uuid, group_id uuid,
    origin text, total bigint, low bigint, high bigint, households bigint, cells bigint[], method text,
    content jsonb, digest text, reporter_id uuid, device text, clock_shift_s integer, corrects uuid,
    version_of uuid, about_id uuid, adopt boolean, area_code text, turn uuid, request text)
), stored AS (
  INSERT INTO reports (id, operation_id, kind, occurred_at, left_at, recorded_at, day, left_day, stands_at,
    left_stands_at, place_id, from_place_id, group_id, origin, total, low, high, households, cells, method,
    content, digest, reporter_id, device, clock_shift_s, corrects, version_of, about_id, adopt, area_code)
  SELECT id, operation_id, kind, occurred_at, left_at, recorded_at, day, left_day, stands_at,
    left_stands_at, place_id, from_place_id, group_id, origin, total, low, high, households, cells, method,
    content, decode(digest, 'hex'), reporter_id, device, clock_shift_s, corrects, version_of, about_id, adopt, area_code
  FROM sent
  WHERE sent.turn IS NULL OR (SELECT turn FROM turns JOIN operations ON operations.id = turns.operation_id
    WHERE turns.operation_id = sent.operation_id AND closed_at IS NULL) = sent.turn
  ORDER BY id
  ON CONFLICT (id) DO NOTHING
  RETURNING id, operation_id, kind, recorded_at, day, left_day, place_id, from_place_id, total, households, reporter_id,
    device
), marked AS (
  INSERT INTO marks (operation_id, place_id, day, marked_at, request)
  SELECT stored.operation_id, stored.place_id, CASE WHEN stored.kind <> 'same_place' THEN stored.day END,
    stored.recorded_at, request FROM stored JOIN sent USING (id) WHERE stored.place_id IS NOT NULL
  UNION
  SELECT stored.operation_id, stored.from_place_id, stored.left_day, stored.recorded_at, request
    FROM stored JOIN sent USING (id) WHERE stored.from_place_id IS NOT NULL
)
"""
_THEIR_IDS = "SELECT id FROM stored"

_MARK = text("""
  INSERT INTO marks (operation_id, place_id, day, marked_at)
  SELECT :operation, place_id, day, :at FROM unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS m (place_id, day)
""")
_MARK_WIDELY = text("""
  INSERT INTO wide_marks (operation_id, group_id, place_id, marked_at) SELECT :operation, group_id, place_id, :at
  FROM unnest(CAST(:groups AS uuid[]), CAST(:places AS uuid[])) AS about (group_id, place_id)
""")
_WIDE = text("SELECT id FROM wide_marks ORDER BY id FOR UPDATE SKIP LOCKED")
_SPREAD = text(f"""
  INSERT INTO marks (operation_id, place_id, day, marked_at)
  SELECT operation_id, place_id, day, min(marked_at) FROM ({SPREAD} WHERE wide.id = ANY(:ids)) AS spread
  GROUP BY operation_id, place_id, day
""")
_FORGET_WIDE = text("DELETE FROM wide_marks WHERE id = ANY(:ids)")
_TAKE_TURN = text(
    "INSERT INTO turns (operation_id, turn) VALUES (:operation, gen_random_uuid())"
    " ON CONFLICT (operation_id) DO UPDATE SET turn = excluded.turn"
)
# Earlier ids go, but for those that somebody else is just taking away: nobody waits here.
_TELL = text("""
  WITH gone AS (
    DELETE FROM news WHERE (operation_id, news) IN (
      SELECT operation_id, news FROM news WHERE operation_id = ANY(:operations) FOR UPDATE SKIP LOCKED)
  )
  INSERT INTO news (operation_id, news) SELECT operation, gen_random_uuid()
  FROM unnest(CAST(:operations AS uuid[])) AS operation
""")
_ROWS_OF = text("""
  SELECT id, operation_id, kind, occurred_at, left_at, recorded_at, day, left_day, stands_at, left_stands_at, place_id,
    from_place_id, group_id, origin, total, low, high, households, cells, method, content,
    encode(digest, 'hex') AS digest, reporter_id, device, clock_shift_s, corrects, version_of, about_id, adopt,
    area_code
  FROM reports WHERE id = ANY(:ids)
""")
# Of one that another operation has, a walled session learns just that.
_STANDING = text(
    "SELECT id, operation_id, digest FROM reports WHERE id = ANY(:ids)"
    " UNION ALL SELECT id, NULL, '' FROM reports_elsewhere(:ids) AS id"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A report ready to be stored; see models.Report for what each field means. `digest` is hexadecimal. `turn`: that
    of the operation in which it was made ready, if it is to be stored in no other, and only while that is open.
    `request`: what logs call the request that brought it; it goes with the marks and is not stored."""

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
    corrects: UUID | None = None
    version_of: UUID | None = None
    about_id: UUID | None = None
    adopt: bool | None = None
    area_code: str | None = None
    turn: UUID | None = None
    request: str | None = None


Stored = dict[UUID, tuple[Any, ...]]  # reports by id, each with what is told of it
_ROWS = TypeAdapter(list[Row])


def take_turn(session: Session, operation_id: UUID) -> None:
    """Wait until nobody else is changing shelters, groups, or reports about reports in an operation, and keep the
    others waiting until this transaction ends.

    What one post makes of a shelter or group depends on what all others said of it, of others it is one with and of
    what was corrected; two at once would not see each other, or lock each other up. Taken before anything else is
    written. Movements, headcounts and notes need no turn.
    """
    session.execute(_TAKE_TURN, {"operation": operation_id})


def tell_news(session: Session, operation_ids: Iterable[UUID]) -> None:
    """Say that these operations look different once this transaction is committed."""
    operations = sorted(set(operation_ids))
    if operations:
        session.execute(_TELL, {"operations": operations})


def append(session: Session, rows: Sequence[Row], *, telling: str = _THEIR_IDS) -> Stored:
    """Store reports and mark what they touch, in one statement; wakes the fold after the commit.

    Returns what was stored: an id that stood already is left out, also when another transaction was just writing it,
    and a row whose turn is over. IntegrityError when a row breaks a constraint: then nothing of these rows is stored.
    `telling`: how the statement ends, which is what it tells of each of `stored`, their ids first; everything else it
    sees as it was before.
    """
    told = db.run(session, _APPEND + telling, {"rows": written(rows).decode()})
    stored: Stored = {id_: tuple(more) for id_, *more in told}
    if stored:
        db.wake(session, jobs.FOLD)
    return stored


def written(rows: Sequence[Row]) -> bytes:
    """Rows as JSON, written as what they are known to be: a quarter of what finding it out field by field costs.
    Columns that hold nothing are left out; the nulls within what a report says stay."""
    return _ROWS.dump_json(list(rows), exclude_none=True)


def standing(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID | None, str]]:
    """Of these reports the ones already in the ledger: operation and hexadecimal digest by id; of what stands in
    another operation, neither may be told."""
    return {row.id: (row.operation_id, row.digest.hex()) for row in session.execute(_STANDING, {"ids": list(ids)})}


def rows_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Row]:
    """Reports of the ledger as rows, so that what one of them said can be said again to the letter."""
    found = session.execute(_ROWS_OF, {"ids": list(ids)}).mappings()
    return {row["id"]: Row(**{**row, "cells": None if row["cells"] is None else tuple(row["cells"])}) for row in found}


def mark(session: Session, *, operation_id: UUID, touched: Iterable[tuple[UUID, date | None]], at: datetime) -> None:
    """Have the fold look at these places again on these days, or (day None) at everything about them."""
    pairs = sorted(set(touched), key=str)
    if pairs:
        places, days = zip(*pairs, strict=True)
        session.execute(_MARK, {"operation": operation_id, "places": list(places), "days": list(days), "at": at})
        db.wake(session, jobs.FOLD)


def mark_homes(session: Session, *, operation_id: UUID, groups: Sequence[UUID], at: datetime) -> None:
    """Have the fold look again at wherever these groups moved: they have their homes elsewhere now."""
    _mark_widely(session, operation_id, [(group, None) for group in groups], at)


def mark_surroundings(session: Session, *, operation_id: UUID, places: Iterable[UUID], at: datetime) -> None:
    """Have the fold look again at everything about these places and those people moved between: whose border was
    crossed is another."""
    _mark_widely(session, operation_id, [(None, place) for place in sorted(places)], at)


def mark_everything(session: Session, *, operation_id: UUID, at: datetime) -> None:
    """Have the fold look again at every place of an operation."""
    _mark_widely(session, operation_id, [(None, None)], at)


def _mark_widely(
    session: Session, operation_id: UUID, about: Sequence[tuple[UUID | None, UUID | None]], at: datetime
) -> None:
    if about:
        groups, places = zip(*about, strict=True)
        said = {"operation": operation_id, "groups": list(groups), "places": list(places), "at": at}
        session.execute(_MARK_WIDELY, said)
        db.wake(session, jobs.FOLD)


def spread(session: Session) -> None:
    """Put a mark at each place and day the wide marks are about.

    Asked by the fold and not by whoever leaves them: a movement whose transaction overlaps theirs is not there yet for
    them, and may be folded before they commit. Here what they changed is committed. A movement that is committed now
    is found; one that is not will leave its mark later, and its fold sees what they changed.
    """
    ids = list(session.scalars(_WIDE))
    if ids:
        session.execute(_SPREAD, {"ids": ids})
        session.execute(_FORGET_WIDE, {"ids": ids})


def touched_by(version: Version) -> set[tuple[UUID, date | None]]:
    """Places and days a version of a report has to do with; two shelters that are one are concerned whole."""
    whole = version.kind == "same_place"
    ends = ((version.place_id, None if whole else version.day), (version.from_place_id, version.left_day))
    return {(place, day) for place, day in ends if place is not None}
