"""Events and day rows to and from PostgreSQL: what the fold reads and writes, nothing about what it means."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

import psycopg
from pydantic_core import to_json
from sqlalchemy import Result, TextClause, text
from sqlalchemy.orm import Session

from app.core.db import by_name
from app.counts.people import Tally
from app.population.areas import Vector
from app.population.facts import NOBODY, Anchor, Facts
from app.population.levels import DayRow, Level

_CHUNK = 16  # stored rows read ahead of a walk; most walks end within the first

_LAST_BEFORE = """
  SELECT {columns} FROM unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS wanted (place_id, day)
  CROSS JOIN LATERAL (SELECT * FROM place_days WHERE place_id = wanted.place_id AND day < wanted.day
    ORDER BY day DESC LIMIT 1) AS place_days
"""
_FIGURES_BETWEEN = """
  SELECT {columns} FROM unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS wanted (place_id, day)
  JOIN place_days ON place_days.place_id = wanted.place_id AND place_days.day BETWEEN wanted.day AND :last
  ORDER BY place_days.place_id, place_days.day
"""
_FROM_DAY_ON = text("""
  SELECT place_days.* FROM unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS wanted (place_id, day)
  CROSS JOIN LATERAL (SELECT * FROM place_days WHERE place_id = wanted.place_id AND day >= wanted.day
    ORDER BY day LIMIT :chunk) AS place_days ORDER BY place_id, day
""")
_COLUMNS = {
    "place_id": "uuid",
    "day": "date",
    "operation_id": "uuid",
    "came": "bigint",
    '"left"': "bigint",
    "crossed": "bigint[]",
    "competed": "integer",
    "total_anchored": "boolean",
    "total_amount": "numeric[]",
    "cells_anchored": "boolean",
    "cells_amount": "bigint[]",
    "households_anchored": "boolean",
    "households_amount": "bigint",
    "taken": "numeric[]",
    "expected": "numeric[]",
    "previous_at": "timestamptz",
    "previous_by": "text",
    "previous_decided": "boolean",
    "origins_moved": "jsonb",
    "opening": "bigint",
    "total": "numeric[]",
    "cells": "bigint[]",
    "households": "bigint",
    "basis": "text",
    "competing": "integer",
    "counted_at": "timestamptz",
    "counted_by": "text",
    "composition_at": "timestamptz",
    "is_decided": "boolean",
    "is_disputed": "boolean",
    "discrepancy": "bigint",
    "origins": "jsonb",
    "changed_at": "timestamptz",
    "reported_at": "timestamptz",
    "rules": "jsonb",
}
_KEY = ("place_id", "day")
# States of rules are long, and of a past nobody asks what they were.
_FIGURES = ", ".join(f"place_days.{name}" for name in _COLUMNS if name != "rules") + ", '{}'::jsonb AS rules"
_BEFORE = text(_LAST_BEFORE.format(columns="place_days.*"))
_FIGURES_BEFORE = text(_LAST_BEFORE.format(columns=_FIGURES))
_BETWEEN = text(_FIGURES_BETWEEN.format(columns=_FIGURES))
# Values come as PostgreSQL writes them, each in a text of its own: the same for one row as for a COPY of all.
_WRITE = text(f"""
  INSERT INTO place_days ({", ".join(_COLUMNS)})
  SELECT {", ".join(f"CAST({name} AS {kind})" for name, kind in _COLUMNS.items())}
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS derived ({", ".join(f"{name} text" for name in _COLUMNS)})
  ON CONFLICT (place_id, day) DO UPDATE
  SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEY)}
""")
_COPY = f"COPY place_days ({', '.join(_COLUMNS)}) FROM STDIN"
_KEYS = [name.strip('"') for name in _COLUMNS]
_A_TIME = 500  # rows written by one statement
_DELETE = text("""
  DELETE FROM place_days USING unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS gone (place_id, day)
  WHERE place_days.place_id = gone.place_id AND place_days.day = gone.day
