"""What is held has no say in any figure, and has its say again, to the letter, when it is released."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.alerts.refresh import rebuild
from app.core import clock, db
from app.ledger.queries import versions_of
from tests.factories.amending import NOON, corrected, decision, one_place
from tests.factories.folding import differences, drain
from tests.factories.holding import Doubt, everything, hold, make_doubt, settle, shown, tell, then
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, a_state, ids_of

LATER = "2025-03-11T12:00:00+03:00"


@pytest.fixture
def doubt(database: str) -> Doubt:
    return make_doubt()


def ground() -> list[dict[str, Any]]:
    """What somebody else reported."""
    return [
        a_shelter(code="A", capacity=100),
        a_shelter(code="B", area="SY1002"),
        a_shelter(code="C"),
        a_group("G-1", origin="SY0600"),
        a_headcount("A", at=NOON, people={"cells": {"female:18-59": 30, "male:18-59": 20}}),
        a_movement(to="B", at=NOON, people=15, group="G-1"),
    ]


def doubtful(headcount: str) -> list[dict[str, Any]]:
    """Something of every kind a person may send."""
    about = {"occurred_at": LATER}
    return [
        a_shelter(code="X", area="SY1002", capacity=500),
        a_headcount("X", at=LATER, people=480),
        a_group("G-2", origin="SY1002"),
        a_movement(to="X", at=LATER, people=70, group="G-2", clock="device"),
        a_state("A", at=LATER, capacity=10, status="full"),
        a_headcount("A", at=LATER, people={"cells": {"female:0-4": 90}, "low": 80, "high": 120}),
        a_movement(source="B", to="A", at=LATER, people=5, left_at=NOON),
        a_movement(to="SY0602", at=LATER, people={"households": 6}),
        {"id": str(uuid4()), "kind": "note", "place": {"shelter": "A"}, "text": "All gone.", **about},
        {"id": str(uuid4()), "kind": "figure", "about": {"operation": True}, "measures": "stock"}
        | {"people": {"total": 9000}, **about},
        one_place("B", "C"),
        decision(headcount, False, at=LATER),
    ]


def told(doubt: Doubt) -> list[dict[str, Any]]:
    """The doubted person decides too: a coordinator's account that was taken over."""
    doubt.doubted = replace(doubt.doubted, role="coordinator")
    ground_ = ground()
    tell(doubt.other, *ground_)
    reports = doubtful(ground_[4]["id"])
    tell(doubt.doubted, *reports, device="phone 7")
    drain()
    return reports


def test_figures_are_as_if_it_had_never_been_sent_and_after_a_release_as_before(doubt: Doubt) -> None:
    before_ = make_doubt("without")
    tell(before_.other, *ground())
    told(doubt)
    with_them = everything(doubt.coordinator)
    held = hold(doubt.coordinator, doubt.theirs)
    assert everything(doubt.coordinator) == everything(before_.coordinator)
    assert everything(doubt.coordinator) != with_them
    assert shown(doubt.coordinator, held).progress.out == 12
    assert differences() == []
    settle(doubt.coordinator, held)
    assert everything(doubt.coordinator) == with_them
    assert differences() == []
    assert shown(doubt.coordinator, held).progress.back == 12
    with db.unit_of_work() as session:
        list(rebuild(session))
    assert everything(doubt.coordinator) == with_them
    assert differences() == []


def test_what_was_said_reads_as_before_after_a_release(doubt: Doubt) -> None:
    reports = told(doubt)
    columns = (
        "SELECT kind, occurred_at, left_at, day, left_day, stands_at, left_stands_at, place_id, from_place_id,"
        " group_id, origin, total, low, high, households, cells, method, clock_shift_s, about_id, adopt, area_code"
        " FROM reports WHERE id = :id"
    )
    settle(doubt.coordinator, hold(doubt.coordinator, doubt.theirs))
    with db.new_session() as session:
        for id_ in ids_of(reports):
            first, void, last = versions_of(session, id_)
            assert void.said is None
            assert {**last.said, "id": str(id_)} == first.said  # type: ignore[dict-item]
            assert last.reporter_id == doubt.coordinator.user_id
            stored = [session.execute(text(columns), {"id": one.id}).one() for one in (first, last)]
            assert stored[0] == stored[1]


def test_set_aside_they_stay_out_for_good(doubt: Doubt) -> None:
    told(doubt)
    held = hold(doubt.coordinator, doubt.theirs)
    without_them = everything(doubt.coordinator)
    settle(doubt.coordinator, held, "set_aside")
    assert everything(doubt.coordinator) == without_them
    assert differences() == []


def test_the_day_before_is_known_as_it_was(doubt: Doubt, monkeypatch: pytest.MonkeyPatch) -> None:
    told(doubt)
    was = then(doubt.coordinator, clock.now(), None)["A"].people
    earlier = clock.now()
    monkeypatch.setattr("app.population.past.SETTLED_AFTER", timedelta(0))
    hold(doubt.coordinator, doubt.theirs)
    now = clock.now()
    assert then(doubt.coordinator, now, earlier)["A"].people == was
    assert then(doubt.coordinator, now, None)["A"].people != was


def test_what_they_corrected_of_others_says_again_what_it_said(doubt: Doubt) -> None:
    """A report somebody else sent is not theirs: only their word on it is held."""
    tell(doubt.other, a_shelter(code="A"), count := a_headcount("A", at=NOON, people=50))
    doubt.doubted = replace(doubt.doubted, role="coordinator")
    tell(doubt.doubted, corrected(count["id"], None))
    drain()
    assert everything(doubt.coordinator).shelters["A"]["people"].total is None
    held = hold(doubt.coordinator, doubt.theirs)
    assert everything(doubt.coordinator).shelters["A"]["people"].total == 50
    settle(doubt.coordinator, held)
    assert everything(doubt.coordinator).shelters["A"]["people"].total is None
    assert differences() == []
