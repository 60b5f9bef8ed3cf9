"""Who needs special care at a place: each category is folded as people are, by one rule with the alert of children."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.core.statements import Change, changes_of
from app.counts.people import People
from app.dashboard.policy import told_of_changes
from app.population.facts import NOBODY, Event, facts_of
from app.population.levels import Level, advance
from app.population.queries.needs import Spoken, folded
from tests.factories.seen import FRAME, NOON

SAID = st.lists(
    st.tuples(
        st.sampled_from([-1, 0, 1]),
        st.integers(0, 5),
        st.one_of(st.none(), st.integers(0, 20)),
        st.sampled_from(["full_count", "secondary_report"]),
        st.sampled_from([None, True, False]),
    ),
    max_size=12,
)


def spoken_of(said: list[tuple[int, int, int | None, str, bool | None]]) -> list[tuple[Event, dict[str, int]]]:
    found = []
    for number, (direction, hours, children, method, decided) in enumerate(said, 1):
        at = NOON + timedelta(hours=hours)
        about = (method, decided) if direction == 0 else (None, None)
        event = Event(UUID(int=number), at, at, direction, People(total=50), *about, unaccompanied=children)
        found.append((event, {} if children is None else {"SC": children}))
    return found


@given(SAID)
def test_of_children_who_are_alone_it_says_what_the_alert_says(
    said: list[tuple[int, int, int | None, str, bool | None]],
) -> None:
    spoken: list[Spoken] = list(spoken_of(said))
    facts = facts_of([event for event, _ in spoken], FRAME)
    alone = 0 if facts is None else advance(Level(NOBODY, (0,) * FRAME.scheme.size), facts).unaccompanied
    here = folded(spoken, FRAME)
    assert (here["SC"].people if "SC" in here else 0) == alone
    assert folded(spoken[::-1], FRAME) == here


def test_a_count_that_does_not_speak_of_a_category_leaves_it() -> None:
    events = [event for event, _ in spoken_of([(1, 0, None, "", None), (0, 1, None, "full_count", None)])]
    here = folded([(events[0], {"DS": 4, "PL": 2}), (events[1], {"PL": 3})], FRAME)
    assert {code: (said.people, said.at) for code, said in here.items()} == {
        "DS": (4, events[0].stands_at),
        "PL": (3, events[1].stands_at),
    }


def test_how_a_place_changed_is_told_newest_first_without_where_it_exactly_lies() -> None:
    later = NOON + timedelta(days=1)
    said = [
        (later, UUID(int=2), {"capacity": 200, "status": "open", "lat": 35.4}),
        (NOON, UUID(int=1), {"name": {"en": "School"}, "capacity": 150, "lat": 35.3, "status": "open"}),
        (later, UUID(int=3), {"lat": 35.5}),
        (later, UUID(int=4), {"admits": {"cells": ["female:*", "*:0-4"]}, "toilets": None}),
    ]
    told = told_of_changes(changes_of(said))
    assert told == [
        Change(later, {"admission": (None, "women_and_children")}),
        Change(later, {"capacity": (150, 200)}),
        Change(NOON, {"capacity": (None, 150), "status": (None, "open")}),
    ]
    assert changes_of(said, until=NOON) == changes_of(said[1:2])
