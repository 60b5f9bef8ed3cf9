"""Events and day rows to and from PostgreSQL: what the fold reads and writes, nothing about what it means."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.counts.people import People, Tally
from app.population.areas import Vector
from app.population.facts import Anchor, Event, Facts
from app.population.levels import DayRow, Level

_CHUNK = 16  # stored rows read ahead of a walk; most walks end within the first

_ENTERING = """
  SELECT reports.place_id AS at, reports.day AS of, id, kind, stands_at, occurred_at, total, low, high, households,
    cells, method, CASE kind WHEN 'movement' THEN 1 WHEN 'headcount' THEN 0 END AS direction FROM reports"""
_LEAVING = """
  SELECT reports.from_place_id, reports.left_day, id, kind, left_stands_at, left_at, total, low, high, households,
    cells, method, -1 FROM reports"""
_WANTED = " JOIN unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS wanted (place_id, day)"

_EVENTS_OF_DAYS = text(f"""
  {_ENTERING} {_WANTED} ON reports.place_id = wanted.place_id AND reports.day = wanted.day
  UNION ALL
  {_LEAVING} {_WANTED} ON reports.from_place_id = wanted.place_id AND reports.left_day = wanted.day
""")
_EVENTS_OF_PLACES = text(f"""
  {_ENTERING} WHERE place_id = ANY(:places)
  UNION ALL
  {_LEAVING} WHERE from_place_id = ANY(:places)
""")
_LAST_BEFORE = text("""
  SELECT place_days.* FROM unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS wanted (place_id, day)
  CROSS JOIN LATERAL (SELECT * FROM place_days WHERE place_id = wanted.place_id AND day < wanted.day
    ORDER BY day DESC LIMIT 1) AS place_days
""")
_FROM_DAY_ON = text("""
  SELECT place_days.* FROM unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS wanted (place_id, day)
  CROSS JOIN LATERAL (SELECT * FROM place_days WHERE place_id = wanted.place_id AND day >= wanted.day
    ORDER BY day LIMIT :chunk) AS place_days ORDER BY place_id, day
""")
_COLUMNS = (
    'place_id uuid, day date, operation_id uuid, came bigint, "left" bigint, competed integer, total_anchored boolean,'
    " total_amount bigint[], cells_anchored boolean, cells_amount bigint[], households_anchored boolean,"
    " households_amount bigint, opening bigint, total bigint[], cells bigint[], households bigint, basis text,"
    " competing integer, counted_at timestamptz, counted_by text, composition_at timestamptz,"
    " changed_at timestamptz, reported_at timestamptz, rules jsonb"
)
_NAMES = [column.strip().rsplit(" ", 1)[0] for column in _COLUMNS.split(",")]
_WRITE = text(f"""
  INSERT INTO place_days ({", ".join(_NAMES)})
  SELECT {", ".join(_NAMES)} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS derived ({_COLUMNS})
  ON CONFLICT (place_id, day) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _NAMES[2:])}
""")
_DELETE = text("""
  DELETE FROM place_days USING unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS gone (place_id, day)
  WHERE place_days.place_id = gone.place_id AND place_days.day = gone.day
""")
_POINT = text("""
  UPDATE place_now SET day = (SELECT max(day) FROM place_days WHERE place_days.place_id = place_now.place_id)
  WHERE place_id = ANY(:places)
""")
_ADD_TO_AREAS = text("""
  INSERT INTO area_days (operation_id, area_code, day, change)
  SELECT operation_id, area_code, day, change FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS derived (operation_id uuid, area_code text, day date, change bigint[])
  ORDER BY operation_id, area_code, day
  ON CONFLICT (operation_id, area_code, day) DO UPDATE SET change = vector_add(area_days.change, excluded.change)
