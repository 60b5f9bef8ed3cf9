"""A movement with one end in one's areas: the other may be any place, named in full and shown by its name only."""

import pytest

from app.core.db import unit_of_work
from app.factory import create_app
from app.intake.service import take
from app.places.models import Operation
from tests.factories.operations import a_shelter, make_actor
from tests.factories.pages import Visitor, unvaried, words_of
from tests.factories.teams import Team, stored

MANY = {"how": "total", "total": "9", "estimate": "no"}
LEFT = {**MANY, "place": "shelter:KHM", "went": "place"}


@pytest.fixture
def named(team: Team) -> Team:
    """Far away there is a shelter with names in two languages."""
    names = {"name": {"en": "Banyas school", "ar": "مدرسة بانياس"}, "aliases": ["The old school"]}
    with unit_of_work() as session:
        take(session, actor=team.actors["stranger"], reports=[a_shelter(code="BAN", area="SY1002", **names)])
    return team


@pytest.mark.parametrize("typed", ["BAN", "ban", "Banyas School", "مدرسه بانياس", "the old school"])
def test_people_go_to_a_shelter_outside_my_areas_by_its_whole_name(named: Team, typed: str) -> None:
    page = named.worker.open("/field/departures/new").text
    assert "BAN" not in unvaried(page)
    assert "Banyas school" not in page
    saved = named.worker.read(named.worker.send("/field/departures/new", there__elsewhere=typed, **LEFT))
    assert "Banyas school" in saved
    (report,) = stored("movement")
    assert (report["from"], report["to"]) == ({"shelter": "KHM"}, {"shelter": "BAN"})


def test_a_code_that_was_guessed_tells_no_name(named: Team) -> None:
    """Codes are counted up, and a form that is not whole leaves no trace of who tried them."""
    answer = named.worker.send("/field/departures/new", there__elsewhere="BAN", **{**LEFT, "total": ""})
    assert answer.status_code == 422
    assert "Banyas school" not in answer.text
    assert "BAN" in unvaried(answer.text)
    assert stored("movement") == []


def test_people_come_from_an_area_outside_mine(named: Team) -> None:
    typed = {**MANY, "place": "shelter:KHM", "stayed": "yes", "before__elsewhere": "Banyas"}
    named.worker.read(named.worker.send("/field/arrivals/new", **typed))
    (report,) = stored("movement")
    assert (report["from"], report["to"]) == ({"area": "SY1002"}, {"shelter": "KHM"})


@pytest.mark.parametrize("typed", ["Banyas sch", "school", "SY99"])
def test_part_of_a_name_finds_nothing_and_nothing_typed_is_lost(named: Team, typed: str) -> None:
    answer = named.worker.send("/field/departures/new", there__elsewhere=typed, **LEFT)
    assert answer.status_code == 422
    assert "No place outside your areas has this name." in words_of(answer.text)
    assert f'value="{typed}"' in answer.text
    assert "Banyas school" not in answer.text
    assert stored("movement") == []


@pytest.mark.parametrize("named_as", ["BAN", "Banyas School", "SY1002", "the old school", "Banyas sch", "KHM", " "])
def test_a_script_is_told_the_key_of_what_a_form_would_take_and_nothing_else(named: Team, named_as: str) -> None:
    answer = named.worker.client.get("/field/elsewhere", query_string={"named": named_as})
    sent = named.worker.send("/field/departures/new", there__elsewhere=named_as, **LEFT)
    if answer.status_code == 404:
        assert sent.status_code == 422
        assert "key" not in (answer.json or {})
        assert "Banyas school" not in answer.text
    else:
        (kind, code) = (answer.json or {})["key"].split(":", 1)
        assert stored("movement")[0]["to"] == {kind: code}
    assert named.visitors["stranger"].client.get("/field/elsewhere?named=BAN").status_code == 404  # which is theirs


def test_nobody_moves_people_between_two_places_outside_their_areas(named: Team) -> None:
    typed = LEFT | {"place": "shelter:FAR", "there__elsewhere": "BAN"}
    assert named.worker.send("/field/departures/new", **typed).status_code == 422
    assert stored("movement") == []


def test_the_other_end_can_be_corrected(named: Team) -> None:
    named.worker.read(named.worker.send("/field/departures/new", there__elsewhere="BAN", **LEFT))
    path = f"/field/reports/{stored('movement')[0]['id']}/correct"
    assert "Banyas school" in named.worker.open(path).text
    answer = named.worker.send(path, there__elsewhere="FAR", reason="They went on.")
    assert "Shelter FAR" in named.worker.read(answer)
    assert stored("movement")[-1]["replacement"]["to"] == {"shelter": "FAR"}


def test_who_reports_on_everything_is_not_asked(named: Team) -> None:
    worker = named.actors["worker"]
    with unit_of_work() as session:
        operation = session.get_one(Operation, worker.scope.operation_id)
        somebody = make_actor(session, operation)
    assert "there.elsewhere" in named.worker.open("/field/departures/new").text
    page = Visitor(create_app(), somebody).open("/field/departures/new").text
    assert "there.elsewhere" not in page
    assert "Banyas school" in page
