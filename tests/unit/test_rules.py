"""Every rule but occupancy against cases worked out by hand: each side of each threshold, and what is not known."""

from datetime import timedelta
from typing import Any

import pytest

from app.alerts.rules import GAPS, RULES, Thresholds, standards_of
from app.alerts.rules.states import Answer, Seen
from app.population.facts import Event
from tests.factories.seen import seen, seen_after
from tests.unit.test_facts import came, counted, left

LIMITS = Thresholds()
DAYS = timedelta(days=1)


def asked(rule: str, shown: Seen, limits: Thresholds = LIMITS) -> Answer:
    answer = RULES[rule]("ok", shown, limits)
    assert answer is not None
    return answer


def child(direction: int, total: int, unaccompanied: int | None) -> Event:
    return (came(total) if direction > 0 else left(total) if direction else counted(total))._replace(
        unaccompanied=unaccompanied
    )


# -- who came


@pytest.mark.parametrize(
    ("people", "places", "level"),
    [
        (20, 100, "ok"),  # a fifth of the places is not over a fifth
        (21, 100, "warning"),
        (21, None, None),
        (0, None, "ok"),  # nobody came: whatever the places are
        (1, 0, "warning"),
        (0, 0, "ok"),
    ],
)
def test_inflow(people: int, places: int | None, level: str | None) -> None:
    events = [came(people)] if people else [counted(50)]
    found = asked("inflow", seen_after(events, places=places))
    assert found.level == level
    if level == "warning":
        assert found.numbers == {"people": people, "places": places}


def test_inflow_ends_with_the_day() -> None:
    assert asked("inflow", seen_after([came(90)], [], places=100)).level == "ok"


def test_inflow_is_all_who_came_not_what_is_left_of_them() -> None:
    assert (
        asked("inflow", seen_after([came(15, hours=-2), left(30, hours=-1), came(15)], places=100)).level == "warning"
    )


# -- who was heard of


@pytest.mark.parametrize(
    ("status", "people", "basis", "silent_for", "level"),
    [
        ("open", 0, "counted", 3 * DAYS, "warning"),
        ("open", 0, "counted", 3 * DAYS - timedelta(seconds=1), "ok"),
        ("restricted", 0, "counted", 4 * DAYS, "warning"),
        ("full", 0, "counted", 4 * DAYS, "warning"),
        ("closing", 0, "counted", 4 * DAYS, "warning"),
        ("closed", 0, "counted", 4 * DAYS, "ok"),
        ("planned", 0, "counted", 4 * DAYS, "ok"),
        ("closed", 5, "counted", 4 * DAYS, "warning"),  # people are there all the same
        (None, 5, "at_least", 4 * DAYS, "warning"),
        (None, 0, "unknown", 4 * DAYS, "ok"),  # nobody said that it takes people, or that any are there
    ],
)
def test_silence(status: str | None, people: int, basis: Any, silent_for: timedelta, level: str) -> None:
    said = {"status": status} if status else {}
    assert asked("silence", seen(people=people, basis=basis, said=said, silent_for=silent_for)).level == level


def test_silence_began_when_the_days_were_over_not_when_it_was_seen() -> None:
    shown = seen(said={"status": "open"}, silent_for=10 * DAYS)
    found = asked("silence", shown)
    assert found.since == shown.heard_at + 3 * DAYS
    assert found.numbers == {"heard_at": shown.heard_at.isoformat()}


# -- what a headcount found


@pytest.mark.parametrize(
    ("books", "count", "level"),
    [
        (100, 110, "ok"),
        (100, 111, "warning"),
        (100, 90, "ok"),
        (100, 89, "warning"),
        (0, 0, "ok"),
    ],
)
def test_discrepancy(books: int, count: int, level: str) -> None:
    found = asked("discrepancy", seen_after([counted(books)], [counted(count)]))
    assert found.level == level
    if level == "warning":
        assert found.numbers == {"people": count, "books": books}


def test_the_first_count_agrees_with_whatever_was_at_least_there() -> None:
    assert asked("discrepancy", seen_after([came(10)], [counted(50)])).level == "ok"
    assert asked("discrepancy", seen_after([came(50)], [counted(10)])).level == "warning"


