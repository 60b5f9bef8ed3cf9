"""Which shelter is offered to whom. Pure."""

from collections.abc import Iterable, Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any

from app.planning.schemas import Room
from app.shelters.policy import admits, places_for_people, rounded

MOST_OFFERED = 3  # more are not read at a gate
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def km_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Kilometres along the surface of the earth (haversine); roads are longer."""
    north, east = radians(other_lat - lat), radians(other_lon - lon)
    chord = sin(north / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def free_places(state: Mapping[str, Any], people: int) -> int:
    """Free places beside so many people, counted; 0 where there are none or where the places are not known."""
    places = places_for_people(state)
    return 0 if places is None else max(0, places - max(0, people))


def admits_all(rule: Mapping[str, Any] | None, cells: Iterable[str]) -> bool:
    """Whether an admission rule lets in everyone of these cells."""
    return all(admits(rule, cell) for cell in cells)


def whole_km(one: Mapping[str, Any], other: Mapping[str, Any]) -> int | None:
    """Kilometres between two shelters as everybody may know them, 1 at least: of exact positions three distances would
    tell a fourth. None where the position of either is not known."""
    if None in (one.get("lat"), one.get("lon"), other.get("lat"), other.get("lon")):
        return None
    here, there = rounded(one), rounded(other)
    return max(1, round(km_between(here["lat"], here["lon"], there["lat"], there["lon"])))


def offered(rooms: Iterable[Room], people: int) -> list[Room]:
    """Of shelters with free places the few to name to so many people: first those that have a place for each, the
    nearest first; a shelter without a position is no nearer than its area says."""
    able = [room for room in rooms if room.free > 0]
    able.sort(key=lambda room: (room.free < people, room.tier, room.km or 0, -room.free, room.shelter))
    return able[:MOST_OFFERED]
