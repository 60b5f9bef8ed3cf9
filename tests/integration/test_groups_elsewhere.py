"""A group that lies wholly outside one's areas: nobody there says it anew, or reads of it; one that came is told of."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.db import new_session, unit_of_work
from app.intake.schemas import Result
from app.intake.service import take
from tests.factories.amending import NOON, corrected
from tests.factories.operations import a_group, a_movement
from tests.factories.pages import words_of
from tests.factories.teams import Team

HOW_MANY = 739


def says(team: Team, *reports: dict[str, Any], who: str = "worker") -> list[Result]:
    with unit_of_work() as session:
        return take(session, actor=team.actors[who], reports=list(reports))


def read(team: Team, who: str = "worker", code: str = "G-0001") -> Any:
    return team.visitors[who].open(f"/api/v1/groups/{code}")


@pytest.fixture
def far(team: Team) -> Team:
    """Families of another governorate, sheltered there."""
    team.sends(
        a_group("G-0001", origin="SY1002", needs={"PL": 4}),
        a_movement(at=NOON, people=HOW_MANY, to="FAR", group="G-0001"),
        who="stranger",
    )
    return team


def test_a_group_outside_my_areas_is_not_said_anew(far: Team) -> None:
    mine = a_group("G-0001", origin="SY0602", label="Mine")
    for _ in range(2):
        (result,) = says(far, mine)
        assert (result.status, [(one.field, one.code) for one in result.errors]) == (
            "unknown_reference",
            [("code", "group_elsewhere")],
        )
    assert read(far).status_code == 404
    with new_session() as session:
        assert session.execute(text("SELECT origin, state ->> 'label' FROM groups")).all() == [("SY1002", "G-0001")]
        assert session.scalar(text("SELECT count(*) FROM reports WHERE id = :id"), {"id": mine["id"]}) == 0


def test_under_a_code_that_is_free_or_none_the_same_report_is_taken(far: Team) -> None:
    mine = a_group("G-0001", origin="SY0602")
    says(far, mine)
    (result,) = says(far, {**mine, "code": "G-7"})
    assert (result.status, result.code) == ("accepted", "G-7")
    without = {name: part for name, part in a_group("G-0001").items() if name != "code"}
    (result,) = says(far, without)
    assert result.status == "accepted" and result.code not in (None, "G-0001", "G-7")


def test_what_came_before_the_arrival_it_belongs_to_is_taken_when_sent_again(far: Team) -> None:
    anew = a_group("G-0001", at="2025-03-12T12:00:00+03:00", needs={"PL": 5})
    arrival = a_movement(at="2025-03-11T12:00:00+03:00", people=50, to="KHM", group="G-0001")
    assert [result.status for result in says(far, anew, arrival)] == ["unknown_reference", "accepted"]
    assert [result.status for result in says(far, anew)] == ["accepted"]
    assert read(far).json["needs"] == {"PL": 5}


def test_a_group_of_my_own_without_places_stays_mine(team: Team) -> None:
    mine = a_group("G-2")
    team.sends(mine)
    team.sends(a_group("G-2", at="2025-03-12T12:00:00+03:00", label="Anew"))
    assert read(team, code="G-2").json["label"] == "Anew"
    assert read(team, "colleague", "G-2").status_code == 404
    team.sends(corrected(mine["id"], {**mine, "origin": "SY1002"}))
    team.sends(corrected(mine["id"], mine) | {"corrects": last_version(mine["id"])}, who="worker")
    assert read(team, code="G-2").status_code == 200


def last_version(report: str) -> str:
    with new_session() as session:
        newest = "SELECT id FROM reports WHERE version_of = :id ORDER BY recorded_at DESC LIMIT 1"
        return str(session.scalar(text(newest), {"id": report}))


def test_who_made_a_group_reads_it_after_somebody_else_corrected_it(team: Team) -> None:
    mine = a_group("G-2", origin="SY0602")
    team.sends(mine)
    team.sends(corrected(mine["id"], {**mine, "origin": "SY1002"}), who="coordinator")
    assert read(team, code="G-2").status_code == 200
    assert read(team, "coordinator", "G-2").status_code == 404


def test_having_spoken_of_a_group_is_no_way_to_read_it(far: Team) -> None:
    """It was in my areas by the arrival I reported; that was taken back."""
    arrival = a_movement(at="2025-03-11T12:00:00+03:00", people=50, to="KHM", group="G-0001")
    anew = a_group("G-0001", at="2025-03-12T12:00:00+03:00", needs={"PL": 5})
    far.sends(arrival)
    far.sends(anew)
    assert read(far).status_code == 200
    far.sends(corrected(arrival["id"], None))
    assert read(far).status_code == 404
    assert far.worker.open("/groups/G-0001").status_code == 404
    (result,) = says(far, a_group("G-0001", label="Mine"))
    assert result.status == "unknown_reference"
    far.sends(corrected(anew["id"], {**anew, "needs": {"PL": 6}}))  # one's own report stays one's own to put right


def test_a_code_whose_reports_were_all_taken_back_is_free(team: Team) -> None:
    gone = a_group("G-3", origin="SY1002")
    team.sends(gone, who="stranger")
    team.sends(corrected(gone["id"], None), who="stranger")
    (result,) = says(team, a_group("G-3", origin="SY0602"))
    assert (result.status, result.code) == ("accepted", "G-3")


def test_a_group_made_offline_is_named_by_its_id_in_the_same_post_and_later(team: Team) -> None:
    made = {name: part for name, part in a_group("G-0001").items() if name != "code"}
    arrival = a_movement(at=NOON, people=5, to="KHM", group=made["id"])
    assert [result.status for result in says(team, arrival, made)] == ["accepted", "accepted"]
    later = a_movement(at=NOON, people=3, to="SCH", group=made["id"], id=str(uuid4()))
    assert says(team, later, who="colleague")[0].status == "accepted"


def test_of_a_group_that_came_the_places_outside_are_named_and_nothing_is_counted_there(far: Team) -> None:
    arrival = a_movement(at="2025-03-11T12:00:00+03:00", people=50, to="KHM", group="G-0001")
    (result,) = says(far, arrival)
    (asked,) = result.warnings
    assert asked.code == "booked_elsewhere"
    assert asked.message == "This group is booked at Shelter FAR. Did they come from there?"
    assert asked.details == {"shelter": None, "area": None, "people": None}
    at = read(far).json["at"]
    assert at == [
        {"place": {"shelter": "KHM", "area": None}, "people": 50},
        {"place": {"shelter": None, "area": None}, "people": None},
    ]
    far.sends(a_movement(at=NOON, people=3, source="KHM", group="G-0001"))


@pytest.mark.parametrize("who", ["worker", "coordinator"])
def test_pages_of_a_group_say_no_number_and_no_reporter_of_outside(far: Team, who: str) -> None:
    far.sends(a_movement(at="2025-03-11T12:00:00+03:00", people=50, to="KHM", group="G-0001"))
    page = far.visitors[who].open("/groups/G-0001").text
    assert "to Shelter FAR" in words_of(page)
    assert "G-0001" in far.visitors[who].open("/groups").text
    for told in (page, far.visitors[who].open("/groups").text, read(far, who).text):
        assert str(HOW_MANY) not in told
        assert "FAR" not in told.replace("Shelter FAR", "")
        assert far.actors["stranger"].email not in told
    whole = far.visitors["stranger"].open("/groups/G-0001").text
    assert str(HOW_MANY) in whole and far.actors["stranger"].email in whole
