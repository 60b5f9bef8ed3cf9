"""The map of the situation: who lies where, in whose areas, framed by the address, to a kilometre and never closer."""

import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from sqlalchemy import text

from app.core import db
from app.dashboard.views import live
from app.formats.outlines import STEPS
from app.ledger.service import tell_news
from app.places.service import load_outlines
from tests.factories.asked import statements
from tests.factories.operations import a_headcount, a_shelter, a_state
from tests.factories.pages import words_of
from tests.factories.teams import Team
from tests.factories.watched import Anew

NOON = "2025-03-10T12:00:00+03:00"
PAGE = "/dashboard"


def square(west: float, south: float, east: float, north: float) -> list[list[int]]:
    corners = ((west, south), (east, south), (east, north), (west, north))
    return [[round(value * STEPS) for corner in corners for value in corner]]


def bounded(team: Team) -> None:
    """With outlines of both governorates, and of ground around them."""
    outlines = {
        "SY06": square(35.7, 35.2, 36.2, 35.9),
        "SY10": square(35.7, 34.6, 36.2, 35.2),
        "LB Somewhere": square(35.7, 34.0, 36.2, 34.6),
    }
    with db.unit_of_work() as session:
        operation_id = team.actors["worker"].scope.operation_id
        load_outlines(session, operation_id=operation_id, outlines=outlines)
        tell_news(session, [operation_id])


def at(code: str, lat: float, lon: float, **more: Any) -> dict[str, Any]:
    return a_shelter(code=code, lat=lat, lon=lon, **more)


@pytest.fixture
def mapped(team: Team) -> Team:
    """Two shelters next to each other, one an hour away, one nobody has said where, one of another governorate."""
    team.sends(
        at("ONE", 35.40109, 35.94868, capacity=100),
        at("TWO", 35.41234, 35.95987, capacity=100),
        at("APART", 35.65001, 35.99999, capacity=100),
        a_headcount("ONE", at=NOON, people=120),
        a_headcount("TWO", at=NOON, people=30),
        a_headcount("APART", at=NOON, people=90),
    )
    team.sends(at("BANYAS", 35.18, 35.95, area="SY1002"), who="stranger")
    team.people()
    return team


def the_map(page: str) -> Element:
    tree: Any = html5lib.parse(page, namespaceHTMLElements=False)
    return next(one for one in tree.iter("section") if one.get("id") == "map")


def links(team: Team, query: str = "", who: str = "coordinator") -> dict[str, str]:
    """Where what is drawn leads, by what it is called."""
    section = the_map(team.visitors[who].open(f"{PAGE}{query}").text)
    return {
        one.attrib["aria-label"]: one.attrib["href"]
        for one in section.iter()
        if "aria-label" in one.attrib and "href" in one.attrib
    }


def said(team: Team, query: str = "", who: str = "coordinator") -> str:
    return words_of(team.visitors[who].open(f"{PAGE}{query}").text)


def test_shelters_stand_where_they_lie_with_how_full_they_are(mapped: Team) -> None:
    found = links(mapped)
    assert found["Shelter APART: 90 people, 90%"] == "/shelters/APART"
    assert [name for name in found if "BANYAS" in name or "KHM" in name] == []
    assert "2 shelters without a position are not on the map." in said(mapped)


def test_what_is_near_together_is_one_that_says_what_is_in_it(mapped: Team) -> None:
    found = links(mapped)
    [name] = [one for one in found if "2 shelters" in one]
    assert name == "2 shelters, 150 people, 1 full or over"
    closer = links(mapped, found[name].removeprefix(PAGE).partition("#")[0])
    assert {"Shelter ONE: 120 people, 120%", "Shelter TWO: 30 people, 30%"} <= closer.keys()
    assert "1 shelter lies outside this map." in said(mapped, found[name].removeprefix(PAGE).partition("#")[0])


def test_people_where_there_are_no_places_are_over_also_among_others(mapped: Team) -> None:
    mapped.sends(a_state("TWO", at=NOON, capacity=0, status="open"))
    mapped.people()
    [name] = [one for one in links(mapped) if "2 shelters" in one]
    assert name == "2 shelters, 150 people, 2 full or over"


def test_what_lies_on_one_spot_leads_to_the_list_of_it(mapped: Team) -> None:
    mapped.sends(at("SAME", 35.40201, 35.94901, capacity=10))
    mapped.people()
    closest = links(mapped, "?map=35.40,35.95,5")
    [name] = [one for one in closest if "2 shelters" in one]
    assert name == "2 shelters, at least 120 people, 1 not known, 1 full or over"
    assert closest[name].endswith("#on-map")
    assert "Shelter SAME not known" in said(mapped, "?map=35.40,35.95,5")


def test_what_is_only_known_in_part_says_so(mapped: Team) -> None:
    mapped.sends(at("ROOMLESS", 35.55, 35.80), a_headcount("ROOMLESS", at=NOON, people=7))
    mapped.sends(at("EMPTY", 35.30, 36.10, status="closed", capacity=40))
    mapped.people()
    found = links(mapped)
    assert "Shelter ROOMLESS: 7 people, capacity not known" in found
    assert "Shelter EMPTY: people not known, capacity not known, closed" in found


