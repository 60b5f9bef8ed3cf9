"""Putting reports right through the whole application: twice, meanwhile, taken back and put back."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.db import new_session
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state
from tests.factories.pages import form_of, words_of
from tests.factories.teams import Team, correcting, stored, taking_back

MORNING = "2025-03-10T09:30:20+03:00"
NOON = "2025-03-10T12:00:00+03:00"


def test_what_i_corrected_counts_and_what_i_said_first_stays_to_be_read(team: Team) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    said = team.worker.read(team.worker.send(correcting(report), total="٥٥", reason="counted again"))
    assert "Corrected. What was said before stays visible here." in said
    assert "Corrected by you" in said
    assert "counted again" in said
    before = said.split("What was said before")[-1]
    assert "Sent by you" in before
    assert "People 52" in before
    assert "People 55" not in before
    assert team.people()["KHM"] == 55
    assert "Counted every person" in said


def test_only_what_was_changed_is_said_anew(team: Team) -> None:
    hidden = {"note": "two tents were closed", "source": "the guard", "needs": {"PL": 2}, "basis": "assumed"}
    report = team.sends(a_headcount("KHM", at=MORNING, people={"total": 60, "cells": {"female:0-4": 9}}, **hidden))
    team.worker.read(team.worker.send(correcting(report), place="shelter:SCH", reason="the other shelter"))
    first, second = stored()
    assert second["replacement"] == {name: part for name, part in first.items() if name != "id"} | {
        "place": {"shelter": "SCH"}
    }
    assert team.people() == {"KHM": None, "SCH": 60}


def test_a_reason_is_needed_and_nothing_typed_is_lost(team: Team) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    answer = team.worker.send(correcting(report), total="55", reason=" ")
    assert answer.status_code == 422
    assert "Say why, in a few words." in answer.text
    assert form_of(answer.text)["total"] == "55"
    assert len(stored()) == 1


def test_what_the_door_refuses_stands_beside_its_field(team: Team) -> None:
    report = team.sends(a_movement(at=NOON, people=9, to="KHM", seen="to"))
    answer = team.worker.send(correcting(report), group="G-0404", reason="they are a group")
    assert answer.status_code == 422
    assert "There is no group with this code or id yet." in answer.text
    assert 'aria-describedby="h-group e-group"' in answer.text
    assert form_of(answer.text)["reason"] == "they are a group"


def test_a_correction_sent_twice_is_stored_once(team: Team) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    data = form_of(team.worker.open(correcting(report)).text)
    data["total"], data["reason"] = "55", "counted again"
    said = [team.worker.read(team.worker.post(correcting(report), data)) for _ in range(2)]
    assert ["sent twice" in words for words in said] == [False, True]
    assert len(stored()) == 2


def test_who_comes_second_sees_what_the_first_made_of_it_and_loses_nothing(team: Team) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    late = form_of(team.worker.open(correcting(report)).text)
    team.coordinator.read(team.coordinator.send(correcting(report), total="60", place="shelter:SCH", reason="misheard"))
    late["total"], late["reason"] = "55", "counted again"
    answer = team.worker.post(correcting(report), late)
    assert answer.status_code == 409
    words = words_of(answer.text)
    assert "This report was corrected meanwhile, so yours was not stored yet." in words
    assert "Corrected by a coordinator" in words
    assert "misheard" in words
    assert "People 60 55" in words
    assert team.actors["coordinator"].email not in answer.text
    again = form_of(answer.text)
    assert (again["total"], again["place"], again["reason"]) == ("55", "shelter:SCH", "counted again")
    team.worker.read(team.worker.post(correcting(report), again))
    assert team.people() == {"KHM": None, "SCH": 55}


def test_sent_again_with_another_number_it_says_what_stands(team: Team) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    data = form_of(team.worker.open(correcting(report)).text)
    data["total"], data["reason"] = "55", "counted again"
    team.worker.read(team.worker.post(correcting(report), data))
    data["total"] = "56"
    answer = team.worker.post(correcting(report), data)
    assert answer.status_code == 409
    assert "Corrected by you" in words_of(answer.text)
    team.worker.read(team.worker.post(correcting(report), form_of(answer.text)))
    assert team.people()["KHM"] == 56


def test_what_never_happened_is_taken_back_and_put_back(team: Team) -> None:
    report = team.sends(a_movement(at=NOON, people=9, to="KHM", seen="to"))
    assert team.people()["KHM"] == 9
    asked = team.worker.send(taking_back(report), reason="")
    assert asked.status_code == 422
    said = team.worker.read(team.worker.send(taking_back(report), reason="it was another day"))
    assert "This report was taken back. It counts no longer." in said
    assert team.people()["KHM"] is None
    assert team.worker.open(taking_back(report)).status_code == 302
    page = team.worker.open(correcting(report)).text
    assert "Put it back" in words_of(page)
    assert form_of(page)["total"] == "9"
    team.worker.read(team.worker.send(correcting(report), reason="it was this day after all"))
    assert team.people()["KHM"] == 9
    listed = words_of(team.worker.open("/field/reports").text)
    assert "corrected" in listed
    assert "taken back" not in listed


def test_taken_back_twice_or_meanwhile(team: Team) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    data = form_of(team.worker.open(taking_back(report)).text)
    data["reason"] = "another shelter"
    team.coordinator.read(team.coordinator.send(correcting(report), total="60", reason="misheard"))
    answer = team.worker.post(taking_back(report), data)
    assert answer.status_code == 409
    assert "Nothing was taken back yet." in answer.text
    again = form_of(answer.text)
    assert again["reason"] == "another shelter"
    said = [team.worker.read(team.worker.post(taking_back(report), again)) for _ in range(2)]
    assert ["sent twice" in words for words in said] == [False, True]
    stale = team.worker.post(taking_back(report), data)
    assert "was taken back" in team.worker.read(stale)


def test_a_shelter_others_speak_of_cannot_be_taken_back(team: Team) -> None:
    made = team.sends(a_shelter(code="NEW"), a_headcount("NEW", at=NOON, people=5))
    answer = team.worker.send(taking_back(made), reason="no such place")
    assert answer.status_code == 422
    assert "Other reports speak of it." in answer.text


def test_a_change_at_a_shelter_is_corrected_without_undoing_others(team: Team) -> None:
    team.sends(a_state("KHM", at=MORNING, toilets=4))
    report = team.sends(a_state("KHM", at=NOON, capacity=500, site_type="other", showers=None))
    page = form_of(team.worker.open(correcting(report)).text)
    assert (page["capacity"], page["toilets"]) == ("500", "4")
    team.worker.read(team.worker.send(correcting(report), capacity="50", reason="one nought too many"))
    assert {
        name: stored("shelter_state")[-1]["replacement"][name] for name in ("capacity", "showers", "site_type")
    } == {
        "capacity": 50,
        "showers": None,
        "site_type": "other",
    }
    assert "toilets" not in stored("shelter_state")[-1]["replacement"]
    team.worker.read(team.worker.send(correcting(report), taps="", capacity="", reason="nobody knows"))
    assert stored("shelter_state")[-1]["replacement"]["capacity"] is None


def test_decisions_are_taken_back_by_those_who_decide(team: Team) -> None:
    count = team.sends(a_headcount("KHM", at=NOON, people=52, method="secondary_report"))
    decision = {"id": str(uuid4()), "kind": "decision", "occurred_at": NOON, "headcount": count, "adopt": True}
    made = team.sends(decision | {"reason": "nobody else went"}, who="coordinator")
    assert team.people()["KHM"] == 52
    assert team.worker.open(f"/field/reports/{made}").status_code == 404
    assert team.coordinator.open(correcting(made)).status_code == 302
    assert "Shelter KHM" in words_of(team.coordinator.open(f"/field/reports/{made}").text)
    team.coordinator.read(team.coordinator.send(taking_back(made), reason="somebody went"))
    assert team.people()["KHM"] is None


def every_kind() -> list[dict[str, Any]]:
    """A report of each kind with a form, as programs send them."""
    group = {"id": str(uuid4()), "kind": "group", "occurred_at": MORNING, "label": "Families", "origin": "SY0602"}
    area = {"id": str(uuid4()), "kind": "note", "occurred_at": NOON, "place": {"area": "SY0602"}, "text": "some stayed"}
    return [
        a_shelter(code="NEW", capacity=60, admits={"text": "women", "cells": ["female:*"]}, toilets=4),
        group | {"households": 12, "needs": {"PL": 2}, "people": {"total": 50, "high": 60}},
        a_movement(at=MORNING, people={"cells": {"female:0-4": 9}}, to="KHM", seen="to", group=group["id"], note="wet"),
        a_movement(at=NOON, people={"households": 4}, source="KHM", to="SCH", seen="both", left_at=MORNING),
        a_movement(at=NOON, people=3, source="SY0602", reason="return") | {"source": "the guard"},
        a_headcount("SY0602", at=NOON, people={"low": 200, "high": 999}, method="key_informant", precision="about"),
        a_state("KHM", at=NOON, capacity=500, showers=None, admits={"text": "families"}),
        area,
    ]


def test_saved_untouched_every_kind_says_the_same(team: Team) -> None:
    reports = every_kind()
    team.sends(*reports)
    before = team.people()
    for report in reports:
        said = team.worker.read(team.worker.send(correcting(report["id"]), reason="only looked"))
        assert "Corrected by you" in said
        assert "What was said before" in said
        with new_session() as session:
            wanted = text("SELECT content -> 'replacement' FROM reports WHERE version_of = :id")
            replacement = session.scalar(wanted, {"id": report["id"]})
        assert replacement == {name: part for name, part in report.items() if name != "id"}
    assert team.people() == before
    words = words_of(team.worker.open("/field/reports").text)
    assert "total not known (estimate: 200–999)" in words
    assert "4 households" in words


def test_a_figure_is_corrected_by_who_sees_the_whole(team: Team) -> None:
    about = {"about": {"area": "SY06"}, "measures": "stock", "people": {"low": 19_000}, "source": "the news"}
    figure = {"id": str(uuid4()), "kind": "figure", "occurred_at": NOON, **about}
    report = team.sends(figure, who="coordinator")
    assert team.worker.open(f"/field/reports/{report}").status_code == 404
    typed = {"total": "20000", "low": "19000", "reason": "the second edition"}
    said = team.coordinator.read(team.coordinator.send(correcting(report), **typed))
    assert "20,000 (estimate: 19,000 or more)" in said
    assert stored("figure")[-1]["replacement"]["about"] == {"area": "SY06"}


def test_a_change_at_a_shelter_corrected_meanwhile_keeps_both(team: Team) -> None:
    report = team.sends(a_state("KHM", at=NOON, capacity=500, toilets=4))
    late = form_of(team.worker.open(correcting(report)).text)
    team.coordinator.read(team.coordinator.send(correcting(report), toilets="6", at="11:00", reason="two more"))
    late["capacity"], late["reason"] = "50", "one nought too many"
    answer = team.worker.post(correcting(report), late)
    assert answer.status_code == 409
    again = form_of(answer.text)
    assert (again["capacity"], again["at"]) == ("50", "11:00")
    team.worker.read(team.worker.post(correcting(report), again))
    replacement = stored("shelter_state")[-1]["replacement"]
    assert (replacement["capacity"], replacement["toilets"]) == (50, 6)
    assert replacement["occurred_at"].startswith("2025-03-10T11:00")


@pytest.mark.parametrize(
    "typed",
    [
        {"corrects": "x", "report_id": "x", "shown_at": "x", "reason": "x"},
        {"reason": "a\x00b"},
        {"reason": "ع" * 2_001},
        {"day": "9999-12-31", "at": "25:00", "reason": "x"},
        {"shown_at": "9999-12-31T23:59:59+00:00", "when": "now", "reason": "x"},
        {"place": "shelter:", "how": "?", "total": "-1", "cells__female:0-4": "x", "reason": "x"},
        {"place": "area:SY1002", "reason": "x"},
    ],
)
def test_whatever_is_sent_is_answered(team: Team, typed: dict[str, str]) -> None:
    report = team.sends(a_headcount("KHM", at=NOON, people=52))
    for path in (correcting(report), taking_back(report)):
        assert team.worker.send(path, **typed).status_code in (303, 400, 409, 422)
