"""A coordinator writes exactly where a shelter lies: who reported it reads that to a kilometre, and loses nothing."""

from typing import Any

import pytest
from sqlalchemy import text

from app.core.db import new_session, unit_of_work
from app.intake.schemas import Result
from app.intake.service import take
from tests.factories.amending import corrected
from tests.factories.operations import a_shelter
from tests.factories.teams import Team, correcting, stored

ROUGH: dict[str, Any] = {"lat": 35.41, "lon": 35.93}
EXACT = {"lat": 35.40109, "lon": 35.94868}
READ = {"lat": 35.4, "lon": 35.95}


@pytest.fixture
def report() -> dict[str, Any]:
    return a_shelter(code="NEW", **ROUGH)


@pytest.fixture
def exact(team: Team, report: dict[str, Any]) -> str:
    """The version in which the coordinator put the worker's rough position right."""
    team.sends(report)
    version = corrected(report["id"], report | EXACT)
    team.sends(version, who="coordinator")
    return str(version["id"])


def says(team: Team, report: dict[str, Any]) -> Result:
    with unit_of_work() as session:
        return take(session, actor=team.actors["worker"], reports=[report])[0]


def where_it_lies() -> dict[str, Any]:
    with new_session() as session:
        state = session.scalar(text("SELECT state FROM shelters WHERE code = 'NEW'"))
    assert state is not None
    return {name: state[name] for name in ("lat", "lon", "capacity") if name in state}


def shows(page: str) -> set[str]:
    return {number for number in ("35.41", "35.40109", "94868", "35.95") if number in page}


def test_who_reported_it_reads_their_own_word_and_the_other_rounded(
    team: Team, report: dict[str, Any], exact: str
) -> None:
    for page in (team.worker.open(f"/field/reports/{exact}").text, team.worker.open(correcting(exact)).text):
        assert shows(page) - {"35.41"} == {"35.95"}
    assert shows(team.coordinator.open(f"/field/reports/{exact}").text) == {"35.41", "35.40109", "94868"}


def test_another_field_corrected_on_the_page_leaves_the_exact_position_and_does_not_tell_it(
    team: Team, exact: str
) -> None:
    answer = team.worker.send(correcting(exact), capacity="120", reason="counted the rooms")
    assert answer.status_code == 303
    assert where_it_lies() == {**EXACT, "capacity": 120}
    assert stored("shelter")[-1]["replacement"]["lat"] == EXACT["lat"]
    for path in (f"/field/reports/{exact}", correcting(exact)):  # the version is theirs, its position is not
        assert shows(team.worker.open(path).text) - {"35.41"} == {"35.95"}


def test_another_position_typed_on_the_page_is_taken(team: Team, exact: str) -> None:
    team.worker.send(correcting(exact), lat="35.5", lon="35.97", reason="it was moved")
    assert where_it_lies() == {"lat": 35.5, "lon": 35.97}


def test_a_late_correction_is_told_what_stands_rounded_and_may_send_it_back(
    team: Team, report: dict[str, Any], exact: str
) -> None:
    late = says(team, corrected(report["id"], report | {"capacity": 90}))
    assert late.status == "conflict" and late.standing is not None
    standing = late.standing["report"]
    assert {name: standing[name] for name in READ} == READ
    again = corrected(exact, standing | {"capacity": 90})
    assert [says(team, again).status for _ in range(2)] == ["accepted", "duplicate"]
    assert where_it_lies() == {**EXACT, "capacity": 90}
    with new_session() as session:
        looks = "SELECT count(*) FROM audit_entries WHERE action = 'position.look'"
        assert session.scalar(text(looks)) == 0


def test_a_late_correction_on_the_page_shows_and_keeps_the_same(team: Team, report: dict[str, Any], exact: str) -> None:
    typed = {"capacity": "80", "corrects": report["id"], "lat": "35.41", "lon": "35.93", "reason": "counted"}
    answer = team.worker.send(correcting(exact), **typed)
    assert answer.status_code == 409
    assert not shows(answer.text) & {"35.40109", "94868"}
