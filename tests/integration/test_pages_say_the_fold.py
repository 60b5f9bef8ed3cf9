"""Every figure on every page is what the reports come to: now, on past days, and as was known before a correction.

An operation tells its days; then its pages are read as people read them, and compared with the naive model.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from config.services.throwaway import Throwaway
from tests.conftest import TEMPLATE, using_database
from tests.factories import desk_figures as said
from tests.factories.operations import AREAS
from tests.factories.readings import Reading, count
from tests.naive.coast import CAMP, GROUPS, KNOWN_FIRST, NOW, SHELTERS, TODAY, Coast, told
from tests.naive.on_pages import LARGEST, OnPages, Shelter, fullest, grid, room_of
from tests.naive.profiles import COMMON
from tests.naive.sayings import reports
from tests.naive.sums import Report

Moment = tuple[date | None, date | None]  # the day asked about, and by when it had been reported; None: now

NOWADAYS: Moment = (None, None)
MOMENTS: list[Moment] = [
    NOWADAYS,
    *((date(2025, 3, day), None) for day in (8, 10, 12)),
    (None, KNOWN_FIRST),
    (date(2025, 3, 10), KNOWN_FIRST),
]


class Desk:
    """A coordinator's screen, and what must stand on it."""

    def __init__(self, coast: Coast) -> None:
        self.coast, self.visitor = coast, coast.site.visitor()

    def read(
        self, path: str, moment: Moment = NOWADAYS, area: str = "", kind: str = "", language: str = "en"
    ) -> Reading:
        as_of, known_on = moment
        asked = {"as_of": as_of, "known_on": known_on, "area": area, "kind": kind, "lang": language}
        answer = self.visitor.open(f"{path}?{urlencode({name: one for name, one in asked.items() if one})}")
        assert answer.status_code == 200, f"{path} {asked}: {answer.status_code}"
        return Reading(answer.text, language)

    def expected(self, moment: Moment, area: str = "", kind: str = "") -> OnPages:
        as_of, known_on = moment
        return OnPages(self.coast.known(known_on), as_of or TODAY, area, kind)


@pytest.fixture(scope="module")
def desk(services: Throwaway) -> Iterator[Desk]:
    """The history as it is told each time, looked at today."""
    name = f"coast_{uuid4().hex[:8]}"
    url = services.create_database(name, template=TEMPLATE)
    with using_database(url, services.addresses.redis):
        coast = told()
        with time_machine.travel(NOW, tick=False):
            yield Desk(coast)
    services.drop_database(name)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_the_situation(desk: Desk, moment: Moment) -> None:
    check_situation(desk, moment)


@pytest.mark.parametrize("area", ["SY06", "SY1002"])
@pytest.mark.parametrize("moment", [NOWADAYS, MOMENTS[-1]], ids=str)
def test_the_situation_of_an_area(desk: Desk, moment: Moment, area: str) -> None:
    check_situation(desk, moment, area)


@pytest.mark.parametrize("area", ["", "SY1002"])
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_the_situation_and_flows_of_one_kind_of_shelter(desk: Desk, moment: Moment, area: str) -> None:
    check_situation(desk, moment, area, CAMP)
    if not area:
        check_flows(desk, moment, CAMP)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_each_shelter(desk: Desk, moment: Moment) -> None:
    check_shelters(desk, moment)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_flows_and_groups(desk: Desk, moment: Moment) -> None:
    check_flows(desk, moment)
    check_groups(desk, moment)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_the_list_of_shelters_and_competing_figures(desk: Desk, moment: Moment) -> None:
    check_list(desk, moment)
    assert said.cases(desk.read("/counts")) == desk.expected(NOWADAYS).cases(), "what waits for a decision is of now"


def test_what_was_known_before_is_something_else(desk: Desk) -> None:
    """The history has in it what it is told for: otherwise everything above agrees on nothing much."""
    told_then = {str(said.situation(desk.read("/dashboard", moment))) for moment in MOMENTS}
    assert len(told_then) == len(MOMENTS), told_then
    today = desk.expected(NOWADAYS)
    figures = today.shelters(SHELTERS)
    assert {one.figure.basis for one in figures.values()} == {"counted", "at_least", "unknown"}
    assert any(one.figure.discrepancy for one in figures.values())
    assert any(one.figure.shortfall for one in figures.values())
    assert "GATE" not in figures
    assert {case["is_disputed"] for case in today.cases().values()} == {True, False}
    assert today.model.on_the_way(today.model.end_of(date(2025, 3, 10)))


@settings(max_examples=2, phases=[Phase.generate], **COMMON)
@given(st.lists(reports(), min_size=4, max_size=10), st.lists(reports(), min_size=2, max_size=6))
def test_of_whatever_else_was_said(database: str, early: list[Report], late: list[Report]) -> None:
    coast = told(early, late)
    with time_machine.travel(NOW, tick=False):
        desk = Desk(coast)
        for moment in (NOWADAYS, MOMENTS[2], MOMENTS[-1]):
            check_situation(desk, moment)
            check_shelters(desk, moment)
            check_flows(desk, moment)
            check_groups(desk, moment)
            check_list(desk, moment)
        assert said.cases(desk.read("/counts")) == desk.expected(NOWADAYS).cases()


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_other_digits_say_the_same(desk: Desk, language: str) -> None:
    for moment in (NOWADAYS, MOMENTS[2]):
        ours, theirs = (desk.read("/dashboard", moment, language=one) for one in ("en", language))
        assert [read(theirs) for read in SITUATION] == [read(ours) for read in SITUATION]
        assert said.flows(desk.read("/flows", moment, language=language)) == said.flows(desk.read("/flows", moment))
        for code in ("KHM", "BAN", "JAB"):
            ours, theirs = (desk.read(f"/shelters/{code}", moment, language=one) for one in ("en", language))
            assert said.shelter(theirs) == said.shelter(ours)


