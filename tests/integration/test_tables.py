"""Tables of shelters and groups: searched, filtered, sorted, page by page, of another day, and as files."""

import csv
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import html5lib
import pytest
from sqlalchemy import text

from app.core.db import new_session, walled_engine
from tests.factories.asked import statements
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter
from tests.factories.pages import words_of
from tests.factories.teams import Team
from tests.integration.test_situation import day, noon


@pytest.fixture
def full(team: Team) -> Team:
    """Of the coordinator: OVR over, NEA nearly full, FRE with room, ATL only at least, and KHM and SCH not known."""
    team.sends(
        a_shelter(code="OVR", name={"en": "Zeitoun", "ar": "زيتون"}, capacity=100, status="open", at=noon(20)),
        a_shelter(code="NEA", name={"en": "École"}, capacity=100, status="open", at=noon(20), aliases=["=Hmeimim"]),
        a_shelter(code="FRE", name={"en": "Eden"}, capacity=200, blocked=50, status="open", at=noon(20)),
        a_shelter(code="ATL", area="SY0600", site_type="planned_camp", capacity=10, status="closing", at=noon(20)),
        a_headcount("OVR", at=noon(3), people={"total": 130, "low": 120, "high": 140}),
        a_headcount("NEA", at=noon(2), people=90),
        a_headcount("FRE", at=noon(4), people=20),
        a_movement(at=noon(1), to="ATL", people=4),
        who="coordinator",
    )
    team.people()
    return team


def page(team: Team, query: str = "", path: str = "/shelters") -> Any:
    answer = team.coordinator.open(f"{path}{query}")
    assert answer.status_code == 200, words_of(answer.text)
    return html5lib.parse(answer.text, namespaceHTMLElements=False)


def codes(team: Team, query: str = "", path: str = "/shelters") -> list[str]:
    """Codes of the rows, in their order."""
    rows = page(team, query, path).findall(".//tbody/tr/th/a")
    return [urlsplit(link.get("href")).path.split("/")[-1] for link in rows]


def file_of(team: Team, query: str = "", path: str = "/shelters.csv", who: str = "coordinator") -> list[dict[str, str]]:
    answer = team.visitors[who].open(f"{path}{query}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{path[1:]}"'
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ATL FRE KHM NEA OVR SCH"),
        ("?sort=-code", "SCH OVR NEA KHM FRE ATL"),
        ("?sort=name", "NEA FRE ATL KHM SCH OVR"),
        ("?sort=people", "ATL FRE NEA OVR KHM SCH"),
        ("?sort=-people", "OVR NEA FRE ATL KHM SCH"),
        ("?sort=-occupancy", "OVR NEA ATL FRE KHM SCH"),
        ("?sort=free", "OVR NEA FRE ATL KHM SCH"),
        ("?sort=-free", "FRE NEA OVR ATL KHM SCH"),
        ("?sort=counted_at", "FRE OVR NEA ATL KHM SCH"),
        ("?room=over", "OVR"),
        ("?room=nearly_full", "NEA"),
        ("?room=free", "FRE NEA"),
        ("?room=unknown", "ATL KHM SCH"),
        ("?status=closing", "ATL"),
        ("?kind=planned_camp", "ATL"),
        ("?area=SY0602", "FRE KHM NEA OVR SCH"),
        ("?area=SY0602&room=free&sort=-people", "NEA FRE"),
        ("?search=khmeymim", "NEA"),
        ("?search=زيتون", "OVR"),
        ("?search=sch", "SCH"),
        ("?sort=nonsense", "ATL FRE KHM NEA OVR SCH"),
    ],
)
def test_shelters_asked_for_in_the_order_asked_for(full: Team, query: str, found: str) -> None:
    expected = found.split()
    assert codes(full, query) == expected
    assert [row["shelter"] for row in file_of(full, query)] == expected


def test_a_past_day_is_searched_and_sorted_alike(full: Team) -> None:
    then = f"as_of={day(3)}"
    assert codes(full, f"?{then}&sort=-people") == ["OVR", "FRE", "ATL", "KHM", "NEA", "SCH"]
    assert codes(full, f"?{then}&room=over") == ["OVR"]
    assert codes(full, f"?{then}&search=hmeimim") == ["NEA"]
    (row,) = file_of(full, f"?{then}&search=fre")
    assert (row["people"], row["as_of"], row["known_on"]) == ("20", day(3), "")
    assert file_of(full, f"?{then}&known_on=2025-01-01") == [], "nothing had been recorded by then"
    links = [link.get("href") for link in page(full, f"?{then}").findall(".//tbody/tr/th/a")]
    assert all(then in link for link in links), "a link leads to the same day"


