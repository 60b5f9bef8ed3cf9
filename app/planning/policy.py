"""Which shelter is offered to whom. Pure."""

from collections.abc import Iterable, Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any

from app.shelters.policy import admits, places_for_people

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