def check_situation(desk: Desk, moment: Moment, area: str = "", kind: str = "") -> None:
    page, want = desk.read("/dashboard", moment, area, kind), desk.expected(moment, area, kind)
    found, shelters = said.situation(page), want.shelters(SHELTERS)
    assert found == want.whole()
    assert said.room(page) == room_of(shelters)
    assert said.areas(page) == want.areas()
    full = said.shelters(page.within("Fullest shelters")) if shelters else {}
    assert list(full) == fullest(shelters)
    assert full == {code: row_of(shelters[code]) for code in full}
    check_largest(said.flows(page.within("From where, to where")), want.flows())
    check_sums(found, said.areas(page))


def check_sums(found: dict[str, Any], areas: dict[str, Any]) -> None:
    """Whatever the page says, its parts come to its totals."""
    before, came, left, adjusted, now = found["today"]
    people = found["number"].people
    assert before + came - left + adjusted == now == (people or 0)
    assert found["cells"] is None or sum(map(sum, found["cells"])) == people
    for code, (number, counted, not_counted) in areas.items():
        below = [areas[area.code] for area in AREAS if area.parent == code and area.code in areas]
        assert sum(one.people or 0 for one, *_ in below) <= (number.people or 0)
        assert sum(one for _, one, _ in below) <= counted
        assert sum(one for *_, one in below) <= not_counted
    if "SY" in areas:
        assert areas["SY"] == (found["number"], found["counted"], found["at_least"] + found["not_known"])


def check_largest(rows: list[tuple[str | None, str, int]], flows: dict[tuple[str | None, str], int]) -> None:
    assert all(flows[home, place] == people for home, place, people in rows)
    assert [people for *_, people in rows] == sorted(flows.values(), reverse=True)[:LARGEST]


def check_shelters(desk: Desk, moment: Moment) -> None:
    want = desk.expected(moment)
    for code, one in want.shelters(SHELTERS).items():
        found, cells = said.shelter(desk.read(f"/shelters/{code}", moment)), one.figure.shown_cells
        row = row_of(one)
        assert found == {
            **{name: row[name] for name in ("number", "shortfall", "per_cent", "room")},
            "cells": grid(cells) if one.figure.basis != "unknown" else None,
            "days": want.days_of(code),
            "groups": want.groups_at(code, GROUPS),
        }, f"{code} {moment}"
        for before, came, left, adjusted, after in found["days"]:
            assert before + came - left + adjusted == (after.people or 0)
        assert found["cells"] is None or sum(map(sum, found["cells"])) == found["number"].people


def check_flows(desk: Desk, moment: Moment, kind: str = "") -> None:
    page, want = desk.read("/flows", moment, kind=kind), desk.expected(moment, kind=kind)
    found, flows = said.flows(page), want.flows()
    assert {(home, place): people for home, place, people in found} == flows
    assert len(found) == len(flows)
    *homes, everybody = said.sums(page).values()
    assert sum(homes) == everybody == want.whole()["today"][-1]
    assert sorted(homes) == sorted(
        sum(people for (home, _), people in flows.items() if home == one) for one in {home for home, _ in flows}
    )
    assert sorted(total for total, _ in said.crossed(page)) == sorted(homes)
    assert all(total == sum(parts) for total, parts in said.crossed(page))
    if not kind:
        assert count(page.within("On the way").paragraph()) == want.model.on_the_way(want.until)


def check_groups(desk: Desk, moment: Moment) -> None:
    want = desk.expected(moment)
    for code in GROUPS:
        page = desk.read(f"/groups/{code}", moment)
        assert said.group(page) == want.group(code), f"{code} {moment}"
        people = want.said_of(code).get("people")
        assert page.known(page.term("People")[0]) == (people["total"] if people else None)


def check_list(desk: Desk, moment: Moment) -> None:
    shelters = desk.expected(moment).shelters(SHELTERS)
    assert said.shelters(desk.read("/shelters", moment)) == {code: row_of(one) for code, one in shelters.items()}


def row_of(one: Shelter) -> dict[str, Any]:
    """A shelter as a row of a table: free places only of an open one."""
    is_told = one.free is not None and (one.free < 0 or one.state.get("status") == "open")
    return {
        "number": one.number,
        "shortfall": one.figure.shortfall,
        "competing": one.figure.competing,
        "per_cent": one.per_cent,
        "places": one.places,
        "room": one.free if is_told else None,
        "today": (one.figure.came, one.figure.left),
    }


SITUATION = (said.situation, said.room, said.areas, said.flows, lambda page: list(said.shelters(page).values()))
