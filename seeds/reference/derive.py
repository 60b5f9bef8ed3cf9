"""Derives `areas.csv` and `boundaries.geojson` from the two public sources named in SOURCES.md.

    python seeds/reference/derive.py PCODES.csv NATURAL_EARTH.geojson [--out FOLDER]

PCODES.csv is OCHA's Global P-Code List, NATURAL_EARTH.geojson the 10m admin-1 layer, both cut to the
countries wanted. What neither says, names and points above all, stands in `names.csv`; which shape is
which area stands in `matches.csv`, because P-codes are looked up and never worked out.
"""

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
GRID = 1000  # points per degree: three decimals, about 100 m
ADMIN2_OF = ("SYR", "LBN", "IRQ")  # Türkiye's 973 districts would only weigh on every phone's list of places
DRAWN = ("SY", "LB", "IQ", "JO", "TR", "IL", "PS")
NEAR = ("SY", "LB")
NEAR_TRIANGLE, FAR_TRIANGLE = 60.0, 1200.0  # smallest triangle kept, in squares of the grid
SMALLEST_ISLAND = 1500.0  # squares of the grid
COLUMNS = ("code", "level", "parent", "name_en", "name_ar", "name_fr", "lat", "lon", "valid_from", "source")
# What Natural Earth writes before some names and the P-code list never does: "governorate of".
PREFIXES = {"ar": ("محافظة ",), "fr": ("de ", "du ")}

Row = dict[str, str]
Point = tuple[int, int]
Line = tuple[Point, ...]
Limit = Callable[[frozenset[str]], float]


@dataclass(frozen=True)
class Shape:
    """One feature of Natural Earth on our grid: polygons, each a list of rings without the closing point."""

    key: str
    country: str
    names: dict[str, str]
    label: tuple[str, str]
    polygons: tuple[tuple[Line, ...], ...]


@dataclass
class Arcs:
    """Borders cut where three shapes meet. Each is kept once, so that both sides are simplified alike."""

    meets: set[Point]
    users: dict[Line, set[str]] = field(default_factory=lambda: defaultdict(set))
    simple: dict[Line, Line] = field(default_factory=dict)


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_shapes(path: Path) -> list[Shape]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = [shape_of(feature) for feature in features if feature["properties"]["iso_a2"] in DRAWN]
    return sorted(shapes, key=lambda shape: (DRAWN.index(shape.country), shape.key))


def shape_of(feature: dict[str, Any]) -> Shape:
    said, geometry = feature["properties"], feature["geometry"]
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    names = {language: plain(language, said.get(f"name_{language}") or "") for language in ("en", "ar", "fr")}
    if said["iso_3166_2"].endswith("~"):  # their mark for what is no province: the UNDOF zone bears a village's name
        names["en"] = said["name"]
    return Shape(
        key=said["iso_3166_2"],
        country=said["iso_a2"],
        names=names,
        label=(degrees(said["latitude"]), degrees(said["longitude"])),
        polygons=tuple(tuple(filter(None, map(on_grid, rings))) for rings in polygons),
    )


def plain(language: str, name: str) -> str:
    for prefix in PREFIXES.get(language, ()):
        name = name.removeprefix(prefix)
    return name


def on_grid(ring: Iterable[Sequence[float]]) -> Line:
    """A ring as grid points without repeats and spikes; empty if nothing is left of it."""
    points: list[Point] = []
    for lon, lat in ring:
        point = (round(lon * GRID), round(lat * GRID))
        while len(points) > 1 and points[-2] == point:
            points.pop()
        if not points or points[-1] != point:
            points.append(point)
    while len(points) > 1 and points[0] == points[-1]:
        points.pop()
    while len(points) > 2 and points[1] == points[-1]:
        points = points[1:-1]
    return tuple(points) if len(points) > 2 else ()


