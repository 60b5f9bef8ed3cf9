"""Facts of a day and the levels that follow from them: pure, whatever the order of arrival."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.counts.people import People, Tally
from app.counts.scheme import UNHCR
from app.population.facts import Event, Facts, facts_of
from app.population.levels import Level, advance
from tests.factories.seen import FRAME, NOON


def event(direction: int | None, *, hours: float = 0, method: str | None = None, id_: int = 0, **people: Any) -> Event:
    at = NOON + timedelta(hours=hours)
    said = People.of(UNHCR, **people) if people else People()
    return Event(UUID(int=id_) if id_ else uuid4(), at, at, direction, said, method)


def came(total: int, **more: Any) -> Event:
    return event(1, total=total, **more)


def left(total: int, **more: Any) -> Event:
    return event(-1, total=total, **more)


def counted(total: int, method: str = "full_count", **more: Any) -> Event:
    return event(0, total=total, method=method, **more)


def facts(*events: Event) -> Facts:
    """Facts of these events; the order they are given in must not matter."""
    found = facts_of(events, FRAME)
    for seed in range(4):
        shuffled = list(events)
        Random(seed).shuffle(shuffled)
        assert facts_of(shuffled, FRAME) == found
    assert found is not None
    return found


def test_nothing_reported_is_no_row() -> None:
    assert facts_of([], FRAME) is None


def test_a_headcount_counts_before_the_movements_of_its_instant() -> None:
    assert facts(counted(50), came(5), left(2)).total.total == 53


def test_what_moved_before_a_headcount_is_in_it() -> None:
    day = facts(came(20, hours=-2), counted(50), came(5, hours=1))
    assert (day.total.total, day.came, day.left) == (55, 25, 0)


def test_of_headcounts_at_one_instant_the_heaviest_holds_then_the_highest_id() -> None:
    day = facts(counted(50, "registration"), counted(60, "site_visit"), counted(70, "sample_survey"))
    assert day.counted is not None
    assert (day.total.total, day.counted.method) == (50, "registration")
    assert facts(counted(50, id_=7), counted(60, id_=9), counted(70, id_=8)).total.total == 60


def test_light_evidence_competes_and_changes_nothing() -> None:
    day = facts(counted(8_500, "registration", hours=-1), counted(300, "secondary_report"))
    assert (day.total.total, day.competed) == (8_500, 1)


@pytest.mark.parametrize(
    ("method", "is_adopted"),
    [
        ("registration", True),
        ("full_count", True),
        ("household_listing", True),
        ("sample_survey", True),
        ("site_visit", True),
        ("structure_count", True),
        ("key_informant", True),
        ("secondary_report", False),
    ],
)
def test_a_method_is_adopted_from_its_weight_on(method: str, is_adopted: bool) -> None:
    assert (facts(counted(50, method)).counted is not None) == is_adopted


def test_hundreds_are_not_adopted_whoever_says_so() -> None:
    day = facts(event(0, method="registration", low=200, high=999))
    assert (day.counted, day.competed) == (None, 1)


def test_a_count_of_heads_keeps_sex_and_age_and_one_with_cells_replaces_them() -> None:
    women = {"female:18-59": 30}
    day = facts(
        event(0, hours=-3, method="full_count", cells=women),
        event(1, hours=-2, cells={"male:0-4": 2}),
        counted(50, hours=-1),
        came(3),
    )
    assert day.total.total == 53
    assert UNHCR.named(day.cells) == {"female:18-59": 30, "male:0-4": 2, "unknown:unknown": 3}
    assert day.composed_at == NOON - timedelta(hours=3)


def test_households_follow_the_counts_that_name_them() -> None:
    day = facts(
        event(0, hours=-2, method="full_count", households=12),
        event(1, hours=-1, total=8, households=2),
        counted(70),
        event(-1, hours=1, total=3, households=1),
    )
    assert (day.total.total, day.households) == (67, 13)


def test_an_anchor_replaces_what_was_carried_and_movements_are_added() -> None:
    first = advance(Level.empty(FRAME), facts(counted(50)))
    second = advance(first, facts(came(5), left(1)))
    third = advance(second, facts(counted(40)))
    assert [level.total.total for level in (first, second, third)] == [50, 54, 40]
    assert {level.basis for level in (first, second, third)} == {"counted"}


def test_a_place_nobody_counted_is_at_least_what_came_and_unknown_before() -> None:
    empty = Level.empty(FRAME)
    said = advance(empty, facts(event(None)))
    heard = advance(said, facts(counted(300, "secondary_report")))
    moved = advance(heard, facts(came(5)))
    assert [level.basis for level in (empty, said, heard, moved)] == ["unknown", "unknown", "unknown", "at_least"]
    assert moved.range(5) == (5, None)


def test_people_leaving_turn_the_doubt_round() -> None:
    level = advance(Level.empty(FRAME), facts(counted(100, hours=-1), event(-1, total=20, low=17, high=24)))
    assert (level.total.low, level.total.total, level.total.high) == (76, 80, 83)
    open_ended = advance(level, facts(event(-1, total=10, low=10)))
    assert (open_ended.total.low, open_ended.total.total) == (0, 70)


def test_the_example_of_the_design() -> None:
    start = facts(event(0, hours=-1, method="full_count", cells={"female:18-59": 5, "unknown:unknown": 10}))
    level = advance(Level.empty(FRAME), start)
    level = advance(level, facts(event(-1, cells={"female:18-59": 8})))
    assert UNHCR.named(level.cells) == {"female:18-59": -3, "unknown:unknown": 10}
    shown = level.shown(FRAME)
    assert (shown.total, UNHCR.named(shown.cells), shown.shortfall) == (7, {"unknown:unknown": 7}, 0)


def test_who_went_the_same_way_can_be_told_of_together() -> None:
    """Each with the borders crossed and the home; cells are of those observed, the rest is of unknown sex and age."""
    seen = came(4, hours=1, cells={"female:0-4": 3, "male:60+": 1}, households=2)._replace(shared=2, origin="SY06")
    unseen = came(5, hours=2)._replace(shared=1, origin="SY10")
    strangers = came(7, hours=3)
    together = came(16, hours=3, households=2)._replace(
        moved=[(4, 2, "SY06"), (5, 1, "SY10"), (7, 0, None)], unobserved=12
    )
    together = together._replace(people=replace(together.people, cells=seen.people.cells))
    left_again = event(-1, hours=4, total=2)
    one_by_one = facts_of([seen, unseen, strangers, left_again], FRAME, 3)
    assert facts_of([left_again, together], FRAME, 3) == one_by_one
    assert one_by_one is not None
    assert one_by_one.crossed == (7, 12, 16, 2, 2, 2)


def test_the_people_of_a_level_are_those_shown() -> None:
    for total, cells in ((7, {"female:0-4": 9}), (-3, {"male:60+": -4}), (0, {})):
        level = Level(total=Tally(total=total), cells=UNHCR.vector(cells))
        assert level.people == level.shown(FRAME).total == max(0, total)