""")

Events = Mapping[date, Sequence[Event]]


def events_of_days(session: Session, days: Mapping[UUID, Iterable[date]]) -> dict[UUID, Events]:
    """What was reported at these places on these days."""
    pairs = [(place, day) for place, wanted in days.items() for day in wanted]
    rows = session.execute(
        _EVENTS_OF_DAYS, {"places": [place for place, _ in pairs], "days": [day for _, day in pairs]}
    )
    return _by_place_and_day(rows)


def events_of_places(session: Session, places: Sequence[UUID]) -> dict[UUID, Events]:
    """Everything ever reported at these places."""
    return _by_place_and_day(session.execute(_EVENTS_OF_PLACES, {"places": list(places)}))


def last_before(session: Session, days: Mapping[UUID, date]) -> dict[UUID, DayRow]:
    """Of each place the last stored row before a day."""
    rows = session.execute(_LAST_BEFORE, {"places": list(days), "days": list(days.values())})
    return {row.place_id: _day_row(row) for row in rows}


def from_day_on(session: Session, days: Mapping[UUID, date]) -> dict[UUID, Iterator[DayRow]]:
    """Of each place the stored rows from a day on; more are read only when a walk comes that far."""
    firsts = _chunk(session, days)
    return {place: _stream(session, place, firsts.get(place, [])) for place in days}


def write(
    session: Session, operation_id: UUID, rows: Sequence[tuple[UUID, DayRow]], gone: Sequence[tuple[UUID, date]]
) -> None:
    """Store these day rows of places, take away those of days gone, and point each place to its last."""
    if rows:
        session.execute(_WRITE, {"rows": json.dumps([_columns(operation_id, *row) for row in rows], default=str)})
    if gone:
        session.execute(_DELETE, {"places": [place for place, _ in gone], "days": [day for _, day in gone]})
    if rows or gone:
        session.execute(_POINT, {"places": sorted({place for place, _ in [*rows, *gone]})})


def add_to_areas(session: Session, operation_id: UUID, sums: Mapping[tuple[str, date], Vector]) -> None:
    """Add vectors to the daily changes of areas, in key order so that workers cannot lock each other up."""
    if sums:
        rows = [
            {"operation_id": operation_id, "area_code": code, "day": day, "change": vector}
            for (code, day), vector in sorted(sums.items())
        ]
        session.execute(_ADD_TO_AREAS, {"rows": json.dumps(rows, default=str)})


def _by_place_and_day(rows: Iterable[Any]) -> dict[UUID, Events]:
    found: dict[UUID, dict[date, list[Event]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        cells = None if row.cells is None else tuple(row.cells)
        people = People(row.total, row.low, row.high, row.households, cells)
        event = Event(row.id, row.stands_at, row.occurred_at, row.direction, people, row.method)
        found[row.at][row.of].append(event)
    return dict(found)


def _chunk(session: Session, days: Mapping[UUID, date]) -> dict[UUID, list[DayRow]]:
    rows = session.execute(_FROM_DAY_ON, {"places": list(days), "days": list(days.values()), "chunk": _CHUNK})
    return {place: [_day_row(row) for row in group] for place, group in groupby(rows, key=lambda row: row.place_id)}


def _stream(session: Session, place: UUID, chunk: list[DayRow]) -> Iterator[DayRow]:
    while chunk:
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        chunk = _chunk(session, {place: date.fromordinal(chunk[-1].day.toordinal() + 1)}).get(place, [])


def _day_row(row: Any) -> DayRow:
    level = Level(
        total=Tally(*row.total),
        cells=tuple(row.cells),
        households=row.households,
        basis=row.basis,
        competing=row.competing,
        counted_at=row.counted_at,
        counted_by=row.counted_by,
        composition_at=row.composition_at,
    )
    facts = Facts(
        came=row.came,
        left=row.left,
        competed=row.competed,
        has_movements=row.came > 0 or row.left > 0,
        counted=_anchor(row.total_anchored, row.counted_at, row.counted_by),
        total=Tally(*row.total_amount),
        composed_at=row.composition_at if row.cells_anchored else None,
        cells=tuple(row.cells_amount),
        households_counted=row.households_anchored,
        households=row.households_amount,
        changed_at=row.changed_at,
        reported_at=row.reported_at,
    )
    return DayRow(row.day, facts, level, row.opening, row.rules)


def _anchor(stands: bool, at: datetime | None, method: str | None) -> Anchor | None:
    return Anchor(at, method) if stands and at is not None else None


def _columns(operation_id: UUID, place_id: UUID, row: DayRow) -> dict[str, Any]:
    facts, level = row.facts, row.level
    return {
        "place_id": place_id,
        "day": row.day,
        "operation_id": operation_id,
        "came": facts.came,
        "left": facts.left,
        "competed": facts.competed,
        "total_anchored": facts.counted is not None,
        "total_amount": facts.total.vector,
        "cells_anchored": facts.composed_at is not None,
        "cells_amount": facts.cells,
        "households_anchored": facts.households_counted,
        "households_amount": facts.households,
        "opening": row.opening,
        "total": level.total.vector,
        "cells": level.cells,
        "households": level.households,
        "basis": level.basis,
        "competing": level.competing,
        "counted_at": level.counted_at,
        "counted_by": level.counted_by,
        "composition_at": level.composition_at,
        "changed_at": facts.changed_at,
        "reported_at": facts.reported_at,
        "rules": dict(row.rules),
    }
