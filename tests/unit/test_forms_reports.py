"""The field forms: what they send, what they refuse, and that nothing typed is lost."""

from uuid import UUID

import pytest

from app.core.text import name_in
from app.field.forms import ArrivalForm, DepartureForm, HeadcountForm, ShelterForm
from app.field.schemas import Desk
from app.intake.schemas import Fault, Result
from tests.factories.desks import NOON, REPORT, sent

ARRIVED = {"how": "cells", "estimate": "no", "stayed": "no", "place": "shelter:KHM"}


def test_an_arrival_becomes_one_movement(desk: Desk) -> None:
    cells = {"cells.female:18-59": "١٤", "cells.male:0-4": "2"}
    form = sent(ArrivalForm, desk, **ARRIVED, **cells, households="3", home="جبلة")
    assert form.validate(), form.complaints()
    assert form.reports() == [
        {
            "id": REPORT,
            "kind": "movement",
            "seen": "to",
            "origin": "SY0602",
            "to": {"shelter": "KHM"},
            "people": {"cells": {"female:18-59": 14, "male:0-4": 2}, "households": 3},
            "method": "full_count",
            "occurred_at": NOON,
            "precision": "minute",
            "clock": "device",
        }
    ]


def test_only_the_chosen_way_of_counting_is_read(desk: Desk) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total"}, **{"cells.female:0-4": "oops"}, total="52")
    assert form.validate(), form.complaints()
    assert form.reports()[0]["people"] == {"total": 52}


def test_the_way_that_was_filled_in_is_read_if_the_chosen_one_is_empty(desk: Desk) -> None:
    form = sent(ArrivalForm, desk, **ARRIVED, total="52")
    assert form.validate(), form.complaints()
    assert form.reports()[0]["people"] == {"total": 52}


def test_an_estimate_carries_range_and_method(desk: Desk) -> None:
    estimate = {"estimate": "yes", "low": "45", "high": "60", "method": "key_informant"}
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total", **estimate}, total="52")
    assert form.validate(), form.complaints()
    report = form.reports()[0]
    assert (report["people"], report["method"]) == ({"total": 52, "low": 45, "high": 60}, "key_informant")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "cells"),
        ({"how": "total", "total": "0"}, "total"),
        ({"how": "total", "total": "-4"}, "total"),
        ({"how": "households"}, "households_only"),
        ({"cells.female:0-4": "14x"}, "cells"),
        ({"how": "total", "total": "9", "estimate": "yes", "method": "site_visit"}, "low"),
        ({"how": "total", "total": "9", "estimate": "yes", "method": "site_visit", "low": "10"}, "low"),
        ({"how": "total", "total": "9", "estimate": "yes", "method": "site_visit", "high": "8"}, "high"),
        ({"how": "total", "total": "9", "estimate": "yes", "low": "8"}, "method"),
        ({"how": "total", "total": "9", "place": ""}, "place"),
        ({"how": "total", "total": "9", "place": "shelter:NOT"}, "place"),
        ({"how": "total", "total": "9", "home": "Atlantis"}, "home"),
        ({"how": "total", "total": "9", "group": "the second bus"}, "group"),
        ({"how": "total", "total": "9", "stayed": "yes"}, "before"),
        ({"how": "total", "total": "9", "stayed": "yes", "before": "shelter:KHM"}, "before"),
        ({"how": "total", "total": "9", "when": "earlier", "day": ""}, "day"),
        ({"how": "total", "total": "9", "when": "earlier", "day": "2025-03-17"}, "day"),
        ({"how": "total", "total": "9", "when": "earlier", "day": "0025-03-17"}, "day"),
        ({"how": "total", "total": "9", "when": "earlier", "day": "20250316"}, "day"),
        ({"how": "total", "total": "9", "when": "earlier", "day": "2025-03-16", "at": "noon"}, "at"),
        ({"how": "total", "total": "9", "when": "earlier", "day": "2025-03-16", "at": "09:30+02:00"}, "at"),
        ({"cells.female:0-4": "9" * 5_000}, "cells"),
    ],
)
def test_it_complains_about_one_field_and_keeps_what_was_typed(desk: Desk, typed: dict[str, str], field: str) -> None:
    form = sent(ArrivalForm, desk, **(ARRIVED | typed))
    assert not form.validate()
    assert [complaint.field for complaint in form.complaints()] == [field]
    for name, value in typed.items():
        assert (form.cells.typed_parts[name.split(".", 1)[1]] if "." in name else form[name].typed) == value


