"""What is decided of two movements: the later told counts or not while the other stands; and that can be undone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.alerts.refresh import verify
from app.core import clock, db
from app.duplicates.queries import latest_decided, latest_possible
from app.intake.schemas import Result
from app.intake.service import take
from app.places.queries import frame_of
from app.population.past import Cut, Past, past_of
from app.population.queries.days import on_the_way
from app.population.queries.groups import group_figures
from app.population.queries.needs import needs_at
from tests.factories.amending import corrected
from tests.factories.folding import drain
from tests.factories.gates import Gate, truck
from tests.factories.operations import a_group, a_headcount, a_shelter


@pytest.fixture
def gate(database: str) -> Gate:
    return Gate()


def on_two(
    later: Any, earlier: Any, *, counts: bool, after: timedelta = timedelta(), pair: str | None = None
) -> dict[str, Any]:
    at = clock.now() - timedelta(hours=1) + after
    about = {"movement": later["id"], "double_of": earlier["id"], "counts": counts, "reason": "One bus."}
    about |= {"pair": pair} if pair else {}
    return {"id": str(uuid4()), "kind": "decision", "occurred_at": at.isoformat(), **about}


def two(gate: Gate, **more: Any) -> tuple[Any, Any]:
    first, again = truck(52, origin="SY0602", **more), truck(50, origin="SY0602", **more)
    gate.say(first)
    gate.say(again, who="colleague")
    return first, again


def people(gate: Gate, code: str = "KHM") -> int | None:
    """The figure now, after everything was folded and found to be what the reports say."""
    drain()
    with db.new_snapshot() as session:
        assert [difference for part in verify(session) for difference in part] == []
        asked = {"operation": gate.operation, "code": code}
        found: int | None = session.scalar(
            text(
                "SELECT total[1] FROM place_days JOIN shelters ON shelters.id = place_id WHERE code = :code"
                " AND shelters.operation_id = :operation ORDER BY day DESC LIMIT 1"
            ),
            asked,
        )
        return found


def crossed(gate: Gate, area: str) -> tuple[int, int]:
    """Who came into an area and who left it, on all days together."""
    with db.new_snapshot() as session:
        sums = text(
            "SELECT sum(change[cardinality(change) - 1]) AS came, sum(change[cardinality(change)]) AS went"
            " FROM area_days WHERE area_code = :area AND operation_id = :operation"
        )
        row = session.execute(sums, {"area": area, "operation": gate.operation}).one()
        return int(row.came or 0), int(row.went or 0)


def asked_about(gate: Gate) -> int:
    with db.unit_of_work() as session:
        return len(latest_possible(session, scope=gate.actors["coordinator"].scope, household_size=5)[0])


def answers(gate: Gate, report: dict[str, Any], who: str = "coordinator") -> Result:
    with db.unit_of_work() as session:
        (result,) = take(session, actor=gate.actors[who], reports=[report])
    return result


def test_the_same_people_count_once_until_somebody_decides_otherwise(gate: Gate) -> None:
    first, again = two(gate)
    assert (people(gate), asked_about(gate)) == (102, 1)
    gate.say(on_two(again, first, counts=False), who="coordinator")
    assert (people(gate), asked_about(gate)) == (52, 0)
    gate.say(on_two(again, first, counts=True, after=timedelta(minutes=1)), who="coordinator")
    assert (people(gate), asked_about(gate)) == (102, 0)


def test_a_decision_that_is_taken_back_was_never_taken(gate: Gate) -> None:
    first, again = two(gate)
    decision = on_two(again, first, counts=False)
    gate.say(decision, who="coordinator")
    assert people(gate) == 52
    gate.say(corrected(decision["id"], None), who="coordinator")
    assert (people(gate), asked_about(gate)) == (102, 1)


def test_what_is_left_out_counts_again_once_the_other_is_taken_back(gate: Gate) -> None:
    first, again = two(gate)
    gate.say(on_two(again, first, counts=False), who="coordinator")
    taken_back = corrected(first["id"], None)
    gate.say(taken_back)
    assert people(gate) == 50
    gate.say(corrected(taken_back["id"], first))
    assert people(gate) == 52


def test_what_is_left_out_counts_again_at_its_own_place(gate: Gate) -> None:
    """Told first of one shelter, then of another: what happens to the first changes the figure of the second."""
    first, again = truck(52, to="SCH", origin="SY0602"), truck(50, origin="SY0602")
    gate.say(first)
    gate.say(again, who="colleague")
    gate.say(on_two(again, first, counts=False), who="coordinator")
    assert (people(gate), people(gate, "SCH")) == (0, 52)
    taken_back = corrected(first["id"], None)
    gate.say(taken_back)
    assert people(gate) == 50
    gate.say(corrected(taken_back["id"], first))
    assert (people(gate), people(gate, "SCH")) == (0, 52)


def test_of_three_that_tell_of_one_bus_the_first_counts(gate: Gate) -> None:
    first, again = two(gate)
    third = truck(55, origin="SY0602")
    gate.say(third)
    gate.say(on_two(again, first, counts=False), on_two(third, again, counts=False), who="coordinator")
    assert people(gate) == 52


def test_both_ends_are_left_out_and_the_group_is_where_it_was(gate: Gate) -> None:
    gate.say(a_headcount("SCH", at=truck_at() - timedelta(days=1), people=200), a_group("G-1", origin="SY0602"))
    first, again = truck(52, source="SCH", group="G-1"), truck(52, source="SCH", group="G-1")
    gate.say(first)
    gate.say(again, who="colleague")
    assert (people(gate), people(gate, "SCH")) == (104, 96)
    gate.say(on_two(again, first, counts=False), who="coordinator")
    assert (people(gate), people(gate, "SCH")) == (52, 148)


@pytest.fixture
def journey(gate: Gate) -> tuple[Any, Any]:
    """52 leave SCH of 200 for KHM, which is seen there; 48 are seen to arrive at KHM an hour and a half later."""
    gate.say(a_headcount("SCH", at=truck_at() - timedelta(days=1), people=200), a_group("G-1", origin="SY0602"))
    left, came = truck(52, source="SCH", seen="from", group="G-1"), truck(48, source="SCH", seen="to", group="G-1")
    came["occurred_at"] = (clock.now() - timedelta(hours=2)).isoformat()
    gate.say(left)
    gate.say(came, who="colleague")
    assert (people(gate), people(gate, "SCH")) == (100, 100)
    return left, came


def test_of_a_pair_each_counts_where_it_saw_them(gate: Gate, journey: tuple[Any, Any]) -> None:
    left, came = journey
    gate.say(on_two(came, left, counts=True, pair="arrival"), who="coordinator")
    assert (people(gate), people(gate, "SCH"), asked_about(gate)) == (48, 148, 0)
    assert crossed(gate, "SY0602") == (0, 0), "they went from one shelter of the district to another"
    with db.unit_of_work() as session:
        scope = gate.actors["coordinator"].scope
        (listed,) = latest_decided(session, scope=scope, limit=5)
        assert (listed.pair, listed.not_arrived) == ("arrival", 4)
    gate.say(on_two(came, left, counts=True, after=timedelta(minutes=1)), who="coordinator")
    assert (people(gate), people(gate, "SCH")) == (100, 100)


def test_a_pair_comes_apart_while_one_of_it_is_taken_back(gate: Gate, journey: tuple[Any, Any]) -> None:
    left, came = journey
    gate.say(on_two(came, left, counts=True, pair="arrival"), who="coordinator")
    taken_back = corrected(came["id"], None)
    gate.say(taken_back, who="colleague")
    assert (people(gate), people(gate, "SCH")) == (52, 148)
    gate.say(corrected(taken_back["id"], {**came, "people": {"total": 50}}), who="colleague")
    assert (people(gate), people(gate, "SCH")) == (50, 148)
    gate.say(corrected(left["id"], None))
    assert (people(gate), people(gate, "SCH")) == (50, 150)


def test_between_the_two_of_a_pair_they_are_on_the_way(gate: Gate, journey: tuple[Any, Any]) -> None:
    left, came = journey
    gate.say(on_two(came, left, counts=True, pair="arrival"), who="coordinator")
    drain()
    with db.new_snapshot() as session:
        scope, frame = gate.actors["coordinator"].scope, frame_of(session, gate.operation)
        went, entered = (datetime.fromisoformat(report["occurred_at"]) for report in journey)
        a_minute = timedelta(minutes=1)
        for at, expected in ((went - a_minute, 0), (entered - a_minute, 52), (entered + a_minute, 0)):
            past = past_of(session, frame, Cut.of(frame, as_of=at))
            assert on_the_way(session, scope=scope, past=past) == expected
        (group,) = group_figures(session, actor=gate.actors["coordinator"], past=past, code="G-1").items
        assert {at.shelter: at.people for at in group.at} == {"SCH": -52, "KHM": 48}


def test_where_one_of_a_pair_is_put_the_other_has_its_end(gate: Gate) -> None:
    """A departure to nobody knows where, and an arrival: once the arrival is put into another district, they left."""
    gate.say(a_shelter(code="LTK", area="SY0600"), who="coordinator")
    left, came = truck(52, source="SCH", to=None), truck(48, after=timedelta(hours=2))
    gate.say(a_headcount("SCH", at=truck_at() - timedelta(days=1), people=200), left)
    gate.say(came, who="coordinator")
    gate.say(on_two(came, left, counts=True, pair="arrival"), who="coordinator")
    assert (people(gate), people(gate, "SCH"), crossed(gate, "SY0602")) == (48, 148, (0, 0))
    gate.say(corrected(came["id"], {**came, "to": {"shelter": "LTK"}}), who="coordinator")
    assert (people(gate, "LTK"), people(gate, "SCH"), crossed(gate, "SY0602")) == (48, 148, (0, 52))


def test_of_a_pair_both_count(gate: Gate, journey: tuple[Any, Any]) -> None:
    left, came = journey
    (fault,) = answers(gate, on_two(came, left, counts=False, pair="arrival")).errors
    assert fault.code == "decides_one"


def test_only_who_decides_and_is_responsible_for_both(gate: Gate) -> None:
    first, again = two(gate)
    decision = on_two(again, first, counts=False)
    assert [one.code for one in answers(gate, decision, "worker").errors] == ["coordinators_only"]
    assert [one.code for one in answers(gate, on_two(first, again, counts=False)).errors] == ["told_later"]
    far = truck(to="FAR")
    gate.say(far, who="stranger")
    assert answers(gate, on_two(far, first, counts=False)).status == "unknown_reference"
    count = a_headcount("KHM", at=truck_at(), people=50)
    gate.say(count)
    assert [one.code for one in answers(gate, on_two(count, first, counts=False)).errors] == ["not_a_movement"]
    both = {**decision, "headcount": count["id"], "adopt": True}
    assert [one.code for one in answers(gate, both).errors] == ["decides_one"]
    assert people(gate) == 50


def truck_at() -> Any:
    return clock.now() - timedelta(hours=7)


def needing_care(gate: Gate, code: str = "KHM") -> tuple[int, int]:
    """Children without their parents, as a shelter's page and as the fold say it."""
    drain()
    with db.new_snapshot() as session:
        frame = frame_of(session, gate.operation)
        asked = {"operation": gate.operation, "code": code}
        place = session.scalar(text("SELECT id FROM shelters WHERE operation_id = :operation AND code = :code"), asked)
        folded = session.scalar(
            text("SELECT unaccompanied FROM place_days WHERE place_id = :place ORDER BY day DESC LIMIT 1"),
            {"place": place},
        )
        assert frame is not None
        told = needs_at(session, place, Past.present(frame, Cut.of(frame)))
        return (told["SC"].people if "SC" in told else 0), folded or 0


def test_who_needs_care_in_one_bus_told_twice_is_told_once(gate: Gate) -> None:
    first, again = two(gate, needs={"SC": 3})
    assert needing_care(gate) == (6, 6)
    gate.say(on_two(again, first, counts=False), who="coordinator")
    assert needing_care(gate) == (3, 3)
    gate.say(on_two(again, first, counts=True, after=timedelta(minutes=1)), who="coordinator")
    assert needing_care(gate) == (6, 6)


def test_who_needs_care_in_a_pair_is_told_where_they_were_seen(gate: Gate) -> None:
    left = truck(52, source="SCH", needs={"SC": 3})
    came = truck(48, source="SCH", after=timedelta(hours=2), needs={"SC": 2})
    gate.say(truck(100, to="SCH", after=timedelta(days=-1), needs={"SC": 9}), left)
    gate.say(came, who="colleague")
    assert (needing_care(gate), needing_care(gate, "SCH")) == ((5, 5), (4, 4))
    gate.say(on_two(came, left, counts=True, pair="arrival"), who="coordinator")
    assert (needing_care(gate), needing_care(gate, "SCH")) == ((2, 2), (6, 6))
