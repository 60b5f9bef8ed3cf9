"""Day rows and sums of areas to PostgreSQL."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.population.areas import Vector
from app.population.facts import NOBODY
from app.population.levels import DayRow
from app.population.rows.columns import COLUMNS

_KEY = ("place_id", "day")
# Values come as PostgreSQL writes them, each in a text of its own: the same for one row as for a COPY of all.
_WRITE = text(f"""
  INSERT INTO place_days ({", ".join(COLUMNS)})
  SELECT {", ".join(f"CAST({name} AS {kind})" for name, kind in COLUMNS.items())}
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS derived ({", ".join(f"{name} text" for name in COLUMNS)})
  ON CONFLICT (place_id, day) DO UPDATE
  SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in _KEY)}
""")
_COPY = f"COPY place_days ({', '.join(COLUMNS)}) FROM STDIN"
_KEYS = [name.strip('"') for name in COLUMNS]
_NULL = "\\N"
_A_TIME = 500  # rows written by one statement
_DELETE = text("""
  DELETE FROM place_days USING unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS gone (place_id, day)
  WHERE place_days.place_id = gone.place_id AND place_days.day = gone.day
""")
# What place_now says of a place, from its last row; all NULL where there is none.
_PRESENT = ("day", "people", "basis", "counted_at", "reported_at", "flow")
_LAST = """
  SELECT day, people, basis, counted_at, reported_at, greatest(home.most, nullif(people - home.known, 0)) AS flow
  FROM (
    SELECT day, CASE WHEN basis <> 'unknown' THEN greatest(0, total[1])::bigint END AS people, basis, counted_at,
      reported_at, origins
    FROM place_days WHERE place_days.place_id = {place} ORDER BY day DESC LIMIT 1
  ) AS present CROSS JOIN LATERAL (
    SELECT max(value::bigint) AS most, coalesce(sum(value::bigint), 0)::bigint AS known FROM jsonb_each_text(origins)
  ) AS home
"""
_POINT = text(f"""
  UPDATE place_now SET area_path = summed.path, {", ".join(f"{name} = last.{name}" for name in _PRESENT)}
  FROM (SELECT (path ->> 'place')::uuid AS place_id, ARRAY(SELECT jsonb_array_elements_text(path -> 'path')) AS path
    FROM jsonb_array_elements(CAST(:paths AS jsonb)) AS path) AS summed
  LEFT JOIN LATERAL ({_LAST.format(place="summed.place_id")}) AS last ON true
  WHERE place_now.place_id = summed.place_id
""")
_POINT_NOWHERE = text(f"UPDATE place_now SET area_path = NULL, {', '.join(f'{name} = NULL' for name in _PRESENT)}")
_POINTED_WRONG = text(f"""
  SELECT place_id FROM place_now LEFT JOIN LATERAL ({_LAST.format(place="place_now.place_id")}) AS last ON true
  WHERE ({", ".join(f"place_now.{name}" for name in _PRESENT)}) IS DISTINCT FROM
    ({", ".join(f"last.{name}" for name in _PRESENT)})
  ORDER BY place_id
""")
_ADD_TO_AREAS = text("""
  INSERT INTO area_days (operation_id, area_code, day, change)
  SELECT operation_id, area_code, day, change FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS derived (operation_id uuid, area_code text, day date, change bigint[])
  ORDER BY operation_id, area_code, day
  ON CONFLICT (operation_id, area_code, day) DO UPDATE SET change = vector_add(area_days.change, excluded.change)
""")


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


def as_lines(operation_id: UUID, place_id: UUID, rows: Iterable[DayRow]) -> bytes:
    """Day rows of a place as COPY reads them. A backslash is doubled; no value holds a tab or the end of a line, which
    COPY would refuse: JSON writes them in other signs, and the rest are numbers, moments and words of ours."""
    operation, place = str(operation_id), str(place_id)
    return "".join(
        "\t".join(_NULL if value is None else value.replace("\\", "\\\\") for value in _texts(operation, place, row))
        + "\n"
        for row in rows
    ).encode()


def write_anew(session: Session, lines: bytes) -> None:
    """Store day rows where none are, written by `as_lines`."""
    connection: psycopg.Connection = session.connection().connection.driver_connection  # type: ignore[assignment]  # SQLAlchemy says any
    with connection.cursor().copy(_COPY) as copy:
        copy.write(lines)


def point(session: Session, paths: Mapping[UUID, Sequence[str]]) -> None:
    """Point places to their last rows. `paths`: the areas whose sums hold each from now on."""
    if paths:
        said = [{"place": place, "path": list(path)} for place, path in sorted(paths.items())]
        session.execute(_POINT, {"paths": json.dumps(said, default=str)})


def point_nowhere(session: Session) -> None:
    """Have nothing said of the present of any place: it is all written anew."""
    session.execute(_POINT_NOWHERE)


def pointed_wrong(session: Session) -> list[UUID]:
    """Places of which something else is said than their last row says."""
    return list(session.scalars(_POINTED_WRONG))


def add_to_areas(session: Session, operation_id: UUID, sums: Mapping[tuple[str, date], Vector]) -> None:
    """Add vectors to the daily changes of areas, in key order so that workers cannot lock each other up."""
    ordered = sorted(sums.items())
    for start in range(0, len(ordered), _A_TIME):
        rows = [
            {"operation_id": operation_id, "area_code": code, "day": day, "change": vector}
            for (code, day), vector in ordered[start : start + _A_TIME]
        ]
        session.execute(_ADD_TO_AREAS, {"rows": json.dumps(rows, default=str)})


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
        _boolean(facts.unaccompanied_counted),
        str(facts.unaccompanied),
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
        str(level.unaccompanied),
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
