"""`/dashboard/changes`: what became different since somebody looked, also by reports about earlier days."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import db
from app.dashboard.policy import newly, stands
from app.dashboard.views import changes
from app.places.queries import frame_of
from app.population import queries as population
from app.population.past import Cut, past_of
from app.population.queries.changes import change_of, changed_shelters
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state
from tests.factories.pages import words_of
from tests.factories.teams import Team, make_team

PAGE = "/dashboard/changes"
NOW = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def looked(clock: time_machine.Traveller, database: str) -> Team:
    """Who looked yesterday, when a hundred were at KHM."""
    team = make_team()
    team.sends(a_state("KHM", at=NOW - 50 * HOUR, capacity=110, status="open"))
    team.sends(a_headcount("KHM", at=NOW - 40 * HOUR, people=100))
    team.people()
    clock.shift(HOUR)
    team.coordinator.open("/dashboard")
    clock.shift(10 * HOUR)
    return team


def shown(team: Team, query: str = "") -> str:
    return words_of(team.coordinator.open(f"{PAGE}{query}").text)


def test_nothing_changed(looked: Team) -> None:
    looked.coordinator.open("/dashboard")
    said = shown(looked)
    assert "Since you looked last" in said
    people = "Arrivals reported ±0 Departures reported ±0 Adjusted by counts ±0"
    assert f"Known then at least 100 {people} Now at least 100" in said
    assert "Nothing was reported of any shelter." in said
    assert "None began and none ended." in said


def test_what_changed_since_the_visit_before_this_one(looked: Team, clock: time_machine.Traveller) -> None:
    looked.sends(a_movement(at=NOW + 3 * HOUR, to="KHM", people=30))
    looked.sends(a_movement(at=NOW + 4 * HOUR, source="KHM", people=5))
    looked.sends(a_movement(at=NOW - 9 * 24 * HOUR, to="SCH", people=7))  # late, and news all the same
    looked.sends(a_shelter(code="NEW"))
    looked.people()
    clock.shift(HOUR)
    for _ in range(2):  # reloading is not looking again
        looked.coordinator.open("/dashboard")
        said = shown(looked)
        people = "Arrivals reported +37 Departures reported −5 Adjusted by counts ±0"
        assert f"Known then at least 100 {people} Now at least 132" in said
        assert "Shelter KHM Jablah 100 125 was: nearly full now: 15 over" in said
        assert "Shelter NEW Jablah · new – not known" in said
        assert "Shelter SCH Jablah not known at least 7" in said
        assert "began Shelter KHM" in said


def test_what_nobody_knew_is_not_called_none(looked: Team) -> None:
    assert "Known then not known Arrivals reported ±0" in shown(looked, "?hours=168"), "nothing was reported then"


def test_what_was_seen_is_not_told_again(looked: Team, clock: time_machine.Traveller) -> None:
    looked.sends(a_movement(at=NOW + 3 * HOUR, to="KHM", people=30))
    looked.people()
    clock.shift(HOUR)
    assert "+30" in shown(looked)
    token = re.search(r'name="csrf_token" value="([^"]+)"', looked.coordinator.open(PAGE).text)
    assert token is not None
    answer = looked.coordinator.client.post("/dashboard/seen", data={"csrf_token": token[1]})
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    clock.shift(HOUR)
    assert "Nothing was reported of any shelter." in shown(looked)
    assert "+30" in shown(looked, "?hours=24")


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        (f"?as_of={(NOW - 72 * HOUR).date()}", {}),
        (f"?known_on={(NOW - 24 * HOUR).date()}", {}),
        ("?map=35.3,35.9,20", {"X-Mawa-Part": "1"}),
        ("", {"X-Mawa-Part": "1"}),
    ],
)
def test_only_who_opens_the_situation_of_now_has_looked(
    looked: Team, clock: time_machine.Traveller, query: str, headers: dict[str, str]
) -> None:
    looked.sends(a_movement(at=NOW + 3 * HOUR, to="KHM", people=30))
    looked.people()
    clock.shift(HOUR)
    for _ in range(2):
        answer = looked.coordinator.client.get(f"/dashboard{query}", headers=headers)
        assert answer.status_code == 200
        assert "looked" not in answer.headers.get("Set-Cookie", "")
        clock.shift(HOUR)
    assert "+30" in shown(looked)


@pytest.mark.parametrize("query", ["?as_of=", "?area=SY0602", "?as_of=never"])
def test_who_is_shown_now_has_looked(looked: Team, query: str) -> None:
    answer = looked.coordinator.open(f"/dashboard{query}")
    assert answer.headers["Set-Cookie"].startswith("looked=")


def test_alerts_that_are_not_listed_are_counted(
    looked: Team, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LISTED", 1)
    codes = ("SCH", "NEW", "OLD")
    looked.sends(a_shelter(code="NEW"), a_shelter(code="OLD"))
    looked.sends(*(a_state(code, at=NOW + 2 * HOUR, capacity=50, status="open") for code in codes))
    looked.sends(*(a_headcount(code, at=NOW + 3 * HOUR, people=90) for code in codes))
    looked.people()
    clock.shift(HOUR)
    said = shown(looked)
    assert said.count("began Shelter") == 1
    assert "2 more alerts began." in said and "more alerts ended" not in said
    looked.sends(*(a_headcount(code, at=NOW + 11 * HOUR, people=9) for code in codes))
    looked.people()
    said = shown(looked)
    assert said.count("ended Shelter") == 1
    assert "2 more alerts ended." in said


def test_another_person_at_the_same_browser_has_not_looked(looked: Team) -> None:
    cookie = looked.coordinator.client.get_cookie("looked", path="/dashboard")
    assert cookie is not None and "@" not in cookie.value
    stranger = looked.visitors["stranger"]
    stranger.client.set_cookie("looked", cookie.value, path="/dashboard")
    assert "You have not looked here before" in shown_to(stranger)


def shown_to(visitor: object) -> str:
    return words_of(visitor.open(PAGE).text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kept", ["", "x", "a.b.c", "1.2.3", "….9999999999999.1"])
def test_what_a_browser_made_up_is_not_read(looked: Team, kept: str) -> None:
    looked.coordinator.client.set_cookie("looked", kept, path="/dashboard")
    assert "You have not looked here before" in shown(looked)


def test_nothing_from_outside_their_areas(looked: Team) -> None:
    looked.sends(a_movement(at=NOW + 3 * HOUR, to="FAR", people=500), who="stranger")
    looked.people()
    said = shown(looked)
    assert "500" not in said and "FAR" not in said


REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["in", "out", "count"]),
        st.sampled_from(["KHM", "SCH"]),
        st.integers(1, 40),
        st.integers(0, 20),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=REPORTS)
def test_it_is_the_difference_of_two_situations(
    told: list[tuple[str, str, int, int, bool]], clock: time_machine.Traveller, database: str
) -> None:
    """Of what was known then, and of what is: people, who came and who left over all days, each shelter's figure."""
    clock.move_to(NOW)
    team = make_team()
    for is_late in (False, True):
        for kind, place, people, days, late in told:
            at = NOW - days * 24 * HOUR - HOUR
            if late != is_late:
                continue
            if kind == "count":
                team.sends(a_headcount(place, at=at, people=people))
            else:
                end = {"to": place} if kind == "in" else {"source": place}
                team.sends(a_movement(at=at, people=people, **end))  # type: ignore[arg-type]
        team.people()
        clock.shift(HOUR)
    scope = team.actors["coordinator"].scope
    with db.new_snapshot() as session:
        frame = frame_of(session, scope.operation_id)
        past = past_of(session, frame, Cut.of(frame, known_on=NOW + HOUR / 2))
        change = change_of(session, scope=scope, past=past)
        before, now = (population.operation_figure(session, scope=scope, past=one) for one in (past, None))
        first = (NOW - 30 * 24 * HOUR).date()
        codes = population.top_codes(session, scope)
        sums = [
            [sum(part) for part in zip(*((one.came, one.left) for one in days), strict=True)]
            for days in (
                population.area_days(session, codes=codes, first=first, past=past),
                population.area_days(session, codes=codes, first=first, past=past.present(frame, Cut.of(frame))),
            )
        ]
        shelters = changed_shelters(session, scope=scope, past=past)
        then = {one.shelter: one for one in population.shelter_figures(session, scope=scope, past=past).items}
        present = {one.shelter: one for one in population.shelter_figures(session, scope=scope).items}
    assert change.people == (now.people.total or 0) - (before.people.total or 0)
    assert [change.came, change.left] == [sums[1][0] - sums[0][0], sums[1][1] - sums[0][1]]
    assert change.came - change.left + change.adjusted == change.people
    told_of = {one.now.shelter: one for one in shelters}
    for code, figure in present.items():
        if code in told_of:
            assert (told_of[code].then, told_of[code].now) == (then[code], figure)
        else:
            assert (then[code].people, then[code].basis) == (figure.people, figure.basis)
    ranks = [newly(one) for one in shelters]
    assert len(set(ranks)) == len(ranks), "in one order"
    assert {stands(one.now) for one in shelters} <= {"not_known"}
