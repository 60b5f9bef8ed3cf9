"""Who needs special care, through the whole application: asked in the forms, told back, corrected; and children without
their parents call whoever protects them."""

import pytest
from sqlalchemy import text

from app.core.db import new_session
from tests.factories.operations import a_movement
from tests.factories.pages import form_of, unvaried, words_of
from tests.factories.teams import Team, correcting, stored

NOON = "2025-03-10T12:00:00+03:00"
ARRIVED = {"how": "total", "total": "10", "place": "shelter:KHM"}
LEFT = ARRIVED | {"went": "home"}
COUNTED = ARRIVED | {"method": "full_count"}
FORMS = {"arrivals": ARRIVED, "departures": LEFT, "headcounts": COUNTED}
FOLDED, UNFOLDED = '<details class="more">', '<details class="more" open>'
TOLD = "Special care Children without their parents: 3"


def alerts(team: Team) -> list[str]:
    """How alerts about children who are alone stand once everything is folded."""
    team.people()
    with new_session() as session:
        return list(session.scalars(text("SELECT status FROM alerts WHERE rule = 'unaccompanied_children'")))


def test_children_who_arrive_alone_open_an_alert_and_a_count_that_finds_none_ends_it(team: Team) -> None:
    team.worker.read(team.worker.send("/field/arrivals/new", **ARRIVED))
    assert alerts(team) == []
    team.worker.read(team.worker.send("/field/arrivals/new", **ARRIVED | {"total": "11"}, needs__SC="٣"))
    assert alerts(team) == ["open"]
    team.worker.read(team.worker.send("/field/headcounts/new", **COUNTED))
    assert alerts(team) == ["open"], "nobody said that they are not alone any more"
    team.worker.read(team.worker.send("/field/headcounts/new", **COUNTED | {"total": "12"}, needs__SC="0"))
    assert alerts(team) == ["resolved"]


def test_so_does_their_departure(team: Team) -> None:
    team.worker.read(team.worker.send("/field/arrivals/new", **ARRIVED, needs__SC="3"))
    assert alerts(team) == ["open"]
    team.worker.read(team.worker.send("/field/departures/new", **LEFT | {"total": "3"}, needs__SC="3"))
    assert alerts(team) == ["resolved"]


@pytest.mark.parametrize(("name", "typed"), FORMS.items())
def test_what_was_said_is_told_and_not_asked_again(team: Team, name: str, typed: dict[str, str]) -> None:
    said = team.worker.read(team.worker.send(f"/field/{name}/new", **typed, needs__SC="3", needs__PL="0"))
    assert "Special care Pregnant or breastfeeding women: 0 Children without their parents: 3 When" in said
    (report,) = stored("headcount" if name == "headcounts" else "movement")
    assert report["needs"] == {"SC": 3, "PL": 0}
    assert "Children without their parents: 3" in words_of(team.worker.open(f"/field/reports/{report['id']}").text)
    page = team.worker.open(f"/field/{name}/new").text
    assert form_of(page)["needs.SC"] == ""
    assert FOLDED in page
    assert "Special care" not in team.worker.read(team.worker.send(f"/field/{name}/new", **typed | {"total": "12"}))


@pytest.mark.parametrize("name", FORMS)
def test_the_question_is_folded_away_until_there_is_an_answer_or_a_mistake(team: Team, name: str) -> None:
    path = f"/field/{name}/new"
    for typed, details in (("", FOLDED), (" ", FOLDED), ("4", UNFOLDED), ("0", UNFOLDED), ("٤x", UNFOLDED)):
        answer = team.worker.send(path, needs__SC=typed)
        assert answer.status_code == 422
        assert details in answer.text, typed
        assert form_of(answer.text)["needs.SC"] == typed.strip()
    assert "Children without their parents: Write a number" in words_of(answer.text)
    assert 'href="#needs.SC"' in answer.text
    assert 'aria-describedby="e-needs.SC"' in answer.text
    too_many = team.worker.send(path, **FORMS[name], needs__SC="10000001")
    assert "That is more than 10,000,000." in words_of(too_many.text)
    assert "٤x" not in unvaried(team.worker.open(path).text), "what one person typed"
    assert stored("movement") == stored() == []


def test_of_a_group_it_is_asked_as_openly_as_the_rest(team: Team) -> None:
    assert UNFOLDED in team.worker.open("/field/groups/new").text
    said = team.worker.read(team.worker.send("/field/groups/new", label="Families", needs__SC="3"))
    assert TOLD in said


def test_a_correction_begins_with_what_a_program_said_and_keeps_it(team: Team) -> None:
    report = team.sends(a_movement(at=NOON, people=10, to="KHM", seen="to", needs={"SC": 3, "DS": 0}))
    page = team.worker.open(correcting(report)).text
    assert (form_of(page)["needs.SC"], form_of(page)["needs.DS"], form_of(page)["needs.PL"]) == ("3", "0", "")
    assert UNFOLDED in page
    team.worker.read(team.worker.send(correcting(report), total="12", reason="counted again"))
    assert stored("movement")[-1]["replacement"]["needs"] == {"SC": 3, "DS": 0}
    assert alerts(team) == ["open"]


def test_what_is_emptied_is_not_known_any_more(team: Team) -> None:
    report = team.sends(a_movement(at=NOON, people=10, to="KHM", seen="to", needs={"SC": 3}))
    assert alerts(team) == ["open"]
    said = team.worker.read(team.worker.send(correcting(report), needs__SC="", reason="another bus"))
    assert "needs" not in stored("movement")[-1]["replacement"]
    now, before = said.rsplit("What was said before", 1)
    assert "Special care" not in now
    assert TOLD in before
    assert alerts(team) == ["withdrawn"]
    assert FOLDED in team.worker.open(correcting(report)).text
    team.worker.read(team.worker.send(correcting(report), needs__SC="2", reason="this bus after all"))
    assert stored("movement")[-1]["replacement"]["needs"] == {"SC": 2}


def test_who_comes_second_sees_which_answers_differ(team: Team) -> None:
    report = team.sends(a_movement(at=NOON, people=10, to="KHM", seen="to", needs={"SC": 3}))
    late = form_of(team.worker.open(correcting(report)).text)
    team.coordinator.read(team.coordinator.send(correcting(report), total="12", needs__SC="4", reason="misheard"))
    late["needs.SC"], late["reason"] = "5", "counted again"
    answer = team.worker.post(correcting(report), late)
    assert answer.status_code == 409
    differ = "Special care Children without their parents: 4 Children without their parents: 5"
    assert differ in words_of(answer.text)
    assert (form_of(answer.text)["needs.SC"], form_of(answer.text)["total"]) == ("5", "12")
