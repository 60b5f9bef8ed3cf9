"""Day rows from PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Result, TextClause, text
from sqlalchemy.orm import Session

from app.core.db import by_name
from app.counts.people import Tally
from app.population.facts import Anchor, Facts
from app.population.levels import DayRow, Level
from app.population.rows.columns import COLUMNS

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
# States of rules are long, and of a past nobody asks what they were.
_FIGURES = ", ".join(f"place_days.{name}" for name in COLUMNS if name != "rules") + ", '{}'::jsonb AS rules"
_BEFORE = text(_LAST_BEFORE.format(columns="place_days.*"))
_FIGURES_BEFORE = text(_LAST_BEFORE.format(columns=_FIGURES))
_BETWEEN = text(_FIGURES_BETWEEN.format(columns=_FIGURES))


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
        unaccompanied=row.unaccompanied,
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
        unaccompanied_counted=row.unaccompanied_anchored,
        unaccompanied=row.unaccompanied_amount,
        origins=row.origins_moved,
        changed_at=row.changed_at,
        reported_at=row.reported_at,
    )
    return DayRow(row.day, facts, level, row.opening, row.rules)


def _tally(stored: Sequence[Any]) -> Tally:
    return Tally._make(map(int, stored))
