"""Reports as events of the places they are booked at: what the fold reads of the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.counts.people import People
from app.ledger.queries import standing
from app.places.schemas import Booking
from app.population.bookings import PRESENT, Bookings
from app.population.facts import Event

Events = Mapping[date, Sequence[Event]]

_DECIDED = """CASE kind WHEN 'headcount' THEN (SELECT decision.adopt FROM reports AS decision
      WHERE decision.about_id = coalesce(reports.version_of, reports.id) AND decision.kind = 'decision'
        AND {decision_stands}
      ORDER BY decision.occurred_at DESC, coalesce(decision.version_of, decision.id) DESC LIMIT 1) END"""
_ENTERING = """
  SELECT reports.place_id AS at, wanted.kept_id, reports.day AS of, reports.id, version_of, kind, stands_at,
    occurred_at, total, low, high, households, cells, method,
    CASE kind WHEN 'movement' THEN 1 WHEN 'headcount' THEN 0 END AS direction, {decided} AS decided,
    reports.from_place_id AS other_end, left_day = reports.day AS is_same_day, NULL::timestamptz AS arrives_at,
    group_id, origin
  FROM reports"""
_LEAVING = """
  SELECT reports.from_place_id, wanted.kept_id, reports.left_day, reports.id, version_of, kind, left_stands_at, left_at,
    total, low, high, households, cells, method, -1, NULL, reports.place_id, left_day = reports.day, stands_at,
    group_id, origin
  FROM reports"""
_WANTED = " JOIN unnest(CAST(:places AS uuid[]), CAST(:kept AS uuid[])) AS wanted (place_id, kept_id)"
_WANTED_ON = (
    " JOIN unnest(CAST(:places AS uuid[]), CAST(:kept AS uuid[]), CAST(:days AS date[]))"
    " AS wanted (place_id, kept_id, day)"
)
_FOLDED = "kind IN ('movement', 'headcount', 'note', 'shelter', 'shelter_state')"

# Who moved the same way, with nobody counting in between, can as well have moved together. Not so where there is doubt,
# which does not add up like people, or households stand for people. An operation of fewer cells than are asked for has
# no more of them.
_IS_PLAIN = "kind = 'movement' AND total IS NOT NULL AND low IS NULL AND high IS NULL"
_GATHERED = """
  WITH found AS ({found}), counted AS (
    SELECT *, count(*) FILTER (WHERE direction = 0) OVER (
      PARTITION BY kept_id, of ORDER BY stands_at, direction IS DISTINCT FROM 0) AS counts_before
    FROM found
  )
  SELECT at, kept_id, of, NULL::uuid AS id, NULL::uuid AS version_of, 'movement' AS kind, max(stands_at) AS stands_at,
    max(occurred_at) AS occurred_at, sum(total)::bigint AS total, NULL::bigint AS low, NULL::bigint AS high,
    sum(households)::bigint AS households,
    CASE WHEN bool_and(cells IS NOT NULL) THEN array_remove(ARRAY[{cells}]::bigint[], NULL) END AS cells,
    NULL AS method, direction, NULL::boolean AS decided, other_end, is_same_day,
    NULL::timestamptz AS arrives_at, group_id, origin
  FROM counted WHERE {is_plain}
  GROUP BY at, kept_id, of, direction, other_end, is_same_day, group_id, origin, cells IS NULL, counts_before
  UNION ALL
  SELECT at, kept_id, of, id, version_of, kind, stands_at, occurred_at, total, low, high, households, cells, method,
    direction, decided, other_end, is_same_day, arrives_at, group_id, origin
  FROM counted WHERE NOT ({is_plain})
