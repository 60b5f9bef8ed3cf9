"""Reports as events of the places they are booked at: what the fold reads of the ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.core.db import by_name
from app.counts.people import People
from app.ledger.queries import entering, has_pairs, leaving, paired, standing
from app.places.schemas import Booking
from app.population.bookings import PRESENT, Bookings
from app.population.facts import Event

Events = Mapping[date, Sequence[Event]]

_DECIDED = """CASE kind WHEN 'headcount' THEN (SELECT decision.adopt FROM reports AS decision
      WHERE decision.about_id = coalesce(reports.version_of, reports.id) AND decision.kind = 'decision'
        AND {decision_stands}
      ORDER BY decision.occurred_at DESC, coalesce(decision.version_of, decision.id) DESC LIMIT 1) END"""
# Of a pair each counts at the end it saw, and the other end is the other's.
_ENTERING = """
  SELECT wanted.kept_id, reports.day AS of, reports.id, version_of, kind, reports.stands_at,
    occurred_at, total, low, high, households, cells, method,
    CASE kind WHEN 'movement' THEN 1 WHEN 'headcount' THEN 0 END AS direction, {decided} AS decided,
    CASE WHEN departure.decided_by IS NULL THEN reports.from_place_id ELSE departure.from_place_id END AS other_end,
    coalesce(departure.left_day, reports.left_day) = reports.day AS is_same_day, NULL::timestamptz AS arrives_at,
    group_id, origin, unaccompanied
  FROM reports"""
_LEAVING = """
  SELECT wanted.kept_id, reports.left_day, reports.id, version_of, kind, reports.left_stands_at, left_at,
    total, low, high, households, cells, method, -1, NULL,
    CASE WHEN arrival.decided_by IS NULL THEN reports.place_id ELSE arrival.place_id END,
    reports.left_day = coalesce(arrival.day, reports.day), coalesce(arrival.stands_at, reports.stands_at),
    group_id, origin, unaccompanied
  FROM reports"""
_NO_PARTNER = """SELECT NULL::uuid AS place_id, NULL::uuid AS from_place_id, NULL::date AS day, NULL::date AS left_day,
    NULL::timestamptz AS stands_at, NULL::uuid AS decided_by"""
_WANTED = " JOIN unnest(CAST(:places AS uuid[]), CAST(:kept AS uuid[])) AS wanted (place_id, kept_id)"
_WANTED_ON = (
    " JOIN unnest(CAST(:places AS uuid[]), CAST(:kept AS uuid[]), CAST(:days AS date[]))"
    " AS wanted (place_id, kept_id, day)"
)
_FOLDED = "kind IN ('movement', 'headcount', 'note', 'shelter', 'shelter_state')"

# Who moved the same way, with nobody counting in between, can as well have moved together; of each only where from or
# where to and whence they are is told. Not so where there is doubt, which does not add up like people, where households
# stand for people, or where the other end is a place of several codes, or for a pair the same place: who moves between
# two of them has not moved. An operation of fewer cells than are asked for has no more of them.
_IS_PLAIN = "kind = 'movement' AND total IS NOT NULL AND low IS NULL AND high IS NULL"
_EACH = """
  SELECT kept_id, of, id, version_of, kind, stands_at, occurred_at, total, low, high, households, cells, method,
    direction, decided, other_end::text, is_same_day, arrives_at, group_id::text, origin, NULL AS moved, unaccompanied
  FROM ({found}) AS found
