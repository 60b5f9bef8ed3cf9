"""Which shelter is offered to whom, and when one will be full. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from math import asin, ceil, cos, radians, sin, sqrt
from statistics import median
from typing import Any

from app.planning.schemas import Filling, Room
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


# How people at a shelter go on: half as fast as the middle of the slopes between its last three headcounts (Theil-Sen,
# damped). On four real situations that errs 0.50, 0.79, 0.81 and 0.97 times as much as saying that nothing changes;
# without the damping one is worse than that (ARCHITECTURE 134).
TREND_OF, DAMPED_BY = 3, 0.5
COUNTED_WITHIN = timedelta(days=60)  # earlier counts say nothing of now
COUNTED_LATELY = timedelta(days=14)  # the last of them at least
# And at the fastest: half as fast again as between any two of the last five.
FASTEST_OF, FASTER_BY = 5, 1.5
FARTHEST_DAYS = 90


def pace(counts: Sequence[tuple[date, int]]) -> tuple[float, float] | None:
    """People a day by which a shelter fills, and at the fastest, of headcounts with the oldest first; None: too few."""
    last = [one for one in counts if counts[-1][0] - one[0] <= COUNTED_WITHIN] if counts else []
    if len(last) < TREND_OF:
        return None
    fastest = max(_slopes(last[-FASTEST_OF:]))
    return DAMPED_BY * median(_slopes(last[-TREND_OF:])), FASTER_BY * fastest


def filling(counts: Sequence[tuple[date, int]], *, people: int, places: int, today: date) -> Filling | None:
    """When a shelter with so many people, not full yet, will be: by its headcounts, one a day, the oldest first. None:
    nobody can say, for there are too few of them, or the last is old."""
    found = pace(counts)
    if found is None or today - counts[-1][0] > COUNTED_LATELY:
        return None
    about, fastest = (_days(places - people, a_day) for a_day in found)
    return Filling(about, fastest)


def _slopes(counts: Sequence[tuple[date, int]]) -> list[float]:
    return [(later - one) / (then - day).days for (day, one), (then, later) in combinations(counts, 2)]


def _days(free: int, a_day: float) -> int | None:
    """Days until so many places are taken; None: not within sight."""
    if a_day <= 0:
        return None
    days = ceil(free / a_day)
    return days if days <= FARTHEST_DAYS else None
