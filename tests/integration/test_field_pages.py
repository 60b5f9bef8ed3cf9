"""The field's forms through the whole application: what is posted is stored, folded, and said back."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from app.accounts.policy import Actor
from app.alerts.refresh import refresh
from app.core.db import new_session, unit_of_work
from app.factory import create_app
from app.intake.service import take
from app.places.models import Operation
from app.population.queries import shelter_figures
from tests.factories.amending import corrected
from tests.factories.operations import a_headcount, a_shelter, make_actor, make_operation
from tests.factories.pages import Visitor, form_of, words_of

COUNTED_AT = "2025-03-10T12:00:00+03:00"
LEFT = {"how": "total", "place": "shelter:KHM", "when": "earlier", "day": "2025-03-11", "at": "09:30"}


@dataclass
class Field:
    """A field worker of one district, where two shelters hold 120 and 30 people."""

    actor: Actor
    visitor: Visitor

    def people(self) -> dict[str, int | None]:
        """How many are in each shelter once everything is folded."""
        with unit_of_work() as session:
            while refresh(session):
                pass
            figures = shelter_figures(session, scope=self.actor.scope).items
            return {figure.shelter: figure.people.total for figure in figures}


@pytest.fixture
def field(database: str) -> Field:
    with unit_of_work() as session:
        operation = make_operation(session)
        actor = make_actor(session, operation, areas=["SY0602"])
        reports = [
            a_shelter(code="KHM", capacity=100, status="open", toilets=6),
            a_shelter(code="SCH", capacity=200),
            a_headcount("KHM", at=COUNTED_AT, people=120),
            a_headcount("SCH", at=COUNTED_AT, people=30),
        ]
        taken = take(session, actor=actor, reports=reports)
        assert {result.status for result in taken} == {"accepted"}
        elsewhere = [a_shelter(code="FAR", area="SY1002")]
        take(session, actor=make_actor(session, operation), reports=elsewhere)
    return Field(actor, Visitor(create_app(), actor))


def stored(kind: str) -> list[dict[str, Any]]:
    """Reports of one kind, in the order of taking, as they were said."""
    with new_session() as session:
        wanted = text("SELECT content FROM reports WHERE kind = :kind ORDER BY recorded_at, id")
        return list(session.scalars(wanted, {"kind": kind}))


@pytest.mark.parametrize(
    "path",
    [
        "/shelters?after=%00",
        "/field/shelters/K%00/state",
        "/field/groups/new?code=%00",
        "/alerts?from=1&from=%00",
        "/field/departures/new?group=%00",
        "/static/%00",
        "/login?next=%00",
        "/dashboard?lang=%00",
    ],
)
def test_a_nul_in_an_address_is_refused_in_words(field: Field, path: str) -> None:
    answer = field.visitor.open(path)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "a character that cannot be stored" in words_of(answer.text)


def test_a_nul_in_a_form_is_refused_and_nothing_is_stored(field: Field) -> None:
    before = len(stored("movement"))
    data = form_of(field.visitor.open("/field/arrivals/new").text)
    for name in data:
        spoilt = data.copy()
        spoilt[name] = "a\x00b"
        assert field.visitor.post("/field/arrivals/new", spoilt).status_code == HTTPStatus.BAD_REQUEST, name
    assert field.visitor.post("/login", MultiDict({"email": "a\x00b"})).status_code == HTTPStatus.BAD_REQUEST
    assert len(stored("movement")) == before


def test_a_form_lists_shelters_as_they_are_at_this_moment(field: Field) -> None:
    def said(report: dict[str, Any]) -> str:
        with unit_of_work() as session:
            (result,) = take(session, actor=field.actor, reports=[report])
            assert result.status == "accepted"
        return field.visitor.open("/field/arrivals/new").text

    assert "shelter:NEW" not in field.visitor.open("/field/arrivals/new").text
    new = a_shelter(code="NEW")
    assert ">Shelter NEW<" in said(new)
    again = corrected(new["id"], {**new, "name": {"en": "The gym"}})
    page = said(again)
    assert ">The gym<" in page
    assert ">Shelter NEW<" not in page
    assert "shelter:NEW" not in said(corrected(again["id"], None))


@pytest.mark.parametrize("opened_at", ["2020-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00Z"])
def test_a_form_opened_at_no_hour_of_this_world_is_answered(field: Field, opened_at: str) -> None:
    data = form_of(field.visitor.open("/field/arrivals/new").text)
    data["opened_at"], data["how"], data["total"] = opened_at, "total", "5"
    answer = field.visitor.post("/field/arrivals/new", data)
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


def test_people_who_go_to_another_shelter_leave_one_and_enter_the_other(field: Field) -> None:
    went = {"went": "place", "there": "shelter:SCH", "arrival_time": "11:00", "total": "٤٠"}
    said = field.visitor.read(field.visitor.send("/field/departures/new", **LEFT, **went))
    assert "Shelter KHM" in said
    assert "Shelter SCH" in said
    assert field.people() == {"KHM": 80, "SCH": 70}
    (movement,) = stored("movement")
    assert movement["seen"] == "from"
    assert movement["left_at"] < movement["occurred_at"]


@pytest.mark.parametrize(("went", "reason"), [("home", "return"), ("elsewhere", None), ("died", "death")])
def test_people_who_leave_for_elsewhere_are_no_longer_counted(field: Field, went: str, reason: str | None) -> None:
    field.visitor.read(field.visitor.send("/field/departures/new", **LEFT, went=went, total="20"))
    assert field.people() == {"KHM": 100, "SCH": 30}
    assert stored("movement")[0].get("reason") == reason


def test_a_departure_that_cannot_be_stored_comes_back_with_what_was_typed(field: Field) -> None:
    answer = field.visitor.send("/field/departures/new", **LEFT, went="home", total="20", group="G-0404")
    assert answer.status_code == 422
    assert "There is no group with this code or id yet." in answer.text
    assert 'value="G-0404"' in answer.text
    assert 'value="20"' in answer.text
    assert stored("movement") == []


def test_a_form_sent_twice_is_stored_once(field: Field) -> None:
    twice = {"report_id": "6f1c1b7e-6f0f-4a51-9d53-0d5a2d1f0c11", "went": "home", "total": "20"}
    said = [field.visitor.read(field.visitor.send("/field/departures/new", **LEFT, **twice)) for _ in range(2)]
    assert ["already" in words for words in said] == [False, True]
    assert len(stored("movement")) == 1


def test_what_changed_at_a_shelter_is_reported_and_the_rest_is_not(field: Field) -> None:
    changed = {"status": "closed", "toilets": "", "water_litres_per_day": "١٢٬٠٠٠", "contact": "reception desk"}
    said = field.visitor.read(field.visitor.send("/field/shelters/KHM/state", **changed))
    assert "Status Closed Toilets not known Water, litres a day 12,000 Contact reception desk" in said
    (state,) = stored("shelter_state")
    assert {name: state[name] for name in changed} == {
        "status": "closed",
        "toilets": None,
        "water_litres_per_day": 12_000,
        "contact": "reception desk",
    }
    assert "capacity" not in state
    assert field.people()["KHM"] == 120
    assert 'value="12,000"' in field.visitor.open("/field/shelters/KHM/state").text


def test_a_change_sent_twice_is_stored_once(field: Field) -> None:
    path = "/field/shelters/KHM/state"
    data = form_of(field.visitor.open(path).text)
    data["taps"] = "4"
    said = [field.visitor.read(field.visitor.post(path, data)) for _ in range(2)]
    assert ["already" in words for words in said] == [False, True]
    assert len(stored("shelter_state")) == 1


def test_nothing_changed_comes_back_and_says_so(field: Field) -> None:
    answer = field.visitor.send("/field/shelters/KHM/state")
    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text


@pytest.mark.parametrize("code", ["NOT", "FAR"])
def test_a_shelter_outside_my_areas_is_not_there(field: Field, code: str) -> None:
    assert field.visitor.open(f"/field/shelters/{code}/state").status_code == 404
    data = form_of(field.visitor.open("/field/shelters/KHM/state").text)
    assert field.visitor.post(f"/field/shelters/{code}/state", data).status_code == 404


def test_each_of_my_shelters_and_a_new_one_lead_to_what_changed(field: Field) -> None:
    assert 'href="/field/shelters/SCH/state"' in field.visitor.open("/field/").text
    opened = {"name_en": "Hall", "site_type": "other", "area": "SY0602"}
    answer = field.visitor.send("/field/shelters/new", **opened)
    assert 'href="/field/shelters/S-0001/state"' in field.visitor.open(answer.location).text


def test_a_group_gets_a_code_and_arrives_under_it(field: Field) -> None:
    told = {"label": "Families from the villages", "home": "Jablah", "how": "total", "total": "٥٢", "needs__PL": "٤"}
    answer = field.visitor.send("/field/groups/new", **told, priority_needs=["food", "water"])
    assert "Families from the villages Its code G-0001" in field.visitor.read(answer)
    arrived = "/field/arrivals/new?group=G-0001"
    assert f'href="{arrived}"' in field.visitor.open(answer.location).text
    assert form_of(field.visitor.open(arrived).text)["home"] == "Jablah"
    field.visitor.read(field.visitor.send(arrived, how="total", total="52", place="shelter:SCH"))
    assert stored("movement")[0]["group"] == "G-0001"
    assert stored("group")[0]["needs"] == {"PL": 4}


def test_a_known_group_is_looked_up_and_said_anew_as_a_whole(field: Field) -> None:
    told = {
        "label": "Families",
        "how": "total",
        "total": "52",
        "needs__PL": "4",
        "households": "9",
        "cause": "eviction",
    }
    field.visitor.read(field.visitor.send("/field/groups/new", **told, priority_needs=["food", "water"]))
    said = field.visitor.read(field.visitor.send("/field/groups/new?code=g-٠٠٠١", total="60", needs__PL=""))
    assert "G-0001" in said
    first, second = stored("group")
    assert second["code"] == "G-0001"
    kept = {"label", "cause", "households", "priority_needs"}
    assert {name: second[name] for name in kept} == {name: first[name] for name in kept}
    assert second["people"] == {"total": 60}
    assert second["needs"] is None
    again = form_of(field.visitor.open("/field/groups/new?code=G-0001").text)
    assert (again["total"], again["needs.PL"], again["households"]) == ("60", "", "9")


def test_what_is_said_within_a_second_keeps_its_order(field: Field) -> None:
    """Of two reports of the same instant an id decides, which nobody chose: pages tell their moment to the end."""
    noon = "2025-03-11T12:00:00"
    for fraction in ("100000", "900000"):
        opened = form_of(field.visitor.open("/field/shelters/SCH/state").text)
        assert datetime.fromisoformat(opened["opened_at"]).microsecond
        opened["opened_at"] = f"{noon}.{fraction}+00:00"
        opened["status"] = "open" if fraction == "100000" else "closed"
        field.visitor.read(field.visitor.post("/field/shelters/SCH/state", opened))
    with new_session() as session:
        wanted = text("SELECT occurred_at FROM reports WHERE kind = 'shelter_state' ORDER BY recorded_at")
        first, second = session.scalars(wanted)
    assert first < second


def test_a_group_of_others_is_neither_shown_nor_replaced(field: Field) -> None:
    with unit_of_work() as session:
        other = make_actor(session, session.get_one(Operation, field.actor.scope.operation_id))
        report = {"id": str(uuid4()), "kind": "group", "occurred_at": COUNTED_AT, "code": "G-9", "label": "Not for all"}
        take(session, actor=other, reports=[report | {"origin": "SY1002"}])
    page = field.visitor.open("/field/groups/new?code=G-9").text
    assert "There is no group with this code in your areas." in page
    assert "Not for all" not in page
    answer = field.visitor.send("/field/groups/new", label="Another", code="G-9", known="yes")
    assert answer.status_code == 422
    assert len(stored("group")) == 1


def test_a_group_that_cannot_be_stored_comes_back_with_what_was_typed(field: Field) -> None:
    typed = {"label": "ع" * 201, "needs__SC": "٣x"}
    answer = field.visitor.send("/field/groups/new", **typed)
    assert answer.status_code == 422
    assert form_of(answer.text)["needs.SC"] == "٣x"
    again = field.visitor.send("/field/groups/new", label="ع" * 201, priority_needs=["cash"])
    assert "This text is too long." in again.text
    assert form_of(again.text).getlist("priority_needs") == ["cash"]