def test_complaints_come_in_the_order_of_the_page(desk: Desk) -> None:
    typed = {"when": "earlier", "day": "", "place": "", "how": "total", "households": "x", "estimate": "yes"}
    arrival = sent(ArrivalForm, desk, **ARRIVED | typed)
    headcount = sent(HeadcountForm, desk, **typed)
    assert not arrival.validate()
    assert not headcount.validate()
    assert [one.field for one in arrival.complaints()] == ["total", "low", "method", "households", "place", "day"]
    assert [one.field for one in headcount.complaints()] == ["place", "total", "method", "low", "households", "day"]


def test_a_name_that_means_two_areas_asks_which(desk: Desk) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total"}, total="9", home="Lattakia")
    assert not form.validate()
    assert [one.key for one in form.home.suggestions] == ["SY06", "SY0600"]
    picked = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total"}, total="9", home="Lattakia", home__pick="SY0600")
    assert picked.validate(), picked.complaints()
    assert picked.reports()[0]["origin"] == "SY0600"
    assert picked.home.suggestions == ()


@pytest.mark.parametrize("typed", ["Lattakia (SY06)", "sy06", "SY06"])
def test_a_code_settles_it(desk: Desk, typed: str) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total"}, total="9", home=typed)
    assert form.validate(), form.complaints()
    assert form.reports()[0]["origin"] == "SY06"


@pytest.mark.parametrize("typed", ["Hmeimim", "khmeimim air base", "قاعده حميميم الجويه", "KHM"])
def test_a_shelter_is_found_by_any_of_its_names(desk: Desk, typed: str) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total", "place": typed}, total="9")
    assert form.validate(), form.complaints()
    assert form.reports()[0]["to"] == {"shelter": "KHM"}


@pytest.mark.parametrize("typed", ["G-0001", " g-0001 ", "G‑٠٠٠١", "g–۰۰۰۱"])
def test_a_group_is_named_by_its_code_in_any_digits(desk: Desk, typed: str) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total"}, total="9", group=typed)
    assert form.validate(), form.complaints()
    assert form.reports()[0]["group"] == "G-0001"


def test_people_who_stayed_elsewhere_before_leave_it(desk: Desk) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total", "stayed": "yes"}, total="9", before="area:SY0602")
    assert form.validate(), form.complaints()
    assert (form.reports()[0]["from"], form.reports()[0]["stayed_there"]) == ({"area": "SY0602"}, True)


@pytest.mark.parametrize(
    ("at", "occurred_at", "precision"),
    [("09:30", "2025-03-15T09:30:00+03:00", "minute"), ("", "2025-03-15T00:00:00+03:00", "day")],
)
def test_an_earlier_time_is_local_to_the_operation(desk: Desk, at: str, occurred_at: str, precision: str) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total", "when": "earlier"}, total="9", day="2025-03-15", at=at)
    assert form.validate(), form.complaints()
    report = form.reports()[0]
    assert (report["occurred_at"], report["precision"], report["clock"]) == (occurred_at, precision, "typed")


def test_now_is_never_later_than_our_clock(desk: Desk) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total"}, total="9", opened_at="2031-01-01T00:00:00+00:00")
    assert form.reports()[0]["occurred_at"].startswith("2025-03-16T09:00:00")


def test_now_is_no_time_before_there_were_such_pages(desk: Desk) -> None:
    opened = {"opened_at": "0001-01-01T00:00:00+14:00", "went": "place", "there": "area:SY0602", "arrival_time": "9:00"}
    form = sent(DepartureForm, desk, **{**ARRIVED, "how": "total", "total": "9", **opened})
    assert not form.validate()
    assert form.occurred_at.year == 2025


COUNTED = {"how": "total", "estimate": "no", "place": "shelter:KHM", "method": "full_count"}


