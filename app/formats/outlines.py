"""Outlines of areas from GeoJSON, simplified to what a map of shelters needs. Pure.

A ring is one flat list: longitude, latitude, longitude, latitude and so on, in steps of a ten-thousandth of a degree
(some ten metres). It is closed without its first point standing again at its end.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

STEPS = 10_000  # in a degree
FINEST = 5.0  # steps a simplified line may stray; doubled until few enough points are left
MOST_POINTS = 400  # of one outline: a line of this many bends is as good as any on a picture 400 pixels wide
FARTHEST = (180.0, 90.0)

Ring = list[int]
_Point = tuple[int, int]


class OutlineUnreadable(ValueError):
    """What is wrong with a geometry."""


def rings_of(geometry: Mapping[str, Any]) -> list[Ring]:
    """The rings of a Polygon or MultiPolygon as they stand, outer ones and holes alike. OutlineUnreadable otherwise."""
    kind = geometry.get("type")
    said: Any = geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        raise OutlineUnreadable(f"a Polygon or MultiPolygon is expected, not {kind}")
    try:
        rings = [ring for polygon in (said if kind == "MultiPolygon" else [said]) for ring in polygon]
        read = [_read(ring) for ring in rings]
    except (TypeError, ValueError, IndexError, OverflowError) as error:
        if isinstance(error, OutlineUnreadable):
            raise
        raise OutlineUnreadable(
            "coordinates are lists of rings, and a ring is a list of [longitude, latitude]"
        ) from error
    if not read:
        raise OutlineUnreadable("it has no ring")
    return read


def _read(ring: Iterable[Sequence[float]]) -> Ring:
    flat: Ring = []
    for position in ring:
        lon, lat = float(position[0]), float(position[1])
        if not (abs(lon) <= FARTHEST[0] and abs(lat) <= FARTHEST[1]):
            message = f"{lon:g}, {lat:g} is no longitude and latitude; positions are in degrees (WGS 84), east first"
            raise OutlineUnreadable(message)
        flat += (round(lon * STEPS), round(lat * STEPS))
    if flat[:2] == flat[-2:]:
        del flat[-2:]
    if len(flat) < 6:
        raise OutlineUnreadable("a ring needs three corners")
    return flat


def simplified(rings: Sequence[Ring], most: int = MOST_POINTS) -> list[Ring]:
    """The same outline in `most` points at the most. What is smaller than the line strays, islands say, is left out;
    the largest ring always stays."""
    left = [_points(ring) for ring in rings]
    largest = max(range(len(left)), key=lambda number: _reach(left[number]), default=None)
    straying = FINEST
    while True:
        before, left = left, [_thinned(ring, straying) for ring in left]
        if largest is not None and len(left[largest]) < 3:  # a scribble: no line is near it
            left[largest] = before[largest][:: -(-len(before[largest]) // most)]
        kept = [ring for number, ring in enumerate(left) if len(ring) > 2 or number == largest]
        if sum(map(len, kept)) <= most:
            return [[part for point in ring for part in point] for ring in kept]
        straying *= 2


def box_of(rings: Sequence[Ring]) -> tuple[float, float, float, float]:
    """Between which longitudes and latitudes an outline lies: west, south, east, north, in degrees."""
    lons, lats = [lon for ring in rings for lon in ring[::2]], [lat for ring in rings for lat in ring[1::2]]
    return min(lons) / STEPS, min(lats) / STEPS, max(lons) / STEPS, max(lats) / STEPS


def _points(ring: Ring) -> list[_Point]:
    return list(zip(ring[::2], ring[1::2], strict=True))


def _reach(points: Sequence[_Point]) -> int:
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return (max(lons) - min(lons)) * (max(lats) - min(lats))


def _thinned(ring: list[_Point], straying: float) -> list[_Point]:
    """A ring without the points that its line can do without (Douglas and Peucker 1973). It is cut where it is farthest
    from its first point; what is narrower than the line may stray is left as two points."""
    if len(ring) < 3:
        return ring
    first = ring[0]
    far = max(range(len(ring)), key=lambda number: math.dist(first, ring[number]))
    return _line(ring[: far + 1], straying)[:-1] + _line([*ring[far:], first], straying)[:-1]


def _line(points: list[_Point], straying: float) -> list[_Point]:
    points = _apart(points, straying / 2)
    kept = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        number, off = _farthest(points, first, last)
        if off > straying:
            kept.add(number)
            spans += ((first, number), (number, last))
    return [points[number] for number in sorted(kept)]


def _apart(points: list[_Point], distance: float) -> list[_Point]:
    """Without points next to the one before them: what a coast drawn to the metre has by the ten thousand."""
    kept = points[:1]
    for point in points[1:-1]:
        if math.dist(point, kept[-1]) > distance:
            kept.append(point)
    return [*kept, points[-1]]


def _farthest(points: Sequence[_Point], first: int, last: int) -> tuple[int, float]:
    """Which point between two is farthest from the line between them, and how far."""
    (x, y), (to_x, to_y) = points[first], points[last]
    along_x, along_y = to_x - x, to_y - y
    length = math.hypot(along_x, along_y)
    found, most = first, 0.0
    for number in range(first + 1, last):
        off_x, off_y = points[number][0] - x, points[number][1] - y
        off = abs(off_x * along_y - off_y * along_x) / length if length else math.hypot(off_x, off_y)
        if off > most:
            found, most = number, off
    return found, most
