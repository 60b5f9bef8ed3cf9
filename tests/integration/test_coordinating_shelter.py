"""A shelter's own page: its figure on any day, what it rests on, and two shelters that are one."""

import re
from uuid import uuid4

import pytest

from app.dashboard.views.shelters import REASONS
from tests.factories.amending import decision, one_place
from tests.factories.asked import statements
from tests.factories.coordinating import Site, fold, make_site, stored
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state
from tests.factories.pages import form_of, words_of


@pytest.fixture
def site(database: str) -> Site:
    found = make_site()
    found.report(
        a_shelter(
            code="KHM",
            name={"en": "Air base", "ar": "القاعدة"},
            aliases=["Hmeimim"],
            capacity=150,
            blocked=50,
            toilets=4,
            covered_area_m2=700,
            status="open",
            managed_by="the municipality",
            admits={"text": "women and children only", "cells": ["female:*", "*:0-4"]},
        ),
        a_shelter(code="SCH", area="SY1002"),
        a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people={"total": 120, "low": 110, "high": 140}),
        a_movement(at="2025-03-11T09:30:00+03:00", people=20, to="KHM", origin="SY0600"),
        a_movement(at="2025-03-12T00:00:00+03:00", people=10, source="KHM", to="SCH", precision="day"),
    )
    return found


def test_the_page_says_how_many_how_sure_how_old_and_what_runs_short(site: Site) -> None:
    words = words_of(site.visitor().open("/shelters/KHM").text)
    for said in (
        "Air base · القاعدة",
        "130 120–150",
        "full count",
        "Places 150, 50 blocked",
        "Free places none: 30 over",
        "Runs short first Toilets, enough for 80 people",
        "Who is let in Women and children only",
        "Managed by the municipality",
        "Contact not known",
        "Also called Hmeimim",
        "People for each toilet 20 at most 32.5 missed",
        "Covered space for each person, m² 3.5 at least 5.4 met",
        "Litres of water for each person a day 15 at least – not known",
    ):
        assert said in words, said


def test_why_lists_the_reports_newest_first_with_what_each_did(site: Site) -> None:
    page = site.visitor().open("/shelters/KHM").text
    words = words_of(page)
    left, came, counted = (words.index(said) for said in ("10 left", "20 came", "Counted 120"))
    assert left < came < counted
    assert "120 before, 140 after" in words
    assert "12 March 2025 10 left for Shelter SCH" in words
    assert "12 March 2025, 00:00" not in words
    assert "home: Lattakia" in words
    assert 'href="/shelters/SCH"' in page


def test_of_a_day_with_many_reports_the_newest_are_told(site: Site) -> None:
    """The books before each are right all the same: those that are not listed were gone through."""
    times = [f"2025-03-12T{10 + number // 60}:{number % 60:02}:00+03:00" for number in range(REASONS + 5)]
    site.report(*[a_movement(at=at, people=1, to="KHM") for at in times])
    words = words_of(site.visitor().open("/shelters/KHM").text)
    last = 130 + REASONS + 5
    told = [f"{people - 1} before, {people} after" in words for people in range(last, 130, -1)]
    assert told == [True] * REASONS + [False] * 5
    assert "Earlier reports are part of it too." in words


def test_a_past_day_is_shown_and_said(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.open("/shelters/KHM?as_of=2025-03-11")
    words = words_of(page.text)
    assert "This is 11 March 2025, at the end of the day." in words
    assert "140" in words
    assert "10 left" not in words
    assert 'href="/shelters/SCH?as_of' not in page.text
    assert "nobody has counted here" in words_of(visitor.open("/shelters/KHM?as_of=2025-03-09").text).lower()


def test_as_known_on_shows_only_what_had_been_reported(site: Site) -> None:
    words = words_of(site.visitor().open("/shelters/KHM/history?as_of=2025-03-12").text)
    assert "11 March 2025 120 20 – – 140 120–160" in words or "11 March 2025 120 20 – – 140" in words
    unknown = site.visitor().open("/shelters/KHM?known_on=2025-03-12")
    assert unknown.status_code == 404, "it was registered today"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("as_of=tomorrow", "Write the day as"),
        ("as_of=2999-01-01", "This is still to come."),
        ("known_on=0001-01-01", "This is very long ago."),
    ],
)
def test_a_day_that_cannot_be_shown_is_said_and_now_is_shown(site: Site, asked: str, said: str) -> None:
    for path in ("/shelters/KHM", "/flows", "/groups"):
        answer = site.visitor().open(f"{path}?{asked}")
        assert answer.status_code == 200
        assert said in words_of(answer.text)


