"""Reports as events of the places they are booked at: what the fold reads of the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
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
  SELECT reports.place_id AS at, reports.day AS of, reports.id, version_of, kind, stands_at, occurred_at, total, low,
    high, households, cells, method, CASE kind WHEN 'movement' THEN 1 WHEN 'headcount' THEN 0 END AS direction,
    {decided} AS decided, reports.from_place_id AS other_end, left_day = reports.day AS is_same_day,
    NULL::timestamptz AS arrives_at, group_id, origin
  FROM reports"""
_LEAVING = """
  SELECT reports.from_place_id, reports.left_day, reports.id, version_of, kind, left_stands_at, left_at, total, low,
    high, households, cells, method, -1, NULL, reports.place_id, left_day = reports.day, stands_at, group_id, origin
  FROM reports"""
_WANTED = " JOIN unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS wanted (place_id, day)"
_FOLDED = "kind IN ('movement', 'headcount', 'note', 'shelter', 'shelter_state')"


def _events(entering: str, leaving: str, *, known_on: bool) -> TextClause:
    """Both ends of what was reported, in as far as it stands: entering and leaving say at which places and days."""
    stands = standing(known_on=known_on)
    decided = _DECIDED.format(decision_stands=standing("decision", known_on=known_on))
    return text(f"""
  {_ENTERING.format(decided=decided)} {entering} AND {_FOLDED} AND {stands}
  UNION ALL
  {_LEAVING} {leaving} AND kind = 'movement' AND {stands}
""")


_EVENTS_OF_DAYS = {
    known_on: _events(
        f"{_WANTED} ON reports.place_id = wanted.place_id AND reports.day = wanted.day WHERE true",
        f"{_WANTED} ON reports.from_place_id = wanted.place_id AND reports.left_day = wanted.day WHERE true",
        known_on=known_on,
    )
    for known_on in (False, True)
}
_EVENTS_OF_PLACES = {
    known_on: _events("WHERE place_id = ANY(:places)", "WHERE from_place_id = ANY(:places)", known_on=known_on)
    for known_on in (False, True)
}


def events_of_days(
    session: Session, days: Mapping[UUID, Iterable[date]], bookings: Bookings = PRESENT
) -> dict[UUID, Events]:
    """What was reported at these places on these days, under whatever code."""
    members = bookings.members(session, list(days))
    pairs = [(member, day) for member, kept in members.items() for day in days[kept]]
    asked = {
        "places": [place for place, _ in pairs],
        "days": [day for _, day in pairs],
        "known_on": bookings.known_on,
    }
    rows = session.execute(_EVENTS_OF_DAYS[bookings.known_on is not None], asked)
    return _by_place_and_day(session, rows.all(), members, bookings)


def events_of_places(session: Session, places: Sequence[UUID], bookings: Bookings = PRESENT) -> dict[UUID, Events]:
    """Everything ever reported at these places, under whatever code."""
    members = bookings.members(session, places)
    asked = {"places": list(members), "known_on": bookings.known_on}
    rows = session.execute(_EVENTS_OF_PLACES[bookings.known_on is not None], asked)
    return _by_place_and_day(session, rows.all(), members, bookings)


def _by_place_and_day(
    session: Session, rows: Sequence[Any], members: Mapping[UUID, UUID], bookings: Bookings
) -> dict[UUID, Events]:
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
        found[members[row.at]][row.of].append(_event(row, own, other, homes.get(row.group_id) or row.origin))
    return dict(found)


def _event(row: Any, own: Booking, other: Booking | None, origin: str | None) -> Event:
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
        origin=origin if row.kind == "movement" else None,
        is_note=row.kind == "note",
    )


def _shared(own: Sequence[str], other: Booking | None) -> int:
    """How many levels hold both ends: none with elsewhere, the operation and then each area from the country down."""
    if other is None:
        return 0
    return 1 + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(own, other.area_path, strict=False)))
