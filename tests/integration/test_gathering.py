"""Movements that PostgreSQL adds up come to what they come to one by one, on every day of a lifelike operation."""

import random
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.refresh import rebuild, refresh, verify
from app.core import clock, db
from app.counts.scheme import UNHCR, Scheme
from app.intake.cli import recorder
from app.intake.service import take
from app.places.models import Operation
from app.population.bookings import PRESENT, Bookings, Known
from app.population.events import events_of_days, events_of_places
from app.population.facts import facts_of
from app.population.queries import shelter_figures
from app.simulate import cli
from tests.factories.amending import NOON
from tests.factories.operations import a_movement, a_shelter, make_actor, make_operation

LEVELS = 4  # the operation, country, governorate, district


@pytest.mark.slow
@pytest.mark.parametrize("is_known_on", [False, True])
def test_added_up_is_the_same_as_one_by_one(database: str, *, is_known_on: bool) -> None:
    with db.unit_of_work() as session:
        job, sites = cli.prepare(session, shelters=12, reports=4_000, days=40, seed=5)
    assert sum(cli.tell_all(job, sites)) == 4_000
    with db.unit_of_work() as session:
        actor = recorder(session, session.get_one(Operation, job.frame.operation_id))
        kept, other = sites[0].code, sites[1].code
        same = {
            "id": str(uuid4()),
            "kind": "same_place",
            "occurred_at": clock.now().isoformat(),
            "reason": "One school",
        }
        (result,) = take(session, actor=actor, reports=[{**same, "keep": kept, "other": other}])
        assert result.status == "accepted"
    size = job.frame.scheme.size
    with db.new_snapshot() as session:
        known_on = job.plan.starts[-5]
        bookings: Bookings = Known.by(session, job.frame.operation_id, known_on) if is_known_on else PRESENT
        places = list(session.scalars(text("SELECT id FROM places WHERE kind = 'shelter'")))
        each = events_of_places(session, places, bookings)
        gathered = events_of_places(session, places, bookings, cells=size)
        days = {place: random.Random(1).sample(sorted(each[place]), len(each[place]) // 2) for place in each}
        of_days = events_of_days(session, days, bookings, cells=size)
    assert each.keys() == gathered.keys() == of_days.keys()
    told = added_up = 0
    for place, by_day in each.items():
        for day, events in by_day.items():
            wanted = facts_of(events, job.frame, LEVELS)
            assert facts_of(gathered[place][day], job.frame, LEVELS) == wanted
            if day in days[place]:
                assert facts_of(of_days[place][day], job.frame, LEVELS) == wanted
            told, added_up = told + len(events), added_up + len(gathered[place][day])
    assert added_up < told * 0.9


def test_operations_of_different_schemes_are_folded_together(session: Session) -> None:
    """Each keeps its own cells, in one batch as in `verify` and `rebuild`."""
    schemes = {"female:0-4": UNHCR, "female:0-17": Scheme(("female", "male", "unknown"), ("0-17", "18+", "unknown"))}
    actors = {}
    for cell, scheme in schemes.items():
        operation = make_operation(session)
        operation.scheme = {"sexes": list(scheme.sexes), "ages": list(scheme.ages)}
        session.flush()
        actor = make_actor(session, operation)
        arrivals = [a_movement(at=NOON, to="KHM", people={"cells": {cell: 5}}) for _ in range(2)]
        take(session, actor=actor, reports=[a_shelter(code="KHM"), *arrivals])
        actors[cell] = actor
    assert refresh(session) == len(schemes)
    assert [found for part in verify(session) for found in part] == []
    for _ in rebuild(session):
        pass
    for cell, actor in actors.items():
        (figure,) = shelter_figures(session, scope=actor.scope).items
        assert {key: people for key, people in figure.people.cells.items() if people} == {cell: 10}