def twice_area(ring: Sequence[Point]) -> int:
    """Twice the signed area in squares of the grid; positive if the ring runs anticlockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True))


def rings_of(shapes: Iterable[Shape]) -> Iterator[tuple[Shape, Line]]:
    for shape in shapes:
        for polygon in shape.polygons:
            for ring in polygon:
                yield shape, ring


def where_shapes_meet(shapes: Iterable[Shape]) -> set[Point]:
    """Points whose neighbours differ from one ring to another: there borders join, and there they are cut."""
    neighbours: dict[Point, set[frozenset[Point]]] = defaultdict(set)
    for _, ring in rings_of(shapes):
        for before, point, after in zip((ring[-1], *ring), ring, (*ring[1:], ring[0]), strict=False):
            neighbours[point].add(frozenset((before, after)))
    return {point for point, pairs in neighbours.items() if len(pairs) > 1}


def cut(ring: Line, meets: set[Point]) -> list[Line]:
    """A ring as its borders, end to end. A ring that meets nothing is one closed border from its least point."""
    starts = [position for position, point in enumerate(ring) if point in meets] or [ring.index(min(ring))]
    turned = ring[starts[0] :] + ring[: starts[0] + 1]
    ends = [start - starts[0] for start in starts] + [len(ring)]
    return [turned[first : last + 1] for first, last in pairwise(ends)]


def one_way(border: Line) -> Line:
    """The same border whichever side it is walked on."""
    return min(border, border[::-1])


def simplified(border: Line, smallest: float, fewest: int) -> Line:
    """Visvalingam: drop the point that spans the smallest triangle until none is smaller than `smallest`.

    The ends stay, and `fewest` points between them, so that no shape collapses.
    """
    before, after = list(range(-1, len(border) - 1)), list(range(1, len(border) + 1))

    def triangle(at: int) -> float:
        return abs(twice_area((border[before[at]], border[at], border[after[at]]))) / 2

    heap = [(triangle(at), at) for at in range(1, len(border) - 1)]
    current = {at: size for size, at in heap}
    heapify(heap)
    while heap and len(current) > fewest:
        size, at = heappop(heap)
        if current.get(at) != size:
            continue
        if size >= smallest:
            break
        del current[at]
        after[before[at]], before[after[at]] = after[at], before[at]
        for side in {before[at], after[at]} & current.keys():
            # Never below the size just dropped, or the order of dropping would depend on the neighbours.
            current[side] = max(size, triangle(side))
            heappush(heap, (current[side], side))
    return tuple(point for at, point in enumerate(border) if at in current or at in (0, len(border) - 1))


def limit_for(countries: frozenset[str]) -> float:
    return NEAR_TRIANGLE if countries.intersection(NEAR) else FAR_TRIANGLE


def simplify(shapes: Sequence[Shape], limit: Limit = limit_for) -> Arcs:
    """Every border of these shapes, simplified once, finer where `limit` says so."""
    arcs = Arcs(where_shapes_meet(shapes))
    for shape, ring in rings_of(shapes):
        for border in cut(ring, arcs.meets):
            arcs.users[one_way(border)].add(shape.country)
    for border, users in arcs.users.items():
        fewest = 2 if border[0] == border[-1] else 1
        arcs.simple[border] = simplified(border, limit(frozenset(users)), fewest)
    return arcs


def redrawn(ring: Line, arcs: Arcs) -> Line:
    """The ring out of its simplified borders, without the closing point."""
    points: list[Point] = []
    for border in cut(ring, arcs.meets):
        line = arcs.simple[one_way(border)]
        points += (line if one_way(border) == border else line[::-1])[:-1]
    return tuple(points)


def coordinates_of(shape: Shape, arcs: Arcs) -> list[list[list[list[float]]]]:
    """GeoJSON coordinates of a MultiPolygon: outer rings anticlockwise, holes clockwise, small islands left out."""
    largest = max(abs(twice_area(polygon[0])) for polygon in shape.polygons)
    kept = [p for p in shape.polygons if abs(twice_area(p[0])) >= min(largest, 2 * SMALLEST_ISLAND)]
    return [[closed(redrawn(ring, arcs), hole=position > 0) for position, ring in enumerate(p)] for p in kept]


def closed(ring: Line, *, hole: bool) -> list[list[float]]:
    points = ring[::-1] if (twice_area(ring) > 0) == hole else ring
    return [[x / GRID, y / GRID] for x, y in (*points, points[0])]


def feature_of(shape: Shape, arcs: Arcs, areas: dict[str, Row], covers: list[Row]) -> dict[str, Any]:
    same = [row["code"] for row in covers if row["relation"] == "same"]
    area = areas[same[0]] if same else None
    properties: dict[str, Any] = {"code": same[0] if same else None, "country": shape.country}
    if covers and not same:
        properties["covers"] = [row["code"] for row in covers]
    for language in ("en", "ar", "fr"):
        properties[f"name_{language}"] = (area or {}).get(f"name_{language}") or shape.names[language]
    coordinates = coordinates_of(shape, arcs)
    geometry: dict[str, Any] = {"type": "MultiPolygon", "coordinates": coordinates}
    if len(coordinates) == 1:
        geometry = {"type": "Polygon", "coordinates": coordinates[0]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def middle_of(shapes: Iterable[Shape]) -> tuple[str, str]:
    """Centre of gravity of some shapes as latitude and longitude, holes not considered."""
    weight = east = north = 0
    for shape in shapes:
        for outer, *_ in shape.polygons:
            for (x1, y1), (x2, y2) in pairwise((*outer, outer[0])):
                size = x1 * y2 - x2 * y1
                weight += 3 * size
                east += size * (x1 + x2)
                north += size * (y1 + y2)
    return degrees(north / weight / GRID), degrees(east / weight / GRID)


def degrees(value: float) -> str:
    return f"{value:.4f}"


def area_rows(pcodes: list[Row], names: dict[str, Row], shapes: list[Shape], matches: list[Row]) -> list[Row]:
    """Countries, then every admin 1 of the list, then admin 2 where wanted, each with what is known of it."""
    countries = {row["iso3"]: code for code, row in names.items() if row["iso3"]}
    named = {row["code"]: row for row in matches if row["relation"] != "lies_within"}
    by_key = {shape.key: shape for shape in shapes}
    middles = {code: middle_of(shape for shape in shapes if shape.country == code) for code in countries.values()}
    rows = [area_row((code, "0", ""), {}, names[code], None, middle) for code, middle in middles.items()]
    for said in sorted(pcodes, key=lambda row: (row["Admin Level"], row["P-Code"])):
        if said["Location"] not in countries or (said["Admin Level"] == "2" and said["Location"] not in ADMIN2_OF):
            continue
        code, match = said["P-Code"], named.get(said["P-Code"])
        shape = by_key[match["natural_earth"]] if match else None
        point = shape.label if match and shape and match["relation"] == "same" else None
        parent = countries.get(said["Parent P-Code"], said["Parent P-Code"])
        rows.append(area_row((code, said["Admin Level"], parent), said, names.get(code, {}), shape, point))
    return rows


def area_row(
    place: tuple[str, str, str], said: Row, ours: Row, shape: Shape | None, point: tuple[str, str] | None
) -> Row:
    """One line of areas.csv for (code, level, parent): names.csv first, then the P-code list, then Natural Earth."""
    theirs = shape.names if shape else {}
    if ours.get("lat"):
        point = (ours["lat"], ours["lon"])
    sources = ["ocha_pcodes"] if said else []
    sources += ours["source"].split() if ours else []
    sources += ["natural_earth"] if shape or (point and not ours.get("lat")) else []
    return dict(zip(("code", "level", "parent"), place, strict=True)) | {
        "name_en": ours.get("name_en") or said["Name"],
        "name_ar": ours.get("name_ar") or theirs.get("ar", ""),
        "name_fr": ours.get("name_fr") or theirs.get("fr", ""),
        "lat": point[0] if point else "",
        "lon": point[1] if point else "",
        "valid_from": said.get("Valid from date", ""),
        "source": " ".join(sources),
    }


def derive(pcodes: Path, natural_earth: Path, tables: Path, out: Path) -> None:
    """Read the sources and the two tables kept by hand, write both files into `out`."""
    matches = read_rows(tables / "matches.csv")
    shapes = read_shapes(natural_earth)
    names = {row["code"]: row for row in read_rows(tables / "names.csv")}
    rows = area_rows(read_rows(pcodes), names, shapes, matches)
    with (out / "areas.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    arcs = simplify(shapes)
    areas = {row["code"]: row for row in rows}
    features = [feature_of(s, arcs, areas, [m for m in matches if m["natural_earth"] == s.key]) for s in shapes]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    text = f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'
    (out / "boundaries.geojson").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pcodes", type=Path, help="OCHA Global P-Code List, CSV")
    parser.add_argument("natural_earth", type=Path, help="Natural Earth 10m admin 1, GeoJSON")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: beside this script)")
    given = parser.parse_args()
    derive(given.pcodes, given.natural_earth, HERE, given.out)
