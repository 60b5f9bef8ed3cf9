"""The script behind `seeds/reference`, on three made-up square provinces and an island."""

import csv
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "seeds" / "reference" / "derive.py"

PCODES = """Location,Admin Level,P-Code,Name,Parent P-Code,Valid from date
SYR,1,SY91,West,SYR,2020-01-01
SYR,1,SY92,East,SYR,2020-01-01
SYR,2,SY9101,West Town,SY91,2020-01-01
LBN,1,LB91,North,LBN,2016-01-01
LBN,1,LB92,Further North,LBN,2016-01-01
TUR,2,TUR91001,A District,TUR091,2023-01-01
AFG,1,AF91,Elsewhere,AFG,2021-01-01
"""
NAMES = """code,iso3,name_en,name_ar,name_fr,lat,lon,source
SY,SYR,Syria,سوريا,Syrie,,,cldr
LB,LBN,Lebanon,لبنان,Liban,,,cldr
SY9101,,,بلدة الغرب,,35.5,36.25,cod_ab geonames
"""
MATCHES = """natural_earth,code,relation
SY-W,SY91,same
SY-E,SY92,same
LB-N,LB91,has_the_name
LB-N,LB92,lies_within
"""
Ring = list[list[float]]
# West and East share a border with a large dent and, in it, a small one; to the south both border North.
WEST: Ring = [
    [36, 35],
    [36, 36],
    [37, 36],
    [37.25, 35.75],
    [37.3, 35.5],
    [37.25, 35.25],
    [37, 35],
    [36.5, 35],
    [36, 35],
]
EAST: Ring = [[37, 35], [37.25, 35.25], [37.3, 35.5], [37.25, 35.75], [37, 36], [38, 36], [38, 35], [37, 35]]
NORTH: Ring = [[36, 34], [36, 35], [36.5, 35], [37, 35], [38, 35], [38, 34], [36, 34]]
ISLAND: Ring = [[35, 34], [35, 34.01], [35.01, 34.01], [35, 34]]


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("seeds_reference_derive", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


derive = loaded()


def province(key: str, country: str, *polygons: list[Ring], **names: str) -> dict[str, Any]:
    geometry: dict[str, Any] = {"type": "Polygon", "coordinates": polygons[0]}
    if len(polygons) > 1:
        geometry = {"type": "MultiPolygon", "coordinates": polygons}
    properties = {"iso_3166_2": key, "iso_a2": country, "name": key, "latitude": 35.5, "longitude": 36.5, **names}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    features = [
        province("SY-W", "SY", [WEST], name_en="Ouest", name_ar="محافظة الغرب", name_fr="de l'Ouest"),
        province("SY-E", "SY", [EAST], name_en="Est", name_ar="الشرق", name_fr="Est"),
        province("LB-N", "LB", [NORTH], [ISLAND], name_en="North", name_ar="محافظة الشمال", name_fr="du Nord"),
        province("XX-1", "XX", [ISLAND], name_en="Elsewhere"),
    ]
    (tmp_path / "pcodes.csv").write_text(PCODES, encoding="utf-8")
    (tmp_path / "names.csv").write_text(NAMES, encoding="utf-8")
    (tmp_path / "matches.csv").write_text(MATCHES, encoding="utf-8")
    (tmp_path / "earth.geojson").write_text(json.dumps({"features": features}), encoding="utf-8")
    derive.derive(tmp_path / "pcodes.csv", tmp_path / "earth.geojson", tmp_path, tmp_path)
    return tmp_path


def areas(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "areas.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def features(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "boundaries.geojson").read_text(encoding="utf-8"))["features"]
    return found


def test_it_lists_countries_then_provinces_then_wanted_districts(folder: Path) -> None:
    assert list(areas(folder)) == ["SY", "LB", "LB91", "LB92", "SY91", "SY92", "SY9101"]


def test_it_hangs_provinces_under_the_two_letter_code_of_their_country(folder: Path) -> None:
    assert areas(folder)["SY91"]["parent"] == "SY"
    assert areas(folder)["SY9101"]["parent"] == "SY91"


def test_it_takes_the_listed_name_and_the_translations_of_the_shape(folder: Path) -> None:
    west = areas(folder)["SY91"]
    assert (west["name_en"], west["name_ar"], west["name_fr"]) == ("West", "الغرب", "l'Ouest")
    assert (west["lat"], west["lon"], west["source"]) == ("35.5000", "36.5000", "ocha_pcodes natural_earth")


def test_names_kept_by_hand_go_first(folder: Path) -> None:
    town = areas(folder)["SY9101"]
    assert (town["name_en"], town["name_ar"], town["name_fr"]) == ("West Town", "بلدة الغرب", "")
    assert (town["lat"], town["lon"], town["source"]) == ("35.5", "36.25", "ocha_pcodes cod_ab geonames")


def test_a_shape_of_two_areas_names_one_and_places_neither(folder: Path) -> None:
    north, further = areas(folder)["LB91"], areas(folder)["LB92"]
    assert (north["name_ar"], north["lat"]) == ("الشمال", "")
    assert (further["name_ar"], further["lat"], further["source"]) == ("", "", "ocha_pcodes")


def test_a_country_stands_at_the_middle_of_its_shapes(folder: Path) -> None:
    syria = areas(folder)["SY"]
    assert (syria["lat"], syria["lon"]) == ("35.5000", "37.0000")


def test_only_a_shape_that_is_one_area_bears_its_code(folder: Path) -> None:
    said = [feature["properties"] for feature in features(folder)]
    assert [properties["code"] for properties in said] == ["SY92", "SY91", None]
    assert said[2]["covers"] == ["LB91", "LB92"]
    assert said[2]["name_fr"] == "Nord"


def test_it_leaves_out_countries_not_wanted_and_small_islands(folder: Path) -> None:
    assert [feature["geometry"]["type"] for feature in features(folder)] == ["Polygon"] * 3


def test_a_shared_border_is_simplified_alike_on_both_sides() -> None:
    shapes = [derive.shape_of(province("SY-W", "SY", [WEST])), derive.shape_of(province("SY-E", "SY", [EAST]))]
    arcs = derive.simplify(shapes, lambda _: 20_000.0)
    west, east = (set(derive.redrawn(shape.polygons[0][0], arcs)) for shape in shapes)
    assert west & east == {(37000, 36000), (37250, 35750), (37250, 35250), (37000, 35000)}


def test_it_cuts_finer_where_the_limit_says_so() -> None:
    coarse = derive.simplify([derive.shape_of(province("TR-1", "TR", [WEST]))], lambda _: 10**9)
    assert derive.limit_for(frozenset({"SY", "TR"})) < derive.limit_for(frozenset({"TR", "IQ"}))
    assert [len(line) for line in coarse.simple.values()] == [4]


def test_rings_are_closed_and_run_anticlockwise(folder: Path) -> None:
    for feature in features(folder):
        ring = feature["geometry"]["coordinates"][0]
        assert ring[0] == ring[-1]
        assert derive.twice_area([(round(x * 1000), round(y * 1000)) for x, y in ring[:-1]]) > 0


def test_it_drops_the_point_that_matters_least() -> None:
    line = ((0, 0), (10, 1), (20, 0), (30, 40), (40, 0))
    assert derive.simplified(line, 100, 1) == ((0, 0), (20, 0), (30, 40), (40, 0))
    assert derive.simplified(line, 10_000, 1) == ((0, 0), (30, 40), (40, 0))


def test_it_takes_out_repeats_and_spikes_left_by_the_grid() -> None:
    ring = [[0, 0], [0, 0.0001], [0, 1], [0, 2], [0, 1], [1, 1], [1, 0], [0, 0]]
    assert derive.on_grid(ring) == ((0, 0), (0, 1000), (1000, 1000), (1000, 0))
    assert derive.on_grid([[0, 0], [0.0001, 0], [0, 0]]) == ()
