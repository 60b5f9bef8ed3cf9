"""What a hold took out stays out, whoever tries to bring it back; and what counts again is not said to be left out."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app.core import clock, db
from app.holds import queries, service
from app.holds.errors import OwnHold
from app.holds.queries import left_out
from app.intake.service import take
from app.ledger.queries import versions_of
from app.places.models import Operation
from app.places.queries import frame_of
from tests.factories.amending import NOON, corrected
from tests.factories.folding import differences, together
from tests.factories.holding import Doubt, hold, make_doubt, people_at, settle, shown, tell
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor


@pytest.fixture
def doubt(database: str) -> Doubt:
    """50 people are at A; what is doubted comes on top."""
    found = make_doubt()
    tell(found.other, a_shelter(code="A"), a_headcount("A", at=NOON, people=50))
    return found


def standing(report: dict[str, object]) -> str:
    with db.new_session() as session:
        return str(versions_of(session, UUID(str(report["id"])))[-1].id)


@pytest.mark.parametrize("device", [None, "another phone"])
@pytest.mark.parametrize("is_settled", [False, True])
def test_who_sent_it_cannot_bring_it_back(doubt: Doubt, device: str | None, is_settled: bool) -> None:
    arrival = a_movement(to="A", at=clock.now(), people=500)
    tell(doubt.doubted, arrival, device="their phone")
    held = hold(doubt.coordinator, replace(doubt.theirs, device="their phone", until=clock.now()))
    if is_settled:
        settle(doubt.coordinator, held, "set_aside")
    again = corrected(standing(arrival), {**arrival, "people": {"total": 400}})
    with db.unit_of_work() as session:
        (refused,) = take(session, actor=doubt.doubted, reports=[again], device=device)
    assert (refused.status, [fault.code for fault in refused.errors]) == ("rejected", ["taken_back_by_others"])
    assert people_at(doubt, "A") == 50


def test_what_they_took_back_themselves_they_may_bring_back(doubt: Doubt) -> None:
    arrival = a_movement(to="A", at=clock.now(), people=5)
    tell(doubt.doubted, arrival)
    tell(doubt.doubted, corrected(standing(arrival), None))
    tell(doubt.doubted, corrected(standing(arrival), {**arrival, "people": {"total": 6}}))
    assert people_at(doubt, "A") == 56


def test_what_a_coordinator_made_count_again_is_not_said_to_be_left_out(doubt: Doubt) -> None:
    arrival, other = (a_movement(to="A", at=clock.now(), people=people) for people in (500, 7))
    tell(doubt.doubted, arrival, other)
    held = hold(doubt.coordinator, doubt.theirs)
    tell(doubt.coordinator, corrected(standing(arrival), {**arrival, "people": {"total": 5}}))
    assert people_at(doubt, "A") == 55
    with db.new_session() as session:
        scope = doubt.coordinator.scope
        place = queries.places_of_hold(session, scope, held)[0]
        said = [left_out(session, scope), left_out(session, scope, place_id=place.id)]
    assert [(one.reports, one.saying) for one in said if one] == [(1, 7), (1, 7)]
    assert (place.reports, place.came) == (1, 7)
    progress = shown(doubt.coordinator, held).progress
    assert (progress.out, progress.left, progress.saying) == (1, 1, 7)
    settle(doubt.coordinator, held)
    progress = shown(doubt.coordinator, held).progress
    assert (progress.out, progress.back, progress.left, progress.saying) == (0, 1, 1, 0)
    assert people_at(doubt, "A") == 62


def test_a_device_that_only_changed_what_another_had_sent_is_listed_and_held(doubt: Doubt) -> None:
    arrival = a_movement(to="A", at=clock.now(), people=52)
    tell(doubt.doubted, arrival, device="phone")
    tell(doubt.doubted, corrected(arrival["id"], {**arrival, "people": {"total": 5200}}), device="thief")
    theirs = replace(doubt.theirs, device="thief")
    with db.new_session() as session:
        frame = frame_of(session, doubt.coordinator.scope.operation_id)
        devices = {one.name: one.reports for one in queries.devices_of(session, doubt.theirs)}
        (listed,) = queries.sent_by(session, theirs, frame=frame, limit=10)
        (whole,) = queries.sent_by(session, doubt.theirs, frame=frame, limit=10)
        assert queries.count_of(session, theirs) == 1
    assert devices == {"phone": 1, "thief": 1}
    assert (listed.is_correction, listed.is_anothers, listed.people) == (True, False, 5200)
    assert not whole.is_correction
    held = hold(doubt.coordinator, theirs)
    assert people_at(doubt, "A") == 102
    settle(doubt.coordinator, held)
    assert people_at(doubt, "A") == 5250
    assert differences() == []


def test_the_same_hold_sent_twice_at_once_is_made_once(doubt: Doubt) -> None:
    tell(doubt.doubted, a_movement(to="A", at=clock.now() - timedelta(minutes=1), people=7))
    hold_id = uuid4()

    def make() -> None:
        with db.unit_of_work() as session:
            service.hold(session, actor=doubt.coordinator, hold_id=hold_id, theirs=doubt.theirs, reason="lost")

    together(make, make, make, make)
    assert shown(doubt.coordinator, hold_id).found == 1


def test_whoever_is_held_does_not_settle_it(doubt: Doubt) -> None:
    tell(doubt.coordinator, a_movement(to="A", at=clock.now(), people=500))
    with db.unit_of_work() as session:
        operation = session.get_one(Operation, doubt.coordinator.scope.operation_id)
        another = make_actor(session, operation, role="coordinator")
    held = hold(another, replace(doubt.theirs, person_id=doubt.coordinator.user_id))
    for state in ("released", "set_aside"):
        with pytest.raises(OwnHold):
            settle(doubt.coordinator, held, state)
    settle(another, held)
