"""The form "People left": where they went decides what is sent, and when they arrived there is asked apart."""

from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.field.forms import DepartureForm
from app.field.schemas import Desk
from app.intake.schemas import Fault, Result
from tests.factories.desks import NOON, REPORT, sent

LEFT = {"how": "total", "estimate": "no", "place": "shelter:KHM"}
MORNING = {"when": "earlier", "day": "2025-03-15", "at": "09:30"}


def report_of(desk: Desk, **typed: str) -> dict[str, Any]:
    form = sent(DepartureForm, desk, **({"total": "9", "went": "elsewhere"} | LEFT | typed))
    assert form.validate(), form.complaints()
    reports: list[dict[str, Any]] = form.reports()
    assert len(reports) == 1
    return reports[0]


def test_people_who_went_to_another_place_leave_one_and_enter_the_other(desk: Desk) -> None:
    assert report_of(
        desk, total="٥٢", went="place", there="area:SY0602", home="جبلة", group="g-٠٠٠١", households="٩"
    ) == {
        "id": REPORT,
        "kind": "movement",
        "seen": "from",
        "group": "G-0001",
        "origin": "SY0602",
        "from": {"shelter": "KHM"},
        "to": {"area": "SY0602"},
        "people": {"total": 52, "households": 9},
        "method": "full_count",
        "occurred_at": NOON,
        "precision": "minute",
        "clock": "device",
    }


@pytest.mark.parametrize(("went", "reason"), [("home", "return"), ("elsewhere", None), ("died", "death")])
def test_all_others_leave_the_ledger(desk: Desk, went: str, reason: str | None) -> None:
    report = report_of(desk, went=went, there="area:SY0602", arrival_day="2025-03-14", saw_arrival="yes")
    assert (report.get("to"), report.get("reason"), report["seen"]) == (None, reason, "from")
    assert "left_at" not in report


def test_leaving_an_area_says_that_they_stayed_there(desk: Desk) -> None:
    report = report_of(desk, place="area:SY0602")
    assert (report["from"], report["stayed_there"]) == ({"area": "SY0602"}, True)
    assert "stayed_there" not in report_of(desk)


def test_who_saw_them_arrive_saw_both_ends(desk: Desk) -> None:
    assert report_of(desk, went="place", there="area:SY0602", saw_arrival="yes")["seen"] == "both"


def test_they_may_go_to_an_area_of_others(desk: Desk) -> None:
    desk = replace(desk, own_areas=desk.areas[-1:])
    assert report_of(desk, went="place", there="area:SY0600")["to"] == {"area": "SY0600"}
    form = sent(DepartureForm, desk, **LEFT | {"total": "9", "went": "home", "place": "area:SY0600"})
    assert not form.validate()
    assert [complaint.field for complaint in form.complaints()] == ["place"]


@pytest.mark.parametrize(
    ("arrival", "left_at", "occurred_at", "precision"),
    [
        (
            MORNING | {"arrival_day": "2025-03-15", "arrival_time": "14:00"},
            "2025-03-15T09:30:00+03:00",
            "2025-03-15T14:00:00+03:00",
            "minute",
        ),
        (MORNING | {"arrival_time": "14:00"}, "2025-03-15T09:30:00+03:00", "2025-03-15T14:00:00+03:00", "minute"),
        (MORNING | {"arrival_day": "2025-03-16"}, "2025-03-15T09:30:00+03:00", "2025-03-16T00:00:00+03:00", "minute"),
        (
            MORNING | {"at": "", "arrival_day": "2025-03-16"},
            "2025-03-15T00:00:00+03:00",
            "2025-03-16T00:00:00+03:00",
            "day",
        ),
        (MORNING | {"arrival_time": "09:30"}, None, "2025-03-15T09:30:00+03:00", "minute"),
        (MORNING | {"arrival_day": "2025-03-15"}, None, "2025-03-15T09:30:00+03:00", "minute"),
        ({"opened_at": "2025-03-16T11:59:30+03:00", "arrival_time": "11:59"}, None, "2025-03-16T11:59:30", "minute"),
        ({"arrival_day": "", "arrival_time": ""}, None, NOON, "minute"),
    ],
)
def test_a_movement_has_two_instants_where_they_differ(
    desk: Desk, arrival: dict[str, str], left_at: str | None, occurred_at: str, precision: str
) -> None:
    report = report_of(desk, went="place", there="area:SY0602", **arrival)
    assert report.get("left_at") == left_at
    assert report["occurred_at"].startswith(occurred_at)
    assert report["precision"] == precision
    assert report["clock"] == ("typed" if left_at or "when" in arrival else "device")


