"""Where there is still room."""

from collections.abc import Mapping
from math import cos, radians
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import visible
from app.places.models import Area
from app.planning.policy import admits_all, free_places, km_between
from app.planning.schemas import Nearby
from app.population.models import PlaceDay, PlaceNow
from app.shelters.models import Shelter

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
    for shelter_id, code, state, area_name, total, counted_at, method in rows:
        free = free_places(state, total)
        if shelter_id == apart_from or not free or not admits_all(state.get("admits"), wanted):
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
                method=method,
                access=state.get("access"),
                admission=(state.get("admits") or {}).get("text"),
            )
        )
        if len(found) == limit:
            break
    rows.close()
    return found


def _by_distance(scope: Scope, lat: float, lon: float) -> Select[Any]:
    """Open shelters in scope whose people were counted, nearest first (by the chord of `policy.km_between`)."""
    to_lat, to_lon = col(Shelter.state)["lat"].as_float(), col(Shelter.state)["lon"].as_float()
    chord = func.power(func.sin(func.radians(to_lat - lat) / 2), 2) + func.cos(func.radians(to_lat)) * cos(
        radians(lat)
    ) * func.power(func.sin(func.radians(to_lon - lon) / 2), 2)
    declared = col(Shelter.state)["capacity"].as_integer()
    people = cast(col(PlaceDay.total)[1], BigInteger)
    may_have_room = declared.is_(None) | (people < declared)  # the rest of it is policy.free_places
    present = (col(PlaceDay.place_id) == col(PlaceNow.place_id)) & (col(PlaceDay.day) == col(PlaceNow.day))
    here = (col(Area.operation_id) == col(Shelter.operation_id)) & (col(Area.code) == col(Shelter.area_code))
    shown = (
        col(Shelter.id),
        col(Shelter.code),
        col(Shelter.state),
        col(Area.name),
        people,
        col(PlaceDay.counted_at),
        col(PlaceDay.counted_by),
    )
    return (
        select(*shown)
        .join(PlaceNow, col(PlaceNow.place_id) == col(Shelter.id))
        .join(PlaceDay, present)
        .join(Area, here)
        .where(visible(scope, Shelter), col(Shelter.state)["status"].as_string() == "open")
        .where(col(PlaceDay.basis) == "counted", may_have_room, to_lat.is_not(None), to_lon.is_not(None))
        .order_by(chord, col(Shelter.code))
    )
