"""What changes places nobody named (a group's home, where a shelter lies, which two are one, a setting) while somebody
reports there: not seeing each other, neither may be forgotten."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.alerts.refresh import refresh, verify
from app.core import clock, db
from app.intake.service import take
from app.population.queries.flows import flows
from app.population.service import change_setting
from tests.factories.amending import NOON, Say, corrected, figures, one_place, past
from tests.factories.folding import differences, drain, send
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, make_actor, make_operation

Change = Callable[[Session, Actor, dict[str, Any]], None]


@pytest.fixture
def actor(database: str) -> Actor:
    with db.unit_of_work() as session:
        return make_actor(session, make_operation(session), role="coordinator")


def _say(session: Session, actor: Actor, report: dict[str, Any]) -> None:
    assert [one.status for one in take(session, actor=actor, reports=[report])] == ["accepted"]


def a_new_home(session: Session, actor: Actor, _: dict[str, Any]) -> None:
    _say(session, actor, a_group("G-A", origin="SY1002", at="2025-03-10T13:00:00+03:00"))


def one_shelter(session: Session, actor: Actor, _: dict[str, Any]) -> None:
    _say(session, actor, one_place("KEPT", "A"))


def another_area(session: Session, actor: Actor, shelter: dict[str, Any]) -> None:
    _say(session, actor, corrected(shelter["id"], {**shelter, "area": "SY1002"}))


def a_setting(session: Session, actor: Actor, _: dict[str, Any]) -> None:
    operation = actor.scope.operation_id
    change_setting(session, operation_id=operation, actor_id=actor.user_id, name="household_size", value=6)


@pytest.mark.parametrize("change", [a_new_home, one_shelter, another_area, a_setting])
def test_a_report_is_taken_and_folded_while_a_change_is_not_committed(actor: Actor, change: Change) -> None:
    """The reports are the first of their places. Their fold sees what was before; the change did not see them."""
    shelter = a_shelter(code="A", area="SY0602")
    send(actor, shelter, a_shelter(code="KEPT", area="SY1002"), a_group("G-A", origin="SY0600"))
    drain()
    with db.new_session() as changing:
        change(changing, actor, shelter)
        came, left = {"households": 10}, {"households": 2}
        send(actor, a_movement(source="SY0600", to="A", at=NOON, people=came, group="G-A"))
        send(actor, a_movement(source="A", to="SY0602", at=NOON, people=left, group="G-A"))
        drain()
        changing.commit()
    assert differences() == [], "what is to be folded again is pending, not wrong"
    assert drain() > 0
    assert differences() == []
    with db.new_session() as session:
        assert session.scalar(text("SELECT count(*) FROM wide_marks")) == 0


def test_workers_share_what_is_spread(actor: Actor) -> None:
    """A fold that has taken a wide mark keeps no other waiting, and one that dies leaves it."""
    send(actor, a_shelter(code="A"), a_headcount("A", at=NOON, people={"households": 10}, method="household_listing"))
    drain()
    with db.unit_of_work() as session:
        a_setting(session, actor, {})
    with db.new_session() as first, db.new_session() as second:
        assert refresh(first) == 1
        second.execute(text("SET LOCAL lock_timeout = '5s'"))
        assert refresh(second) == 0
        first.rollback()
    assert drain() == 1
    assert differences() == []


def test_what_is_changed_and_not_folded_is_known_all_the_same(session: Session, coordinator: Actor, say: Say) -> None:
    start = clock.now() + timedelta(hours=1)
    reports = [
        a_group("G-A", origin="SY0600"),
        a_movement(to="KHM", at=NOON, people=7, group="G-A"),
        a_headcount("JAB", at=NOON, people={"households": 10}, method="household_listing"),
    ]
    with patch.object(clock, "now", lambda: start):
        say(*reports)
        while refresh(session):
            pass
    with patch.object(clock, "now", lambda: start + timedelta(hours=1)):
        a_new_home(session, coordinator, {})
        a_setting(session, coordinator, {})
    with patch.object(clock, "now", lambda: start + timedelta(hours=2)):
        asked = past(session, coordinator, date(2025, 3, 11), start + timedelta(hours=1, minutes=1))
        assert figures(session, coordinator, asked)["JAB"].people.total == 60
        found, _ = flows(session, scope=coordinator.scope, past=asked, limit=9)
        assert [one.origin for one in found if one.shelter == "KHM"] == ["SY1002"]
        assert [difference for part in verify(session) for difference in part] == []