def test_a_shelter_of_others_and_a_code_nobody_has_are_not_there(site: Site) -> None:
    visitor = site.visitor(areas=["SY10"])
    for path in ("", "/reports", "/history", "/same-place", "/two-places"):
        assert visitor.open(f"/shelters/KHM{path}").status_code == 404
        assert visitor.open(f"/shelters/NOT{path}").status_code == 404
    assert visitor.open("/shelters/حميميم").status_code == 404
    assert site.visitor("partner").open("/shelters/KHM").status_code == 403


def test_names_in_lists_lead_to_the_page(site: Site) -> None:
    for path in ("/shelters", "/dashboard", "/alerts"):
        assert 'href="/shelters/KHM"' in site.visitor().open(path).text, path


def test_where_people_from_outside_my_areas_came_from_is_named_and_not_linked(site: Site) -> None:
    page = site.visitor(areas=["SY10"]).open("/shelters/SCH").text
    assert "from Air base" in words_of(page)
    assert "/shelters/KHM" not in page


def test_more_reports_cost_no_further_statement(site: Site) -> None:
    visitor = site.visitor()
    with statements() as few:
        visitor.open("/shelters/KHM")
    site.report(*(a_movement(at=f"2025-03-13T10:{n:02}:00+03:00", people=1, to="KHM") for n in range(60)))
    with statements() as many:
        page = visitor.open("/shelters/KHM").text
    assert 0 < len(many) <= len(few)
    assert "Earlier reports are part of it too." in words_of(page)
    newest = visitor.open("/shelters/KHM/reports").text
    assert words_of(newest).count("1 came") == 60
    (following,) = re.findall(r"/shelters/KHM/reports\?after=([0-9-]+)", newest)
    earlier = visitor.open(f"/shelters/KHM/reports?after={following}").text
    assert "Counted 120" in words_of(earlier)
    assert "1 came" not in words_of(earlier)
    assert words_of(visitor.open("/shelters/KHM/reports?after=yesterday").text) == words_of(newest)


def test_two_shelters_become_one_and_two_again(site: Site) -> None:
    visitor = site.visitor()
    answer = visitor.send("/shelters/KHM/same-place", other="shelter sch", reason="one gate", keep="this")
    assert answer.location.endswith("/shelters/KHM")
    assert "They are booked as one shelter now." in visitor.read(answer)
    fold()
    page = visitor.open("/shelters/KHM").text
    assert "The same place as this: one gate" in words_of(page)
    assert "Also called Hmeimim , Shelter SCH" in words_of(page)
    moved = visitor.open("/shelters/SCH?as_of=2025-03-11")
    assert (moved.status_code, moved.location) == (302, "/shelters/KHM?as_of=2025-03-11")
    assert "Shelter SCH" not in words_of(visitor.open("/shelters").text)
    path = "/shelters/KHM/two-places"
    data = form_of(visitor.open(path).text)
    data["reason"] = "two gates"
    assert [visitor.post(path, data).status_code for _ in range(2)] == [303, 303]
    fold()
    assert visitor.open("/shelters/SCH").status_code == 200
    assert len(stored("void")) == 1
    assert "No other shelter is booked as this one." in words_of(visitor.open(path).text)


