"""What the door says beside yes: warnings, and clocks that are put right."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core import clock
from app.intake.schemas import Result
from app.intake.service import take
from tests.factories.operations import (
    a_movement,
    a_shelter,
    a_state,
    make_actor,
    make_operation,
)

NOON = "2025-03-10T12:00:00+03:00"


@pytest.fixture
def actor(session: Session) -> Actor:
    found = make_actor(session, make_operation(session))
    assert statuses(take(session, actor=found, reports=[a_shelter(capacity=100)])) == ["accepted"]
    return found


def statuses(results: list[Result]) -> list[str]:
    return [result.status for result in results]


def faults(result: Result) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in result.errors]


def stored(session: Session, actor: Actor) -> int:
    wanted = text("SELECT count(*) FROM reports WHERE operation_id = :operation")
    return session.scalar(wanted, {"operation": actor.scope.operation_id}) or 0


def test_a_closed_shelter_takes_people_with_a_warning(session: Session, actor: Actor) -> None:
    take(session, actor=actor, reports=[a_state("KHM", at=NOON, status="closed")])
    [result] = take(session, actor=actor, reports=[a_movement(at=NOON, to="KHM", people=4)])
    assert (result.status, [warning.code for warning in result.warnings]) == ("accepted", ["shelter_closed"])


def test_a_position_outside_the_country_is_taken_with_a_warning(session: Session, actor: Actor) -> None:
    [result] = take(session, actor=actor, reports=[a_shelter(code="X", lat=48.85, lon=2.35)])
    assert (result.status, [warning.code for warning in result.warnings]) == ("accepted", ["outside_country"])


@pytest.mark.parametrize("wrong", [timedelta(days=2), timedelta(days=-2), timedelta(minutes=6)])
def test_what_a_wrong_clock_filled_in_is_put_right_and_what_was_typed_is_not(
    session: Session, actor: Actor, wrong: timedelta
) -> None:
    now = clock.now()
    really, typed = now - timedelta(hours=3), now - timedelta(days=5)
    left_at = (really + wrong - timedelta(hours=1)).isoformat()
    by_device = a_movement(at=really + wrong, left_at=left_at, to="KHM", people=1, clock="device")
    by_hand = [a_movement(at=typed, to="KHM", people=2, clock="typed"), a_movement(at=typed, to="KHM", people=3)]
    results = take(session, actor=actor, reports=[by_device, *by_hand], sent_at=now + wrong)
    assert [[warning.code for warning in result.warnings] for result in results] == [["clock_shifted"], [], []]
    assert results[0].warnings[0].details == {"minutes": round(-wrong.total_seconds() / 60)}
    rows = session.execute(text("SELECT *, content ->> 'occurred_at' AS sent FROM reports WHERE kind = 'movement'"))
    at = {row.total: row for row in rows}
    assert abs(at[1].occurred_at - really) < timedelta(seconds=10)
    assert abs(at[1].left_at - (really - timedelta(hours=1))) < timedelta(seconds=10)
    assert (at[2].occurred_at, at[3].occurred_at) == (typed, typed)
    assert at[1].sent.startswith((really + wrong).isoformat()[:16])


def test_clocks_within_five_minutes_agree(session: Session, actor: Actor) -> None:
    now = clock.now()
    at = now - timedelta(hours=1)
    report = a_movement(at=at, to="KHM", people=1, clock="device")
    [result] = take(session, actor=actor, reports=[report], sent_at=now + timedelta(minutes=4, seconds=50))
    assert result.warnings == ()
    assert session.scalar(text("SELECT occurred_at FROM reports WHERE kind = 'movement'")) == at


@pytest.mark.parametrize("by", ["device", "typed"])
def test_what_lies_in_the_future_is_taken_as_now(session: Session, actor: Actor, by: str) -> None:
    ahead = clock.now() + timedelta(days=2)
    report = a_movement(at=ahead, left_at=(ahead - timedelta(hours=1)).isoformat(), to="KHM", people=1, clock=by)
    [result] = take(session, actor=actor, reports=[report])
    assert [warning.code for warning in result.warnings] == ["in_future"]
    row = session.execute(text("SELECT * FROM reports WHERE kind = 'movement'")).one()
    assert row.occurred_at == row.left_at == row.recorded_at


@pytest.mark.parametrize(
    ("occurred_at", "sent_at_days"),
    [
        ("9999-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59Z", -400),
        ("9999-12-31T23:59:59Z", -600_000),
        (NOON, -600_000),
        (NOON, 2_000_000),
        ("1950-01-01T00:00:00Z", 2_000_000),
    ],
)
def test_absurd_clocks_are_answered_not_tripped_over(
    session: Session, actor: Actor, occurred_at: str, sent_at_days: int | None
) -> None:
    sent_at = None if sent_at_days is None else clock.now() + timedelta(days=sent_at_days)
    report = a_movement(at=occurred_at, to="KHM", people=1, clock="device", precision="day")
    results = take(session, actor=actor, reports=[report, a_movement(at=NOON, to="KHM", people=2)], sent_at=sent_at)
    assert results[0].status in ("accepted", "rejected")
    assert results[1].status == "accepted"
