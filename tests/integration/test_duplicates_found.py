"""Which movements may be told twice: at one place and beside it, in one's areas, without reading the ledger."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.policy import Scope
from app.core import db
from app.duplicates.queries import Possible, latest_possible
from app.duplicates.queries.candidates import BESIDE, LATEST, LOOKED_THROUGH
from app.places.queries import list_operations
from app.simulate.cli import prepare, tell_all
from tests.factories.amending import corrected
from tests.factories.explained import what_is_read
from tests.factories.gates import Gate, truck
from tests.factories.operations import a_group, a_shelter, make_actor


@pytest.fixture
def gate(database: str) -> Gate:
    return Gate()


def found(gate: Gate, who: str = "coordinator") -> list[Possible]:
    with db.unit_of_work() as session:
        scope = gate.actors[who].scope
        return latest_possible(session, scope=scope, household_size=5)[0]


def pairs(gate: Gate, who: str = "coordinator") -> set[tuple[str, str]]:
    return {(str(one.earlier.first_id), str(one.later.first_id)) for one in found(gate, who)}


def test_one_truck_two_people_log(gate: Gate) -> None:
    first, again, another = truck(origin="SY0602"), truck(50, origin="SY0602", after=timedelta(hours=2)), truck(81)
    gate.say(first)
    gate.say(again, another, who="colleague")
    (one,) = found(gate)
    assert (str(one.earlier.id), str(one.later.id)) == (first["id"], again["id"])
    assert {reason.code for reason in one.likeness.reasons} == {
        *("place_same", "home_same", "number_nearly", "time_hours"),
    }
    assert one.later.to is not None and one.later.to.shelter == "KHM"


def test_by_what_groups_are_called_and_under_the_other_code_of_a_shelter(gate: Gate) -> None:
    gate.say(
        {**a_shelter(code="STA"), "name": {"en": "Jableh stadium"}},
        {**a_shelter(code="STD"), "name": {"fr": "Stade de Jablé"}},
        a_group("G-1", label="Families of Sharifa"),
        a_group("G-2", label="عائلات الشريفة"),
    )
    first, again = truck(60, to="STA", group="G-1"), truck(52, to="STD", group="G-2", after=timedelta(days=1))
    gate.say(first)
    gate.say(again, who="colleague")
    assert pairs(gate) == {(first["id"], again["id"])}


def test_what_was_taken_back_is_not_there_and_what_was_corrected_is_as_corrected(gate: Gate) -> None:
    first, again = truck(origin="SY0602"), truck(origin="SY0602")
    gate.say(first)
    gate.say(again, who="colleague")
    assert pairs(gate) == {(first["id"], again["id"])}
    gate.say(corrected(again["id"], {**again, "people": {"total": 53}}), who="colleague")
    assert pairs(gate) == {(first["id"], again["id"])}
    gate.say(corrected(first["id"], None))
    assert pairs(gate) == set()


def test_who_left_for_elsewhere(gate: Gate) -> None:
    first, again = (truck(to=None, source="KHM", origin="SY0602") for _ in range(2))
    gate.say(first)
    gate.say(again, who="colleague")
    assert pairs(gate) == {(first["id"], again["id"])}


def test_nothing_outside_ones_areas(gate: Gate) -> None:
    first, again = truck(to="FAR"), truck(to="FAR")
    gate.say(first, who="stranger")
    gate.say(again, who="stranger")
    gate.say(truck(to="FAR", source="KHM"))
    assert pairs(gate) == set()
    assert pairs(gate, "stranger") <= {(first["id"], again["id"])}


def test_it_goes_on_where_it_ended(gate: Gate) -> None:
    told: list[Any] = [truck(20 + number, after=timedelta(minutes=-number)) for number in range(LATEST + 5)]
    for report in told:
        gate.say(report)
    with db.unit_of_work() as session:
        scope = gate.actors["coordinator"].scope
        _, following = latest_possible(session, scope=scope, household_size=5)
        assert following is not None and str(following[1]) == told[5]["id"]
        assert latest_possible(session, scope=scope, household_size=5, before=following)[1] is None


@pytest.mark.slow
def test_the_shelters_of_one_district_do_not_hide_those_of_another(gate: Gate) -> None:
    """However many there are beside, and by whichever end others were told."""
    with db.unit_of_work() as session:
        gate.actors["everywhere"] = make_actor(session, list_operations(session)[0], role="coordinator")
    for district, letter in (("SY0602", "A"), ("SY1002", "B")):
        gate.say(*(a_shelter(code=f"{letter}{one:03}", area=district) for one in range(260)), who="everywhere")
    stadiums = (("ZT1", {"en": "Jableh stadium"}), ("ZT2", {"fr": "Stade de Jablé"}))
    gate.say(*(a_shelter(code=code, area="SY1002", name=name) for code, name in stadiums), who="everywhere")
    gate.say(truck(60, to=None, source="ZT1", origin="SY0602"), who="everywhere")
    gate.say(truck(60, to=None, source="ZT2", origin="SY0602", after=timedelta(hours=1)), who="everywhere")
    gate.say(truck(7), who="everywhere")
    (one,) = found(gate, "everywhere")
    assert {end.shelter for end in (one.earlier.source, one.later.source) if end} == {"ZT1", "ZT2"}


@pytest.mark.slow
def test_nobody_has_counted_the_places_yet(database: str) -> None:
    """As in the first minute of an operation, when most is reported."""
    with db.unit_of_work() as session:
        job, sites = prepare(session, shelters=200, reports=4_000, days=30, seed=4)
    assert sum(tell_all(job, sites)) == 4_000
    scope = Scope(job.frame.operation_id, None)
    with db.walled_snapshot() as session, what_is_read() as read:
        db.within(session, scope.operation_id)
        latest_possible(session, scope=scope, household_size=5)
    asked = sum(one.rows["reports"] for one in read)
    assert asked >= 600
    assert sum(one.rows["places"] for one in read) <= 2 * asked, "each by its own"


@pytest.mark.slow
def test_of_a_crowded_operation_little_is_read(database: str) -> None:
    with db.unit_of_work() as session:
        job, sites = prepare(session, shelters=20, reports=8_000, days=30, seed=4, doubles=20)
    assert sum(tell_all(job, sites)) > 8_000
    with db.unit_of_work() as session:
        session.execute(text("ANALYZE"))
    with db.unit_of_work() as session, what_is_read() as read:
        scope = Scope(job.frame.operation_id, None)
        possible, following = latest_possible(session, scope=scope, household_size=5)
    assert possible and following is not None
    points = [one.likeness.points for one in possible]
    assert points == sorted(points, reverse=True)
    (latest,) = (one for one in read if "is_looked_at" in one.statement)
    assert latest.rows["reports"] <= 4 * LATEST, "what lies behind the last that is looked at is not asked about"
    most = max(read, key=lambda one: one.rows["reports"])
    assert most.rows["reports"] <= max(3 * LOOKED_THROUGH, 3 * LATEST * BESIDE), most
