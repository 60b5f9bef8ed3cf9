"""Headcounts that wait for a decision: figures that compete with the one followed, and counts that cannot both be true.

Which places these are is stored with their present day row; the headcounts themselves are read of their days alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.accounts.queries import in_areas
from app.counts.people import People
from app.ledger.queries import standing
from app.places.schemas import Frame
from app.population.facts import Event, is_adopted, order_of
from app.population.levels import CONFLICT_WITHIN, DayRow
from app.population.past import Past, rows_at
from app.population.queries.reasons import FIRST
from app.population.queries.shown import people_of
from app.population.schemas import Basis, Shown

LISTED = 20  # headcounts of one place, beside the one that is followed

_OPEN = text(f"""
  SELECT places.id, shelters.code AS shelter, places.area_code AS area, areas.name AS area_name,
    shelters.state -> 'name' AS name, count(*) OVER () AS found
  FROM place_now JOIN place_days USING (place_id, day) JOIN places ON places.id = place_now.place_id
  LEFT JOIN shelters ON shelters.id = places.id
  JOIN areas ON areas.operation_id = places.operation_id AND areas.code = places.area_code
  WHERE place_now.operation_id = :operation AND (competing > 0 OR is_disputed)
    AND (CAST(:place AS uuid) IS NULL OR places.id = :place)
    AND {in_areas("places.area_path")}
  ORDER BY is_disputed DESC, abs(coalesce(discrepancy, 0)) DESC, competing DESC,
    coalesce(shelters.code, places.area_code), places.id
  LIMIT :limit OFFSET :start
""")
_HOW_MANY = text(f"""
  SELECT count(*) FROM place_days JOIN place_now USING (place_id, day) JOIN places ON places.id = place_now.place_id
  WHERE (competing > 0 OR is_disputed) AND place_now.operation_id = :operation
    AND {in_areas("places.area_path")}
""")
_SAID = """
    coalesce(said.version_of, said.id) AS id, said.id AS version, said.occurred_at, said.stands_at, said.day,
    said.recorded_at, said.total, said.low, said.high, said.households, said.method,
    CASE WHEN said.corrects IS NULL THEN said.content ELSE said.content -> 'replacement' END AS content,
    said.corrects IS NOT NULL AS is_correction, users.email AS reporter, decision.id AS decision_id, decision.adopt,
    CASE WHEN decision.corrects IS NULL THEN decision.content ELSE decision.content -> 'replacement' END ->> 'reason'
      AS reason, decision.recorded_at AS decided_at, decision.email AS decided_by
"""
# CASE, not coalesce: ARCHITECTURE 70.
_DECIDED = f"""
  LEFT JOIN LATERAL (SELECT decision.*, email FROM reports AS decision JOIN users ON users.id = decision.reporter_id
    WHERE decision.kind = 'decision'
      AND decision.about_id = CASE WHEN said.version_of IS NULL THEN said.id ELSE said.version_of END
      AND {standing("decision")}
    ORDER BY decision.occurred_at DESC, coalesce(decision.version_of, decision.id) DESC LIMIT 1) AS decision ON true
"""
_HEADCOUNTS = text(f"""
  WITH listed AS (
    SELECT asked.place_id AS kept_id, asked.counted_at, said.*,
      row_number() OVER (PARTITION BY asked.place_id
        ORDER BY said.stands_at = asked.counted_at DESC, said.stands_at DESC, said.id) AS place,
      count(*) OVER (PARTITION BY asked.place_id) AS found
    FROM unnest(CAST(:places AS uuid[]), CAST(:firsts AS date[]), CAST(:counts AS timestamptz[]))
      AS asked (place_id, first, counted_at)
    JOIN place_days ON place_days.place_id = asked.place_id AND place_days.day >= asked.first
      AND (competed > 0 OR total_anchored)
    JOIN places AS member ON member.kept_id = asked.place_id
    JOIN reports AS said ON said.day = place_days.day AND said.place_id = member.id AND said.kind = 'headcount'
      AND {standing("said")}
  )
  SELECT kept_id, found, {_SAID} FROM listed AS said JOIN users ON users.id = said.reporter_id {_DECIDED}
  WHERE place <= :listed
