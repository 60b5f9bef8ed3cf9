"""Free places are offered where people were counted and the shelter is open, on every page."""

import pytest

from tests.factories.operations import a_headcount, a_movement, a_shelter
from tests.factories.pages import words_of
from tests.integration.conftest import Caller, fold

NOON = "2025-03-10T12:00:00+03:00"
SAID = {
    "planned": "Planned",
    "restricted": "Restricted",
    "full": "Full, says the site",
    "closing": "Closing",
    "closed": "Closed",
    None: "Not known whether open",
}


@pytest.mark.parametrize("status", SAID)
def test_what_is_not_open_offers_no_free_places_and_says_so(caller: Caller, status: str | None) -> None:
    reports = [
        a_shelter(code="A", capacity=100, status=status),
        a_headcount("A", at=NOON, people=40),
        a_shelter(code="B", capacity=None, status=status),
        a_shelter(code="C", capacity=100, status="open"),
        a_headcount("C", at=NOON, people=90),
    ]
    caller.post("/reports", {"reports": reports})
    fold()
    home, table, situation = pages(caller)
    assert SAID[status] in home and SAID[status] in table
    assert home.count("free place") == 1 and "10 free places" in home
    assert table.count(" free") == 1 and "10 free" in table
    assert "Free places 10" in situation


def test_people_over_the_places_of_a_closed_shelter_are_shown_with_both(caller: Caller) -> None:
    reports = [
        a_shelter(code="A", capacity=10, status="closed"),
        a_headcount("A", at=NOON, people=5),
        a_movement(at="2025-03-11T12:00:00+03:00", to="A", people=8),
    ]
    caller.post("/reports", {"reports": reports})
    fold()
    home, table, _ = pages(caller)
    assert "3 over · Closed" in home
    assert "3 over" in table and "Closed" in table


def pages(caller: Caller) -> list[str]:
    parts = {"/field/": "main", "/shelters": "table", "/dashboard": "main"}
    return [words_of(caller.page(path), part) for path, part in parts.items()]