def test_a_headcount_of_nobody_is_a_count(desk: Desk) -> None:
    form = sent(HeadcountForm, desk, **COUNTED, total="0")
    assert form.validate(), form.complaints()
    assert form.reports()[0]["people"] == {"total": 0}


def test_a_headcount_may_be_a_bare_range(desk: Desk) -> None:
    form = sent(HeadcountForm, desk, **{**COUNTED, "estimate": "yes"}, low="200", high="999")
    assert form.validate(), form.complaints()
    assert form.reports()[0]["people"] == {"low": 200, "high": 999}


def test_a_headcount_needs_its_method(desk: Desk) -> None:
    form = sent(HeadcountForm, desk, **{**COUNTED, "method": ""}, total="3")
    assert not form.validate()
    assert [complaint.anchor for complaint in form.complaints()] == ["method-full_count"]


OPENED = {"name_ar": "مأوى", "site_type": "other", "area": "SY0602", "status": "open", "admission": "anyone"}


def test_a_new_shelter_with_people_is_two_reports(desk: Desk) -> None:
    form = sent(
        ShelterForm,
        desk,
        **{**OPENED, "admission": "women_and_children"},
        aliases="A، B,",
        present="٨٠",
        method="site_visit",
    )
    assert form.validate(), form.complaints()
    shelter, headcount = form.reports()
    assert shelter["name"] == {"ar": "مأوى"}
    assert shelter["aliases"] == ["A", "B"]
    assert shelter["admits"]["cells"] == ["female:*", "*:0-4", "*:5-11", "*:12-17"]
    assert (headcount["place"], headcount["people"]) == ({"shelter": REPORT}, {"total": 80})
    again = sent(ShelterForm, desk, **OPENED, present="80", method="site_visit")
    assert again.reports()[1]["id"] == headcount["id"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name_ar": ""}, "name_en"),
        ({"site_type": ""}, "site_type"),
        ({"area": ""}, "area"),
        ({"admission": "other"}, "admission_rule"),
        ({"present": "5"}, "method"),
        ({"lat": "35.4"}, "lon"),
        ({"lat": "95", "lon": "35"}, "lat"),
    ],
)
def test_a_new_shelter_says_what_is_missing(desk: Desk, typed: dict[str, str], field: str) -> None:
    form = sent(ShelterForm, desk, **(OPENED | typed))
    assert not form.validate()
    assert [complaint.field for complaint in form.complaints()] == [field]


def test_faults_of_the_door_stand_beside_their_fields(desk: Desk) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total"}, total="9")
    faults = (
        Fault("people.cells.female:0-4", "x", "cell"),
        Fault("people.total", "x", "total"),
        Fault("to.shelter", "x", "place"),
        Fault("people", "x", "people"),
        Fault("device", "x", "nowhere"),
    )
    assert form.validate()
    assert not form.accept([Result(UUID(REPORT), "rejected", errors=faults)])
    found = {(complaint.anchor, complaint.message) for complaint in form.complaints()}
    assert found == {
        ("main", "nowhere"),
        ("cells.female:0-4", "cell"),
        ("total", "total"),
        ("place", "place"),
        ("how-cells", "people"),
    }


def test_other_content_under_the_same_id_gets_a_new_id(desk: Desk) -> None:
    form = sent(ArrivalForm, desk, **{**ARRIVED, "how": "total"}, total="9")
    assert not form.accept([Result(UUID(REPORT), "conflict")])
    assert str(form.report_id.data) != REPORT
    assert form.general


def test_an_area_is_written_so_that_it_is_understood_again(desk: Desk) -> None:
    assert desk.called("SY0602") == name_in({"en": "Jablah"}, "en")
    assert desk.called("SY0600") == "Lattakia (SY0600)"


def test_every_place_that_was_named_in_full_can_be_named(desk: Desk) -> None:
    both = desk.with_elsewhere("A", "shelter:A", {"en": "A"}).with_elsewhere("B", "shelter:B", {"en": "B"})
    assert both.place_keys >= desk.place_keys | {"shelter:A", "shelter:B"}