def test_a_discrepancy_stays_until_somebody_counts_again() -> None:
    assert RULES["discrepancy"]("warning", seen_after([counted(100)], [counted(50)], [came(3)]), LIMITS) is None
    assert RULES["discrepancy"]("warning", seen_after([counted(100)], [counted(50)], []), LIMITS) is None
    assert asked("discrepancy", seen_after([counted(100)], [counted(50)], [counted(52)])).level == "ok"


def test_people_where_the_books_had_nobody() -> None:
    assert asked("discrepancy", seen_after([counted(0)], [counted(1)])).level == "warning"


# -- what does not add up, who should not be there


def test_shortfall() -> None:
    found = asked("shortfall", seen_after([came(10), left(12, hours=1)]))
    assert (found.level, found.numbers) == ("warning", {"people": 2})
    assert asked("shortfall", seen_after([came(10), left(10, hours=1)])).level == "ok"


@pytest.mark.parametrize(
    ("events", "children"),
    [
        ([child(1, 10, 3)], 3),
        ([child(1, 10, 3), child(-1, 5, 2)._replace(id=came(1).id)], 1),
        ([child(1, 10, 3), child(0, 20, 0)], 3),  # counted at the same moment: who came, came after
        ([child(1, 10, 3), child(0, 20, None)._replace(stands_at=came(1, hours=2).stands_at)], 3),  # not asked
        ([child(1, 10, 3), child(0, 20, 0)._replace(stands_at=came(1, hours=2).stands_at)], 0),
        ([child(-1, 10, 3)], 0),
    ],
)
def test_unaccompanied_children(events: list[Event], children: int) -> None:
    found = asked("unaccompanied_children", seen_after(events))
    assert found.level == ("warning" if children else "ok")
    if children:
        assert found.numbers == {"people": children}


def test_children_are_carried_to_the_next_day() -> None:
    assert asked("unaccompanied_children", seen_after([child(1, 10, 3)], [child(-1, 5, 1)])).numbers == {"people": 2}


@pytest.mark.parametrize(
    ("status", "people", "basis", "level"),
    [
        ("closed", 1, "counted", "critical"),
        ("closed", 1, "at_least", "critical"),
        ("closed", 0, "counted", "ok"),
        ("closed", 0, "at_least", None),
        ("closed", 0, "unknown", None),
        ("closing", 9, "counted", "ok"),
        (None, 9, "counted", "ok"),
    ],
)
def test_people_in_closed_shelter(status: str | None, people: int, basis: Any, level: str | None) -> None:
    shown = seen(people=people, basis=basis, said={"status": status} if status else {})
    assert asked("people_in_closed_shelter", shown).level == level


@pytest.mark.parametrize(
    ("cells", "admits", "people"),
    [
        ({"male:18-59": 4, "female:18-59": 9}, ["female:*", "*:0-4"], 4),
        ({"male:0-4": 4, "female:60+": 9}, ["female:*", "*:0-4"], 0),
        ({"male:unknown": 4, "unknown:18-59": 5, "unknown:unknown": 6}, ["female:*", "*:0-4"], 0),
        ({"male:18-59": 4}, [], 0),
        ({"male:18-59": 4}, None, 0),
    ],
)
def test_admission(cells: dict[str, int], admits: list[str] | None, people: int) -> None:
    shown = seen_after([counted(sum(cells.values()), cells=cells)], said={"admits": {"cells": admits}})
    found = asked("admission", shown)
    assert found.level == ("warning" if people else "ok")
    assert found.numbers == ({"people": people} if people else {})


# -- standards