"""
_IS_GATHERED = f"""{_IS_PLAIN}
      AND (other_end IS NULL OR (other_end <> kept_id AND other_end <> ALL(CAST(:merged AS uuid[]))))"""
_GATHERED = """
  WITH found AS ({found}), counted AS (
    SELECT *, {is_gathered} AS is_gathered, count(*) FILTER (WHERE direction = 0) OVER (
      PARTITION BY kept_id, of ORDER BY stands_at, direction IS DISTINCT FROM 0) AS counts_before
    FROM found
  )
  SELECT kept_id, of, direction, max(stands_at) AS stands_at, max(occurred_at) AS occurred_at,
    sum(total)::bigint AS total, sum(households)::bigint AS households,
    CASE WHEN count(cells) > 0 THEN array_remove(ARRAY[{cells}]::bigint[], NULL) END AS cells,
    coalesce(sum(total) FILTER (WHERE cells IS NULL), 0)::bigint AS unobserved,
    json_agg(json_build_array(other_end, is_same_day, group_id, origin, total)) AS moved,
    NULL::uuid AS id, NULL::uuid AS version_of, 'movement' AS kind, NULL::bigint AS low,
    NULL::bigint AS high, NULL AS method, NULL::boolean AS decided, NULL AS other_end,
    NULL::boolean AS is_same_day, NULL::timestamptz AS arrives_at, NULL AS group_id, NULL AS origin,
    sum(unaccompanied)::bigint AS unaccompanied
  FROM counted WHERE is_gathered GROUP BY kept_id, of, direction, counts_before
  UNION ALL
  SELECT kept_id, of, direction, stands_at, occurred_at, total, households, cells, 0, NULL, id, version_of, kind, low,
    high, method, decided, other_end::text, is_same_day, arrives_at, group_id::text, origin, unaccompanied
  FROM counted WHERE is_gathered IS NOT TRUE
"""


@lru_cache
def _statement(*, of_days: bool, known_on: bool, pairs: bool, cells: int | None) -> TextClause:
    """Both ends of what was reported at some places, in as far as it stands; `cells`: gathered, with so many."""
    stands = standing(known_on=known_on)
    decided = _DECIDED.format(decision_stands=standing("decision", known_on=known_on))
    wanted = _WANTED_ON if of_days else _WANTED
    came, left = (
        f"{wanted} ON reports.{place} = wanted.place_id" + (f" AND reports.{day} = wanted.day" if of_days else "")
        for place, day in (("place_id", "day"), ("from_place_id", "left_day"))
    )
    departure, arrival = (
        f"LEFT JOIN LATERAL ({paired('reports', part, known_on=known_on) if pairs else _NO_PARTNER}) AS {other}"
        " ON kind = 'movement'"
        for part, other in (("arrival", "departure"), ("departure", "arrival"))
    )
    found = f"""
  {_ENTERING.format(decided=decided)} {came} {departure} WHERE {_FOLDED} AND {stands}
    AND (kind <> 'movement' OR {entering(known_on=known_on, pairs=pairs)})
  UNION ALL
  {_LEAVING} {left} {arrival} WHERE kind = 'movement' AND {leaving(known_on=known_on, pairs=pairs)}
