"""My reports: what I sent, how it stands, who else may look, and what that costs."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, text

from app.core import clock
from app.core.db import new_session, unit_of_work
from app.intake.service import take
from tests.factories.operations import a_headcount
from tests.factories.pages import form_of, words_of
from tests.factories.teams import Team, correcting, stored, taking_back

MORNING = "2025-03-10T09:30:20+03:00"
NOON = "2025-03-10T12:00:00+03:00"


@pytest.mark.parametrize(("who", "is_there"), [("worker", True), ("coordinator", True), ("colleague", False)])
def test_ones_own_and_as_a_coordinator_those_of_ones_areas(team: Team, who: str, is_there: bool) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    visitor = team.visitors[who]
    for path in (f"/field/reports/{report}", correcting(report), taking_back(report)):
        assert visitor.open(path).status_code == (200 if is_there else 404)
        assert team.visitors["stranger"].open(path).status_code == 404
    data = form_of(team.worker.open(correcting(report)).text)
    data["csrf_token"] = form_of(visitor.open("/field/notes/new").text)["csrf_token"]
    data["total"], data["reason"] = "55", "counted again"
    assert visitor.post(correcting(report), data).status_code == (303 if is_there else 404)
    assert visitor.open(f"/field/reports/{uuid4()}").status_code == 404


def test_every_version_leads_to_the_one_that_stands(team: Team) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    team.coordinator.read(team.coordinator.send(correcting(report), total="60", reason="misheard"))
    with new_session() as session:
        version = session.scalar(text("SELECT id FROM reports WHERE version_of IS NOT NULL"))
    assert form_of(team.worker.open(correcting(str(version))).text)["total"] == "60"
    assert "Sent by you" in words_of(team.worker.open(f"/field/reports/{version}").text)


def test_addresses_are_for_coordinators(team: Team) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    team.coordinator.read(team.coordinator.send(correcting(report), total="60", reason="misheard"))
    address = {who: team.actors[who].email for who in team.actors}
    mine = [team.worker.open(path).text for path in (f"/field/reports/{report}", "/field/reports")]
    assert address["coordinator"] not in " ".join(mine)
    assert "Corrected by a coordinator" in words_of(mine[0])
    assert "Corrected by a coordinator: misheard" in words_of(mine[1])
    assert address["worker"] in team.coordinator.open(f"/field/reports/{report}").text


def test_the_clock_of_a_phone_is_put_right_once(team: Team) -> None:
    report = a_headcount("KHM", at="2025-03-12T12:00:00+03:00", people=52, clock="device")
    with unit_of_work() as session:
        sent_at = clock.now() + timedelta(days=2)
        take(session, actor=team.actors["worker"], reports=[report], sent_at=sent_at)
    listed = words_of(team.worker.open("/field/reports").text)
    assert "time put right" in listed
    assert "10 March" in listed or "10 Mar" in listed
    team.worker.read(team.worker.send(correcting(report["id"]), total="55", reason="counted again"))
    with new_session() as session:
        moments = list(session.scalars(text("SELECT occurred_at FROM reports WHERE kind = 'headcount'")))
    assert abs((moments[0] - moments[1]).total_seconds()) < 60


def test_a_note_is_sent_listed_and_corrected(team: Team) -> None:
    said = team.worker.read(
        team.worker.send("/field/notes/new", place="shelter:KHM", text="some are still there ‐ ليس الكل")
    )
    assert "some are still there" in said
    assert "Correct this" in said
    listed = words_of(team.worker.open("/field/reports").text)
    assert "Note sent Shelter KHM · some are still there" in listed
    (note,) = stored("note")
    team.worker.read(team.worker.send(correcting(note["id"]), text="all have left", reason="they left"))
    assert stored("note")[-1]["replacement"]["text"] == "all have left"
    assert team.worker.send("/field/notes/new", place="shelter:KHM", text=" ").status_code == 422


def test_the_page_after_saving_leads_to_the_report(team: Team) -> None:
    answer = team.worker.send("/field/arrivals/new", how="total", total="9", place="shelter:KHM")
    (movement,) = stored("movement")
    page = team.worker.open(answer.location).text
    assert f'href="{correcting(movement["id"])}"' in page
    assert 'href="/field/reports"' in page
    assert 'href="/field/reports"' in team.worker.open("/field/").text


def test_reports_are_paged_and_cost_the_same_however_many(team: Team) -> None:
    assert "You have not sent a report yet." in team.worker.open("/field/reports").text
    team.sends(*(a_headcount("KHM", at=NOON, people=people) for people in range(100, 160)))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    first = team.worker.open("/field/reports").text
    event.remove(Engine, "before_cursor_execute", note)
    assert len([one for one in statements if "FROM reports" in one or "FROM places" in one]) == 3
    assert len(statements) < 10
    assert first.count("/correct") == 50
    path = first.split('class="button main" href="')[1].split('"')[0].replace("&amp;", "&")
    second = team.worker.open(path).text
    assert second.count("/correct") == 10
    seen = {one for one in first.split('"') + second.split('"') if one.endswith("/correct")}
    assert len(seen) == 60
    assert team.worker.open("/field/reports?after=yesterday").status_code == 422
    last = "/field/reports?after=2000-01-01T00:00:00%2B00:00%20" + str(uuid4())
    assert "No older reports." in team.worker.open(last).text
