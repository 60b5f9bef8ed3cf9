"""Groups and flows as coordinators read them."""

from uuid import uuid4

import pytest

from tests.factories.asked import statements
from tests.factories.coordinating import Site, make_site
from tests.factories.operations import a_headcount, a_movement, a_shelter
from tests.factories.pages import unvaried, words_of


def a_group(code: str, **more: object) -> dict[str, object]:
    about = {"id": str(uuid4()), "kind": "group", "occurred_at": "2025-03-07T10:00:00+03:00", "code": code}
    return {**about, "label": f"Families {code}", "origin": "SY0602", "people": {"total": 52}, **more}


@pytest.fixture
def site(database: str) -> Site:
    found = make_site()
    found.report(a_shelter(code="KHM"), a_shelter(code="SCH", area="SY1002"), a_group("G-1", needs={"PL": 4, "SC": 2}))
    found.report(
        a_movement(at="2025-03-07T12:00:00+03:00", people=52, to="KHM", group="G-1"),
        a_movement(at="2025-03-09T12:00:00+03:00", people=30, source="KHM", to="SCH", group="G-1"),
        a_movement(at="2025-03-09T13:00:00+03:00", people=7, to="SY1002", origin="SY0600"),
        a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people=15),
        a_movement(
            at="2025-03-12T09:00:00+03:00", left_at="2025-03-11T09:00:00+03:00", people=5, source="KHM", to="SCH"
        ),
    )
    return found


def test_a_group_is_listed_with_its_home_and_where_its_people_are(site: Site) -> None:
    words = words_of(site.visitor().open("/groups").text)
    assert "Families G-1 G-1 52 Jablah Shelter SCH 30 Shelter KHM 22" in words


def test_its_page_says_needs_without_adding_them_up_and_movements_newest_first(site: Site) -> None:
    words = words_of(site.visitor().open("/groups/G-1").text)
    assert "Pregnant or breastfeeding women 4" in words
    assert "they are not added up" in words
    assert words.index("from Shelter KHM to Shelter SCH") < words.index("to Shelter KHM")


def test_of_how_many_of_a_group_nobody_said_where_they_are_is_told(site: Site) -> None:
    cells = {"female:18-59": 30, "male:0-4": 40}
    site.report(a_group("G-3", people={"cells": cells}), a_group("G-4", people={"households": 2}), a_group("G-5"))
    site.report(
        a_movement(at="2025-03-11T12:00:00+03:00", people=50, to="KHM", group="G-3"),
        a_movement(at="2025-03-11T12:00:00+03:00", people=13, to="KHM", group="G-4"),
    )
    visitor = site.visitor()
    missing = words_of(visitor.open("/groups/G-3").text)
    assert "Where 20 more of them are, nobody said. 70 are said to be of this group." in missing
    assert "18–59 30 0 0" in missing
    more = words_of(visitor.open("/groups/G-4").text)
    assert "3 more are booked than were said to be of this group." in more
    assert "Nobody said their ages and sex." in more
    assert "from home, Jablah, or elsewhere" in more
    assert "nobody said" not in words_of(visitor.open("/groups/G-1").text), "all 52 are booked"
    hidden = words_of(site.visitor(areas=["SY10"]).open("/groups/G-1").text)
    assert "more of them" not in hidden
    assert "/placement?people=50&amp;start=Shelter+KHM" in visitor.open("/groups/G-3").text


def test_where_a_group_was_on_a_past_day(site: Site) -> None:
    words = words_of(site.visitor().open("/groups/G-1?as_of=2025-03-08").text)
    assert "This is 8 March 2025" in words
    assert "Shelter KHM 52" in words
    assert "Shelter SCH" not in words


