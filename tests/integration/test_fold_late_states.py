"""What was said late of a shelter: its capacity as of each day, also where that shows only later."""

from datetime import date, datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.refresh import refresh, verify
from app.core import clock
from app.intake.service import take
from app.places.queries import frame_of
from app.population.past import Cut, past_of
from app.population.queries import operation_figure, shelter_figures
from tests.factories.amending import corrected, one_place
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state, make_actor, make_operation


def places_by_day(session: Session) -> list[int | None]:
    rows = session.execute(text("SELECT rules -> 'occupancy' ->> 'places' AS places FROM place_days ORDER BY day"))
    return [None if row.places is None else int(row.places) for row in rows]


def test_a_late_statement_that_shows_only_days_later_changes_those_days(session: Session) -> None:
    actor = make_actor(session, make_operation(session))
    reports = [
        a_shelter(code="KHM", at="2025-03-01T08:00:00+03:00", capacity=None),
        a_headcount("KHM", at="2025-03-03T12:00:00+03:00", people=90),
        a_state("KHM", at="2025-03-05T12:00:00+03:00", capacity=100),
        a_headcount("KHM", at="2025-03-06T12:00:00+03:00", people=90),
    ]
    take(session, actor=actor, reports=reports)
    refresh(session)
    assert places_by_day(session) == [None, None, 100, 100]
    # Ten places are blocked since the 2nd: seen only once the capacity is known, on the 5th.
    take(session, actor=actor, reports=[a_state("KHM", at="2025-03-02T12:00:00+03:00", blocked=10)])
    refresh(session)
    assert places_by_day(session) == [None, None, None, 90, 90]
    assert [found for part in verify(session) for found in part] == []
    assert session.scalar(text("SELECT severity FROM alerts WHERE rule = 'occupancy'")) == "critical"


def test_a_late_covered_area_holds_once_the_declared_capacity_is_unknown_again(session: Session) -> None:
    actor = make_actor(session, make_operation(session))
    reports = [
        a_shelter(code="KHM", at="2025-03-01T08:00:00+03:00", capacity=500),
        a_headcount("KHM", at="2025-03-03T12:00:00+03:00", people=90),
        a_state("KHM", at="2025-03-05T12:00:00+03:00", capacity=None),
    ]
    take(session, actor=actor, reports=reports)
    refresh(session)
    take(session, actor=actor, reports=[a_state("KHM", at="2025-03-02T12:00:00+03:00", covered_area_m2=350)])
    refresh(session)
    assert places_by_day(session) == [500, 500, 500, 100]
    assert [found for part in verify(session) for found in part] == []


def test_a_count_of_today_without_an_hour_raises_no_alert_in_the_future(session: Session) -> None:
    """A day-dated headcount stands at the day's end, which is still to come."""
    actor = make_actor(session, make_operation(session))
    reports = [a_shelter(capacity=100), a_headcount("KHM", at=clock.now(), people=120, precision="day")]
    take(session, actor=actor, reports=reports)
    refresh(session)
    [(since, opened_at)] = session.execute(text("SELECT since, opened_at FROM alerts")).all()
    assert since <= opened_at
    assert session.scalar(text("SELECT since <= at FROM alert_transitions"))


def test_a_shelter_that_is_taken_back_is_described_no_more(session: Session) -> None:
    actor = make_actor(session, make_operation(session), role="coordinator")
    mistake = a_shelter(code="OOPS")
    take(session, actor=actor, reports=[mistake, a_state("OOPS", at="2025-03-05T12:00:00+03:00", capacity=50)])
    refresh(session)
    take(session, actor=actor, reports=[corrected(mistake["id"], None)])
    refresh(session)
    assert session.scalar(text("SELECT count(*) FROM place_days")) == 0
    assert session.scalar(text("SELECT sum(change[8]) FROM area_days WHERE area_code = ''")) == 0
    assert [found for part in verify(session) for found in part] == []


def test_a_shelter_put_elsewhere_changes_whose_border_was_crossed_at_the_other_end(session: Session) -> None:
    """Forty left the district for a shelter outside it, which turns out to lie inside: at either end nobody left."""
    actor = make_actor(session, make_operation(session), role="coordinator")
    noon, there = "2025-03-10T12:00:00+03:00", a_shelter(code="BAN", area="SY1002")
    take(session, actor=actor, reports=[a_shelter(code="KHM"), there, a_headcount("KHM", at=noon, people=100)])
    take(session, actor=actor, reports=[a_movement(source="KHM", to="BAN", at="2025-03-11T12:00:00+03:00", people=40)])
    refresh(session)
    left = text("SELECT change[cardinality(change)] FROM area_days WHERE area_code = 'SY0602' AND day = '2025-03-11'")
    assert session.scalar(left) == 40
    take(session, actor=actor, reports=[corrected(there["id"], {**there, "area": "SY0602"})])
    refresh(session)
    assert session.scalar(left) == 0
    assert [found for part in verify(session) for found in part] == []


def test_who_is_on_the_way_at_noon_has_left_the_district_that_holds_both_ends(session: Session) -> None:
    actor = make_actor(session, make_operation(session), role="coordinator")
    moved = {"at": "2025-03-11T16:00:00+03:00", "left_at": "2025-03-11T10:00:00+03:00", "people": 20}
    reports = [
        a_shelter(code="KHM"),
        a_shelter(code="JAB"),
        a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people=100),
        a_movement(source="KHM", to="JAB", **moved),
    ]
    take(session, actor=actor, reports=reports)
    refresh(session)
    frame = frame_of(session, actor.scope.operation_id)
    noon = past_of(session, frame, Cut.of(frame, as_of=datetime.fromisoformat("2025-03-11T12:00:00+03:00")))
    figure = operation_figure(session, scope=actor.scope, past=noon)
    assert (figure.people.total, figure.left, figure.adjusted) == (80, 20, 0)


