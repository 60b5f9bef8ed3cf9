"""The form of a group: what it sends, and that a known group is said anew as a whole."""

from typing import Any, get_args
from uuid import UUID, uuid4

import pytest

from app.field.forms import GroupForm
from app.field.forms.group import CAUSES, INTENTIONS, answers_of
from app.field.schemas import Desk, StandingGroup
from app.intake.schemas import READER, Fault, GroupReport, Result
from tests.factories.desks import NOON, REPORT, sent

KNOWN: dict[str, Any] = {
    "label": "Families from the villages",
    "origin": "SY0602",
    "displaced_on": "2025-03-07",
    "cause": "targeted_violence",
    "households": 41,
    "people": {"cells": {"female:18-59": 50, "male:0-4": 0}, "low": 40},
    "needs": {"PL": 9, "SC": 0},
    "priority_needs": ["food", "NFI"],
    "intention": "undecided",
}


def group(**state: Any) -> StandingGroup:
    return StandingGroup(uuid4(), "G-0001", state, is_visible=True)


def report_of(form: Any) -> dict[str, Any]:
    assert form.validate(), form.complaints()
    (report,) = form.reports()
    READER.validate_python(report)
    found: dict[str, Any] = report
    return found


def test_a_group_becomes_one_report(desk: Desk) -> None:
    form = sent(
        GroupForm,
        desk,
        label="Families from the villages",
        home="جبلة",
        displaced_on="2025-03-07",
        cause="targeted_violence",
        how="total",
        total="١٨٠",
        households="41",
        needs__PL="٩",
        needs__SC="0",
        priority_needs=["water", "food", "gold"],
        intention="stay",
        code="g-٠٠٠٧",
    )
    assert report_of(form) == {
        "id": REPORT,
        "kind": "group",
        "code": "G-0007",
        "label": "Families from the villages",
        "origin": "SY0602",
        "displaced_on": "2025-03-07",
        "cause": "targeted_violence",
        "households": 41,
        "people": {"total": 180},
        "needs": {"PL": 9, "SC": 0},
        "priority_needs": ["food", "water"],
        "intention": "stay",
        "method": "full_count",
        "occurred_at": NOON,
        "precision": "minute",
        "clock": "device",
    }


def test_a_label_is_enough(desk: Desk) -> None:
    report = report_of(sent(GroupForm, desk, label="The second bus"))
    assert set(report) == {"id", "kind", "label", "occurred_at", "precision", "clock"}


def test_households_alone_are_no_people(desk: Desk) -> None:
    report = report_of(sent(GroupForm, desk, label="The second bus", how="households", households_only="١٢"))
    assert report["households"] == 12
    assert "people" not in report
    assert "method" not in report


@pytest.mark.parametrize(
    "state",
    [
        KNOWN,
        KNOWN | {"people": {"total": 180, "low": 150, "high": 200}},
        {"label": "The second bus", "households": 12},
        {"label": "The second bus", "people": {"low": 200, "high": 999}},
        {"label": "The second bus"},
    ],
)
def test_a_known_group_loses_nothing_when_it_is_said_anew(desk: Desk, state: dict[str, Any]) -> None:
    shown = GroupForm(desk, **answers_of(group(**state)))
    typed = {field.name: field.typed for field in shown if field.typed}
    typed |= {f"cells.{key}": value for key, value in shown.cells.typed_parts.items()}
    typed |= {f"needs.{key}": value for key, value in shown.needs.typed_parts.items()}
    many = {"priority_needs": shown.priority_needs.data, "method": "site_visit", "report_id": REPORT}
    report = report_of(sent(GroupForm, desk, **(typed | many)))
    assert {name: report[name] for name in KNOWN} == dict.fromkeys(KNOWN) | state  # what is not known is said not to be
    assert report["code"] == "G-0001"


def test_people_said_with_their_households_are_shown_with_them(desk: Desk) -> None:
    assert answers_of(group(people={"total": 9, "households": 2}))["households"] == 2
    assert answers_of(group(people={"households": 2}))["households_only"] == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"label": " "}, "label"),
        ({"home": "Atlantis"}, "home"),
        ({"displaced_on": "2025-03-17"}, "displaced_on"),
        ({"displaced_on": "last Friday"}, "displaced_on"),
        ({"cause": "weather"}, "cause"),
        ({"how": "total", "total": "many"}, "total"),
        ({"how": "total", "total": "9", "estimate": "yes", "low": "٨"}, "method"),
        ({"households": "-2"}, "households"),
        ({"needs.PL": "٩x"}, "needs"),
        ({"intention": "leave"}, "intention"),
        ({"code": "the second bus"}, "code"),
    ],
)
def test_it_complains_about_one_field_and_keeps_what_was_typed(desk: Desk, typed: dict[str, str], field: str) -> None:
    form = sent(GroupForm, desk, **({"label": "The second bus"} | typed))
    assert not form.validate()
    assert [complaint.field for complaint in form.complaints()] == [field]
    for name, value in typed.items():
        assert (form.needs.typed_parts["PL"] if name == "needs.PL" else form[name].typed) == value


def test_the_code_of_a_group_is_not_taken_by_another(desk: Desk) -> None:
    taken, hidden = group(), StandingGroup(uuid4(), "G-0001", {}, is_visible=False)
    mine = StandingGroup(UUID(REPORT), "G-0001", {}, is_visible=True)
    for standing, known, complaints in [
        (taken, "", ["code"]),
        (taken, "yes", []),
        (hidden, "yes", ["code"]),
        (mine, "", []),
        (None, "", []),
    ]:
        form = sent(GroupForm, desk, label="The second bus", code="G-0001", known=known)
        form.standing = standing
        assert form.validate() == (complaints == [])
        assert [complaint.field for complaint in form.complaints()] == complaints


def test_faults_of_the_door_stand_beside_their_needs(desk: Desk) -> None:
    form = sent(GroupForm, desk, label="The second bus")
    assert form.validate()
    assert not form.accept([Result(UUID(REPORT), "rejected", errors=(Fault("needs.PL", "x", "too many"),))])
    assert [(complaint.anchor, complaint.part) for complaint in form.complaints()] == [("needs.PL", "PL")]


def test_the_lists_are_those_of_the_door() -> None:
    for name, answers in (("cause", CAUSES), ("intention", INTENTIONS)):
        (words, _none) = get_args(GroupReport.model_fields[name].annotation)
        assert set(answers) == set(get_args(words)) - {"unknown"}