def test_nothing_but_that_two_are_one_is_taken_back_there(site: Site) -> None:
    site.report(a_shelter(code="S-A"), a_shelter(code="S-B"), one_place("S-A", "S-B"), one_place("KHM", "SCH"))
    moved = a_movement(at="2025-03-13T10:00:00+03:00", people=33, to="KHM")
    site.report(moved)
    elsewhere, here = (one["id"] for one in sorted(stored("same_place"), key=lambda one: one["keep"] == "KHM"))
    visitor, path = site.visitor(), "/shelters/KHM/two-places"
    for version in (moved["id"], elsewhere, str(uuid4()), "nonsense"):
        answer = visitor.send(path, version=version, reason="two gates")
        assert answer.status_code == 422
        assert "This shelter is not booked as this one. Nothing was changed." in words_of(answer.text)
    assert stored("void") == []
    data = form_of(answer.text)
    assert visitor.post(path, data).status_code == 303
    data["report_id"], data["version"] = str(uuid4()), moved["id"]
    assert visitor.post(path, data).status_code == 422
    assert [one["corrects"] for one in stored("void")] == [here]


def test_the_name_of_the_other_may_stay(site: Site) -> None:
    visitor = site.visitor()
    answer = visitor.send("/shelters/KHM/same-place", other="SCH", keep="other", reason="one gate")
    assert answer.location.endswith("/shelters/SCH")
    assert stored("same_place")[0] | {"keep": "SCH", "other": "KHM"} == stored("same_place")[0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"other": "", "reason": "x"}, "Write the code or the name of the other shelter."),
        ({"other": "KHM", "reason": "x"}, "There is no shelter of this code or name in your areas."),
        ({"other": "SCH", "reason": ""}, "Say why, in a few words."),
    ],
)
def test_what_cannot_be_one_comes_back(site: Site, typed: dict[str, str], said: str) -> None:
    answer = site.visitor().send("/shelters/KHM/same-place", **typed)
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert stored("same_place") == []


def test_a_name_of_two_is_settled_by_choosing(site: Site) -> None:
    site.report(a_shelter(code="S-A", name={"en": "Hall"}), a_shelter(code="S-B", name={"en": "Hall"}))
    visitor, path = site.visitor(), "/shelters/KHM/same-place"
    answer = visitor.send(path, other="hall", reason="one gate")
    assert "More than one shelter has this name." in words_of(answer.text)
    data = form_of(answer.text)
    data["other.pick"] = "S-B"
    assert visitor.post(path, data).status_code == 303
    assert stored("same_place")[0]["other"] == "S-B"


def test_a_field_worker_sees_what_is_one_and_changes_nothing(site: Site) -> None:
    visitor = site.visitor("field_worker")
    assert "/same-place" not in visitor.open("/shelters/KHM").text
    assert visitor.open("/shelters/KHM/same-place").status_code == 403
    assert visitor.open("/shelters/KHM/two-places").status_code == 403


def test_who_reported_and_who_decided_is_for_those_who_decide(site: Site) -> None:
    count = a_headcount("KHM", at="2025-03-13T12:00:00+03:00", people=90)
    site.report(count, decision(count["id"], adopt=True))
    path = "/shelters/KHM/reports"
    seen = {role: words_of(site.visitor(role).open(path).text) for role in ("coordinator", "field_worker")}
    assert seen["coordinator"].count(site.administrator.email) >= 2
    assert "seen at the gate" in seen["field_worker"]
    assert site.administrator.email not in seen["field_worker"]


def test_people_known_as_at_least_never_leave_free_places(site: Site) -> None:
    site.report(
        a_shelter(code="NEW", capacity=100, toilets=1, status="open"),
        a_state("NEW", at="2025-03-10T10:00:00+03:00", water_litres_per_day=3_000),
        a_movement(at="2025-03-11T09:30:00+03:00", people=30, to="NEW"),
    )
    words = words_of(site.visitor().open("/shelters/NEW").text)
    assert "at least 30" in words
    assert "Free places not known" in words
    assert "20 at most 30 missed" in words
    assert "15 at least 100 not known" in words