""")
_POINT = text("""
  UPDATE place_now SET day = (SELECT max(day) FROM place_days WHERE place_days.place_id = place_now.place_id),
    area_path = summed.path
  FROM (SELECT (path ->> 'place')::uuid AS place_id, ARRAY(SELECT jsonb_array_elements_text(path -> 'path')) AS path
    FROM jsonb_array_elements(CAST(:paths AS jsonb)) AS path) AS summed
  WHERE place_now.place_id = summed.place_id
""")
_ADD_TO_AREAS = text("""
  INSERT INTO area_days (operation_id, area_code, day, change)
  SELECT operation_id, area_code, day, change FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS derived (operation_id uuid, area_code text, day date, change bigint[])
  ORDER BY operation_id, area_code, day
  ON CONFLICT (operation_id, area_code, day) DO UPDATE SET change = vector_add(area_days.change, excluded.change)
""")


def last_before(session: Session, days: Mapping[UUID, date]) -> dict[UUID, DayRow]:
    """Of each place the last stored row before a day."""
    return _before(session, _BEFORE, days)


def figures_before(session: Session, days: Mapping[UUID, date]) -> dict[UUID, DayRow]:
    """The same without the states of rules."""
    return _before(session, _FIGURES_BEFORE, days)


def figures_between(session: Session, firsts: Mapping[UUID, date], last: date) -> dict[UUID, list[DayRow]]:
    """Of each place its stored rows from a day to the last one, without the states of rules; where there are any."""
    asked = {"places": list(firsts), "days": list(firsts.values()), "last": last}
    return _by_place(session.execute(_BETWEEN, asked))


def from_day_on(session: Session, days: Mapping[UUID, date]) -> dict[UUID, Iterator[DayRow]]:
    """Of each place the stored rows from a day on; more are read only when a walk comes that far."""
    firsts = _chunk(session, days)
    return {place: _stream(session, place, firsts.get(place, [])) for place in days}


def write(
    session: Session,
    operation_id: UUID,
    rows: Sequence[tuple[UUID, DayRow]],
    gone: Sequence[tuple[UUID, date]],
    paths: Mapping[UUID, Sequence[str]],
) -> None:
    """Store these day rows of places and take away those of days gone. `paths`: of each place written to, the areas
    whose sums hold it from now on; it is pointed to its last row."""
    operation = str(operation_id)
    for start in range(0, len(rows), _A_TIME):
        said = [
            dict(zip(_KEYS, _texts(operation, str(place), row), strict=True))
            for place, row in rows[start : start + _A_TIME]
        ]
        session.execute(_WRITE, {"rows": to_json(said).decode()})
    if gone:
        session.execute(_DELETE, {"places": [place for place, _ in gone], "days": [day for _, day in gone]})
    point(session, paths)


def write_anew(session: Session, places: Iterable[tuple[UUID, UUID, Iterable[DayRow]]]) -> None:
    """Store day rows where none are: operation, place and rows of each. PostgreSQL stores some while the next are made;
    so nothing else may be asked of it meanwhile."""
    connection: psycopg.Connection = session.connection().connection.driver_connection  # type: ignore[assignment]  # SQLAlchemy says any
    with connection.cursor().copy(_COPY) as copy:
        for operation_id, place_id, rows in places:
            operation, place = str(operation_id), str(place_id)
            for row in rows:
                copy.write_row(_texts(operation, place, row))


def point(session: Session, paths: Mapping[UUID, Sequence[str]]) -> None:
    """Point places to their last rows. `paths`: the areas whose sums hold each from now on."""
    if paths:
        said = [{"place": place, "path": list(path)} for place, path in sorted(paths.items())]
        session.execute(_POINT, {"paths": json.dumps(said, default=str)})


def add_to_areas(session: Session, operation_id: UUID, sums: Mapping[tuple[str, date], Vector]) -> None:
    """Add vectors to the daily changes of areas, in key order so that workers cannot lock each other up."""
    ordered = sorted(sums.items())
    for start in range(0, len(ordered), _A_TIME):
        rows = [
            {"operation_id": operation_id, "area_code": code, "day": day, "change": vector}
            for (code, day), vector in ordered[start : start + _A_TIME]
        ]
        session.execute(_ADD_TO_AREAS, {"rows": json.dumps(rows, default=str)})


def _before(session: Session, statement: TextClause, days: Mapping[UUID, date]) -> dict[UUID, DayRow]:
    rows = session.execute(statement, {"places": list(days), "days": list(days.values())})
    return {row.place_id: day_row_of(row) for row in by_name(rows)}


def _by_place(found: Result[Any]) -> dict[UUID, list[DayRow]]:
    by_place = groupby(by_name(found), key=lambda row: row.place_id)
    return {place: [day_row_of(row) for row in rows] for place, rows in by_place}


def _chunk(session: Session, days: Mapping[UUID, date]) -> dict[UUID, list[DayRow]]:
    rows = session.execute(_FROM_DAY_ON, {"places": list(days), "days": list(days.values()), "chunk": _CHUNK})
    return _by_place(rows)


def _stream(session: Session, place: UUID, chunk: list[DayRow]) -> Iterator[DayRow]:
    while chunk:
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        chunk = _chunk(session, {place: date.fromordinal(chunk[-1].day.toordinal() + 1)}).get(place, [])


def day_row_of(row: Any) -> DayRow:
    """A stored row of a place."""
    level = Level(
        total=_tally(row.total),
        cells=tuple(row.cells),
        households=row.households,
        basis=row.basis,
        competing=row.competing,
        counted_at=row.counted_at,
        counted_by=row.counted_by,
        composition_at=row.composition_at,
        is_decided=row.is_decided,
        is_disputed=row.is_disputed,
        discrepancy=row.discrepancy,
        origins=row.origins,
    )
    facts = Facts(
        came=row.came,
        left=row.left,
        crossed=tuple(row.crossed),
        competed=row.competed,
        has_movements=row.came > 0 or row.left > 0,
        counted=Anchor(row.counted_at, row.counted_by, row.is_decided) if row.total_anchored else None,
        total=_tally(row.total_amount),
        taken=_tally(row.taken),
        expected=_tally(row.expected),
        previous=Anchor(row.previous_at, row.previous_by, row.previous_decided) if row.previous_at else None,
        composed_at=row.composition_at if row.cells_anchored else None,
        cells=tuple(row.cells_amount),
        households_counted=row.households_anchored,
        households=row.households_amount,
        origins=row.origins_moved,
        changed_at=row.changed_at,
        reported_at=row.reported_at,
    )
    return DayRow(row.day, facts, level, row.opening, row.rules)


def _tally(stored: Sequence[Any]) -> Tally:
    return Tally._make(map(int, stored))


def _texts(operation_id: str, place_id: str, row: DayRow) -> tuple[str | None, ...]:
    """A row in the order of the columns, each value as PostgreSQL reads it."""
    facts, level = row.facts, row.level
    previous = facts.previous
    return (
        place_id,
        str(row.day),
        operation_id,
        str(facts.came),
        str(facts.left),
        _array(facts.crossed),
        str(facts.competed),
        _boolean(facts.counted is not None),
        _array(facts.total),
        _boolean(facts.composed_at is not None),
        _array(facts.cells),
        _boolean(facts.households_counted),
        str(facts.households),
        _array(facts.taken),
        _array(facts.expected),
        _maybe(previous and previous.at),
        previous and previous.method,
        _boolean(previous is not None and previous.is_decided),
        _object(facts.origins),
        str(row.opening),
        _array(level.total),
        _array(level.cells),
        str(level.households),
        level.basis,
        str(level.competing),
        _maybe(level.counted_at),
        level.counted_by,
        _maybe(level.composition_at),
        _boolean(level.is_decided),
        _boolean(level.is_disputed),
        _maybe(level.discrepancy),
        _object(level.origins),
        _maybe(facts.changed_at),
        str(facts.reported_at),
        _object(row.rules),
    )


def _array(vector: Vector) -> str:
    if vector is NOBODY:
        return "{0,0,0,0,0,0}"
    return f"{{{str(list(vector))[1:-1]}}}"


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _maybe(value: object) -> str | None:
    return None if value is None else str(value)


def _object(named: Mapping[str, Any]) -> str:
    return to_json(named).decode() if named else "{}"