def test_only_people_who_went_on_have_a_time_of_arrival(desk: Desk) -> None:
    assert report_of(desk, arrival_day="2031-01-01", arrival_time="noon", there="shelter:NOT")["occurred_at"] == NOON


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"place": ""}, "place"),
        ({"place": "shelter:NOT"}, "place"),
        ({"went": ""}, "went"),
        ({"went": "abroad"}, "went"),
        ({"went": "place"}, "there"),
        ({"went": "place", "there": "shelter:KHM"}, "there"),
        ({"went": "place", "there": "area:SY0602", "arrival_day": "2025-03-15"}, "arrival_day"),
        ({"went": "place", "there": "area:SY0602", "arrival_time": "11:30"}, "arrival_day"),
        ({"went": "place", "there": "area:SY0602", "arrival_time": "18:00"}, "arrival_day"),
        ({"went": "place", "there": "area:SY0602", "arrival_day": "2025-03-17"}, "arrival_day"),
        ({"went": "place", "there": "area:SY0602", "arrival_time": "soon"}, "arrival_time"),
        ({"total": ""}, "total"),
        ({"total": "0"}, "total"),
        ({"total": "٩x"}, "total"),
        ({"estimate": "yes", "low": "٨"}, "method"),
        ({"home": "Atlantis"}, "home"),
        ({"group": "the second bus"}, "group"),
        ({"when": "earlier", "day": "2025-03-17"}, "day"),
    ],
)
def test_it_complains_about_one_field_and_keeps_what_was_typed(desk: Desk, typed: dict[str, str], field: str) -> None:
    form = sent(DepartureForm, desk, **(LEFT | {"total": "9", "went": "home"} | typed))
    assert not form.validate()
    assert [complaint.field for complaint in form.complaints()] == [field]
    assert {name: form[name].typed for name in typed} == typed


def test_complaints_come_in_the_order_of_the_page(desk: Desk) -> None:
    form = sent(DepartureForm, desk, how="total", place="", home="Atlantis", went="")
    assert not form.validate()
    assert [complaint.field for complaint in form.complaints()] == ["place", "went", "total", "home"]


def test_faults_of_the_door_stand_beside_their_fields(desk: Desk) -> None:
    form = sent(DepartureForm, desk, **(LEFT | {"total": "9", "went": "place", "there": "area:SY0602"}))
    assert form.validate()
    named = {"from.shelter": "place", "to.area": "there", "group": "group", "left_at": "when", "origin": "home"}
    faults = tuple(Fault(path, "x", path) for path in named)
    assert not form.accept([Result(UUID(REPORT), "rejected", errors=faults)])
    assert {complaint.message: complaint.field for complaint in form.complaints()} == named


def in_paris(desk: Desk) -> Desk:
    """Where clocks went forward on 31 March 2024 and back on 27 October."""
    return replace(desk, frame=replace(desk.frame, zone=ZoneInfo("Europe/Paris")))


def test_an_hour_that_comes_twice_is_the_moment_they_left(desk: Desk) -> None:
    report = report_of(
        in_paris(desk), went="place", there="area:SY0602", opened_at="2024-10-27T01:30:20+00:00", arrival_time="02:30"
    )
    assert report["occurred_at"] == "2024-10-27T01:30:20+00:00"
    assert "left_at" not in report


def test_nobody_arrives_before_they_left_when_clocks_go_forward(desk: Desk) -> None:
    forward = {"when": "earlier", "day": "2024-03-31", "at": "02:30", "arrival_time": "03:10"}
    typed = LEFT | forward | {"total": "9", "went": "place", "there": "area:SY0602"}
    form = sent(DepartureForm, in_paris(desk), **typed)
    assert not form.validate()
    assert [complaint.field for complaint in form.complaints()] == ["arrival_day"]
