"""From reports to figures: the rules of the fold, one by one, on real PostgreSQL."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.refresh import refresh, verify
from app.intake.service import take
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor, make_operation


def level_of(session: Session, shelter: str) -> Any:
    return session.execute(
        text(
            'SELECT total[1] AS total, cells, households, place_days.basis, came, "left", opening, competing'
            " FROM place_now JOIN place_days USING (place_id, day) JOIN shelters ON shelters.id = place_id"
            " WHERE code = :code"
        ),
        {"code": shelter},
    ).one()


def test_a_movement_after_a_headcount_is_added(session: Session) -> None:
    operation = make_operation(session)
    actor = make_actor(session, operation)
    results = take(
        session,
        actor=actor,
        reports=[
            a_shelter(code="KHM", capacity=100),
            a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people=80),
            a_movement(to="KHM", at="2025-03-10T13:00:00+03:00", people={"cells": {"female:0-4": 5}}, origin="SY0602"),
        ],
    )
    assert [result.status for result in results] == ["accepted"] * 3, results
    assert refresh(session) == 1
    level = level_of(session, "KHM")
    assert (level.total, level.basis, level.came) == (85, "counted", 5)
    assert [found for part in verify(session) for found in part] == []
    rows = session.execute(text("SELECT rule, severity, status FROM alerts WHERE rule <> 'silence'")).all()
    assert [tuple(row) for row in rows] == [("occupancy", "warning", "open")]
