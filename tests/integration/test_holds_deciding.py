"""Who may hold what, what happens meanwhile, and what stays."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.core import clock, db
from app.holds import service
from app.holds.errors import NoSuchHold, NoSuchPerson, Settled
from app.holds.queries import left_out
from app.ledger.queries import versions_of
from app.places.models import Operation
from tests.factories.amending import NOON, corrected
from tests.factories.folding import differences, together
from tests.factories.holding import (
    Doubt,
    begin_hold,
    everything,
    finish,
    hold,
    make_doubt,
    people_at,
    settle,
    shown,
    tell,
)
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, a_state, make_actor


@pytest.fixture
def doubt(database: str) -> Doubt:
    """A and B stand, counted; what is doubted comes on top."""
    found = make_doubt()
    tell(found.other, a_shelter(code="A"), a_shelter(code="B", area="SY1002"))
    tell(found.other, a_headcount("A", at=NOON, people=50), a_headcount("B", at=NOON, people=20))
    return found


def test_only_one_device_is_held_and_only_what_was_recorded_in_a_time(doubt: Doubt) -> None:
    tell(doubt.doubted, a_movement(to="A", at=clock.now(), people=1), device="phone 1")
    between = clock.now()
    tell(doubt.doubted, a_movement(to="A", at=clock.now(), people=10), device="phone 1")
    tell(doubt.doubted, a_movement(to="A", at=clock.now(), people=100), device="phone 2")
    tell(doubt.doubted, a_movement(to="A", at=clock.now(), people=1000))
    assert people_at(doubt, "A") == 1161
    for theirs, left in (
        (replace(doubt.theirs, device="phone 1"), 1150),
        (replace(doubt.theirs, device="phone 1", since=between), 1151),
        (replace(doubt.theirs, until=between), 1160),
        (replace(doubt.theirs, device=""), 161),
    ):
        held = hold(doubt.coordinator, theirs)
        assert people_at(doubt, "A") == left
        settle(doubt.coordinator, held)
        assert people_at(doubt, "A") == 1161


def test_what_still_comes_is_held_too_unless_the_hold_has_an_end(doubt: Doubt) -> None:
    tell(doubt.doubted, a_movement(to="A", at=NOON, people=1))
    hold(doubt.coordinator, doubt.theirs)
    tell(doubt.doubted, a_movement(to="A", at=clock.now(), people=10))
    assert people_at(doubt, "A") == 60
    finish()
    assert people_at(doubt, "A") == 50
    with_end = replace(doubt.theirs, person_id=doubt.other.user_id, since=clock.now(), until=clock.now())
    hold(doubt.coordinator, with_end)
    tell(doubt.other, a_movement(to="A", at=clock.now(), people=3))
    finish()
    assert people_at(doubt, "A") == 53


def test_a_correction_by_somebody_meanwhile_survives_a_release(doubt: Doubt) -> None:
    arrival = a_movement(to="A", at=clock.now(), people=500)
    tell(doubt.doubted, arrival, a_movement(to="A", at=NOON, people=1))
    held = hold(doubt.coordinator, doubt.theirs)
    with db.new_session() as session:
        void = versions_of(session, UUID(arrival["id"]))[-1]
    tell(doubt.coordinator, corrected(str(void.id), {**arrival, "people": {"total": 5}}))
    finish()
    assert people_at(doubt, "A") == 55
    settle(doubt.coordinator, held)
    assert people_at(doubt, "A") == 56
    progress = shown(doubt.coordinator, held).progress
    assert (progress.out, progress.back, progress.left) == (0, 1, 1)
    assert differences() == []


def test_what_somebody_who_decides_puts_back_of_their_own_is_taken_out_again(doubt: Doubt) -> None:
    doubt = replace(doubt, doubted=replace(doubt.doubted, role="coordinator"))
    arrival = a_movement(to="A", at=clock.now(), people=500)
    tell(doubt.doubted, arrival)
    held, also = hold(doubt.coordinator, doubt.theirs), hold(doubt.coordinator, doubt.theirs)
    for people in (300, 200):
        with db.new_session() as session:
            void = versions_of(session, UUID(arrival["id"]))[-1]
        tell(doubt.doubted, corrected(str(void.id), {**arrival, "people": {"total": people}}))
        finish()
        assert people_at(doubt, "A") == 50
    assert [shown(doubt.coordinator, one).progress.saying for one in (held, also)] == [200, 200]
    settle(doubt.coordinator, held)
    assert people_at(doubt, "A") == 50
    settle(doubt.coordinator, also)
    assert people_at(doubt, "A") == 250
    assert differences() == []


def test_two_who_hold_the_same_take_it_out_once_and_the_last_to_release_puts_it_back(doubt: Doubt) -> None:
    for number in range(1, 40):
        tell(doubt.doubted, a_movement(to="A", at=clock.now(), people=number))
    before = everything(doubt.coordinator)
    with db.unit_of_work() as session:
        operation = session.get_one(Operation, doubt.coordinator.scope.operation_id)
        second = make_actor(session, operation, role="coordinator")
    both: list[UUID] = []
    together(
        lambda: both.append(begin_hold(doubt.coordinator, doubt.theirs)),
        lambda: both.append(begin_hold(second, doubt.theirs)),
    )
    together(finish, finish)
    assert people_at(doubt, "A") == 50
    assert [shown(second, one).progress.out for one in both] == [39, 39]
    settle(second, both[0])
    assert people_at(doubt, "A") == 50
    assert shown(second, both[0]).progress.kept == 39
    settle(second, both[1])
    assert everything(doubt.coordinator) == before
    assert differences() == []


def test_both_released_at_once_put_everything_back_once(doubt: Doubt) -> None:
    tell(doubt.doubted, a_movement(to="A", at=clock.now(), people=7))
    both = [hold(doubt.coordinator, doubt.theirs), hold(doubt.coordinator, doubt.theirs)]
    for one in both:
        with db.unit_of_work() as session:
            service.settle(session, actor=doubt.coordinator, hold_id=one, state="released")
    finish()
    assert people_at(doubt, "A") == 57
    assert [shown(doubt.coordinator, one).progress.back for one in both] == [1, 1]


def test_false_shelters_go_and_one_that_others_speak_of_stays(doubt: Doubt) -> None:
    tell(doubt.doubted, *(a_shelter(code=f"X-{number}") for number in range(5)), a_group("G-9", origin="SY0600"))
    tell(doubt.doubted, *(a_headcount(f"X-{number}", at=NOON, people=900) for number in range(5)))
    tell(doubt.doubted, a_shelter(code="TRUE", capacity=10), a_headcount("TRUE", at=NOON, people=3))
    tell(doubt.other, a_movement(to="TRUE", at=clock.now(), people=4), a_state("X-0", at=NOON, capacity=5))
    before = everything(doubt.coordinator)
    held = hold(doubt.coordinator, doubt.theirs)
    now = everything(doubt.coordinator)
    assert sorted(now.shelters) == ["A", "B", "TRUE"]
    assert now.shelters["TRUE"]["people"].total == 4
    assert now.shelters["TRUE"]["basis"] == "at_least"
    assert shown(doubt.coordinator, held).progress.out == 12
    settle(doubt.coordinator, held)
    assert everything(doubt.coordinator) == before
    assert differences() == []


def test_only_what_lies_in_the_areas_of_who_holds_is_held(doubt: Doubt) -> None:
    tell(doubt.doubted, a_movement(to="A", at=NOON, people=1), a_movement(to="B", at=NOON, people=2))
    tell(doubt.doubted, a_movement(source="A", to="B", at=clock.now(), people=4), a_group("G-7", origin="SY1002"))
    with db.unit_of_work() as session:
        operation = session.get_one(Operation, doubt.coordinator.scope.operation_id)
        local = make_actor(session, operation, role="coordinator", areas=["SY06"])
        elsewhere = make_actor(session, operation, role="coordinator", areas=["SY0600"])
    assert (people_at(doubt, "A"), people_at(doubt, "B")) == (47, 26)
    held = hold(local, replace(doubt.theirs, scope=local.scope))
    assert (people_at(doubt, "A"), people_at(doubt, "B")) == (50, 22)
    with pytest.raises(NoSuchPerson):
        hold(elsewhere, replace(doubt.theirs, scope=elsewhere.scope))
    for actor in (elsewhere, make_doubt("another").coordinator):
        with pytest.raises(NoSuchHold):
            settle(actor, held)
    with db.new_session() as session:
        out = left_out(session, local.scope)
        assert out is not None
        assert (out.reports, out.saying) == (2, 5)
        assert left_out(session, elsewhere.scope) is None
    settle(doubt.coordinator, held)
    assert (people_at(doubt, "A"), people_at(doubt, "B")) == (47, 26)


def test_a_hold_of_the_whole_operation_is_not_settled_by_who_sees_a_part(doubt: Doubt) -> None:
    tell(doubt.doubted, a_movement(to="A", at=NOON, people=1))
    held = hold(doubt.coordinator, doubt.theirs)
    with db.unit_of_work() as session:
        operation = session.get_one(Operation, doubt.coordinator.scope.operation_id)
        local = make_actor(session, operation, role="coordinator", areas=["SY06"])
    with pytest.raises(NoSuchHold):
        settle(local, held)
    settle(doubt.coordinator, held)
    with pytest.raises(Settled):
        settle(doubt.coordinator, held, "set_aside")


def test_held_again_after_a_release_it_is_out_again(doubt: Doubt) -> None:
    tell(doubt.doubted, a_movement(to="A", at=clock.now() - timedelta(hours=1), people=6))
    settle(doubt.coordinator, hold(doubt.coordinator, doubt.theirs))
    again = hold(doubt.coordinator, doubt.theirs)
    assert people_at(doubt, "A") == 50
    settle(doubt.coordinator, again)
    assert people_at(doubt, "A") == 56
    assert differences() == []
