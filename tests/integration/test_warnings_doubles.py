"""What looks like something reported before is asked about, and not where that is nobody's to know."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.core import db
from app.intake.queries.noticed import LATEST
from app.intake.service import take
from app.places.models import Operation
from tests.factories.amending import corrected
from tests.factories.asked import statements
from tests.factories.explained import what_is_read
from tests.factories.gates import NOW, Gate, truck
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, make_actor

FAMILY = {"cells": {"female:18-59": 1, "male:0-4": 2, "male:18-59": 1}}


@pytest.fixture
def gate(database: str) -> Gate:
    return Gate()


def test_two_colleagues_log_the_same_truck(gate: Gate) -> None:
    first = truck()
    assert gate.codes(first) == []
    (warned,) = gate.warned(truck(after=timedelta(minutes=20)), who="colleague")
    assert warned.code == "possible_duplicate"
    assert warned.message.startswith("That 52 people arrived here (")
    assert warned.message.endswith("was reported already. If these are the same people, take this report back.")
    assert warned.details == {"people": 52, "report": None}  # whose page is not for a colleague
    (warned,) = gate.warned(truck(after=timedelta(minutes=20)), who="coordinator")
    assert warned.details["report"] is not None


def test_one_worker_saves_twice_and_is_led_to_the_first(gate: Gate) -> None:
    first = truck()
    gate.say(first)
    (warned,) = gate.warned(truck())
    assert str(warned.details["report"]) == first["id"]


def test_by_heart_and_in_a_batch_it_is_noticed_alike(gate: Gate) -> None:
    gate.say(truck(52), truck(77, to="SCH"))
    assert gate.codes(truck(52)) == ["possible_duplicate"]
    assert gate.codes(truck(52), truck(30), truck(77, to="SCH")) == ["possible_duplicate"] * 2


def test_what_left_and_what_was_counted_twice(gate: Gate) -> None:
    gate.say(truck(to=None, source="KHM"), a_headcount("KHM", at=NOW, people=77))
    (left,) = gate.warned(truck(to=None, source="KHM"))
    assert left.message.startswith("That 52 people left here (")
    (counted,) = gate.warned(a_headcount("KHM", at=NOW, people=77))
    assert counted.message.startswith("A count of 77 people here (")
    assert gate.codes(a_headcount("KHM", at=NOW, people=78)) == []


def test_both_ends_of_one_journey_seen_by_two(gate: Gate) -> None:
    gate.say(truck(source="SCH", seen="from"))
    assert gate.codes(truck(seen="to"), who="colleague") == ["possible_duplicate"]
    assert gate.codes(truck(to=None, source="SCH"), who="colleague") == ["possible_duplicate"]


def test_around_midnight_and_of_a_day_alone(gate: Gate) -> None:
    midnight = datetime.fromisoformat("2025-03-10T00:00:00+03:00")
    gate.say(a_movement(at=midnight - timedelta(minutes=5), people=52, to="KHM"))
    assert gate.codes(a_movement(at=midnight + timedelta(minutes=5), people=52, to="KHM")) == ["possible_duplicate"]
    on_the_day = a_movement(at=midnight - timedelta(hours=20), people=52, to="KHM", precision="day")
    (warned,) = gate.warned(on_the_day)
    assert warned.message.startswith("That 52 people arrived here (9 March, 23:55) was reported already.")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_it_is_said_in_the_language_of_whoever_asks(gate: Gate, language: str) -> None:
    with db.unit_of_work() as session:
        operation = session.get_one(Operation, gate.operation)
        gate.actors["other"] = make_actor(session, operation, areas=["SY0602"], language=language)
    gate.say(truck())
    (warned,) = gate.warned(truck(), who="other")
    assert "reported already" not in warned.message
    assert ("٥٢" if language == "ar" else "52") in warned.message


@pytest.mark.parametrize(
    "other",
    [
        truck(51 + 8),
        truck(to="SCH"),
        truck(after=timedelta(hours=4)),
        truck(after=timedelta(hours=-30)),
        truck(to=None, source="KHM"),
        truck(origin="SY1002"),
        a_headcount("KHM", at=NOW, people=52),
        truck(5),
    ],
)
def test_another_truck_is_another(gate: Gate, other: dict[str, Any]) -> None:
    gate.say(truck(origin="SY0600"), truck(5, origin="SY0600"))
    assert gate.codes(other, who="colleague") == []


def test_families_all_day_are_asked_about_only_where_all_agrees(gate: Gate) -> None:
    def family(**more: Any) -> dict[str, Any]:
        return truck(FAMILY, origin="SY1002", **more)

    assert gate.codes(family(), family(), family()) == []
    assert gate.codes(family(after=timedelta(minutes=5))) == []  # the same desk goes on
    assert gate.codes(family(after=timedelta(minutes=5)), who="colleague") == ["possible_duplicate"]
    assert gate.codes(family(after=timedelta(minutes=50)), who="coordinator") == []
    assert gate.codes(truck(4), truck(4, after=timedelta(minutes=1)), who="coordinator") == []


def test_of_one_post_all_are_meant(gate: Gate) -> None:
    assert (
        gate.codes(truck(), truck(), a_headcount("KHM", at=NOW, people=60), a_headcount("KHM", at=NOW, people=60)) == []
    )


def test_what_was_taken_back_or_corrected_away_is_not_there(gate: Gate) -> None:
    first, second = truck(), truck(81)
    gate.say(first, second)
    gate.say(corrected(first["id"], None), corrected(second["id"], {**second, "people": {"total": 18}}))
    assert gate.codes(truck(), truck(81)) == []
    assert gate.codes(truck(18)) == ["possible_duplicate"]


def test_sent_again_it_is_a_duplicate_and_nothing_more(gate: Gate) -> None:
    first = truck()
    gate.say(first)
    with db.unit_of_work() as session:
        (result,) = take(session, actor=gate.actors["worker"], reports=[first])
    assert (result.status, result.warnings) == ("duplicate", ())


def test_of_a_place_outside_nothing_is_told(gate: Gate) -> None:
    gate.say(truck(to="FAR"), who="stranger")
    assert gate.codes(truck(to="FAR", source="KHM")) == []
    gate.say(truck(77, source="KHM", to="FAR"))
    assert gate.codes(truck(77, source="KHM", to="FAR"), who="colleague") == ["possible_duplicate"]  # as it left KHM


def test_under_the_other_name_of_a_shelter_too(gate: Gate) -> None:
    gate.say(truck())
    same = {"kind": "same_place", "keep": "KHM", "other": "SCH", "reason": "Two names.", "occurred_at": NOW.isoformat()}
    gate.say({"id": truck()["id"], **same}, who="coordinator")
    assert "possible_duplicate" in gate.codes(truck(to="SCH"))


# New shelters and groups.


def named(name: str, **more: Any) -> dict[str, Any]:
    return {**a_shelter(code=f"N{truck()['id'][:6].upper()}", **more), "name": {"en": name}}


def test_a_shelter_under_another_spelling(gate: Gate) -> None:
    gate.say(named("Khmeimim air base") | {"code": "BASE"})
    (warned,) = gate.warned(named("Hmeimim Airbase", area="SY0602"), who="colleague")
    assert warned.message == (
        "There is Khmeimim air base (BASE) already, called much like this. If it is the same place, take this report"
        " back and name that one."
    )
    assert warned.details == {"shelter": "BASE"}
    assert gate.codes(named("Hmeimim Airbase", area="SY0600"), who="coordinator") == ["possible_duplicate"]
    assert gate.codes(named("Jableh stadium"), named("Jableh stadium")) == []  # of one post
    assert gate.codes(named("Stadium 2"), who="colleague") == []


def test_a_shelter_outside_is_not_told_of(gate: Gate) -> None:
    gate.say(named("Banyas refinery housing", area="SY1002"), who="stranger")
    gate.say(named("Ras al-Bassit camp", area="SY0600"), who="coordinator")
    assert gate.codes(named("Banyas refinery housing"), named("Ras al-Bassit camp")) == []


def test_positions_tell_only_who_may_see_them(gate: Gate) -> None:
    gate.say(named("The old mill", lat=35.4010, lon=35.9480))
    near = {"lat": 35.4030, "lon": 35.9480}
    assert gate.codes(named("Textile factory", **near), who="colleague") == []
    (warned,) = gate.warned(named("Weaving hall", **near), who="coordinator")
    assert "less than 300 metres from here" in warned.message
    assert gate.codes(named("Bakery", lat=35.4052, lon=35.9520), who="coordinator") == []


def test_a_group_that_is_there_already(gate: Gate) -> None:
    fled = {"origin": "SY0602", "displaced_on": "2025-03-07", "people": {"total": 52}}
    gate.say(a_group("G-1", **fled))
    (warned,) = gate.warned(a_group("H-7", **fled), who="colleague")
    assert warned.details == {"group": "G-1"}
    assert gate.codes(a_group("H-8", **{**fled, "origin": "SY0600"}), who="coordinator") == []
    assert gate.codes(a_group("G-1", **fled), who="worker") == []  # its newer state
    gate.say(a_group("F-1", **{**fled, "origin": "SY1002"}), who="stranger")
    assert gate.codes(a_group("F-2", **{**fled, "origin": "SY1002"})) == []


def test_however_many_are_registered_they_are_compared_at_once(gate: Gate) -> None:
    gate.say(named("The old mill"), a_group("G-1", origin="SY0602", label="From the old mill"))
    new = [named(f"The old mil {letter}") for letter in "abcdefgh"] + [named("The old mil")]
    groups = [a_group(f"H-{number}", origin="SY0602", label="From the old mil") for number in range(9)]
    with statements() as asked:
        assert gate.codes(*new, *groups) == ["possible_duplicate"] * 10
    assert sum("shelters.area_path &&" in one for one in asked) == 1
    assert sum("FROM groups" in one and "origin = ANY" in one for one in asked) == 1


def test_what_is_noticed_is_found_by_the_index_and_the_latest_first(gate: Gate) -> None:
    for _ in range(3):
        gate.say(*(truck(20 + number % 60, to="SCH" if number % 2 else "KHM") for number in range(400)))
    with db.unit_of_work() as session:
        session.execute(text("ANALYZE"))
    with what_is_read() as read:
        gate.say(truck(7), truck(90))
        gate.say(truck(93), who="colleague")
    by_statement = [(one.rows["reports"], one.statement) for one in read if one.rows["reports"]]
    assert all(rows <= 10 * LATEST for rows, _ in by_statement), by_statement
