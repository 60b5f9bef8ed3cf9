"""Where people hide: exact to those who send others there, to a kilometre to everybody else, and written down."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from app.core import db, http
from app.core.db import unit_of_work
from app.core.kept import Kept
from app.intake.service import take
from tests.factories.amending import corrected
from tests.factories.operations import a_shelter
from tests.factories.pages import words_of
from tests.factories.teams import Team
from tests.integration.conftest import Caller

HERE = {"lat": 35.40109, "lon": 35.94868}
NEARBY = {"lat": 35.4, "lon": 35.95}


@pytest.fixture
def caller(caller_with: Callable[..., Caller]) -> Caller:
    """With three shelters, one of which nobody has said where it lies."""
    made = caller_with()
    reports = [a_shelter(code="KHM", **HERE), a_shelter(code="TRT", **HERE), a_shelter(code="NOWHERE")]
    answer = made.post("/reports", {"reports": reports})
    assert {one["status"] for one in answer.json["results"]} == {"accepted"}
    return made


BY_TOKEN = {"device": "API"}


def looks() -> list[dict[str, Any]]:
    with db.new_snapshot() as session:
        wanted = text(
            "SELECT subject, details, address, email AS who FROM audit_entries JOIN users ON users.id = actor_id"
            " WHERE action = 'position.look' ORDER BY at"
        )
        return [dict(row) for row in session.execute(wanted).mappings()]


def where(shelter: dict[str, Any]) -> dict[str, float | None]:
    return {name: shelter[name] for name in ("lat", "lon")}


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_who_sends_people_there_sees_where_it_is(caller: Caller, role: str) -> None:
    one = caller.get("/shelters/KHM", role=role).json
    assert (where(one), one["position"]) == (HERE, "exact")
    listed = {one["shelter"]: one for one in caller.get("/shelters", role=role).json["items"]}
    assert where(listed["KHM"]) == HERE
    assert (where(listed["NOWHERE"]), listed["NOWHERE"]["position"]) == ({"lat": None, "lon": None}, None)


def test_everybody_else_sees_it_to_a_kilometre_and_is_told_so(caller: Caller) -> None:
    one = caller.get("/shelters/KHM", role="field_worker").json
    assert (where(one), one["position"]) == (NEARBY, "rounded")
    assert where(caller.get("/shelters", role="field_worker").json["items"][0]) == NEARBY
    assert where(caller.get("/shelters/KHM?as_of=2025-03-16", role="field_worker").json) == NEARBY
    assert caller.get("/shelters", role="partner").status_code == 403
    assert looks() == []


def test_an_exact_look_is_written_down_before_it_is_answered(caller: Caller) -> None:
    caller.get("/shelters/KHM", **{"X-Forwarded-For": "8.8.8.8"})
    [look] = looks()
    assert (look["subject"], look["details"], look["address"]) == ("KHM", {"shelters": 1, **BY_TOKEN}, "127.0.0.1")
    caller.get("/shelters/NOWHERE")
    caller.get("/shelters/ABSENT")
    assert len(looks()) == 1


def test_a_list_is_one_entry_with_how_many_and_what_was_asked(caller: Caller) -> None:
    caller.get("/shelters")
    caller.get("/shelters?limit=1&after=NOWHERE&as_of=2025-03-16T00:00:00%2B00:00")
    assert [(look["subject"], look["details"]) for look in looks()] == [
        ("shelters", {"shelters": 2, **BY_TOKEN}),
        ("shelters", {"shelters": 1, "beyond": "NOWHERE", "as_of": "2025-03-16T00:00:00+00:00", **BY_TOKEN}),
    ]


def test_a_longer_look_is_another_look(caller: Caller) -> None:
    caller.get("/shelters?limit=1")
    caller.get("/shelters?limit=1000")
    assert looks()[-1]["details"] == {"shelters": 2, **BY_TOKEN}


def test_the_same_look_is_written_down_once_in_five_minutes(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    first = caller.get("/shelters/KHM")
    for _ in range(3):
        caller.get("/shelters/KHM")
    assert caller.get("/shelters/KHM", **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert len(looks()) == 1
    caller.get("/shelters/TRT")
    caller.get("/shelters/KHM", role="administrator")
    assert len(looks()) == 3
    assert http.WRITTEN_DOWN_FOR_S == 300
    monkeypatch.setattr(http, "_written_down", Kept(seconds=0))  # later
    caller.get("/shelters/KHM")
    assert len(looks()) == 4


def test_what_cannot_be_written_down_is_not_shown(caller: Caller) -> None:
    with unit_of_work() as session:
        session.execute(text("ALTER TABLE audit_entries RENAME TO audit_elsewhere"))
    try:
        answer = caller.get("/shelters/KHM")
    finally:
        with unit_of_work() as session:
            session.execute(text("ALTER TABLE audit_elsewhere RENAME TO audit_entries"))
    assert answer.status_code == 500
    assert str(HERE["lat"]) not in answer.text
    assert caller.get("/shelters/KHM").json["position"] == "exact"
    assert len(looks()) == 1


def test_many_who_look_at_once_do_not_wait_for_each_other(caller: Caller) -> None:
    def ask(day: int) -> int:
        path = f"/api/v1/shelters?as_of=2025-03-{day:02}"
        return int(caller.application.test_client().get(path, headers=caller.token("coordinator")).status_code)

    with ThreadPoolExecutor(24) as threads:
        assert set(threads.map(ask, range(1, 31))) == {200}
    assert len(looks()) == 30


def test_a_report_that_says_where_it_is_is_written_down_too(team: Team) -> None:
    report = team.sends(a_shelter(code="NEW", **HERE))
    assert "35.40109" in team.worker.open(f"/field/reports/{report}").text  # they said so themselves
    assert "35.40109" in team.coordinator.open(f"/field/reports/{report}/correct").text
    assert "35.40109" not in team.visitors["stranger"].open(f"/field/reports/{report}").text
    seen = [(look["subject"], look["who"]) for look in looks()]
    subject = f"report {report}"
    assert seen == [(subject, team.actors["worker"].email), (subject, team.actors["coordinator"].email)]


def test_administrators_read_who_looked_at_what(caller: Caller) -> None:
    caller.get("/shelters")
    caller.get("/shelters/KHM")
    page = caller.page("/admin/audit?action=position.look", "administrator")
    words = words_of(page)
    assert words.count("Exact positions looked at") == 3  # the list of what may be asked for, and two looks
    assert "Shelters: 2" in words and "Shelters: 1" in words and "Device: API" in words


def test_what_stands_is_told_to_a_late_correction_and_written_down(team: Team) -> None:
    report = a_shelter(code="NEW", **HERE)
    first = team.sends(report)
    said = {name: value for name, value in report.items() if name != "id"}
    team.sends(corrected(first, said | {"capacity": 10}))
    with unit_of_work() as session:
        [late] = take(session, actor=team.actors["worker"], reports=[corrected(first, said | {"capacity": 12})])
    assert late.status == "conflict"
    assert late.standing is not None and late.standing["report"]["lat"] == HERE["lat"]
    assert [look["subject"] for look in looks()] == [f"report {first}"]
