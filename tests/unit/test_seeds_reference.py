"""The shipped areas and boundaries hold together."""

import csv
import json
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[2] / "seeds" / "reference"
LEVEL_OF_PARENT = {"0": "", "1": "0", "2": "1"}


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


AREAS = {row["code"]: row for row in rows("areas.csv")}
FEATURES: list[dict[str, Any]] = json.loads((REFERENCE / "boundaries.geojson").read_text(encoding="utf-8"))["features"]


def test_every_code_stands_once() -> None:
    assert len(AREAS) == len(rows("areas.csv"))


def test_every_parent_stands_one_level_above_and_before_its_child() -> None:
    before: set[str] = set()
    for code, row in AREAS.items():
        parent = row["parent"]
        assert (AREAS[parent]["level"] if parent else "") == LEVEL_OF_PARENT[row["level"]], code
        assert not parent or parent in before, code
        before.add(code)


def test_every_area_has_a_name_and_a_source() -> None:
    known = {"ocha_pcodes", "cod_ab", "natural_earth", "geonames", "cldr", "common_use"}
    for code, row in AREAS.items():
        assert row["name_en"], code
        assert row["source"] and set(row["source"].split()) <= known, code


def test_every_word_for_a_source_is_explained() -> None:
    explained = (REFERENCE / "SOURCES.md").read_text(encoding="utf-8")
    for word in {word for row in AREAS.values() for word in row["source"].split()}:
        assert f"| `{word}` |" in explained, word


def test_syria_is_whole_and_named_in_arabic() -> None:
    syrian = [row for code, row in AREAS.items() if code.startswith("SY")]
    assert [sum(row["level"] == level for row in syrian) for level in "012"] == [1, 14, 62]
    assert all(any("\u0600" <= letter <= "\u06ff" for letter in row["name_ar"]) for row in syrian)


def test_the_coast_and_its_crossing_are_there() -> None:
    assert (AREAS["SY0602"]["name_en"], AREAS["SY0602"]["name_ar"]) == ("Jablah", "جبلة")
    assert AREAS["LB7"]["name_en"] == "Akkar"


def test_points_lie_in_the_region() -> None:
    for code, row in AREAS.items():
        assert bool(row["lat"]) == bool(row["lon"]), code
        if row["lat"]:
            assert 29 < float(row["lat"]) < 43 and 25 < float(row["lon"]) < 49, code


def test_every_country_and_syrian_governorate_has_a_point() -> None:
    for code, row in AREAS.items():
        if row["level"] == "0" or (row["level"] == "1" and code.startswith(("SY", "LB"))):
            assert row["lat"], code


def test_names_and_matches_speak_of_areas_that_exist() -> None:
    assert {row["code"] for row in rows("names.csv")} <= AREAS.keys()
    assert {row["code"] for row in rows("matches.csv")} <= AREAS.keys()


def test_every_admin_1_with_a_code_is_drawn_once() -> None:
    drawn = [feature["properties"]["code"] for feature in FEATURES if feature["properties"]["code"]]
    drawn += [code for feature in FEATURES for code in feature["properties"].get("covers", [])]
    assert sorted(drawn) == sorted(code for code, row in AREAS.items() if row["level"] == "1")


def test_a_shape_without_a_code_keeps_a_name() -> None:
    assert all(feature["properties"]["name_en"] for feature in FEATURES)


def test_rings_are_closed_and_rounded() -> None:
    for feature in FEATURES:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        for ring in (ring for polygon in polygons for ring in polygon):
            assert len(ring) >= 4 and ring[0] == ring[-1], feature["properties"]
            assert all(round(number, 3) == number for point in ring for number in point)


def test_the_boundaries_stay_light() -> None:
    assert (REFERENCE / "boundaries.geojson").stat().st_size < 150_000
