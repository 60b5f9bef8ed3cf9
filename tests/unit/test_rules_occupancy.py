"""The occupancy rule and what is published of it: pure, from state to state."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.alerts.policy import next_step
from app.alerts.rules import RuleLevel, Thresholds, judge_of
from app.alerts.rules.occupancy import occupancy, occupancy_level
from app.alerts.rules.states import step as state_after
from app.population.schemas import Basis
from tests.factories.seen import FRAME, facts_of_day, level_of, seen

AT = datetime(2025, 3, 10, 12, tzinfo=UTC)
LATER = datetime(2025, 3, 11, 12, tzinfo=UTC)
RANK = ("ok", "warning", "critical")


def step(before: Any, people: int, places: int | None, basis: Basis = "counted", at: datetime = AT) -> dict[str, Any]:
    shown = seen(people=people, places=places, basis=basis)
    return state_after(before, occupancy(before["level"] if before else "ok", shown, Thresholds()), at)


@pytest.mark.parametrize(
    ("before", "people", "after"),
    [
        ("ok", 84, "ok"),
        ("ok", 85, "warning"),
        ("ok", 99, "warning"),
        ("ok", 100, "critical"),
        ("warning", 80, "warning"),
        ("warning", 79, "ok"),
        ("warning", 100, "critical"),
        ("critical", 95, "critical"),
        ("critical", 94, "warning"),
        ("critical", 80, "warning"),
        ("critical", 79, "ok"),
        ("critical", 0, "ok"),
    ],
)
def test_a_level_clears_lower_than_it_starts(before: RuleLevel, people: int, after: str) -> None:
    assert occupancy_level(before, people=people, places=100, limits=Thresholds()) == after


def test_people_where_there_is_no_place_are_critical() -> None:
    assert occupancy_level("ok", people=1, places=0, limits=Thresholds()) == "critical"
    assert occupancy_level("critical", people=0, places=0, limits=Thresholds()) == "ok"


@given(st.sampled_from(RANK), st.integers(0, 2_000), st.integers(0, 1_500))
def test_an_equal_value_changes_nothing_more(before: RuleLevel, people: int, places: int) -> None:
    once = occupancy_level(before, people=people, places=places, limits=Thresholds())
    assert occupancy_level(once, people=people, places=places, limits=Thresholds()) == once


@given(
    st.sampled_from(RANK),
    st.integers(0, 200),
    st.none() | st.integers(0, 150),
    st.sampled_from(["counted", "at_least", "unknown"]),
)
def test_a_step_is_idempotent(held: str, people: int, places: int | None, basis: Basis) -> None:
    before = {"level": held, "known": True, "since": AT.isoformat(), "people": 0, "places": 0}
    once = step(before, people, places, basis)
    assert step(once, people, places, basis, at=LATER) == once


@pytest.mark.parametrize("held", RANK)
@pytest.mark.parametrize(("places", "basis"), [(None, "counted"), (100, "unknown")])
def test_what_is_not_known_keeps_the_level_and_says_so(held: str, places: int | None, basis: Basis) -> None:
    before = {"level": held, "known": True, "since": AT.isoformat(), "people": 0, "places": 100}
    after = step(before, 300, places, basis, at=LATER)
    assert (after["level"], after["known"], after["since"]) == (held, False, AT.isoformat())


@pytest.mark.parametrize(
    ("held", "people", "level", "known"),
    [
        ("ok", 10, "ok", False),  # at least ten: nobody knows whether it is full
        ("ok", 90, "warning", True),
        ("ok", 100, "critical", True),
        ("warning", 82, "warning", True),
        ("warning", 10, "warning", False),
        ("critical", 96, "critical", True),
        ("critical", 90, "critical", False),
        ("critical", 0, "critical", False),
    ],
)
def test_at_least_so_many_may_raise_an_alert_and_never_clears_one(
    held: str, people: int, level: str, known: bool
) -> None:
    before = {"level": held, "known": True, "since": AT.isoformat(), "people": 0, "places": 100}
    after = step(before, people, 100, "at_least")
    assert (after["level"], after["known"]) == (level, known)


def test_since_is_when_the_level_was_reached_not_when_it_was_last_seen() -> None:
    first = step(None, 90, 100)
    still = step(first, 92, 100, at=LATER)
    full = step(still, 100, 100, at=LATER)
    assert (first["since"], still["since"], full["since"]) == (AT.isoformat(), AT.isoformat(), LATER.isoformat())


@pytest.mark.parametrize("published", RANK)
@pytest.mark.parametrize("level", RANK)
def test_only_what_is_known_is_published(published: RuleLevel, level: str) -> None:
    assert next_step(published, {"level": level, "known": False}) is None
    told = next_step(published, {"level": level, "known": True})
    assert (told is None) == (published == level)
    if told is not None:
        rises = RANK.index(level) > RANK.index(published)
        assert told.told == ("announce" if rises else "end" if level == "ok" else "nobody")


def test_capacity_is_that_of_the_days_end_in_the_operations_zone() -> None:
    statements = [
        (datetime(2025, 3, 9, 20, 59, tzinfo=UTC), UUID(int=1), {"capacity": 100}),  # 23:59 on the 9th in Damascus
        (datetime(2025, 3, 10, 21, 0, tzinfo=UTC), UUID(int=2), {"blocked": 90}),  # 00:00 on the 11th
    ]
    judge = judge_of(FRAME, statements, {})
    facts = facts_of_day(AT)
    assert judge({}, level_of(50), facts, date(2025, 3, 8)) == {}
    assert [judge({}, level_of(50), facts, date(2025, 3, day))["occupancy"]["places"] for day in (9, 10, 11)] == [
        100,
        100,
        10,
    ]
