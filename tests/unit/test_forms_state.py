"""The form "What changed?": only what was changed is sent, and it is compared with what the page showed."""

from dataclasses import replace
from typing import Any

import pytest

from app.field.forms import StateForm
from app.field.schemas import Desk
from app.shelters.queries import ShelterRow
from tests.factories.desks import KHM, NOON, REPORT, made_desk, sent

KNOWN = {
    "status": "open",
    "access": "unknown",
    "capacity": 6000,
    "blocked": 400,
    "covered_area_m2": 21000.5,
    "toilets": 84,
    "health_post": True,
    "admits": {"text": "women and children only", "cells": ["*:0-4", "*:5-11", "*:12-17", "female:*"]},
    "managed_by": "Red Crescent",
}


def shelter(**state: Any) -> ShelterRow:
    return replace(KHM, state=KHM.state | KNOWN | state)


def form_of(desk: Desk, about: ShelterRow | None = None, **typed: str) -> Any:
    """The form as its page showed it, with what is typed over it."""
    shown = StateForm(desk, about or shelter())
    page = {name: shown[name].typed for name in shown.was} | {f"{name}.was": value for name, value in shown.was.items()}
    return sent(lambda at: StateForm(at, about or shelter()), desk, **(page | typed))


def said_in(form: Any) -> dict[str, Any]:
    """What the report says of the shelter."""
    assert form.validate(), form.complaints()
    (report,) = form.reports()
    about = {"id", "kind", "shelter", "occurred_at", "precision", "clock"}
    return {name: value for name, value in report.items() if name not in about}


def test_the_page_shows_what_is_known(desk: Desk) -> None:
    form = StateForm(desk, shelter())
    shown = {name: value for name, value in form.was.items() if value}
    assert shown == {
        "status": "open",
        "capacity": "6,000",
        "blocked": "400",
        "covered_area_m2": "21,000.5",
        "toilets": "84",
        "health_post": "yes",
        "admission": "women_and_children",
        "managed_by": "Red Crescent",
    }


def test_only_what_was_changed_is_sent(desk: Desk) -> None:
    form = form_of(desk, status="closed", capacity="٦٬٥٠٠", blocked=" 400 ", covered_area_m2="21000.5")
    assert form.validate(), form.complaints()
    assert form.reports() == [
        {
            "id": REPORT,
            "kind": "shelter_state",
            "shelter": "KHM",
            "status": "closed",
            "capacity": 6500,
            "occurred_at": NOON,
            "precision": "minute",
            "clock": "device",
        }
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"capacity": ""}, {"capacity": None}),
        ({"health_post": ""}, {"health_post": None}),
        ({"health_post": "no"}, {"health_post": False}),
        ({"managed_by": " "}, {"managed_by": None}),
        ({"toilets": "0"}, {"toilets": 0}),
        ({"access": "cut_off"}, {"access": "cut_off"}),
        ({"site_area_m2": "١٬٢٠٠٫٥"}, {"site_area_m2": 1200.5}),
        ({"water_litres_per_day": "75 000"}, {"water_litres_per_day": 75000.0}),
        ({"admission": "anyone"}, {"admits": None}),
        ({"admission": "other", "admission_rule": "people with papers"}, {"admits": {"text": "people with papers"}}),
        ({"admission_rule": "not chosen", "taps": "3"}, {"taps": 3}),
        ({"contact": "reception desk"}, {"contact": "reception desk"}),
    ],
)
def test_emptied_is_now_unknown_and_the_rest_stays(desk: Desk, typed: dict[str, str], said: dict[str, Any]) -> None:
    assert said_in(form_of(desk, **typed)) == said


def test_a_rule_in_words_is_changed_by_its_words(desk: Desk) -> None:
    about = shelter(admits={"text": "families", "cells": ["*:0-4"]})
    assert said_in(form_of(desk, about, taps="3")) == {"taps": 3}
    assert said_in(form_of(desk, about, admission_rule="families only")) == {"admits": {"text": "families only"}}
    assert said_in(form_of(desk, about, admission="women_and_children"))["admits"]["cells"][0] == "female:*"


def test_what_others_reported_meanwhile_is_not_undone(desk: Desk) -> None:
    page = {f"{name}.was": value for name, value in StateForm(desk, shelter()).was.items()}
    form = sent(lambda at: StateForm(at, shelter(capacity=7000)), desk, **page, capacity="6,000", taps="3")
    assert said_in(form)["taps"] == 3
    assert "capacity" not in said_in(form)


def test_what_a_page_shows_in_arabic_is_unchanged_when_it_comes_back() -> None:
    with made_desk("ar") as desk:
        about = shelter()
        assert StateForm(desk, about).was["covered_area_m2"] == "٢١٬٠٠٠٫٥"
        assert said_in(form_of(desk, about, capacity="6000", covered_area_m2="21000,5", taps="٣")) == {"taps": 3}


def test_nothing_changed_is_no_report(desk: Desk) -> None:
    form = form_of(desk, capacity="6000")
    assert not form.validate()
    assert [(complaint.anchor, complaint.field) for complaint in form.complaints()] == [("main", "")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"capacity": "many"}, "capacity"),
        ({"blocked": "-4"}, "blocked"),
        ({"toilets": "٣٫٥"}, "toilets"),
        ({"covered_area_m2": "12 by 4"}, "covered_area_m2"),
        ({"site_area_m2": "-٣٫٥"}, "site_area_m2"),
        ({"toilets_accessible": "85"}, "toilets_accessible"),
        ({"status": "burnt"}, "status"),
        ({"admission": "other"}, "admission_rule"),
        ({"taps": "3", "when": "earlier", "day": "2025-03-17"}, "day"),
    ],
)
def test_it_complains_about_one_field_and_keeps_what_was_typed(desk: Desk, typed: dict[str, str], field: str) -> None:
    form = form_of(desk, **typed)
    assert not form.validate()
    assert [complaint.field for complaint in form.complaints()] == [field]
    assert {name: form[name].typed for name in typed} == typed


def test_a_rule_emptied_of_its_words_is_asked_for(desk: Desk) -> None:
    form = form_of(desk, shelter(admits={"text": "families"}), admission_rule="")
    assert not form.validate()
    assert [complaint.field for complaint in form.complaints()] == ["admission_rule"]
