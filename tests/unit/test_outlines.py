"""Outlines of areas: read as GeoJSON has them, said clearly to be wrong, simplified within bounds."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.areas import AreasUnreadable, read
from app.formats.outlines import MOST_POINTS, STEPS, OutlineUnreadable, box_of, rings_of, simplified
from app.intake.cli import SEEDS

SQUARE = [[35.0, 34.0], [36.0, 34.0], [36.0, 35.0], [35.0, 35.0], [35.0, 34.0]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def circle(points: int, *, radius: float = 1.0, lon: float = 36.0) -> list[list[float]]:
    turns = [2 * math.pi * number / points for number in range(points)]
    ring = [[lon + radius * math.cos(turn), 35 + radius * math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]


def layer(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", **one} for one in features]})


def test_a_ring_is_read_without_its_first_point_again() -> None:
    assert rings_of(polygon(SQUARE)) == [[350_000, 340_000, 360_000, 340_000, 360_000, 350_000, 350_000, 350_000]]
    assert box_of(rings_of(polygon(SQUARE))) == (35.0, 34.0, 36.0, 35.0)
    several = {"type": "MultiPolygon", "coordinates": [[SQUARE], [circle(8), circle(8, radius=0.5)]]}
    assert len(rings_of(several)) == 3


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        ({"type": "Point", "coordinates": [35, 34]}, "not Point"),
        ({"type": "Polygon"}, "lists of rings"),
        (polygon(), "no ring"),
        (polygon([[35, 34], [36, 34], [35, 34]]), "three corners"),
        (polygon([[35, 34], ["east", 34], [36, 35], [35, 34]]), "lists of rings"),
        (polygon([[35], [36, 34], [36, 35]]), "lists of rings"),
        (polygon([[253_000.5, 3_934_000], [254_000, 3_934_000], [254_000, 3_935_000]]), "in degrees"),
        (polygon([[35, 34], [36, math.nan], [36, 35], [35, 34]]), "in degrees"),
    ],
)
def test_what_is_wrong_with_an_outline_is_said(geometry: dict[str, Any], said: str) -> None:
    with pytest.raises(OutlineUnreadable, match=said):
        rings_of(geometry)
    feature = {"properties": {"ADM0_PCODE": "SY", "ADM1_PCODE": "SY06"}, "geometry": geometry}
    with pytest.raises(AreasUnreadable, match=f"The outline of SY06 cannot be read: .*{said}"):
        read(layer(feature))


def test_a_coast_drawn_to_the_metre_is_simplified() -> None:
    rings = rings_of(polygon(circle(100_000)))
    [ring] = simplified(rings)
    assert 6 <= len(ring) // 2 <= MOST_POINTS
    assert box_of([ring]) == pytest.approx((35.0, 34.0, 37.0, 36.0), abs=0.01)


def test_small_islands_are_left_out_before_the_land_loses_its_form() -> None:
    islands = [circle(40, radius=0.001, lon=37.5 + number / 100) for number in range(100)]
    rings = rings_of({"type": "MultiPolygon", "coordinates": [[circle(2_000)], *[[one] for one in islands]]})
    kept = simplified(rings)
    assert sum(len(ring) // 2 for ring in kept) <= MOST_POINTS
    assert box_of(kept[:1]) == pytest.approx((35.0, 34.0, 37.0, 36.0), abs=0.02)


@given(st.lists(st.tuples(st.integers(-900, 900), st.integers(-450, 450)), min_size=3, max_size=80), st.integers(8, 40))
def test_any_ring_stays_a_ring_within_its_box_and_its_bound(points: list[tuple[int, int]], most: int) -> None:
    ring = [part for lon, lat in points for part in (lon * STEPS // 10, lat * STEPS // 10)]
    [kept] = simplified([ring], most)
    assert len(kept) // 2 <= most
    west, south, east, north = box_of([ring])
    inner = box_of([kept])
    assert west <= inner[0] and south <= inner[1] and inner[2] <= east and inner[3] <= north
    assert set(zip(kept[::2], kept[1::2], strict=True)) <= set(zip(ring[::2], ring[1::2], strict=True))


def test_a_layer_has_the_outline_of_its_own_level() -> None:
    names = {"ADM0_PCODE": "SY", "ADM0_EN": "Syria", "ADM1_PCODE": "SY06", "ADM1_AR": "اللاذقية"}
    found = read(layer({"properties": names, "geometry": polygon(SQUARE)}))
    assert [(one.code, one.level, one.parent, one.name) for one in found.areas] == [
        ("SY", 0, None, {"en": "Syria"}),
        ("SY06", 1, "SY", {"ar": "اللاذقية"}),
    ]
    assert list(found.outlines) == ["SY06"]


def test_parts_of_one_area_are_one_outline_and_none_is_none() -> None:
    said = {"ADM0_PCODE": "SY"}
    parts = [polygon(SQUARE), polygon(circle(8, lon=40)), None]
    found = read(layer(*({"properties": said, "geometry": part} for part in parts)))
    assert len(found.outlines["SY"]) == 2
    assert read(layer({"properties": said, "geometry": None})).outlines == {}


def test_outlines_alone_are_read_by_their_code() -> None:
    found = read((SEEDS / "reference" / "boundaries.geojson").read_text(encoding="utf-8"))
    assert found.areas == []
    assert len(found.outlines) == 140
    assert {"SY06", "JO Ajloun"} <= found.outlines.keys()


@pytest.mark.parametrize("content", ["{", '{"features": [7]}', layer({"properties": {"NAME": "Coast"}})])
def test_what_is_no_layer_of_areas_is_said(content: str) -> None:
    with pytest.raises(AreasUnreadable):
        read(content)