GAP_CASES: list[tuple[str, dict[str, Any], int, str, float | None]] = [
    ("covered_area_m2", {"covered_area_m2": 350}, 100, "met", 3.5),
    ("covered_area_m2", {"covered_area_m2": 350}, 101, "missed", 350 / 101),
    ("covered_area_m2", {}, 100, "unknown", None),
    ("covered_area_m2", {"covered_area_m2": 350}, 0, "unknown", None),
    ("site_area_m2", {"site_area_m2": 4500, "site_type": "planned_camp"}, 100, "met", 45),
    ("site_area_m2", {"site_area_m2": 4499, "site_type": "self_settled_camp"}, 100, "missed", 44.99),
    ("water_litres_per_day", {"water_litres_per_day": 1500}, 100, "met", 15),
    ("water_litres_per_day", {"water_litres_per_day": 1499}, 100, "missed", 14.99),
    ("taps", {"taps": 1}, 250, "met", 250),
    ("taps", {"taps": 1}, 251, "missed", 251),
    ("taps", {"taps": 0}, 1, "missed", None),
    ("toilets", {"toilets": 5}, 100, "met", 20),
    ("toilets", {"toilets": 5}, 101, "missed", 20.2),
    ("toilets", {"toilets": 0}, 1, "missed", None),
    ("toilets_accessible", {"toilets": 20, "toilets_accessible": 3}, 0, "met", 15),
    ("toilets_accessible", {"toilets": 20, "toilets_accessible": 2}, 0, "missed", 10),
    ("toilets_accessible", {"toilets": 0, "toilets_accessible": 0}, 9, "unknown", None),
    ("toilets_accessible", {"toilets_accessible": 2}, 9, "unknown", None),
    ("showers", {"showers": 2}, 100, "met", 50),
    ("showers", {"showers": 2}, 101, "missed", 50.5),
    ("health_post", {"health_post": True}, 10_000, "met", 10_000),
    ("health_post", {"health_post": True}, 10_001, "missed", 10_001),
    ("health_post", {"health_post": False}, 10_000, "unknown", None),
    ("health_post", {"health_post": False}, 10_001, "missed", None),
    ("health_post", {}, 10_001, "unknown", None),
    ("camp_size", {"site_type": "planned_camp"}, 20_000, "met", 20_000),
    ("camp_size", {"site_type": "planned_camp"}, 20_001, "missed", 20_001),
]


@pytest.mark.parametrize(("name", "said", "people", "state", "value"), GAP_CASES)
def test_standards(name: str, said: dict[str, Any], people: int, state: str, value: float | None) -> None:
    (found,) = [one for one in standards_of(said, people, "counted", LIMITS) if one.name == name]
    assert (found.state, found.limit) == (state, getattr(LIMITS, name))
    assert found.value == (None if value is None else pytest.approx(value))
    rule = {"met": "ok", "missed": "warning", "unknown": None}[state]
    assert asked(name, seen(people=people, said=said)).level == rule


def test_every_standard_has_cases_on_both_sides() -> None:
    for name in GAPS:
        assert {"met", "missed"} <= {state for case, _, _, state, _ in GAP_CASES if case == name}, name


@pytest.mark.parametrize(("people", "state"), [(100, "unknown"), (101, "missed")])
def test_of_at_least_so_many_a_standard_is_missed_or_not_known(people: int, state: str) -> None:
    found = standards_of({"toilets": 5}, people, "at_least", LIMITS)
    assert next(one.state for one in found if one.name == "toilets") == state
    assert {one.state for one in standards_of({"toilets": 5}, 900, "unknown", LIMITS)} == {"unknown"}


def test_what_is_asked_of_camps_is_not_asked_of_schools() -> None:
    names = {
        one.name for one in standards_of({"site_type": "collective_centre", "site_area_m2": 1}, 50, "counted", LIMITS)
    }
    assert names == set(GAPS) - {"site_area_m2", "camp_size"}
    assert asked("camp_size", seen(people=99_000)).level == "ok"


@pytest.mark.parametrize(("litres", "level"), [(750, "warning"), (749, "critical"), (0, "critical")])
def test_too_little_water_to_live_on_is_critical(litres: int, level: str) -> None:
    assert asked("water_litres_per_day", seen(people=100, said={"water_litres_per_day": litres})).level == level


def test_thresholds_are_settings() -> None:
    limits = Thresholds.of({"toilets": 50, "unheard_of": 1}, {"inflow": 40})
    assert asked("toilets", seen(people=100, said={"toilets": 2}), limits).level == "ok"
    assert asked("inflow", seen_after([came(40)], places=100), limits).level == "ok"
    assert asked("inflow", seen_after([came(41)], places=100), limits).level == "warning"
