"""Whose home it is, and who is under way: what a made-up history seldom tells so that it shows."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.refresh import refresh, verify
from app.intake.service import take
from app.places.queries import frame_of
from app.population.past import Cut, past_of
from app.population.queries.days import on_the_way
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, make_actor, make_operation

HOMES = text("SELECT origins FROM place_days ORDER BY day DESC LIMIT 1")
EVENING, MORNING = "2025-03-09T20:00:00+03:00", "2025-03-10T04:00:00+03:00"


def test_the_home_of_people_of_a_group_is_that_of_the_group(session: Session) -> None:
    """Also where the report names another, and where the group says another afterwards."""
    actor = make_actor(session, make_operation(session))
    reports = [
        a_shelter(code="KHM"),
        a_group("G-1", at=EVENING, origin="SY0602"),
        a_movement(at=MORNING, people=30, to="KHM", group="G-1", origin="SY1002"),
        a_movement(at=MORNING, people=5, to="KHM", origin="SY1002"),
    ]
    assert {result.status for result in take(session, actor=actor, reports=reports)} == {"accepted"}
    refresh(session)
    assert session.scalar(HOMES) == {"SY0602": 30, "SY1002": 5}
    take(session, actor=actor, reports=[a_group("G-1", at=MORNING, origin="SY0600")])
    refresh(session)
    assert session.scalar(HOMES) == {"SY0600": 30, "SY1002": 5}
    assert [found for part in verify(session) for found in part] == []


def test_who_has_left_is_on_the_way_until_they_arrive(session: Session) -> None:
    actor = make_actor(session, make_operation(session))
    reports = [
        a_shelter(code="KHM"),
        a_shelter(code="SCH"),
        a_headcount("SCH", at="2025-03-08T12:00:00+03:00", people=100),
        a_movement(at=MORNING, left_at=EVENING, people=40, source="SCH", to="KHM"),
    ]
    assert {result.status for result in take(session, actor=actor, reports=reports)} == {"accepted"}
    refresh(session)
    frame = frame_of(session, actor.scope.operation_id)
    assert frame is not None
    left, arrived, a_minute = datetime.fromisoformat(EVENING), datetime.fromisoformat(MORNING), timedelta(minutes=1)
    for at, people in ((left - a_minute, 0), (left, 40), (arrived - a_minute, 40), (arrived, 0)):
        past = past_of(session, frame, Cut.of(frame, as_of=at))
        assert on_the_way(session, scope=actor.scope, past=past) == people, at
