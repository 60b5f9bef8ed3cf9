"""`mawa areas load`: areas and their outlines from a file, or one line that says what is wrong with it."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from app.core import db
from app.core.errors import DomainError
from app.formats.outlines import MOST_POINTS
from app.intake import cli
from app.places.queries import bounds_of, operation_by_code, outlines_in
from tests.factories.operations import make_operation

SQUARE = [[35.0, 34.0], [36.0, 34.0], [36.0, 35.0], [35.0, 35.0], [35.0, 34.0]]
EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)
REFERENCE = cli.SEEDS / "reference" / "boundaries.geojson"


@pytest.fixture(autouse=True)
def operation(database: str) -> None:
    with db.unit_of_work() as session:
        make_operation(session, code="coast")


def feature(code: str, ring: list[Any], **more: str) -> dict[str, Any]:
    properties = {"ADM0_PCODE": "SY", "ADM1_PCODE": code, "ADM1_EN": f"Governorate {code}", **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def loaded(folder: Path, *features: dict[str, Any]) -> Result:
    file = folder / "layer.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return CliRunner().invoke(cli.areas, ["load", str(file)], catch_exceptions=False)


def outlines() -> dict[str | None, list[list[int]]]:
    with db.new_snapshot() as session:
        operation = operation_by_code(session, "coast")
        assert operation is not None
        return {one.area: one.rings for one in outlines_in(session, operation.id, EVERYWHERE)}


def test_areas_come_with_their_outlines(tmp_path: Path) -> None:
    assert loaded(tmp_path, feature("SY06", SQUARE), feature("SY07", SQUARE)).output == "areas: 3, outlines: 2\n"
    assert set(outlines()) == {"SY06", "SY07"}
    with db.new_snapshot() as session:
        operation = operation_by_code(session, "coast")
        assert operation is not None
        assert bounds_of(session, operation.id, None) == (35.0, 34.0, 36.0, 35.0)
        assert bounds_of(session, operation.id, frozenset({"SY10"})) is None
        entry = session.scalars(text("SELECT details FROM audit_entries WHERE action = 'areas.load'")).one()
        assert entry["name"] == "layer.geojson"


def test_a_newer_outline_takes_the_place_of_the_older(tmp_path: Path) -> None:
    loaded(tmp_path, feature("SY06", SQUARE))
    loaded(tmp_path, feature("SY06", [[lon + 1, lat] for lon, lat in SQUARE]))
    assert outlines()["SY06"][0][0] == 360_000


def test_a_huge_outline_is_kept_small(tmp_path: Path) -> None:
    turns = [2 * math.pi * number / 60_000 for number in range(60_000)]
    ring = [[36 + math.cos(turn) * (1 + math.sin(turn * 90) / 9), 35 + math.sin(turn)] for turn in turns]
    assert loaded(tmp_path, feature("SY06", [*ring, ring[0]])).exit_code == 0
    [kept] = outlines()["SY06"]
    assert 6 < len(kept) // 2 <= MOST_POINTS


def test_a_broken_outline_is_said_and_nothing_is_loaded(tmp_path: Path) -> None:
    metres = [[253_000, 3_934_000], [254_000, 3_934_000], [254_000, 3_935_000], [253_000, 3_934_000]]
    with pytest.raises(DomainError) as refused:
        loaded(tmp_path, feature("SY06", SQUARE), feature("SY09", metres))
    assert "The outline of SY09 cannot be read: 253000, 3.934e+06 is no longitude" in refused.value.message
    assert outlines() == {}


def test_outlines_alone_are_given_to_the_areas_that_are_there(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli.areas, ["load", str(REFERENCE)], catch_exceptions=False)
    assert done.output == "areas: 0, outlines: 2\n"
    assert {"SY06", "SY10", None} == set(outlines())


def test_outlines_of_no_area_here_are_refused(tmp_path: Path) -> None:
    alone = {
        "type": "Feature",
        "properties": {"code": "ET01"},
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    }
    with pytest.raises(DomainError) as refused:
        loaded(tmp_path, alone)
    assert "none of this is an area of coast" in refused.value.message
    assert outlines() == {}