def test_headings_sort_and_keep_what_was_asked(full: Team) -> None:
    headings = page(full, f"?room=free&as_of={day(1)}&sort=-people").findall(".//thead/tr/th")
    said = {heading.findtext("a") or heading.text: heading for heading in headings}
    assert said["People"].get("aria-sort") == "descending"
    assert [name for name, one in said.items() if one.get("aria-sort")] == ["People"]
    asked = {name: parse_qs(urlsplit(one.find("a").get("href")).query) for name, one in said.items() if len(one)}
    assert asked["People"] == {"room": ["free"], "as_of": [day(1)], "sort": ["people"]}, "the other way round"
    assert asked["Shelter"]["sort"] == ["name"]
    assert asked["Room"]["sort"] == ["-free"]
    assert "Places" not in asked
    again = page(full, "?sort=occupancy").findall(".//th[@aria-sort]")
    assert [(one.findtext("a"), one.get("aria-sort")) for one in again] == [("Occupancy", "ascending")]


def test_what_was_typed_stays_in_the_form(full: Team) -> None:
    form = page(full, f"?search=hall&kind=planned_camp&sort=-free&as_of={day(2)}&area=SY0602").find(".//main//form")
    values = {one.get("name"): one.get("value") for one in form.iter("input")}
    values |= {one.get("name"): one.find("option[@selected]") for one in form.iter("select")}
    chosen = {
        name: one if isinstance(one, str) else one.get("value") for name, one in values.items() if one is not None
    }
    assert chosen == {
        "search": "hall",
        "kind": "planned_camp",
        "sort": "-free",
        "as_of": day(2),
        "known_on": "",
        "area": "SY0602",
    }


def test_where_nothing_fits_it_says_what_to_leave_out(full: Team) -> None:
    empty = page(full, "?search=Zeitoun&room=free&sort=people")
    links = {" ".join(link.itertext()): link.get("href") for link in empty.findall(".//main//ul/li/a")}
    assert len(links) == 2
    (without_room,) = [path for name, path in links.items() if "room left" in name]
    assert codes(full, urlsplit(without_room).query and f"?{urlsplit(without_room).query}") == ["OVR"]
    assert "No shelter was known then" in words_of(full.coordinator.open("/shelters?known_on=2025-01-01").text)


def test_how_many_are_found_stands_above_the_table(full: Team) -> None:
    assert "6 shelters found." in words_of(full.coordinator.open("/shelters").text)
    assert "1 shelter found." in words_of(full.coordinator.open("/shelters?room=over").text)


def test_pages_together_are_the_whole(full: Team) -> None:
    full.sends(*(a_shelter(code=f"M-{number:03}", capacity=number % 3, at=noon(9)) for number in range(120)))
    full.people()
    for sort in ("code", "-name", "-occupancy"):
        query, seen = f"?sort={sort}&area=SY0602", []
        while query:
            seen += codes(full, query)
            links = page(full, query).findall(".//nav/a[@class='button main']")
            query = f"?{urlsplit(links[0].get('href')).query}" if links else ""
        assert len(seen) == len(set(seen)) == 125
        assert seen == [row["shelter"] for row in file_of(full, f"?sort={sort}&area=SY0602")]


def test_a_cursor_of_nowhere_is_refused(full: Team) -> None:
    assert full.coordinator.open("/shelters?sort=people&after=KHM many").status_code == 422


def test_a_file_says_what_the_table_says(full: Team) -> None:
    rows = {row["shelter"]: row for row in file_of(full)}
    over = rows["OVR"]
    assert (over["name"], over["area"], over["area_name"], over["status"]) == ("Zeitoun", "SY0602", "Jablah", "open")
    assert (over["people"], over["low"], over["high"], over["basis"]) == ("130", "120", "140", "counted")
    assert (over["occupancy"], over["places"], over["free"], over["over"]) == ("1.3", "100", "", "30")
    assert over["as_of"] == day(0) and over["known_on"] == ""
    assert (rows["FRE"]["free"], rows["FRE"]["over"]) == ("130", "0")
    unknown = rows["KHM"]
    assert {unknown[name] for name in ("people", "low", "high", "occupancy", "free", "over")} == {""}
    assert unknown["basis"] == "unknown"
    assert (rows["ATL"]["people"], rows["ATL"]["basis"], rows["ATL"]["free"]) == ("4", "at_least", "")


def test_a_name_in_a_file_is_no_formula(full: Team) -> None:
    full.sends(a_shelter(code="EVI", name={"en": "=HYPERLINK(1)"}, at=noon(3)))
    full.sends(a_group("G-9", label="@SUM(A1)"), who="coordinator")
    assert [row["name"] for row in file_of(full, "?search=hyperlink")] == ["'=HYPERLINK(1)"]
    assert [row["label"] for row in file_of(full, "?search=g-9", "/groups.csv")] == ["'@SUM(A1)"]


def test_taking_a_file_is_written_down_before(full: Team) -> None:
    file_of(full, "?room=over&sort=-people")
    with new_session() as session:
        (row,) = session.execute(text("SELECT * FROM audit_entries WHERE action = 'table.export'"))
    assert (row.subject, row.actor_id) == ("shelters", full.actors["coordinator"].user_id)
    assert row.details["asked"] == {"room": "over", "sort": "-people"}


