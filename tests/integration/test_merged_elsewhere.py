"""A shelter that turned out to be one outside one's areas: it lies there, and what is booked there is not told."""

from typing import Any
from uuid import uuid4

import pytest

from app.core.db import unit_of_work
from app.intake.schemas import Result
from app.intake.service import take
from app.places.models import Operation
from tests.factories.amending import NOON, corrected, one_place
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state, make_actor
from tests.factories.teams import Team, stored

HOW_MANY = 7391


def says(team: Team, *reports: dict[str, Any], who: str = "worker") -> list[Result]:
    with unit_of_work() as session:
        return take(session, actor=team.actors[who], reports=list(reports))


@pytest.fixture
def merge() -> dict[str, Any]:
    return one_place("KEEP", "OTHER")


@pytest.fixture
def border(team: Team, merge: dict[str, Any]) -> Team:
    """OTHER of the district is booked as KEEP of another governorate, by somebody who is responsible for both."""
    with unit_of_work() as session:
        operation = session.get_one(Operation, team.actors["worker"].scope.operation_id)
        team.actors["both"] = make_actor(session, operation, role="coordinator", areas=["SY0602", "SY1002"])
    team.sends(
        a_shelter(code="OTHER"),
        a_shelter(code="KEEP", area="SY1002"),
        merge,
        who="both",
    )
    team.sends(a_headcount("KEEP", at=NOON, people=HOW_MANY), who="stranger")
    team.people()
    return team


@pytest.mark.parametrize(
    "report",
    [
        a_headcount("OTHER", at="2025-03-12T12:00:00+03:00", people=5),
        a_state("OTHER", at="2025-03-12T12:00:00+03:00", status="closed"),
        a_movement(to="OTHER", at="2025-03-12T12:00:00+03:00", people=5),
        {**a_headcount("OTHER", at=NOON, people=5), "kind": "note", "text": "full"},
    ],
    ids=lambda report: report["kind"],
)
def test_from_where_it_seemed_to_lie_nothing_changes_it_and_the_sender_is_told_whom_to_ask(
    border: Team, report: dict[str, Any]
) -> None:
    if report["kind"] == "note":
        report = {name: part for name, part in report.items() if name not in ("people", "method")}
    for _ in range(2):  # once more, when the place is remembered
        (result,) = says(border, report)
        assert result.status == "unknown_reference"
        assert [error.code for error in result.errors] == ["shelter_elsewhere"]
        assert "KEEP" not in str(result) and str(HOW_MANY) not in str(result)
    assert says(border, report, who="stranger")[0].status == "accepted"  # as it lies in their areas


def test_elsewhere_it_is_as_unknown_as_ever(border: Team) -> None:
    (result,) = says(border, a_headcount("FAR", at=NOON, people=5))
    assert [error.code for error in result.errors] == ["unknown_shelter"]


def test_it_can_be_said_once_they_are_two_again(border: Team, merge: dict[str, Any]) -> None:
    report = a_headcount("OTHER", at="2025-03-12T12:00:00+03:00", people=5)
    assert says(border, report)[0].status == "unknown_reference"
    border.sends(corrected(merge["id"], None), who="both")
    assert says(border, report)[0].status == "accepted"


def test_people_go_there_and_its_new_code_is_not_told(border: Team) -> None:
    (result,) = says(border, a_movement(source="KHM", to="OTHER", at=NOON, people=5))
    assert (result.status, result.warnings) == ("accepted", ())
    (result,) = says(border, a_movement(source="KHM", to="OTHER", at=NOON, people=5), who="both")
    assert [warned.code for warned in result.warnings] == ["booked_as"]


def test_of_a_shelter_outside_nobody_is_told_that_it_is_closed(border: Team) -> None:
    border.sends(a_state("FAR", at=NOON, status="closed"), who="stranger")
    border.sends(a_state("SCH", at=NOON, status="closed"))
    there, here = (
        a_movement(source="KHM", to=code, at="2025-03-12T12:00:00+03:00", people=5) for code in ("FAR", "SCH")
    )
    warned = [[one.code for one in result.warnings] for result in says(border, there, here)]
    assert warned == [[], ["shelter_closed"]]
    (result,) = says(border, {**there, "id": str(uuid4())}, who="stranger")
    assert [one.code for one in result.warnings] == ["shelter_closed"]


@pytest.mark.parametrize("who", ["coordinator", "stranger"])
def test_undoing_it_needs_both_as_saying_it_does(border: Team, merge: dict[str, Any], who: str) -> None:
    (result,) = says(border, corrected(merge["id"], None), who=who)
    assert (result.status, result.errors[0].code) == ("unknown_reference", "unknown_report")
    assert len(stored("same_place")) == 1
    assert border.visitors[who].open(f"/field/reports/{merge['id']}").status_code == 404
    assert says(border, corrected(merge["id"], None), who="both")[0].status == "accepted"


def test_the_code_of_one_outside_that_is_booked_here_is_not_shown(border: Team) -> None:
    page = border.visitors["stranger"].open("/shelters/KEEP").text
    assert "Shelter OTHER" in page
    assert "OTHER" not in page.replace("Shelter OTHER", "")
    assert border.actors["both"].email not in page
