"""Where there is still room."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import cos, radians
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, cast, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import in_areas, visible
from app.places.models import Area, Place
from app.places.policy import km_between
from app.planning.policy import (
    COUNTED_LATELY,
    COUNTED_WITHIN,
    FASTEST_OF,
    admits_all,
    filling,
    offered,
    whole_km,
)
from app.planning.schemas import Arriving, Filling, Nearby, Room, Site
from app.population.models import PlaceDay, PlaceNow
from app.shelters.models import Shelter

MOST_ASKED = 10  # shelters without room for which others are looked for in one post: each reads all there are
_MOST_LOOKED_AT = 12  # for each, of which policy.offered names a few
# Open shelters in scope whose people were counted, as near as can be known. policy.offered measures anew.
_ROOMS = text(f"""
  SELECT asked.place_id AS asked_by, there.state AS asking, room.* FROM
    unnest(CAST(:places AS uuid[]), CAST(:people AS bigint[])) AS asked (place_id, people)
  JOIN places AS here ON here.id = asked.place_id JOIN shelters AS there ON there.id = asked.place_id
  CROSS JOIN LATERAL (
    SELECT * FROM (
      SELECT shelters.code, shelters.state, present.counted_at, shelters.places_for_people - present.people AS free,
        power(shelters.lat - there.lat, 2)
          + power((shelters.lon - there.lon) * cos(radians(there.lat)), 2) AS apart,
        here.area_code = ANY(shelters.area_path) AS is_same_area,
        shelters.area_path && here.area_path[greatest(2, cardinality(here.area_path) - 1):] AS is_near
      FROM shelters JOIN places ON places.id = shelters.id JOIN place_now AS present ON present.place_id = shelters.id
      WHERE shelters.operation_id = :operation AND shelters.id <> asked.place_id AND NOT shelters.is_void
        AND places.same_as IS NULL AND shelters.status = 'open' AND present.basis = 'counted'
        AND {in_areas("shelters.area_path")}
    ) AS known
    WHERE free > 0 AND (apart IS NOT NULL OR is_near)
    ORDER BY free < asked.people, apart IS NULL, apart, NOT is_same_area, code LIMIT {_MOST_LOOKED_AT}
  ) AS room
""")
# The last adopted headcount of each of the last days there was one, at each of these places; the oldest first.
_COUNTS = text("""
  SELECT asked.place_id, count.day, count.people FROM unnest(CAST(:places AS uuid[])) AS asked (place_id)
  CROSS JOIN LATERAL (
    SELECT day, taken[1]::bigint AS people FROM place_days
    WHERE place_days.place_id = asked.place_id AND day BETWEEN :first AND :today AND total_anchored
    ORDER BY day DESC LIMIT :most
  ) AS count
  ORDER BY asked.place_id, count.day