""")
# The newest in the order of their index, so that no more is read than is listed; and the one that is followed.
_OF_A_PLACE = text(f"""
  WITH listed AS (
    SELECT newest.id FROM unnest(CAST(:places AS uuid[])) AS member (id) CROSS JOIN LATERAL (
      SELECT reports.id FROM reports
      WHERE reports.place_id = member.id AND kind = 'headcount' AND {standing()}
      ORDER BY reports.place_id DESC, day DESC, stands_at DESC, reports.id LIMIT :most
    ) AS newest
    UNION
    SELECT id FROM reports
    WHERE place_id = ANY(:places) AND kind = 'headcount' AND {standing()}
      AND day BETWEEN CAST(:counted_on AS date) - 1 AND :counted_on AND stands_at = :counted_at
  )
  SELECT CAST(:kept AS uuid) AS kept_id, {_SAID} FROM listed JOIN reports AS said ON said.id = listed.id
    JOIN users ON users.id = said.reporter_id {_DECIDED}
""")
_ONE = text(f"""
  SELECT kept.id AS kept_id, {_SAID} FROM reports AS said JOIN users ON users.id = said.reporter_id
  JOIN places ON places.id = said.place_id JOIN places AS kept ON kept.id = places.kept_id
  {_DECIDED}
  WHERE (said.id = :id OR said.version_of = :id) AND said.operation_id = :operation AND said.kind = 'headcount'
    AND {standing("said")} AND {in_areas("kept.area_path")}
