"""Who needs special care: asked alike of people who arrive, leave, are counted or are a group, and said only where
somebody answered."""

from typing import Any
from uuid import UUID

import pytest

from app.field.forms import ArrivalForm, DepartureForm, GroupForm, HeadcountForm
from app.field.forms.correction import correction_of
from app.field.forms.people import NEEDS
from app.field.schemas import Desk
from app.intake.schemas import READER, Fault, Result
from tests.factories.desks import REPORT, sent
from tests.unit.test_forms_correction import ARRIVAL, COUNT, DEPARTURE, replaced, told

PEOPLE = {"how": "total", "total": "9"}
FORMS: list[tuple[Any, dict[str, str]]] = [
    (ArrivalForm, PEOPLE | {"stayed": "no", "place": "shelter:KHM"}),
    (DepartureForm, PEOPLE | {"went": "home", "place": "shelter:KHM"}),
    (HeadcountForm, PEOPLE | {"place": "shelter:KHM", "method": "full_count"}),
    (GroupForm, PEOPLE | {"label": "Families"}),
]
each_form = pytest.mark.parametrize(("form", "typed"), FORMS)


def report_of(form: Any) -> dict[str, Any]:
    assert form.validate(), form.complaints()
    (report,) = form.reports()
    READER.validate_python(report)
    found: dict[str, Any] = report
    return found


@each_form
def test_they_are_said_as_they_were_typed_and_0_is_nobody(desk: Desk, form: Any, typed: dict[str, str]) -> None:
    made = sent(form, desk, **typed, needs__SC="٠", needs__PL=" 4 ", needs__CR=" ")
    assert report_of(made)["needs"] == {"SC": 0, "PL": 4}
    assert made.stored([Result(UUID(REPORT), "accepted")])["needs"] == {"SC": 0, "PL": 4}


@each_form
def test_nothing_is_said_where_nobody_answered(desk: Desk, form: Any, typed: dict[str, str]) -> None:
    assert "needs" not in report_of(sent(form, desk, **typed))
    assert "needs" not in report_of(sent(form, desk, **typed, **{f"needs.{need}": "" for need in NEEDS}))


@each_form
def test_more_of_them_than_people_is_for_the_door_to_judge(desk: Desk, form: Any, typed: dict[str, str]) -> None:
    assert report_of(sent(form, desk, **typed, needs__SC="12"))["needs"] == {"SC": 12}


@each_form
def test_what_is_no_number_stands_beside_its_question_as_it_was_typed(
    desk: Desk, form: Any, typed: dict[str, str]
) -> None:
    made = sent(form, desk, **typed, needs__SC="٣x", needs__PL="-1")
    assert not made.validate()
    found = [(one.field, one.anchor, one.part) for one in made.complaints()]
    assert found == [("needs", "needs.SC", "SC"), ("needs", "needs.PL", "PL")]
    assert made.needs.typed_parts == {"SC": "٣x", "PL": "-1"}


@each_form
def test_so_does_what_the_door_finds(desk: Desk, form: Any, typed: dict[str, str]) -> None:
    made = sent(form, desk, **typed)
    assert made.validate()
    faults = (Fault("needs.SC", "x", "one"), Fault("needs", "x", "all"))
    assert not made.accept([Result(UUID(REPORT), "rejected", errors=faults)])
    found = [(one.anchor, one.part, one.message) for one in made.complaints()]
    assert found == [("needs.CR", None, "all"), ("needs.SC", "SC", "one")]


@each_form
def test_no_new_form_begins_with_them(desk: Desk, form: Any, typed: dict[str, str]) -> None:
    assert "needs" not in form.remembered
    new = form(desk)
    assert new.is_untouched
    assert new.needs.is_blank
    assert not sent(form, desk, needs__SC="2").is_untouched  # so that it is never drawn for others


@pytest.mark.parametrize(
    ("form", "order"),
    [
        (ArrivalForm, ["total", "households", "needs", "home", "place", "day"]),
        (DepartureForm, ["place", "went", "total", "households", "needs", "home", "day"]),
        (HeadcountForm, ["place", "total", "method", "households", "needs", "day"]),
    ],
)
def test_they_are_asked_after_the_number(desk: Desk, form: Any, order: list[str]) -> None:
    typed = {"when": "earlier", "day": "", "how": "total", "households": "x", "home": "Atlantis", "stayed": "no"}
    made = sent(form, desk, **typed, needs__SC="x")
    assert not made.validate()
    assert [one.field for one in made.complaints()] == order


# -- corrected

SAID = {"SC": 2, "PL": 0}


@pytest.mark.parametrize(("kind", "said"), [("movement", ARRIVAL), ("movement", DEPARTURE), ("headcount", COUNT)])
def test_a_correction_shows_what_was_said_and_keeps_it(desk: Desk, kind: str, said: dict[str, Any]) -> None:
    report = told(desk, kind, said | {"needs": SAID})
    assert correction_of(report, None).form.needs.typed_parts == {"SC": "2", "PL": "0"}
    assert replaced(report)["needs"] == SAID
    assert replaced(report, total="60")["needs"] == SAID
    assert replaced(report, needs__SC="٣")["needs"] == {"SC": 3, "PL": 0}
    assert replaced(report, needs__SC="")["needs"] == {"PL": 0}
    assert "needs" not in replaced(report, needs__SC="", needs__PL=" ")
    assert replaced(told(desk, kind, said), needs__SC="0")["needs"] == {"SC": 0}
    for empty in ({}, None):
        assert replaced(told(desk, kind, said | {"needs": empty}))["needs"] == empty


def test_a_figure_asks_no_needs_and_keeps_those_it_was_sent_with(desk: Desk) -> None:
    report = told(
        desk, "figure", {"about": {"area": "SY06"}, "measures": "stock", "people": {"total": 52}, "needs": SAID}
    )
    assert replaced(report, total="60", needs__SC="x")["needs"] == SAID