def test_a_group_of_others_is_not_there(site: Site) -> None:
    site.report(a_group("G-2", origin="SY0600"))
    visitor = site.visitor(areas=["SY10"])
    assert visitor.open("/groups/G-2").status_code == 404
    assert "G-2" not in unvaried(visitor.open("/groups").text)
    page = visitor.open("/groups/G-1").text
    assert "Shelter KHM" in words_of(page)
    assert 'href="/shelters/KHM"' not in page
    for path in ("/groups", "/groups/G-1", "/flows"):
        assert site.visitor("partner").open(path).status_code == 403


def test_more_groups_cost_no_further_statement_and_are_paged(site: Site) -> None:
    visitor = site.visitor()
    with statements() as few:
        visitor.open("/groups")
    site.report(*(a_group(f"H-{number:03}") for number in range(60)))
    with statements() as many:
        page = visitor.open("/groups")
    assert len(many) == len(few)
    assert "H-048" in page.text
    assert "H-049" not in page.text
    assert "H-049" in visitor.open("/groups?after=H-048").text


def test_flows_are_sums_by_home_and_what_is_not_known_may_be_below_zero(site: Site) -> None:
    words = words_of(site.visitor().open("/flows").text)
    assert "Jablah 52 Shelter SCH 30 Shelter KHM 22" in words
    assert "Lattakia 7 outside any shelter, Banyas 7" in words
    assert "Home not known −7 Shelter KHM −12 Shelter SCH 5" in words
    assert "All, as far as known 52" in words
    assert "Below zero where counts found fewer people" in words


def test_the_matrix_agrees_with_itself_and_with_the_situation(site: Site) -> None:
    page = site.visitor().open("/flows").text
    words = words_of(page)
    assert "Their home All Banyas Jablah" in words
    assert "Jablah 52 30 22 Lattakia 7 7 – Home not known −7 5 −12 All 52 42 10" in words
    assert "All together 52; the situation says at least 52." in words
    assert "Not drawn, since it is below zero: Home not known to Jablah −12" in words
    assert "From their home to where they are, the largest: Jablah to Banyas 30" in page


def test_levels_are_chosen_and_kept_and_a_part_is_not_told_as_the_whole(site: Site) -> None:
    page = site.visitor().open("/flows?homes_by=1&places_by=1&as_of=2025-03-12").text
    assert "Lattakia 59 37 22 Home not known −7 5 −12 All 52 42 10" in words_of(page)
    assert "/flows?as_of=2025-03-12&amp;homes_by=1&amp;places_by=1&amp;area=SY06" in page
    part = words_of(site.visitor(areas=["SY0602"]).open("/flows?homes_by=1&places_by=1").text)
    assert "Their home All Jablah" in part
    for asked in ("homes_by=9", "homes_by=-3", "places_by=x", "area=SY10"):
        assert site.visitor().open(f"/flows?{asked}").status_code == 200


def test_people_on_the_way_are_a_line_of_their_own(site: Site) -> None:
    assert "On the way 0 have left" in words_of(site.visitor().open("/flows").text)
    assert "On the way 5 have left" in words_of(site.visitor().open("/flows?as_of=2025-03-11").text)


def test_flows_to_places_of_others_are_not_shown(site: Site) -> None:
    words = words_of(site.visitor(areas=["SY06"]).open("/flows").text)
    assert "Jablah 22 Shelter KHM 22" in words
    assert "Banyas" not in words


def test_more_places_cost_no_further_statement(site: Site) -> None:
    visitor = site.visitor()
    with statements() as few:
        visitor.open("/flows")
    codes = [f"M-{number:03}" for number in range(40)]
    site.report(*(a_shelter(code=code) for code in codes))
    site.report(*(a_movement(at="2025-03-10T09:00:00+03:00", people=3, to=code, origin="SY0602") for code in codes))
    with statements() as many:
        page = visitor.open("/flows").text
    assert len(many) == len(few)
    assert "30 more places" in words_of(page)


@pytest.mark.parametrize(("path", "said"), [("/groups", "No group yet"), ("/flows", "Nothing is known of where")])
def test_an_empty_page_says_what_will_appear(database: str, path: str, said: str) -> None:
    assert said in words_of(make_site().visitor().open(path).text)
