"""Where people have their homes and where they are: folded from movements only.

What a figure says beyond that (headcounts, movements without a home) is a row of its own, "origin not known", and
may be below zero: nothing is apportioned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import visible
from app.population.models import PlaceNow
from app.population.past import Past, rows_at
from app.population.queries.shown import people_of

OUTSIDE = "outside:"  # in a cursor, before the code of an area: a shelter may have the same
_PLACES = text("""
  SELECT places.id, places.area_code, shelters.code AS shelter, coalesce(shelters.state -> 'name', areas.name) AS name
  FROM place_now JOIN places ON places.id = place_now.place_id
  LEFT JOIN shelters ON shelters.id = places.id
  JOIN areas ON areas.operation_id = places.operation_id AND areas.code = places.area_code
  WHERE places.operation_id = :operation AND (shelters.code IS NULL, coalesce(shelters.code, places.area_code))
    > (CAST(:after_is_area AS boolean), CAST(:after AS text))
  ORDER BY shelters.code IS NULL, coalesce(shelters.code, places.area_code)
""")
_THESE = text("""
  SELECT places.id, places.area_code, shelters.code AS shelter, coalesce(shelters.state -> 'name', areas.name) AS name
  FROM places LEFT JOIN shelters ON shelters.id = places.id
  JOIN areas ON areas.operation_id = places.operation_id AND areas.code = places.area_code
  WHERE places.id = ANY(:places)
""")


@dataclass(frozen=True)
class Flow:
    """So many people with their homes in an area (`origin` None: not known) are at a place. `shelter` None: in the
    area, outside any shelter."""

    origin: str | None
    shelter: str | None
    area: str
    name: dict[str, str]
    people: int


def flows(
    session: Session, *, scope: Scope, past: Past, limit: int | None = None, after: str = ""
) -> tuple[list[Flow], str | None]:
    """Flows to places in scope, shelters by code, then people outside any shelter by area; and where the list goes on.
    `limit`: places (None: all)."""
    asked = {
        "operation": scope.operation_id,
        "after": after.removeprefix(OUTSIDE),
        "after_is_area": after.startswith(OUTSIDE),
    }
    said_of = session.execute(_PLACES, asked).all()
    booked = past.bookings.of(session, [place.id for place in said_of])
    found = [
        place
        for place in said_of
        if place.id in booked and scope.holds(booked[place.id].area_path) and past.holds(place.id)
    ]
    places = found[:limit]
    last = places[-1] if len(places) < len(found) else None
    listed = _to(session, places, {place.id: booked[place.id].area_path[-1] for place in places}, past)
    return listed, None if last is None else last.shelter or f"{OUTSIDE}{last.area_code}"


def largest(session: Session, *, scope: Scope, past: Past, most: int) -> list[Flow]:
    """The largest flows to places in scope, the largest first. Now each place says how large its largest is, and only
    so many places are read."""
    if past.is_present:
        found = _of_now(session, scope, past, most)
    else:
        found, _ = flows(session, scope=scope, past=past)
    return sorted(found, key=lambda one: (-one.people, one.shelter or one.area))[:most]


def _of_now(session: Session, scope: Scope, past: Past, most: int) -> list[Flow]:
    wanted = select(col(PlaceNow.place_id)).where(visible(scope, PlaceNow), col(PlaceNow.flow).is_not(None))
    if past.shelters is not None:
        wanted = wanted.where(col(PlaceNow.place_id).in_(past.shelters))
    ids = list(session.scalars(wanted.order_by(col(PlaceNow.flow).desc(), col(PlaceNow.place_id)).limit(most)))
    places = session.execute(_THESE, {"places": ids}).all()
    return _to(session, places, {place.id: place.area_code for place in places}, past)


def _to(session: Session, places: Sequence[Any], areas: Mapping[UUID, str], past: Past) -> list[Flow]:
    """Flows to these places, each in its area."""
    rows = rows_at(session, past, [place.id for place in places])
    listed: list[Flow] = []
    for place in places:
        row = rows[place.id]
        if row is None:
            continue
        total = people_of(row, past.frame)[0].total
        known = dict(sorted(row.level.origins.items()))
        rest = None if total is None else total - sum(known.values())
        counts: list[tuple[str | None, int]] = [*known.items(), *([(None, rest)] if rest else [])]
        listed += [Flow(origin, place.shelter, areas[place.id], place.name, people) for origin, people in counts]
    return listed