def test_only_ones_own_areas_are_seen(full: Team) -> None:
    assert [row["shelter"] for row in file_of(full, who="stranger")] == ["FAR"]
    assert [row["shelter"] for row in file_of(full, "", who="stranger")] == ["FAR"]
    assert "FAR" not in [row["shelter"] for row in file_of(full, "?search=far")]


@pytest.mark.parametrize("wrong", ["as_of=garbage", "as_of=2099-01-01", "area=SY10", "room=bogus", "kind=castle"])
def test_a_file_of_something_else_than_was_asked_is_none(full: Team, wrong: str) -> None:
    paths = ["/shelters.csv"] if wrong[:4] in ("room", "kind") else ["/shelters.csv", "/groups.csv"]
    for path in paths:
        answer = full.coordinator.open(f"{path}?{wrong}")
        assert answer.status_code == 422
        assert "Content-Disposition" not in answer.headers
        assert 'class="field wrong"' in answer.text


def test_a_file_says_of_arrivals_alone_how_many_are_over_at_least(full: Team) -> None:
    full.sends(a_movement(at=noon(1), to="ATL", people=14), who="coordinator")
    full.people()
    over = {row["shelter"]: (row["over"], row["free"]) for row in file_of(full)}
    assert over["ATL"] == ("8", ""), "18 for ten places, whom nobody counted"
    assert over["OVR"] == ("30", "")
    assert over["FRE"] == ("0", "130")
    assert over["KHM"] == ("", "")


def test_more_shelters_cost_no_further_statement(team: Team) -> None:
    paths = (
        "/shelters",
        "/shelters?search=shelter&room=unknown&sort=-people",
        "/dashboard",
        "/dashboard?kind=collective_centre",
        "/flows",
        "/alerts",
        f"/dashboard?as_of={day(1)}",
    )
    team.sends(a_movement(at=noon(2), to="KHM", people=30, origin="SY0602"), a_headcount("SCH", at=noon(2), people=3))
    team.people()
    few = [asked(team, path) for path in paths]
    team.sends(*(a_shelter(code=f"M-{number:03}", capacity=9, at=noon(9)) for number in range(300)))
    team.sends(*(a_headcount(f"M-{number:03}", at=noon(2), people=number % 20) for number in range(0, 300, 3)))
    team.people()
    assert [asked(team, path) for path in paths] == few


def asked(team: Team, path: str) -> int:
    team.coordinator.open(path)
    with statements() as found:
        team.coordinator.open(path)
    return len(found)


def test_a_file_gives_its_connection_back_whoever_reads_it_to_the_end_or_not(full: Team) -> None:
    for path in ("/shelters.csv", "/groups.csv"):
        file_of(full, "", path)
        assert walled_engine().pool.checkedout() == 0
        full.coordinator.open(path).close()
        assert walled_engine().pool.checkedout() == 0


@pytest.fixture
def groups(full: Team) -> Team:
    full.sends(
        a_group("G-1", label="Families of Jableh", origin="SY0602", people={"total": 40}, households=9),
        a_group("G-2", label="Bakers", origin="SY0600", people={"cells": {"female:18-59": 7}}),
        a_group("G-3", label="مخيم حميميم"),
        a_movement(at=noon(1), to="KHM", people=40, group="G-1"),
        who="coordinator",
    )
    full.people()
    return full


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "G-1 G-2 G-3"),
        ("?sort=-code", "G-3 G-2 G-1"),
        ("?sort=name", "G-2 G-1 G-3"),
        ("?sort=-people", "G-1 G-2 G-3"),
        ("?sort=people", "G-2 G-1 G-3"),
        ("?search=hmeimim", "G-3"),
        ("?search=jablah", "G-1"),
        ("?area=SY0600", "G-2"),
        ("?area=SY06", "G-1 G-2"),
    ],
)
def test_groups_asked_for_in_the_order_asked_for(groups: Team, query: str, found: str) -> None:
    assert codes(groups, query, "/groups") == found.split()
    assert [row["group"] for row in file_of(groups, query, "/groups.csv")] == found.split()


def test_a_file_of_groups_says_where_they_are(groups: Team) -> None:
    first, second, third = file_of(groups, "", "/groups.csv")
    assert (first["people"], first["households"], first["home_name"]) == ("40", "9", "Jablah")
    assert first["where"] == "Shelter KHM: 40"
    assert (second["people"], second["where"]) == ("7", "")
    assert (third["people"], third["home"]) == ("", "")


def test_groups_that_do_not_fit_are_said_to(groups: Team) -> None:
    assert "No group fits all of this" in words_of(groups.coordinator.open("/groups?search=nobody").text)
    assert "2 groups found." in words_of(groups.coordinator.open("/groups?area=SY06").text)