def test_positions_are_to_a_kilometre_for_everybody_and_no_look_is_written_down(mapped: Team) -> None:
    for who in ("coordinator", "worker"):
        for query in ("", "?map=35.40109,35.94868,5"):
            page = mapped.visitors[who].open(f"{PAGE}{query}").text
            assert re.search(r"35\.401|35\.948|35\.650|35\.999", str(page).partition("<main")[2]) is None
    one, exact = (links(mapped, query) for query in ("?map=35.40,35.95,5", "?map=35.40109,35.94868,5"))
    assert one == exact
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'position.look'")) == 0


def test_without_boundaries_it_says_how_they_are_loaded(mapped: Team) -> None:
    assert "No boundaries are loaded here." in said(mapped)
    assert "mawa areas load FILE --operation op-" in said(mapped)
    bounded(mapped)
    assert "No boundaries are loaded" not in said(mapped)


def test_areas_of_the_reader_can_be_picked_and_others_are_ground_without_a_name(mapped: Team) -> None:
    bounded(mapped)
    found = links(mapped, "?map=35.30,35.95,200&as_of=2025-03-20")
    assert found["Lattakia"] == f"{PAGE}?as_of=2025-03-20&area=SY06#map"
    assert "Tartous" not in found
    page = mapped.coordinator.open(f"{PAGE}?map=35.30,35.95,200").text
    assert page.count('class="ground"') == 3
    assert "Tartous" not in words_of(page)


def test_the_area_that_is_asked_for_frames_the_map(mapped: Team) -> None:
    mapped.sends(at("WIDE", 35.22, 35.72))
    mapped.people()
    bounded(mapped)
    assert len(links(mapped, "?area=SY06")) >= 3
    section = the_map(mapped.coordinator.open(f"{PAGE}?area=SY06").text)
    ways = {one.attrib["data-map"]: one.attrib["href"] for one in section.iter("a") if "data-map" in one.attrib}
    lat, lon, km = re.findall(r"map=([\d.]+),([\d.]+),(\d+)", ways["wider"])[0]
    assert (lat, lon) == ("35.55", "35.95")
    assert 100 < int(km) < 300
    assert ways["everywhere"] == f"{PAGE}#map"
    assert "area=SY06" in ways["closer"]


def test_what_the_page_is_asked_about_goes_along(mapped: Team) -> None:
    found = links(mapped, "?as_of=2025-03-20&known_on=2999-01-01")
    assert found == links(mapped), "what cannot be read is said, and now is shown"
    found = links(mapped, "?as_of=2025-03-20&area=SY0602")
    assert found["Shelter APART: 90 people, 90%"] == "/shelters/APART?as_of=2025-03-20&area=SY0602"
    [cluster] = [address for name, address in found.items() if "2 shelters" in name]
    assert cluster.startswith(f"{PAGE}?as_of=2025-03-20&area=SY0602&map=")


@pytest.mark.parametrize("typed", ["", "x", "1,2", "95,0,10", "35.4,35.9,nan", "35.4,35.9,-1", "0" * 5000])
def test_what_is_no_view_shows_all(mapped: Team, typed: str) -> None:
    assert links(mapped, f"?map={typed}") == links(mapped)


def test_a_view_of_somewhere_else_has_a_way_back(mapped: Team) -> None:
    page = mapped.coordinator.open(f"{PAGE}?map=-10,-10,50").text
    assert "3 shelters lie outside this map." in words_of(page)
    ways = {one.get("data-map"): one.get("href") for one in the_map(page).iter("a")}
    assert ways["whole"] == f"{PAGE}#map"


def test_nothing_has_a_position_yet(team: Team) -> None:
    assert "2 shelters without a position are not on the map. As soon as somebody says where" in said(team)
    bounded(team)
    assert list(links(team)) == ["Lattakia"], "the reader's areas, until a shelter is placed"


def test_people_outside_any_shelter_are_said_not_to_be_on_it(mapped: Team) -> None:
    assert "outside any shelter" not in said(mapped)
    mapped.sends({**a_headcount("ONE", at=NOON, people=41), "place": {"area": "SY0602"}})
    mapped.people()
    assert "41 people reported outside any shelter are not on the map." in said(mapped)


def test_it_asks_as_much_of_the_database_for_many_shelters_as_for_few(
    mapped: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_shared", Anew())
    bounded(mapped)
    mapped.coordinator.open(PAGE)
    with statements() as few:
        mapped.coordinator.open(PAGE)
    mapped.sends(*(at(f"MORE{number}", 35.3 + number / 100, 35.8 + number / 100) for number in range(30)))
    mapped.people()
    with statements() as many:
        mapped.coordinator.open(PAGE)
    assert len(many) == len(few)
    assert sum("FROM outlines" in one for one in many) == 1
