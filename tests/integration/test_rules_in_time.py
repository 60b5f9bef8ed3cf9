"""What time alone changes: nobody is heard of, or nobody comes any more. And what is written down of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.alerts import service
from app.alerts.refresh import TRIED_AGAIN_AFTER, pass_time
from app.alerts.service import Present
from app.core import db
from tests.factories.folding import differences, drain, send
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state, make_actor, make_operation

NOON = datetime.fromisoformat("2025-03-10T12:00:00+03:00")
DAY = timedelta(days=1)


@pytest.fixture
def rana(database: str) -> Actor:
    with db.unit_of_work() as session:
        return make_actor(session, make_operation(session))


def look_again() -> int:
    """As the beat does, as often as there is something to look at."""
    looked_at = 0
    while True:
        with db.unit_of_work() as session:
            places = pass_time(session, most=10)
        if not places:
            return looked_at
        looked_at += places


def standing() -> dict[str, str]:
    with db.new_snapshot() as session:
        found = session.execute(text("SELECT rule, severity FROM alerts WHERE ended_at IS NULL"))
        return {row.rule: row.severity for row in found}


def transitions() -> list[tuple[str, str, datetime, datetime]]:
    with db.new_snapshot() as session:
        found = session.execute(
            text("""
              SELECT rule, after, step.since, at FROM alert_transitions AS step
              JOIN alerts ON alerts.id = alert_id ORDER BY at, rule
            """)
        )
        return [tuple(row) for row in found]  # type: ignore[misc]  # the columns are these


def test_nobody_heard_of_for_three_days(rana: Actor) -> None:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as clock:
        send(rana, a_shelter(capacity=100, status="open"), a_headcount("KHM", at=NOON, people=40))
        drain()
        assert look_again() == 0
        clock.move_to(NOON + 3 * DAY - timedelta(seconds=1))
        assert (look_again(), standing()) == (0, {})
        clock.move_to(NOON + 3 * DAY + timedelta(minutes=10))
        assert differences() == [], "what is due and not looked at yet is no difference"
        assert (look_again(), standing()) == (1, {"silence": "warning"})
        assert look_again() == 0
        assert transitions() == [
            ("silence", "warning", NOON + 3 * DAY, NOON + 3 * DAY + timedelta(minutes=10)),
        ]
        assert differences() == []
        clock.move_to(NOON + 5 * DAY)
        send(rana, a_movement(at=NOON + 5 * DAY, to="KHM", people=3))
        drain()
        assert standing() == {}
        assert differences() == []
        clock.move_to(NOON + 8 * DAY)
        assert (look_again(), standing()) == (1, {"silence": "warning"})


def test_a_later_report_moves_the_moment_without_being_written_down_each_time(rana: Actor) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        send(rana, a_shelter(capacity=100, status="open"), a_headcount("KHM", at=NOON, people=40))
        drain()
        first = due()
        for hours in (1, 2, 30):
            clock.move_to(NOON + timedelta(hours=hours))
            send(rana, a_movement(at=NOON + timedelta(hours=hours), to="KHM", people=1))
            drain()
            assert due() == first
        clock.move_to(NOON + 3 * DAY + timedelta(minutes=1))
        assert (look_again(), standing()) == (1, {})
        assert due() == NOON + timedelta(hours=30) + 3 * DAY


def due() -> datetime | None:
    with db.new_snapshot() as session:
        found: datetime | None = session.scalar(text("SELECT max(due_at) FROM place_now"))
        return found


def test_many_came_today_and_nobody_tomorrow(rana: Actor) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        send(rana, a_shelter(capacity=100, status="open"), a_movement(at=NOON, to="KHM", people=30))
        drain()
        assert standing() == {"inflow": "warning"}
        clock.move_to(datetime.fromisoformat("2025-03-11T00:00:01+03:00"))
        assert (look_again(), standing()) == (1, {})
        assert differences() == []


def test_a_closed_and_empty_shelter_is_left_alone(rana: Actor) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        send(rana, a_shelter(capacity=100, status="open"), a_headcount("KHM", at=NOON, people=0))
        drain()
        send(rana, a_state("KHM", at=NOON, status="closed"))
        drain()
        clock.move_to(NOON + 9 * DAY)
        look_again()
        assert standing() == {}
        assert due() is None
        send(rana, a_movement(at=NOON + 9 * DAY, to="KHM", people=2))
        drain()
        assert standing() == {"people_in_closed_shelter": "critical"}
        assert differences() == []


def test_what_waits_to_be_folded_is_not_looked_at_before(rana: Actor) -> None:
    """A report is there and not folded yet: nobody is told that nothing was heard."""
    with time_machine.travel(NOON, tick=False) as clock:
        send(rana, a_shelter(capacity=100, status="open"), a_headcount("KHM", at=NOON, people=40))
        drain()
        clock.move_to(NOON + 3 * DAY)
        send(rana, a_movement(at=NOON + 3 * DAY, to="KHM", people=3))
        assert (look_again(), standing()) == (0, {})
        drain()
        assert (look_again(), standing()) == (0, {})


def test_a_place_that_cannot_be_judged_holds_up_no_other(rana: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for code in ("BAD", "KHM", "JAB"):
            send(rana, a_shelter(code=code, capacity=100, status="open"), a_headcount(code, at=NOON, people=40))
        drain()
        clock.move_to(NOON + 3 * DAY)
        publish = service.publish

        def fails(session: Session, present: Sequence[Present]) -> None:
            publish(session, present)
            if any(one.place.id == bad for one in present):
                raise ArithmeticError

        with db.new_snapshot() as session:
            bad = session.scalar(text("SELECT id FROM shelters WHERE code = 'BAD'"))
        with monkeypatch.context() as broken:
            broken.setattr(service, "publish", fails)
            assert (look_again(), silent()) == (3, ["JAB", "KHM"])
            assert look_again() == 0, "it lets everybody else go first"
        clock.shift(TRIED_AGAIN_AFTER)
        assert (look_again(), silent()) == (1, ["BAD", "JAB", "KHM"])
        assert differences() == []


def silent() -> list[str]:
    with db.new_snapshot() as session:
        found = text(
            "SELECT code FROM alerts JOIN shelters ON shelters.id = place_id WHERE rule = 'silence' ORDER BY 1"
        )
        return list(session.scalars(found))
