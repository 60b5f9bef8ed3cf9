"""`/dashboard`: now, on another day, as it was known, and of one area; the trend of the last thirty days."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state
from tests.factories.pages import words_of
from tests.factories.teams import Team

PAGE = "/dashboard"
DAY = timedelta(days=1)


def noon(days_ago: int) -> datetime:
    today = datetime.now(ZoneInfo("Asia/Damascus")).replace(hour=12, minute=0, second=0, microsecond=0)
    return (today - days_ago * DAY).astimezone(UTC)


def day(days_ago: int) -> str:
    return noon(days_ago).astimezone(ZoneInfo("Asia/Damascus")).date().isoformat()


@pytest.fixture
def figures(team: Team) -> Team:
    """KHM counted ten days ago, and people who came from Jableh yesterday; some at SCH, never counted."""
    team.sends(a_headcount("KHM", at=noon(10), people={"total": 100, "low": 90, "high": 120}))
    team.sends(a_movement(at=noon(1), to="KHM", people=20, origin="SY0602"))
    team.sends(a_movement(at=noon(2), to="SCH", people=7))
    team.people()
    return team


def shown(team: Team, query: str = "") -> str:
    return words_of(team.coordinator.open(f"{PAGE}{query}").text)


def test_now(figures: Team) -> None:
    said = shown(figures)
    assert "Displaced now at least 127" in said
    assert "Came today 0" in said
    assert "Jablah Shelter KHM 20" in said
    assert "Home not known Shelter KHM 100" in said


def test_on_another_day(figures: Team) -> None:
    said = shown(figures, f"?as_of={day(1)}")
    assert "This is" in said
    assert "Displaced then at least 127" in said
    assert "Came that day 20" in said
    assert "Before 107 Came +20 Left −0 Adjusted by counts +0 After 127" in said
    assert "What needs you" not in said, "what needs somebody is of now"
    assert "Displaced then at least 107" in shown(figures, f"?as_of={day(2)}")
    assert "Displaced then 100" not in shown(figures, f"?as_of={day(11)}")


def test_the_last_report_of_a_past_day_is_the_last_by_then(figures: Team) -> None:
    def said(query: str) -> str:
        found = re.search(r"Last report ([^<]+)<", figures.coordinator.open(f"{PAGE}{query}").text)
        assert found is not None
        return found[1]

    now, then, before = said(""), said(f"?as_of={day(2)}"), said(f"?as_of={day(5)}")
    assert len({now, then, before}) == 3, (now, then, before)
    assert said(f"?as_of={day(1)}") == now
    assert "No report by then" in shown(figures, "?as_of=2025-02-01")


def test_an_old_figure_is_old_by_the_day_that_is_shown(figures: Team) -> None:
    def is_faded(query: str) -> bool:
        return 'class="number faded"' in figures.coordinator.open(f"{PAGE}{query}").text

    assert [is_faded(query) for query in ("", f"?as_of={day(3)}", f"?as_of={day(9)}")] == [False, True, False]


def test_of_a_day_nothing_was_known_on_nobody_is_asked_to_begin(figures: Team) -> None:
    said = shown(figures, f"?known_on={day(3)}")
    assert "Nothing was known then." in said
    assert "Register the shelters first" not in said and "Nothing is known yet" not in said
    assert "Nothing was known then." not in shown(figures)


def test_as_it_was_known(figures: Team) -> None:
    late = a_headcount("KHM", at=noon(9), people=150)
    figures.sends(late)
    figures.people()
    assert "Displaced now at least 177" in shown(figures)
    before = shown(figures, f"?known_on={day(3)}")
    assert "It shows only what had been reported by the end of" in before
    assert "not known" in before
    assert "177" not in before


def test_of_one_area(figures: Team) -> None:
    figures.sends(a_headcount("FAR", at=noon(3), people=500), who="stranger")
    figures.people()
    assert "500" not in shown(figures), "not theirs"
    said = shown(figures, "?area=sy0602")
    assert "Displaced now at least 127" in said
    assert '<option value="SY0602" selected>' in figures.coordinator.open(f"{PAGE}?area=SY0602").text


@pytest.mark.parametrize("area", ["SY10", "SY1002", "nowhere"])
def test_an_area_that_is_not_theirs_is_said_to_be_none(figures: Team, area: str) -> None:
    said = shown(figures, f"?area={area}")
    assert "There is no such area among yours." in said
    assert "Displaced now at least 127" in said


def test_of_one_kind_of_shelter(figures: Team) -> None:
    figures.sends(
        a_state("SCH", at=noon(3), site_type="planned_camp", capacity=2),
        a_movement(at=noon(1), to="SY0602", people=4711),
    )
    figures.people()
    assert "Displaced now at least 4,838" in shown(figures)
    said = shown(figures, "?kind=planned_camp")
    assert "Only people in shelters of this kind: Planned camp." in said
    assert "Displaced now at least 7 " in said
    assert "Shelter KHM" not in said, (
        "neither among the fullest, nor in flows, nor on the map, nor in what needs somebody"
    )
    assert "Before 7 Came +0 Left −0 Adjusted by counts +0 Now 7" in said
    page = figures.coordinator.open(f"{PAGE}?kind=planned_camp&as_of={day(1)}").text
    assert "kind=planned_camp" in re.findall(r'href="(/shelters\?[^"]*)"', page)[-1]
    assert f'href="{PAGE}?kind=planned_camp">Show now' in page
    assert f'href="{PAGE}?as_of={day(1)}">Show everybody' in page
    assert "4,711" not in shown(figures, "?kind=planned_camp&area=SY0602")
    assert "Nothing is known of any here." in shown(figures, "?kind=reception_centre")


def test_a_kind_there_is_not_is_said_beside_its_question(figures: Team) -> None:
    page = figures.coordinator.open(f"{PAGE}?kind=castle").text
    assert "Displaced now at least 127" in words_of(page)
    assert re.search(r'class="field wrong"><label for="kind">', page)


def test_pages_that_know_no_kinds_open_as_they_are(figures: Team) -> None:
    for path in ("/groups", "/shelters/KHM", "/shelters/KHM/history", "/dashboard/changes"):
        assert figures.coordinator.open(f"{path}?kind=planned_camp").status_code == 200


def test_an_address_keeps_what_is_shown(figures: Team) -> None:
    page = figures.coordinator.open(f"{PAGE}?as_of={day(1)}&area=SY06").text
    links = re.findall(r'href="(/shelters/KHM[^"]*|/flows[^"]*)"', page)
    assert links
    assert all(f"as_of={day(1)}" in link and "area=SY06" in link for link in links if link != "/flows"), links


def test_the_trend_is_drawn_with_what_it_says(figures: Team) -> None:
    page = figures.coordinator.open(PAGE).text
    assert "first not known, then at least 127" in page or "first 0, then at least 127" in page
    assert 'class="line uncertain"' in page
    shelter = figures.coordinator.open("/shelters/KHM").text
    assert 'class="mark"' in shelter
    assert "then 120" in shelter


def test_nothing_yet(team: Team) -> None:
    said = shown(team)
    assert "Before not known Came not known Left not known Adjusted by counts not known Now not known" in said, (
        "what is not known is no 0"
    )
    assert "Days appear here once something was reported." in said
    assert "Nothing is known of where people came from." in said


def test_which_shelter_fills_next(figures: Team) -> None:
    figures.sends(a_shelter(code="OLD", at=noon(40), capacity=500, status="open"))
    counts = {"KHM": (100, 110, 120), "SCH": (100, 130, 160), "OLD": (300, 300, 300)}
    for code, people in counts.items():
        figures.sends(a_state(code, at=noon(13), capacity=500, status="open"))
        figures.sends(*(a_headcount(code, at=noon(9 - 3 * i), people=each) for i, each in enumerate(people)))
    figures.people()
    said = shown(figures)
    assert "Fills next by the last counts" in said
    panel = said[said.index("Fills next by") : said.index("Fullest shelters")]
    # 30 people in 3 days, damped by half: 5 a day, 333 places free (7 came since); at the soonest 15 a day.
    assert re.search(r"SCH 333 in about 67 days In 23 days at the soonest\.", panel)
    assert "OLD" not in panel, "nothing changes there"
    assert "in about" not in shown(figures, f"?as_of={day(6)}"), "two counts say nothing"
    assert "Fills next" not in shown(figures, f"?known_on={day(1)}")


def test_what_is_not_known_of_a_closed_shelter_is_no_zero(team: Team) -> None:
    team.sends(a_state("KHM", at=noon(3), status="closed"))
    said = shown(team)
    assert "Free places not known" in said
    assert "People over capacity not known" in said


def test_beside_who_is_over_stands_of_how_many_shelters_nothing_is_known(figures: Team) -> None:
    figures.sends(a_state("KHM", at=noon(11), status="open", capacity=200))
    figures.people()
    assert "People over capacity 0 In 0 shelters. 1 shelter not known." in shown(figures)


def test_people_where_there_are_no_places_are_over_on_every_page(figures: Team) -> None:
    figures.sends(a_state("KHM", at=noon(11), capacity=0, lat=35.4, lon=35.9), a_state("SCH", at=noon(11), capacity=1))
    figures.people()
    page = figures.coordinator.open(PAGE).text
    assert "KHM: 120 people, no places" in page
    assert "capacity not known" not in page[page.index('class="map') : page.index('class="legend"')]
    said = words_of(page)
    assert "at least 126" in said, "120 and six at the school"
    full = said[said.index("Fullest shelters") :]
    assert full.index("Shelter KHM") < full.index("Shelter SCH")
    assert "no places" in full
    for moment in ("", f"?as_of={day(0)}", f"?as_of={day(1)}"):
        table = words_of(figures.coordinator.open(f"/shelters{moment or '?'}&sort=-occupancy").text)
        assert table.index("Shelter KHM") < table.index("Shelter SCH"), moment


def test_what_waits_for_a_decision_needs_somebody(team: Team) -> None:
    team.sends(a_headcount("KHM", at=noon(2), people=52))
    bus = {"to": "SCH", "people": 52, "origin": "SY0602"}
    team.sends(a_movement(at=noon(1), **bus))
    team.sends(a_movement(at=noon(1), **bus), who="colleague")
    team.sends(a_headcount("KHM", at=noon(1), people=900, method="secondary_report"), who="colleague")
    team.people()
    said = shown(team)
    assert "1 possible duplicate Counts to decide on at 1 place" in said
    assert "1 report may be told twice." in said
    assert "Nothing now" not in said
    assert "possible duplicate" not in words_of(team.worker.open(PAGE).text)


def test_all_alerts_of_what_is_shown(figures: Team) -> None:
    """The link of the situation leads to as many as it says."""
    figures.sends(
        a_state("KHM", at=noon(11), capacity=100, site_type="planned_camp"), a_state("SCH", at=noon(11), capacity=5)
    )
    figures.people()
    for query, how_many in (("?area=SY0602", 2), ("?kind=planned_camp", 1), ("?area=SY0600", 0)):
        found = figures.coordinator.open(f"/alerts{query}").text
        assert ("No alert is open." in words_of(found)) == (how_many == 0), query
        assert len(re.findall(r"acknowledge\"", found)) == how_many, query
    assert "/alerts?kind=planned_camp" in figures.coordinator.open(f"{PAGE}?kind=planned_camp").text


def test_alerts_are_asked_for_by_area_and_kind(figures: Team) -> None:
    """The form says what is shown, also where nothing is, and what it did not understand."""
    figures.sends(a_state("KHM", at=noon(11), capacity=100, site_type="planned_camp"))
    figures.people()
    chosen = re.compile(r'<option value="(\w+)" selected>')
    asked = figures.coordinator.open("/alerts?area=SY0602&kind=planned_camp").text
    assert chosen.findall(asked) == ["SY0602", "planned_camp"]
    assert "What is shown: Jablah, Planned camp" in words_of(asked)
    empty = figures.coordinator.open("/alerts?area=SY0602&kind=collective_centre").text
    assert "No alert is open." in words_of(empty)
    assert chosen.findall(empty) == ["SY0602", "collective_centre"]
    elsewhere = figures.coordinator.open("/alerts?area=SY0600").text
    assert chosen.findall(elsewhere) == ["SY0600"], "an area without a shelter"
    for asked in ("as_of=2025-03-01", "as_of=tomorrow", "known_on=2025-03-01"):
        of_now = figures.coordinator.open(f"/alerts?{asked}").text
        assert "Alerts are told of now alone." in words_of(of_now), asked
        assert '<details class="more choosing" open>' not in of_now
    misread = figures.coordinator.open("/alerts?area=SY99").text
    assert '<details class="more choosing" open>' in misread
    assert 'id="e-area"' in misread


def test_the_youngest_are_told_with_how_many_they_may_be(figures: Team) -> None:
    figures.sends(
        a_headcount(
            "KHM",
            at=noon(0) - timedelta(hours=24),
            people={"total": 60, "cells": {"female:0-4": 7, "male:0-4": 5, "male:18-59": 30}},
        )
    )
    figures.people()
    for path in (PAGE, "/shelters/KHM"):
        said = words_of(figures.coordinator.open(path).text)
        assert re.search(r"Aged 0–4: 12, up to \d+ if all whose age is not known are", said), path
    assert "Counted by age and sex on" in words_of(figures.coordinator.open("/shelters/KHM").text)


def test_where_nothing_is_reported_for_long_it_leads_to_the_last_day(team: Team) -> None:
    team.sends(a_headcount("KHM", at=noon(40), people=12))
    team.people()
    page = team.coordinator.open(PAGE).text
    assert f'href="{PAGE}?as_of={day(40)}">Show the last day' in page
    assert "Show the last day" not in team.coordinator.open(f"{PAGE}?as_of={day(40)}").text
    team.sends(a_headcount("SCH", at=noon(1), people=3))
    team.people()
    assert "Show the last day" not in team.coordinator.open(PAGE).text