"""
    if cells is None:
        return text(_EACH.format(found=found))
    sums = ", ".join(f"sum(cells[{position}])" for position in range(1, cells + 1))
    return text(_GATHERED.format(found=found, cells=sums, is_gathered=_IS_GATHERED))


def events_of_days(
    session: Session, days: Mapping[UUID, Iterable[date]], bookings: Bookings = PRESENT, *, cells: int | None = None
) -> dict[UUID, Events]:
    """What was reported at these places on these days, under whatever code.

    `cells`: of as many cells, with movements that a day's facts need not tell apart added up; None: each by itself.
    """
    members = bookings.members(session, list(days))
    asked = [(member, kept, day) for member, kept in members.items() for day in days[kept]]
    places, kept, on = zip(*asked, strict=True) if asked else ((), (), ())
    said = {"places": list(places), "kept": list(kept), "days": list(on)}
    return _found(session, said, members, bookings, of_days=True, cells=cells)


def events_of_places(
    session: Session, places: Sequence[UUID], bookings: Bookings = PRESENT, *, cells: int | None = None
) -> dict[UUID, Events]:
    """Everything ever reported at these places, under whatever code; `cells` as above."""
    members = bookings.members(session, places)
    said = {"places": list(members), "kept": list(members.values())}
    return _found(session, said, members, bookings, of_days=False, cells=cells)


def _found(
    session: Session,
    said: Mapping[str, Any],
    members: Mapping[UUID, UUID],
    bookings: Bookings,
    *,
    of_days: bool,
    cells: int | None,
) -> dict[UUID, Events]:
    codes = Counter(members.values())
    merged = [member for member, kept in members.items() if codes[kept] > 1]
    is_past, pairs = bookings.known_on is not None, has_pairs(session)
    statement = _statement(of_days=of_days, known_on=is_past, pairs=pairs, cells=cells)
    rows = session.execute(statement, {**said, "merged": merged, "known_on": bookings.known_on})
    return _by_place_and_day(session, by_name(rows), bookings)


def _by_place_and_day(session: Session, rows: Sequence[Any], bookings: Bookings) -> dict[UUID, Events]:
    """Reports as events of the places they are booked at. Who moved between two that are one did not move; a shelter
    whose report was taken back is described no more."""
    around = _around(session, rows, bookings)
    found: dict[UUID, dict[date, list[Event]]] = {}
    for row in rows:
        own = around.own.get(row.kept_id)
        if own is None:
            continue
        other = around.ends.get(row.other_end)
        if other is not None and own.kept_id == other.kept_id:
            continue
        if own.is_void and row.kind in ("shelter", "shelter_state"):
            continue
        event = _event(row, own, other, around) if row.moved is None else _gathered(row, own, around)
        found.setdefault(row.kept_id, {}).setdefault(row.of, []).append(event)
    return dict(found)


@dataclass(frozen=True, slots=True)
class _Around:
    """What reports name beside their own place: `own` those places, by id; `ends` the others and `homes` of groups, by
    the text of their ids."""

    own: Mapping[UUID, Booking]
    ends: Mapping[str | None, Booking]
    homes: Mapping[str | None, str | None]


def _around(session: Session, rows: Sequence[Any], bookings: Bookings) -> _Around:
    named = {(row.other_end, row.group_id) for row in rows if row.moved is None}
    named.update((end, group) for row in rows if row.moved for end, _, group, _, _ in row.moved)
    ends = {end: UUID(end) for end, _ in named if end is not None}
    groups = {group: UUID(group) for _, group in named if group is not None}
    own = {row.kept_id for row in rows}
    booked = bookings.of(session, own | set(ends.values()))
    homes = bookings.homes(session, groups.values())
    return _Around(
        {id_: booked[id_] for id_ in own if id_ in booked},
        {end: booked[id_] for end, id_ in ends.items() if id_ in booked},
        {group: homes.get(id_) for group, id_ in groups.items()},
    )


def _event(row: Any, own: Booking, other: Booking | None, around: _Around) -> Event:
    """One report."""
    cells = None if row.cells is None else tuple(row.cells)
    return Event(
        id=row.version_of or row.id,
        version=row.id,
        stands_at=row.stands_at,
        occurred_at=row.occurred_at,
        direction=row.direction,
        people=People(row.total, row.low, row.high, row.households, cells),
        method=row.method,
        decided=row.decided,
        shared=_shared(own.area_path, other) if row.is_same_day else 0,
        arrives_at=row.arrives_at,
        origin=(around.homes.get(row.group_id) or row.origin) if row.kind == "movement" else None,
        is_note=row.kind == "note",
        unaccompanied=row.unaccompanied,
    )


def _gathered(row: Any, own: Booking, around: _Around) -> Event:
    """Movements that went the same way."""
    return Event(
        id=row.kept_id,
        stands_at=row.stands_at,
        occurred_at=row.occurred_at,
        direction=row.direction,
        people=People(row.total, households=row.households, cells=None if row.cells is None else tuple(row.cells)),
        moved=[
            (
                people,
                _shared(own.area_path, around.ends.get(end)) if is_same_day else 0,
                around.homes.get(group) or origin,
            )
            for end, is_same_day, group, origin, people in row.moved
        ],
        unobserved=row.unobserved,
        unaccompanied=row.unaccompanied,
    )


def _shared(own: Sequence[str], other: Booking | None) -> int:
    """How many levels hold both ends: none with elsewhere, the operation and then each area from the country down."""
    if other is None:
        return 0
    shared = 1
    for one, another in zip(own, other.area_path, strict=False):
        if one != another:
            break
        shared += 1
    return shared