def test_of_two_decisions_on_a_headcount_the_later_holds(session: Session) -> None:
    actor = make_actor(session, make_operation(session), role="coordinator")
    count = a_headcount("KHM", at="2025-03-03T12:00:00+03:00", people=90)
    said = {"kind": "decision", "headcount": count["id"], "reason": "seen at the gate"}
    decisions = [
        {**said, "id": str(uuid4()), "occurred_at": f"2025-03-04T{hour}:00:00+03:00", "adopt": hour == "15"}
        for hour in ("15", "09")
    ]
    take(session, actor=actor, reports=[a_shelter(code="KHM"), count, *decisions])
    refresh(session)
    assert session.execute(text("SELECT basis FROM place_days ORDER BY day DESC LIMIT 1")).scalar() == "counted"


def test_two_that_are_one_were_two_until_somebody_knew(session: Session) -> None:
    actor = make_actor(session, make_operation(session), role="coordinator")
    start = clock.now()
    at = "2025-03-03T12:00:00+03:00"
    counts = [a_headcount("KHM", at=at, people=100), a_headcount("JAB", at=at, people=7)]
    take(session, actor=actor, reports=[a_shelter(code="KHM"), a_shelter(code="JAB"), *counts])
    merge = {
        "id": str(uuid4()),
        "kind": "same_place",
        "occurred_at": at,
        "keep": "KHM",
        "other": "JAB",
        "reason": "one",
    }
    with patch.object(clock, "now", lambda: start + timedelta(hours=1)):
        take(session, actor=actor, reports=[merge])
        while refresh(session):
            pass
        frame = frame_of(session, actor.scope.operation_id)
        past = past_of(session, frame, Cut.of(frame, as_of=date(2025, 3, 4), known_on=start + timedelta(minutes=1)))
    known = {one.shelter: one.people.total for one in shelter_figures(session, scope=actor.scope, past=past).items}
    assert known == {"KHM": 100, "JAB": 7}


def test_who_came_before_a_count_and_who_came_after_it_did_not_come_together(session: Session) -> None:
    """Movements that are alike are added up, but for a headcount between them; also one under the other code."""
    actor = make_actor(session, make_operation(session), role="coordinator")
    reports = [a_shelter(code=code, capacity=500) for code in ("KHM", "JAB")]
    take(session, actor=actor, reports=[*reports, one_place("KHM", "JAB")])
    said = [
        a_movement(at="2025-03-10T08:00:00+03:00", people=40, to="KHM"),
        a_headcount("JAB", at="2025-03-10T12:00:00+03:00", people=30),
        a_movement(at="2025-03-10T12:00:00+03:00", people=5, to="KHM"),
        a_movement(at="2025-03-11T08:00:00+03:00", people=7, to="KHM"),
        a_headcount("KHM", at="2025-03-11T12:00:00+03:00", people=41),
        a_movement(at="2025-03-11T13:00:00+03:00", people=2, to="KHM"),
    ]
    for known, people in ((said[:3], 35), (said, 43)):
        take(session, actor=actor, reports=known)
        refresh(session)
        assert {one.shelter: one.people.total for one in shelter_figures(session, scope=actor.scope).items} == {
            "KHM": people
        }
    assert [found for part in verify(session) for found in part] == []


def test_two_that_turn_out_to_be_one_are_counted_together_and_moves_between_them_are_none(session: Session) -> None:
    operation = make_operation(session)
    actor, noon = make_actor(session, operation, role="coordinator"), "2025-03-03T12:00:00+03:00"
    reports = [
        a_shelter(code="KHM", at="2025-03-01T08:00:00+03:00"),
        a_shelter(code="JAB", at="2025-03-01T08:00:00+03:00"),
        *(a_movement(at=noon, to="KHM", people=5) for _ in range(2)),
        *(a_movement(at=noon, to="JAB", people=7) for _ in range(2)),
        *(a_movement(at=noon, source="JAB", to="KHM", people=3) for _ in range(2)),
    ]
    take(session, actor=actor, reports=reports)
    while refresh(session):
        pass
    take(session, actor=actor, reports=[one_place("KHM", "JAB")])
    while refresh(session):
        pass
    kept = text("SELECT came, \"left\" FROM place_days JOIN shelters ON shelters.id = place_id WHERE code = 'KHM'")
    assert [(day.came, day.left) for day in session.execute(kept)][-1] == (24, 0)
    next_noon = "2025-03-04T12:00:00+03:00"
    later = [a_movement(at=next_noon, to="JAB", people=2), a_movement(at=next_noon, to="KHM", people=1)]
    take(session, actor=actor, reports=later)
    while refresh(session):
        pass
    assert {one.shelter: one.people.total for one in shelter_figures(session, scope=actor.scope).items} == {"KHM": 27}
    take(session, actor=actor, reports=[a_shelter(code="LTK"), one_place("LTK", "KHM")])
    while refresh(session):
        pass
    assert {one.shelter: one.people.total for one in shelter_figures(session, scope=actor.scope).items} == {"LTK": 27}
    assert [found for part in verify(session) for found in part] == []
