"""Figures day by day, and people who are on the way."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.counts.people import People
from app.ledger.queries import entering, has_pairs, leaving, paired
from app.places.queries import frame_of
from app.places.schemas import Frame
from app.population.areas import FLOWS, Sum, Vector, size_of
from app.population.levels import DayRow
from app.population.models import AreaDay
from app.population.past import Past, rows_between
from app.population.queries.areas import standings
from app.population.queries.shown import added, day_of, people_in, people_of
from app.population.schemas import DayFigure

_ON_THE_WAY = """
  SELECT from_place_id, place_id, total, households FROM reports
  WHERE id = ANY(ARRAY(SELECT reports_on_the_way(:operation, :as_of))) AND kind = 'movement'
    AND {entering} AND {leaving}
"""
# Of a pair those who left, from when the one saw them leave until when the other saw them arrive.
_AS_A_PAIR = """
  UNION ALL
  SELECT departed.from_place_id, arrival.place_id, departed.total, departed.households
  FROM reports AS departed CROSS JOIN LATERAL ({arrival}) AS arrival
  WHERE departed.id = ANY(ARRAY(
      SELECT told.id FROM reports AS decision CROSS JOIN LATERAL (
        SELECT id FROM reports WHERE id IN (decision.about_id, decision.double_of)
        UNION ALL SELECT id FROM reports WHERE version_of IN (decision.about_id, decision.double_of)) AS told
      WHERE decision.pair IS NOT NULL AND decision.operation_id = :operation
    )) AND departed.kind = 'movement' AND departed.left_stands_at <= :as_of AND arrival.stands_at > :as_of
    AND {leaving}
"""


@lru_cache
def _on_the_way(*, known_on: bool, pairs: bool) -> TextClause:
    came, left = entering(known_on=known_on, pairs=pairs), leaving(known_on=known_on, pairs=pairs)
    alone = _ON_THE_WAY.format(entering=came, leaving=left)
    if not pairs:
        return text(alone)
    arrival = paired("departed", "departure", known_on=known_on)
    return text(alone + _AS_A_PAIR.format(arrival=arrival, leaving=leaving("departed", known_on=known_on)))


def on_the_way(session: Session, *, scope: Scope, past: Past) -> int:
    """People who had left one place and had not yet entered another at a moment; from or to a place in scope."""
    cut = past.cut
    asked = {"operation": scope.operation_id, "as_of": cut.as_of, "known_on": cut.known_on}
    statement = _on_the_way(known_on=cut.known_on is not None, pairs=has_pairs(session))
    rows = session.execute(statement, asked).all()
    # Of a pair, either may have been corrected since to a report without that end.
    known = {end for row in rows for end in (row.from_place_id, row.place_id) if end is not None}
    ends = past.bookings.of(session, known)
    people = 0
    for row in rows:
        source, target = ends.get(row.from_place_id), ends.get(row.place_id)
        if source is None or target is None or source.kept_id == target.kept_id:
            continue
        if any(scope.holds(end.area_path) and past.holds(end.kept_id) for end in (source, target)):
            people += People(total=row.total, households=row.households).best(past.frame.settings.household_size) or 0
    return people


def shelter_days(session: Session, *, place_id: UUID, first: date, past: Past) -> list[DayFigure]:
    """A place at the end of each day on which something was reported of it, from `first` to the day of the cut."""
    last = past.cut.day
    stored: Iterable[DayRow] = rows_between(session, place_id, first, last)
    rows = {row.day: row for row in stored}
    for change in past.days.get(place_id, ()):
        rows.pop(change.day, None)
        if change.derived is not None and first <= change.day <= last:
            rows[change.day] = change.derived
    return [_day_of_shelter(rows[day], past.frame) for day in sorted(rows)]


def area_days(
    session: Session, *, codes: list[str], first: date, past: Past, last: date | None = None
) -> list[DayFigure]:
    """Some areas together at the end of each day from `first` to `last` (by default the day of the cut), also days
    nothing happened on."""
    frame, last = frame_of(session, past.frame.operation_id), last or past.cut.day
    size = size_of(frame)
    before = _before(session, codes, first, past, frame)
    changes = _changes(session, codes, first, past, size)
    days: list[DayFigure] = []
    running = before
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        opening = running[0]
        running = added(running, changes.get(day, (0,) * size))
        running[-FLOWS:] = changes.get(day, (0,) * size)[-FLOWS:]
        days.append(_day_of_area(day, opening, Sum.of(running), frame))
    return days


def _before(session: Session, codes: list[str], first: date, past: Past, frame: Frame) -> list[int]:
    earlier = past.ending(first - timedelta(days=1))
    total = [0] * size_of(frame)
    for standing_ in standings(session, frame, codes, earlier).values():
        total = added(total, standing_.total.vector)
    return total


def _changes(session: Session, codes: list[str], first: date, past: Past, size: int) -> Mapping[date, Vector]:
    wanted = select(col(AreaDay.day), col(AreaDay.change)).where(
        col(AreaDay.operation_id) == past.frame.operation_id,
        col(AreaDay.area_code).in_(codes),
        col(AreaDay.day).between(first, past.cut.day),
    )
    found: dict[date, Vector] = {}
    rows = session.execute(wanted) if past.shelters is None else ()
    stored: list[tuple[date, Any]] = [(row.day, row.change) for row in rows]
    different = [(day, vector) for (code, day), vector in past.changes.items() if code in codes and day >= first]
    for day, vector in [*stored, *different]:
        found[day] = tuple(added(found.get(day, (0,) * size), vector))
    return found


def _day_of_shelter(row: DayRow, frame: Frame) -> DayFigure:
    people, basis, shortfall = people_of(row, frame)
    that_day = day_of(row, frame)
    return DayFigure(
        day=row.day,
        people=people,
        basis=basis,
        shortfall=shortfall,
        before=that_day.before,
        came=that_day.came,
        left=that_day.left,
        adjusted=that_day.adjusted,
        counted_at=row.level.counted_at,
        method=row.level.counted_by,
        discrepancy=row.level.discrepancy if row.facts.counted else None,
        is_disputed=row.level.is_disputed,
        competing=row.level.competing,
        found=row.facts.taken.total if row.facts.counted else None,
    )


def _day_of_area(day: date, before: int, total: Sum, frame: Frame) -> DayFigure:
    people, basis = people_in(total, frame)
    return DayFigure(
        day=day,
        people=people,
        basis=basis,
        shortfall=total.shortfall,
        before=before,
        came=total.came,
        left=total.left,
        adjusted=total.people - before - total.came + total.left,
        uncounted=total.uncounted,
    )
