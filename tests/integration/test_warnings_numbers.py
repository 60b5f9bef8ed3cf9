"""Sums that are not their totals, numbers too large, shelters that are full: what is said, and what is not."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories.amending import corrected
from tests.factories.asked import statements
from tests.factories.gates import NOW, Gate, truck
from tests.factories.operations import a_headcount, a_shelter, a_state
from tests.integration.conftest import fold


@pytest.fixture
def gate(database: str) -> Gate:
    return Gate()


def test_fewer_in_the_cells_than_in_the_total(gate: Gate) -> None:
    (warned,) = gate.warned(truck({"total": 52, "cells": {"female:0-4": 41}}))
    assert (warned.code, warned.details) == ("sum_differs", {"field": "people.total", "cells": 41, "total": 52})
    assert warned.message.startswith("By sex and age there are 41 people, the total says 52. Of 11 ")
    whole = {"total": 30, "cells": {"female:0-4": 19, "unknown:unknown": 11}}
    assert gate.codes(truck(whole), truck({"cells": {"female:0-4": 19}}), truck(31)) == []


def test_in_a_correction_it_names_the_field_there(gate: Gate) -> None:
    first = truck()
    gate.say(first)
    people = {"total": 52, "cells": {"female:0-4": 5}}
    (result,) = gate.say(corrected(first["id"], {**first, "people": people}))
    assert [one.details.get("field") for one in result.warnings] == ["replacement.people.total"]


# Numbers too large.


def test_a_digit_too_many(gate: Gate) -> None:
    gate.say(a_headcount("KHM", at=NOW, people=52))
    fold()
    (warned,) = gate.warned(a_headcount("KHM", at=NOW + timedelta(hours=2), people=520))
    assert (warned.code, warned.details) == ("unusually_large", {"people": 520, "most": 52, "by": "last"})
    assert warned.message == "520 people is unusually many: there were 52 on the books. Check the digits."
    assert gate.codes(truck(1_234, to="SCH"), truck(90)) == []
    assert gate.codes(truck(5_001, to="SCH")) == ["unusually_large"]
    assert gate.codes(truck(480, to=None, source="KHM")) == ["unusually_large"]


def test_more_than_it_can_hold(gate: Gate) -> None:
    gate.say(a_state("KHM", at=NOW, capacity=100))
    (warned,) = gate.warned(a_headcount("KHM", at=NOW, people=301))
    assert warned.message == "301 people is unusually many: there are places for 100. Check the digits."
    assert gate.codes(a_headcount("KHM", at=NOW, people=250)) == []


def test_what_a_place_outside_holds_is_not_told(gate: Gate) -> None:
    gate.say(a_headcount("FAR", at=NOW, people=52), a_state("FAR", at=NOW, capacity=60), who="stranger")
    fold()
    assert gate.codes(truck(520, to="FAR", source="KHM")) == []
    assert gate.codes(truck(600, to="FAR"), who="stranger") == ["shelter_full", "unusually_large"]


# Full.


@pytest.fixture
def crowded(gate: Gate) -> Gate:
    """KHM is nearly full; of the others SCH, two kilometres off, has room, and so has FAR, elsewhere."""
    at = NOW - timedelta(hours=1)
    gate.say(
        a_state("KHM", at=at, capacity=60, status="open", lat=35.40, lon=35.95),
        a_state("SCH", at=at, capacity=100, status="open", lat=35.42, lon=35.95),
        a_headcount("KHM", at=at, people=50),
        a_headcount("SCH", at=at, people=40),
    )
    gate.say(a_state("FAR", at=at, capacity=900, status="open"), a_headcount("FAR", at=at, people=0), who="stranger")
    fold()
    return gate


def test_an_arrival_at_a_full_shelter_is_told_where_there_is_room(crowded: Gate) -> None:
    assert crowded.codes(truck(9)) == []
    (warned,) = crowded.warned(truck(10))
    assert warned.code == "shelter_full"
    assert warned.message.startswith(
        "This shelter is full: there are 60 people and 60 places. Free places: Shelter SCH, 2 km"
    )
    assert ", 60 (counted " in warned.message and "FAR" not in warned.message
    free = warned.details["free_places"]
    assert [(one["shelter"], one["free"], one["km"]) for one in free] == [("SCH", 60, 2)]
    assert free[0]["counted_at"] is not None


def test_arrivals_of_one_post_are_added_up(crowded: Gate) -> None:
    def leaving() -> dict[str, Any]:
        return truck(3, to=None, source="KHM")

    assert crowded.codes(truck(4), truck(4), leaving(), truck(4)) == []
    assert crowded.codes(truck(4), truck(6), leaving(), truck(2), truck(2)) == ["shelter_full", "shelter_full"]


def test_what_the_last_count_knows_of_fills_nothing(crowded: Gate) -> None:
    assert crowded.codes(truck(40, after=timedelta(hours=-2))) == []


def test_where_no_room_is_known_it_says_so(crowded: Gate) -> None:
    crowded.say(a_state("SCH", at=NOW, status="restricted"))
    (warned,) = crowded.warned(truck(20))
    assert warned.message.endswith("No open shelter with free places is known in your areas.")
    assert warned.details["free_places"] == []


@pytest.mark.parametrize("status", ["full", "closed"])
def test_a_site_that_says_so_itself(crowded: Gate, status: str) -> None:
    crowded.say(a_state("KHM", at=NOW, status=status, capacity=500))
    (warned,) = crowded.warned(truck(5))
    assert (warned.code, "Shelter SCH" in warned.message) == (f"shelter_{status}", True)


def test_who_is_not_let_in_is_not_sent_there(crowded: Gate) -> None:
    crowded.say(a_state("SCH", at=NOW, admits={"cells": ["female:*", "*:0-4"]}))
    (warned,) = crowded.warned(truck({"cells": {"male:18-59": 12}}))
    assert warned.details["free_places"] == []


def test_without_positions_the_same_area_comes_first(crowded: Gate) -> None:
    at = NOW - timedelta(hours=1)
    crowded.say(a_shelter(code="NEAR", area="SY0602"), a_shelter(code="NEXT", area="SY0600"), who="coordinator")
    for code in ("NEXT", "NEAR"):
        crowded.say(
            a_state(code, at=at, capacity=40, status="open"), a_headcount(code, at=at, people=1), who="coordinator"
        )
    fold()
    (warned,) = crowded.warned(truck(20), who="coordinator")
    assert [one["shelter"] for one in warned.details["free_places"]] == ["SCH", "NEAR", "NEXT"]
    (warned,) = crowded.warned(truck(25))
    assert [one["shelter"] for one in warned.details["free_places"]] == ["SCH", "NEAR"]


def test_that_a_shelter_outside_is_full_is_not_told(crowded: Gate) -> None:
    crowded.say(a_headcount("FAR", at=NOW, people=900), who="stranger")
    fold()
    assert crowded.codes(truck(5, to="FAR", source="KHM", after=timedelta(hours=1))) == []


def test_however_many_arrivals_as_many_questions(crowded: Gate) -> None:
    crowded.say(*(truck(20 + number) for number in range(60)))

    def post(count: int) -> int:
        with statements() as asked:
            warned = crowded.codes(*(truck(20 + number) for number in range(count)))
        assert {"possible_duplicate", "shelter_full"} <= set(warned)
        return len(asked)

    assert post(2) == post(60)
