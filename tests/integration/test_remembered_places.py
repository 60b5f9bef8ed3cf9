"""Places that were named lately are not asked for again, and nothing is taken on what has changed since."""

from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest

from app.accounts.policy import Actor
from app.core import db
from app.intake import queries
from app.intake.schemas import Result
from app.intake.service import take
from app.places.models import Operation
from tests.factories.amending import NOON, corrected, one_place
from tests.factories.folding import differences, drain, send
from tests.factories.operations import a_group, a_movement, a_shelter, make_actor, make_operation


class Asked(Exception):
    """Somebody asked what a place is."""


def say(actor: Actor, report: dict[str, Any]) -> Result:
    with db.unit_of_work() as session:
        (result,) = take(session, actor=actor, reports=[report])
    return result


def by_heart(actor: Actor, report: dict[str, Any]) -> Result:
    """Say it while nobody may ask what a place is."""
    with patch.object(queries, "find_places", side_effect=Asked):
        return say(actor, report)


def arrival(to: str = "KHM") -> dict[str, Any]:
    return a_movement(at=NOON, people=3, to=to, origin="SY1002")


@pytest.fixture
def actor(database: str) -> Actor:
    with db.unit_of_work() as session:
        return make_actor(session, make_operation(session), role="coordinator")


@pytest.fixture
def shelter(actor: Actor) -> dict[str, Any]:
    """A shelter that was just named."""
    made = a_shelter(code="KHM")
    send(actor, made, a_shelter(code="JAB"))
    assert say(actor, arrival()).status == "accepted"
    return made


def test_who_names_a_place_again_is_not_asked_what_it_is(actor: Actor, shelter: dict[str, Any]) -> None:
    assert by_heart(actor, arrival()).status == "accepted"
    with pytest.raises(Asked):
        by_heart(actor, arrival("JAB"))
    drain()
    assert differences() == []


def test_a_report_that_comes_again_is_told_from_another_under_its_id(actor: Actor, shelter: dict[str, Any]) -> None:
    report = arrival()
    assert [say(actor, report).status for _ in range(2)] == ["accepted", "duplicate"]
    assert say(actor, {**report, "people": {"total": 4}}).status == "conflict"


def test_a_shelter_taken_back_is_unknown_at_once(actor: Actor, shelter: dict[str, Any]) -> None:
    other = a_shelter(code="NEW")
    send(actor, other)
    with db.unit_of_work() as session:
        (void,) = take(session, actor=actor, reports=[corrected(other["id"], None)])
        assert void.status == "accepted"
        # Named in the transaction that took it back, and in one that does not see it yet.
        (within,) = take(session, actor=actor, reports=[arrival("NEW")])
        assert within.status == "unknown_reference"
    assert say(actor, arrival("NEW")).status == "unknown_reference"
    with pytest.raises(Asked):
        by_heart(actor, arrival())  # something has changed: all are asked for once more
    assert say(actor, arrival()).status == "accepted"
    assert by_heart(actor, arrival()).status == "accepted"


def test_what_is_being_taken_back_meanwhile_is_refused_as_soon_as_it_is(actor: Actor, shelter: dict[str, Any]) -> None:
    empty = a_shelter(code="NEW")
    send(actor, empty)
    with db.new_session() as taking_back:
        take(taking_back, actor=actor, reports=[corrected(empty["id"], None)])
        say(actor, a_movement(at=NOON, people=3, to="KHM", origin="SY1002"))
        with db.new_session() as looking:
            found = queries.find_places(looking, actor.scope.operation_id, shelters=["NEW"], areas=[])
        assert not found["NEW"].is_void
        taking_back.commit()
    assert say(actor, arrival("NEW")).status == "unknown_reference"


def test_a_shelter_that_is_another_now_says_so(actor: Actor, shelter: dict[str, Any]) -> None:
    assert say(actor, arrival("JAB")).warnings == ()
    send(actor, one_place("KHM", "JAB"))
    assert [warned.code for warned in say(actor, arrival("JAB")).warnings] == ["booked_as"]
    assert [warned.code for warned in by_heart(actor, arrival("JAB")).warnings] == ["booked_as"]


def test_a_shelter_put_into_another_area_leaves_those_of_its_people(actor: Actor, shelter: dict[str, Any]) -> None:
    with db.unit_of_work() as session:
        theirs = make_actor(session, session.get_one(Operation, actor.scope.operation_id), areas=["SY06"])
    assert by_heart(theirs, arrival()).status == "accepted"
    send(actor, corrected(shelter["id"], {**shelter, "area": "SY1002"}))
    assert say(theirs, arrival()).status == "unknown_reference"


def test_what_came_to_nothing_is_not_remembered(actor: Actor, shelter: dict[str, Any]) -> None:
    with db.new_session() as session:
        take(session, actor=actor, reports=[a_shelter(code="GHOST")])
        (told,) = take(session, actor=actor, reports=[arrival("GHOST")])
        assert told.status == "accepted"
        session.rollback()
    send(actor, a_group("G1"))  # the next turn
    say(actor, arrival())
    assert say(actor, arrival("GHOST")).status == "unknown_reference"


def test_a_group_is_always_asked_for(actor: Actor, shelter: dict[str, Any]) -> None:
    send(actor, a_group("G1"))
    assert say(actor, arrival()).status == "accepted"
    told = say(actor, {**arrival(), "group": "G1"})
    assert told.status == "accepted"
    assert say(actor, {**arrival(), "group": str(uuid4())}).status == "unknown_reference"