""")


@dataclass(frozen=True)
class Decided:
    """The decision on a headcount that holds."""

    id: UUID
    adopt: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Headcount:
    """One headcount by the `version` that counts. `id` is that of its first. `stands_at`: its instant in the order of
    the fold. `best` None: only a range was said."""

    id: UUID
    version: UUID
    place_id: UUID
    at: datetime
    stands_at: datetime
    day: date
    is_day_dated: bool
    people: People
    best: int | None
    method: str
    source: str | None
    url: str | None
    note: str | None
    reporter: str
    is_correction: bool
    is_adopted: bool
    decided: Decided | None


@dataclass(frozen=True)
class Case:
    """A place where a decision is open. `shelter` None: people in the area outside any shelter. `people` is the figure
    now. `adopted` is the headcount it stands on (None: none yet) and, where the last two cannot both be true,
    `earlier` the one before; `others` compete, newest first, `more` of them not listed."""

    place_id: UUID
    shelter: str | None
    area: str
    name: dict[str, str]
    area_name: dict[str, str]
    people: Shown
    basis: Basis
    competing: int
    is_disputed: bool
    discrepancy: int | None
    counted_at: datetime | None
    adopted: Headcount | None
    earlier: Headcount | None
    others: list[Headcount]
    more: int


def open_cases(
    session: Session, *, scope: Scope, past: Past, limit: int, start: int = 0, place_id: UUID | None = None
) -> tuple[list[Case], int]:
    """Places in scope with an open decision, conflicts first, the largest difference first; and how many there are.
    `past` is the present: decisions are about now. `place_id`: that place alone."""
    asked = {"operation": scope.operation_id, "areas": _areas(scope), "place": place_id, "limit": limit, "start": start}
    found = session.execute(_OPEN, asked).all()
    told = rows_at(session, past, [place.id for place in found])
    rows = {place: row for place, row in told.items() if row is not None}
    said, totals = _headcounts(session, rows, past.frame)
    cases = [
        _case(place, rows[place.id], said.get(place.id, []), totals.get(place.id, 0), past.frame)
        for place in found
        if place.id in rows
    ]
    return cases, int(found[0].found) if found else 0


def how_many_open(session: Session, *, scope: Scope) -> int:
    """At how many places in scope a decision is open."""
    return session.scalar(_HOW_MANY, {"operation": scope.operation_id, "areas": _areas(scope)}) or 0


def headcounts_at(session: Session, place_id: UUID, past: Past) -> tuple[list[Headcount], bool]:
    """Headcounts of a place, whatever was decided of them: that of the figure and the newest, the newest first; and
    whether there are more. `past` is the present."""
    row = rows_at(session, past, [place_id])[place_id]
    counted_at = row.level.counted_at if row else None
    asked = {
        "kept": place_id,
        "places": list(past.bookings.members(session, [place_id])),
        "counted_at": counted_at,
        "counted_on": None if counted_at is None else past.frame.day_of(counted_at),
        "most": LISTED + 1,
    }

    def in_order(one: Any) -> Any:
        return order_of(_event(one), past.frame)

    found = sorted(session.execute(_OF_A_PLACE, asked), key=in_order, reverse=True)
    first = sorted(found, key=lambda one: one.stands_at != counted_at)[:LISTED]
    return [_headcount(one, past.frame) for one in sorted(first, key=in_order, reverse=True)], len(found) > len(first)


def headcount_of(session: Session, *, scope: Scope, frame: Frame, report_id: UUID) -> Headcount | None:
    """One headcount in scope by the id of its first version."""
    asked = {"id": report_id, "operation": scope.operation_id, "areas": _areas(scope)}
    row = session.execute(_ONE, asked).one_or_none()
    return None if row is None else _headcount(row, frame)


def _areas(scope: Scope) -> list[str] | None:
    return None if scope.areas is None else sorted(scope.areas)


def _headcounts(
    session: Session, rows: dict[UUID, DayRow], frame: Frame
) -> tuple[dict[UUID, list[Headcount]], dict[UUID, int]]:
    """Of each place its headcounts from the day of the one it stands on, in the order of the fold; and how many."""
    places = list(rows)
    asked = {
        "places": places,
        "firsts": [_first_day(rows[place], frame) for place in places],
        "counts": [rows[place].level.counted_at for place in places],
        "listed": LISTED,
    }
    found = session.execute(_HEADCOUNTS, asked).all() if places else []
    ordered = sorted(found, key=lambda row: order_of(_event(row), frame))
    said: dict[UUID, list[Headcount]] = {}
    for row in ordered:
        said.setdefault(row.kept_id, []).append(_headcount(row, frame))
    return said, {row.kept_id: row.found for row in found}


def _first_day(row: DayRow, frame: Frame) -> date:
    """From which day on headcounts matter; of two that cannot both be true the earlier lies at most so far back."""
    counted_at = row.level.counted_at
    if counted_at is None:
        return FIRST
    return frame.day_of(counted_at - CONFLICT_WITHIN if row.level.is_disputed else counted_at)


def _case(place: Any, row: DayRow, said: Sequence[Headcount], found: int, frame: Frame) -> Case:
    people, basis, _ = people_of(row, frame)
    adopted = [one for one in said if one.is_adopted]
    last = adopted[-1] if adopted else None
    earlier = adopted[-2] if row.level.is_disputed and len(adopted) > 1 else None
    since = last.day if last else FIRST
    others = [one for one in said if not one.is_adopted and one.decided is None and one.day >= since]
    return Case(
        place_id=place.id,
        shelter=place.shelter,
        area=place.area,
        name=place.name or place.area_name,
        area_name=place.area_name,
        people=people,
        basis=basis,
        competing=row.level.competing,
        is_disputed=row.level.is_disputed,
        discrepancy=row.level.discrepancy,
        counted_at=row.level.counted_at,
        adopted=last,
        earlier=earlier,
        others=others[::-1],
        more=max(0, row.level.competing - len(others)),
    )


def _event(row: Any) -> Event:
    people = People(row.total, row.low, row.high, row.households)
    return Event(row.id, row.stands_at, row.occurred_at, 0, people, method=row.method, decided=row.adopt)


def _headcount(row: Any, frame: Frame) -> Headcount:
    event = _event(row)
    decided = None
    if row.adopt is not None:
        decided = Decided(row.decision_id, row.adopt, row.reason, row.decided_by, row.decided_at)
    return Headcount(
        id=row.id,
        version=row.version,
        place_id=row.kept_id,
        at=row.occurred_at,
        stands_at=row.stands_at,
        day=row.day,
        is_day_dated=row.content.get("precision") in ("day", "about"),
        people=event.people,
        best=event.people.best(frame.settings.household_size),
        method=row.method,
        source=row.content.get("source"),
        url=row.content.get("url"),
        note=row.content.get("note"),
        reporter=row.reporter,
        is_correction=row.is_correction,
        is_adopted=is_adopted(event, frame),
        decided=decided,
    )