""")
_STEP = 500  # shelters read at a time, the nearest first


def nearest_with_room(
    session: Session,
    *,
    scope: Scope,
    lat: float,
    lon: float,
    people: Mapping[str, int] | None,
    limit: int,
    apart_from: UUID | None = None,
) -> list[Nearby]:
    """The nearest open shelters in scope with free places that admit these people (counts by cell; None: anyone).

    Only shelters whose people were counted and whose places and position are known: an unknown number of free
    places is offered to nobody. `apart_from` leaves out the shelter that is asking.
    """
    wanted = [cell for cell, count in (people or {}).items() if count > 0]
    found: list[Nearby] = []
    rows = session.execute(_by_distance(scope, lat, lon), execution_options={"yield_per": _STEP})
    for shelter_id, code, state, area_name, free, counted_at in rows:
        if shelter_id == apart_from or not admits_all(state.get("admits"), wanted):
            continue
        found.append(
            Nearby(
                place_id=shelter_id,
                shelter=code,
                name=state["name"],
                area_name=area_name,
                km=km_between(lat, lon, state["lat"], state["lon"]),
                free=free,
                counted_at=counted_at,
                method=None,
                access=state.get("access"),
                admission=(state.get("admits") or {}).get("text"),
            )
        )
        if len(found) == limit:
            break
    rows.close()
    methods = _methods(session, [one.place_id for one in found])
    return [replace(one, method=methods.get(one.place_id)) for one in found]


def _methods(session: Session, ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """By what each of these shelters was counted: of the few that are named, the wide row of the day is read."""
    present = (col(PlaceDay.place_id) == col(PlaceNow.place_id)) & (col(PlaceDay.day) == col(PlaceNow.day))
    asked = select(col(PlaceDay.place_id), col(PlaceDay.counted_by)).join(PlaceNow, present)
    rows = session.execute(asked.where(col(PlaceDay.place_id).in_(ids))) if ids else ()
    return {row.place_id: row.counted_by for row in rows}


def rooms_near(session: Session, *, scope: Scope, arriving: Mapping[UUID, Arriving]) -> dict[UUID, list[Room]]:
    """For who came to each of these shelters, the nearest open shelters in scope with free places that admit them."""
    if not arriving:
        return {}
    people = [who.people for who in arriving.values()]
    areas = None if scope.areas is None else sorted(scope.areas)
    asked = {"places": list(arriving), "people": people, "operation": scope.operation_id, "areas": areas}
    found: dict[UUID, list[Room]] = {place: [] for place in arriving}
    for row in session.execute(_ROOMS, asked):
        if admits_all(row.state.get("admits"), arriving[row.asked_by].cells):
            km = whole_km(row.asking, row.state)
            tier = 0 if km is not None else 1 if row.is_same_area else 2
            found[row.asked_by].append(Room(row.code, row.state["name"], row.free, row.counted_at, tier, km))
    return {place: offered(rooms, arriving[place].people) for place, rooms in found.items()}


def _by_distance(scope: Scope, lat: float, lon: float) -> Select[Any]:
    """Open shelters in scope with counted people and free places, nearest first (by the chord of `km_between`)."""
    to_lat, to_lon = col(Shelter.lat), col(Shelter.lon)
    chord = func.power(func.sin(func.radians(to_lat - lat) / 2), 2) + func.cos(func.radians(to_lat)) * cos(
        radians(lat)
    ) * func.power(func.sin(func.radians(to_lon - lon) / 2), 2)
    free = col(Shelter.places_for_people) - col(PlaceNow.people)
    here = (col(Area.operation_id) == col(Shelter.operation_id)) & (col(Area.code) == col(Shelter.area_code))
    shown = (col(Shelter.id), col(Shelter.code), col(Shelter.state), col(Area.name), free, col(PlaceNow.counted_at))
    return (
        select(*shown)
        .join(PlaceNow, col(PlaceNow.place_id) == col(Shelter.id))
        .join(Area, here)
        .join(Place, col(Place.id) == col(Shelter.id))
        .where(visible(scope, Shelter), col(Place.same_as).is_(None), ~col(Shelter.is_void))
        .where(col(Shelter.status) == "open", col(PlaceNow.basis) == "counted", free > 0)
        .where(to_lat.is_not(None), to_lon.is_not(None))
        .order_by(chord, col(Shelter.code))
    )


def fillings_of(session: Session, rooms: Mapping[UUID, tuple[int, int]], *, today: date) -> dict[UUID, Filling]:
    """When each of these shelters will be full, by its last headcounts up to `today`: `rooms` says how many people were
    there on that day, counted, and for how many it is, more than that. Left out are those of which nobody can say."""
    asked = {"places": list(rooms), "first": today - COUNTED_LATELY - COUNTED_WITHIN, "today": today}
    counts: dict[UUID, list[tuple[date, int]]] = defaultdict(list)
    for place_id, day, people in session.execute(_COUNTS, {**asked, "most": FASTEST_OF}) if rooms else ():
        counts[place_id].append((day, people))
    found = {
        place_id: filling(counts[place_id], people=people, places=places, today=today)
        for place_id, (people, places) in rooms.items()
    }
    return {place_id: when for place_id, when in found.items() if when is not None}


def sites_of(session: Session, *, scope: Scope) -> list[Site]:
    """Every shelter in scope by code, those left out that turned out to be another or were taken back, with who is
    there by the last fold: in one statement."""
    present = (col(PlaceDay.place_id) == col(PlaceNow.place_id)) & (col(PlaceDay.day) == col(PlaceNow.day))
    shown = (
        col(Shelter.code),
        col(Shelter.area_code),
        col(Shelter.state),
        func.greatest(0, cast(col(PlaceDay.total)[1], BigInteger)),
        col(PlaceDay.basis),
        col(PlaceDay.counted_at),
        col(PlaceDay.counted_by),
        func.coalesce(col(PlaceDay.is_disputed), False),
        col(PlaceDay.total),
    )
    wanted = (
        select(*shown)
        .join(Place, col(Place.id) == col(Shelter.id))
        .outerjoin(PlaceNow, col(PlaceNow.place_id) == col(Shelter.id))
        .outerjoin(PlaceDay, present)
        .where(visible(scope, Shelter), col(Place.same_as).is_(None), ~col(Shelter.is_void))
        .order_by(col(Shelter.code))
    )
    return [
        Site(code, area, state, people if basis in ("counted", "at_least") else None, basis or "unknown", *counted)
        for code, area, state, people, basis, *counted in session.execute(wanted)
    ]
