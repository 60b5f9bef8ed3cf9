"""A position as people type it, and the place a name means."""

import pytest

from app.core.forms import western
from app.dashboard.policy import position_typed
from app.dashboard.queries import start_meant
from app.places.models import Area
from app.planning.schemas import Site

AREAS = {
    area.code: area
    for area in (
        Area(code="SY", level=0, parent=None, path=["SY"], name={"en": "Syria"}, lat=35.0, lon=38.5),
        Area(code="SY06", level=1, parent="SY", path=["SY", "SY06"], name={"en": "Lattakia"}, lat=35.5, lon=35.9),
        Area(code="SY0600", level=2, parent="SY06", path=["SY", "SY06", "SY0600"], name={"en": "Lattakia"}),
        Area(code="SY0602", level=2, parent="SY06", path=["SY", "SY06", "SY0602"], name={"en": "Jablah", "ar": "جبلة"}),
        Area(code="SY10", level=1, parent="SY", path=["SY", "SY10"], name={"en": "Tartous"}),
    )
}
SITES = [
    Site(
        "KHM",
        "SY0602",
        {"name": {"en": "Air base"}, "aliases": ["Hmeimim"], "lat": 35.4, "lon": 35.95},
        1,
        "counted",
        None,
        None,
    ),
    Site("SCH", "SY0602", {"name": {"en": "School"}}, None, "unknown", None, None),
    Site("FAR", "SY10", {"name": {"en": "Far hall"}, "lat": 34.9, "lon": None}, None, "unknown", None, None),
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("35.36, 35.93", (35.36, 35.93)),
        ("35.36,35.93", (35.36, 35.93)),
        (" 35.36  35.93 ", (35.36, 35.93)),
        ("35.36;35.93", (35.36, 35.93)),
        ("35,36; 35,93", (35.36, 35.93)),
        ("35,36 35,93", (35.36, 35.93)),
        ("٣٥٫٣٦، ٣٥٫٩٣", (35.36, 35.93)),
        ("-33.9, \u221218.4", (-33.9, -18.4)),
        ("35, 36", (35.0, 36.0)),
        ("90, 180", (90.0, 180.0)),
        ("90.1, 180", None),
        ("35.3, 180.1", None),
        ("35,36", None),  # one number with a comma, or two without a fraction
        ("35.36", None),
        ("35.36, 35.93, 12", None),
        ("Jableh 35.36", None),
        ("", None),
        ("1" * 400, None),
    ],
)
def test_a_position_is_understood_however_it_is_typed(typed: str, meant: tuple[float, float] | None) -> None:
    assert position_typed(western(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("KHM", "shelter:KHM"),
        ("khm", "shelter:KHM"),
        ("hmeimim", "shelter:KHM"),
        ("anything at all (KHM)", "shelter:KHM"),
        ("SY0600", "area:SY0600"),
        ("Lattakia (SY0600)", "area:SY0600"),
        ("جبلة", "area:SY0602"),
    ],
)
def test_a_place_is_found_by_any_name_and_by_its_code(typed: str, key: str) -> None:
    meant = start_meant(AREAS, SITES, typed=typed)
    assert meant.one is not None
    assert meant.one.key == key


def test_what_is_not_clear_is_offered_and_what_was_picked_is_meant() -> None:
    meant = start_meant(AREAS, SITES, typed="Lattakia")
    assert (meant.one, meant.is_shared) == (None, True)
    assert [one.key for one in meant.maybe] == ["area:SY06", "area:SY0600"]
    near = start_meant(AREAS, SITES, typed="Hmeimeem")
    assert ([one.key for one in near.maybe], near.is_shared) == (["shelter:KHM"], False)
    assert start_meant(AREAS, SITES, typed="Atlantis").maybe == ()
    picked = start_meant(AREAS, SITES, typed="Lattakia", picked="area:SY0600").one
    assert picked is not None
    assert picked.key == "area:SY0600"


def test_a_place_without_a_position_has_that_of_the_smallest_area_around_it_but_of_no_country() -> None:
    def found(typed: str) -> tuple[float | None, float | None, dict[str, str] | None]:
        one = start_meant(AREAS, SITES, typed=typed).one
        assert one is not None
        return one.lat, one.lon, one.middle_of

    assert found("KHM") == (35.4, 35.95, None)
    assert found("SCH") == (35.5, 35.9, {"en": "Lattakia"})
    assert found("SY0602") == (35.5, 35.9, {"en": "Lattakia"})
    assert found("SY06") == (35.5, 35.9, None)
    assert found("FAR") == (None, None, None)
    assert found("SY10") == (None, None, None)
