"""Sums that are not their totals, numbers too large, shelters that are full: what is said, and what is not."""

import pytest

from tests.factories.amending import corrected
from tests.factories.gates import Gate, truck


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