"""


@lru_cache
def _statement(*, of_days: bool, known_on: bool, cells: int | None) -> TextClause:
    """Both ends of what was reported at some places, in as far as it stands; `cells`: gathered, with so many."""
    stands = standing(known_on=known_on)
    decided = _DECIDED.format(decision_stands=standing("decision", known_on=known_on))
    wanted = _WANTED_ON if of_days else _WANTED
    entering, leaving = (
        f"{wanted} ON reports.{place} = wanted.place_id" + (f" AND reports.{day} = wanted.day" if of_days else "")
        for place, day in (("place_id", "day"), ("from_place_id", "left_day"))
    )
    found = f"""
  {_ENTERING.format(decided=decided)} {entering} WHERE {_FOLDED} AND {stands}
  UNION ALL
  {_LEAVING} {leaving} WHERE kind = 'movement' AND {stands}
"""
    if cells is None:
        return text(found)
    sums = ", ".join(f"sum(cells[{position}])" for position in range(1, cells + 1))
    return text(_GATHERED.format(found=found, cells=sums, is_plain=_IS_PLAIN))


def events_of_days(
    session: Session, days: Mapping[UUID, Iterable[date]], bookings: Bookings = PRESENT, *, cells: int | None = None
) -> dict[UUID, Events]:
    """What was reported at these places on these days, under whatever code.

    `cells`: of as many cells, with movements that a day's facts need not tell apart added up; None: each by itself.
    """
    members = bookings.members(session, list(days))
    asked = [(member, kept, day) for member, kept in members.items() for day in days[kept]]
    places, kept, on = zip(*asked, strict=True) if asked else ((), (), ())
    said = {"places": list(places), "kept": list(kept), "days": list(on), "known_on": bookings.known_on}
    statement = _statement(of_days=True, known_on=bookings.known_on is not None, cells=cells)
    return _by_place_and_day(session, session.execute(statement, said).all(), bookings)


def events_of_places(
    session: Session, places: Sequence[UUID], bookings: Bookings = PRESENT, *, cells: int | None = None
) -> dict[UUID, Events]:
    """Everything ever reported at these places, under whatever code; `cells` as above."""
    members = bookings.members(session, places)
    said = {"places": list(members), "kept": list(members.values()), "known_on": bookings.known_on}
    statement = _statement(of_days=False, known_on=bookings.known_on is not None, cells=cells)
    return _by_place_and_day(session, session.execute(statement, said).all(), bookings)


def _by_place_and_day(session: Session, rows: Sequence[Any], bookings: Bookings) -> dict[UUID, Events]:
    """Reports as events of the places they are booked at. Who moved between two that are one did not move; a shelter
    whose report was taken back is described no more."""
    ends = bookings.of(session, {id_ for row in rows for id_ in (row.at, row.other_end) if id_ is not None})
    homes = bookings.homes(session, {row.group_id for row in rows if row.group_id is not None})
    found: dict[UUID, dict[date, list[Event]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        own, other = ends.get(row.at), ends.get(row.other_end) if row.other_end is not None else None
        if own is None or (other is not None and own.kept_id == other.kept_id):
            continue
        if own.is_void and row.kind in ("shelter", "shelter_state"):
            continue
        found[row.kept_id][row.of].append(_event(row, own, other, homes.get(row.group_id) or row.origin))
    return dict(found)


def _event(row: Any, own: Booking, other: Booking | None, origin: str | None) -> Event:
    cells = None if row.cells is None else tuple(row.cells)
    return Event(
        id=row.version_of or row.id or row.at,
        version=row.id,
        stands_at=row.stands_at,
        occurred_at=row.occurred_at,
        direction=row.direction,
        people=People(row.total, row.low, row.high, row.households, cells),
        method=row.method,
        decided=row.decided,
        shared=_shared(own.area_path, other) if row.is_same_day else 0,
        arrives_at=row.arrives_at,
        origin=origin if row.kind == "movement" else None,
        is_note=row.kind == "note",
    )


def _shared(own: Sequence[str], other: Booking | None) -> int:
    """How many levels hold both ends: none with elsewhere, the operation and then each area from the country down."""
    if other is None:
        return 0
    return 1 + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(own, other.area_path, strict=False)))
