"""A report under correction: its form begins with everything it says, and what is not touched stays as it was said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.datastructures import MultiDict

from app.field.forms.correction import Correction, correction_of
from app.field.policy import amended, sort_of
from app.field.schemas import Desk, Told, instant_of, people_in
from app.intake.schemas import READER, Fault, Result
from app.ledger.queries import Version
from tests.factories.desks import KHM, OPERATION, desk_request

SHORTLY_BEFORE_NOON = "2025-03-15T11:59:31+03:00"
PEOPLE = {"total": 52}
UNTOLD = ("place_id", "from_place_id", "group_id", "about_id", "double_of", "area_code")


def told(desk: Desk, kind: str, *contents: dict[str, Any] | None, shifted: timedelta = timedelta()) -> Told:
    """A report in its versions; None: taken back."""
    versions: list[Version] = []
    for said in contents:
        id_ = uuid4()
        whole = {"id": str(id_), "kind": kind, "occurred_at": SHORTLY_BEFORE_NOON} | (said or {})
        corrects = versions[-1].id if versions else None
        replacement = {name: part for name, part in whole.items() if name != "id"} if said is not None else None
        at, left = instant_of(whole["occurred_at"]), instant_of(whole.get("left_at"))
        assert at is not None
        versions.append(
            Version(
                id=id_,
                first_id=versions[0].id if versions else id_,
                operation_id=OPERATION,
                kind=kind if said is not None else "void",
                reporter_id=uuid4(),
                occurred_at=at - shifted,
                left_at=left - shifted if left else None,
                recorded_at=datetime(2025, 3, 16, tzinfo=UTC),
                day=at.date(),
                left_day=None,
                **dict.fromkeys(UNTOLD),
                has_best=True,
                content=whole if corrects is None else {"reason": "x", "replacement": replacement},
                corrects=corrects,
                reporter="someone@example.org",
            )
        )
    return Told(versions, desk.with_places({"shelter:FAR": {"en": "Far hall"}}), "G-0001", None, is_mine=True)


def shown_by(correction: Correction) -> MultiDict[str, str]:
    """What a browser would send of the form, were nothing touched."""
    data: MultiDict[str, str] = MultiDict({"report_id": str(uuid4()), "corrects": str(correction.shown.id)})
    for field in correction.form:
        if hasattr(field, "typed_parts"):
            data.update({f"{field.name}.{key}": typed for key, typed in field.typed_parts.items()})
        elif isinstance(field.data, list):
            data.setlist(field.name, field.data)
        elif field.name not in ("report_id", "opened_at"):
            data[field.name] = field.typed
    data.update({f"{name}.was": was for name, was in getattr(correction.form, "was", {}).items()})
    return data


def sent(report: Told, *, shelter: Any = None, **typed: str) -> Correction:
    """The form of a report as a browser sends it, with these answers changed (`__` for the point in `cells.x`)."""
    data = shown_by(correction_of(report, shelter))
    data["reason"] = "counted again"
    for name, value in typed.items():
        data[name.replace("__", ".")] = value
    with desk_request(data):
        return correction_of(report, shelter)


def replaced(report: Told, **typed: Any) -> dict[str, Any]:
    correction = sent(report, **typed)
    assert correction.validate(), correction.form.complaints()
    said = correction.report
    READER.validate_python(said)
    READER.validate_python({**said["replacement"], "id": said["id"]})
    replacement: dict[str, Any] = said["replacement"]
    return replacement


ARRIVAL = {"to": {"shelter": "KHM"}, "people": PEOPLE}
DEPARTURE = {"from": {"shelter": "KHM"}, "people": PEOPLE}
COUNT = {"place": {"shelter": "KHM"}, "people": PEOPLE, "method": "registration"}
SHELTER = {"name": {"en": "Hall", "fr": "Salle"}, "site_type": "other", "area": "SY0602"}
HIDDEN = {
    "source": "the guard",
    "url": "https://example.org/list",
    "note": "two tents were closed",
    "basis": "assumed",
    "needs": {"PL": 4},
}
SAID: list[tuple[str, dict[str, Any]]] = [
    ("movement", ARRIVAL),
    ("movement", ARRIVAL | {"seen": "to", "origin": "SY0602", "group": "G-0001", "method": "full_count"}),
    ("movement", ARRIVAL | {"people": {"cells": {"female:0-4": 9, "male:5-11": 0}, "low": 8, "households": 3}}),
    ("movement", ARRIVAL | {"people": {"total": 60, "cells": {"female:0-4": 9}}, "method": "secondary_report"}),
    ("movement", ARRIVAL | {"people": {"households": 12, "low": 40, "high": None}, "method": "site_visit"}),
    ("movement", ARRIVAL | {"reason": "birth", "left_at": "2025-03-15T08:00:00Z"}),
    ("movement", ARRIVAL | {"from": {"area": "SY0602"}, "stayed_there": True, "seen": "to"}),
    ("movement", ARRIVAL | {"from": {"shelter": "FAR"}, "seen": "to", "to": {"shelter": str(KHM.id)}}),
    ("movement", DEPARTURE),
    ("movement", DEPARTURE | {"reason": "return", "precision": "day", "occurred_at": "2025-03-15T00:00:00+03:00"}),
    ("movement", DEPARTURE | {"reason": "evicted_again", "seen": "from", "left_at": "2025-03-14T08:00:00+03:00"}),
    ("movement", DEPARTURE | {"to": {"area": "SY0600"}, "seen": "both", "left_at": "2025-03-15T09:30:45+03:00"}),
    ("movement", DEPARTURE | {"to": {"shelter": "FAR"}, "seen": "to", "left_at": SHORTLY_BEFORE_NOON}),
    ("movement", DEPARTURE | {"from": {"area": "SY0602"}, "to": {"shelter": "KHM"}, "stayed_there": True}),
    ("headcount", COUNT),
    ("headcount", COUNT | {"people": {"total": 0}, "clock": "device", "precision": "about"}),
    ("headcount", COUNT | {"people": {"low": 200, "high": 999}, "place": {"area": "SY0602", "shelter": None}}),
    ("headcount", COUNT | {"people": {"low": 200, "households": 80, "total": None}}),
    ("headcount", COUNT | {"people": {"cells": {}}}),
    ("shelter", SHELTER | {"aliases": ["The hall, old"], "blocked": 3, "toilets": None, "code": "HALL"}),
    ("shelter", SHELTER | {"status": "open", "capacity": 0, "lat": 35.4, "lon": 35.94868, "building": "school"}),
    ("shelter", SHELTER | {"admits": {"text": "women", "cells": ["female:*"]}}),
    ("shelter", SHELTER | {"admits": {"text": "only", "cells": ["female:*", "*:0-4", "*:5-11", "*:12-17"]}}),
    ("group", {"households": 12, "cause": "unknown", "intention": None}),
    ("group", {"label": "Families", "code": "G-0001", "people": {"total": 9, "high": 12}, "method": "site_visit"}),
    ("group", {"label": "Families", "displaced_on": "2025-03-07", "needs": {"SC": 0}, "priority_needs": ["water"]}),
    ("note", {"place": {"shelter": "KHM"}, "text": "some are still there"}),
    ("figure", {"about": {"operation": True}, "measures": "stock", "people": {"low": 19_000}}),
    (
        "figure",
        {"about": {"area": "SY06"}, "measures": "cumulative_arrivals", "people": PEOPLE, "since": SHORTLY_BEFORE_NOON},
    ),
]


@pytest.mark.parametrize(("kind", "said"), SAID)
def test_corrected_without_a_change_it_says_the_same(desk: Desk, kind: str, said: dict[str, Any]) -> None:
    more = HIDDEN if kind != "group" else {}
    report = told(desk, kind, said | more)
    whole = {name: part for name, part in report.first.content.items() if name != "id"}
    assert replaced(report) == whole
    assert replaced(told(desk, kind, said, None)) == {name: part for name, part in whole.items() if name not in more}


@pytest.mark.parametrize(
    ("kind", "said", "typed", "changed"),
    [
        ("movement", ARRIVAL, {"total": "٦٠"}, {"people": {"total": 60}}),
        ("movement", ARRIVAL, {"place": "area:SY0602"}, {"to": {"area": "SY0602"}}),
        ("movement", ARRIVAL | {"origin": "SY0602"}, {"home": ""}, {"origin": None}),
        (
            "movement",
            ARRIVAL,
            {"stayed": "yes", "before": "area:SY0602"},
            {"from": {"area": "SY0602"}, "stayed_there": True},
        ),
        (
            "movement",
            ARRIVAL | {"from": {"area": "SY0602"}, "stayed_there": True, "seen": "to"},
            {"stayed": "no"},
            {"from": None, "stayed_there": None},
        ),
        (
            "movement",
            ARRIVAL | {"clock": "device"},
            {"at": "10:00"},
            {"occurred_at": "2025-03-15T10:00:00+03:00", "clock": "typed"},
        ),
        ("movement", DEPARTURE | {"reason": "return"}, {"went": "died"}, {"reason": "death"}),
        ("movement", DEPARTURE, {"went": "place", "there": "area:SY0600"}, {"to": {"area": "SY0600"}}),
        (
            "headcount",
            COUNT,
            {"estimate": "yes", "low": "40", "how": "households", "households_only": "9"},
            {"people": {"households": 9, "low": 40}},
        ),
        (
            "headcount",
            COUNT | {"precision": "about"},
            {"day": "2025-03-14"},
            {"occurred_at": "2025-03-14T00:00:00+03:00"},
        ),
        ("shelter", SHELTER, {"name_en": "The hall"}, {"name": {"en": "The hall", "fr": "Salle"}}),
        ("group", {"label": "Families", "households": 12}, {"households_only": ""}, {"households": None}),
        ("note", {"place": {"shelter": "KHM"}, "text": "two\nlines"}, {"text": "two\r\nlines"}, {}),
        (
            "figure",
            {"about": {"area": "SY06"}, "measures": "stock", "people": PEOPLE},
            {"total": "9"},
            {"people": {"total": 9}},
        ),
    ],
)
def test_what_was_changed_is_said_anew_and_nothing_else(
    desk: Desk, kind: str, said: dict[str, Any], typed: dict[str, str], changed: dict[str, Any]
) -> None:
    report = told(desk, kind, said)
    whole = {name: part for name, part in (report.first.content | changed).items() if name != "id" and part is not None}
    found = replaced(report, **typed)
    if "occurred_at" in changed:
        whole |= {"clock": "typed"}
    assert found == whole


def test_a_state_says_what_it_said_and_what_was_changed(desk: Desk) -> None:
    said = {"shelter": "KHM", "capacity": 500, "toilets": None, "health_post": True, "site_type": "transit_centre"}
    report = told(desk, "shelter_state", said)
    known = replace(KHM, state={"capacity": 500, "toilets": None, "health_post": True, "taps": 4})
    whole = {name: part for name, part in report.first.content.items() if name != "id"}
    assert replaced(report, shelter=known) == whole
    changed = replaced(report, shelter=known, capacity="", taps="6", health_post="no")
    assert changed == whole | {"capacity": None, "taps": 6, "health_post": False}
    assert replaced(report, shelter=known, at="10:00")["occurred_at"] == "2025-03-15T10:00:00+03:00"


def test_a_moment_put_right_once_stays_put_right(desk: Desk) -> None:
    off = timedelta(days=2)
    report = told(desk, "movement", ARRIVAL | {"clock": "device"}, shifted=off)
    found = replaced(report, total="60")
    assert instant_of(found["occurred_at"]) == report.first.occurred_at
    assert found["clock"] == "typed"


def test_the_page_names_the_version_it_shows_and_asks_why(desk: Desk) -> None:
    report = told(desk, "headcount", COUNT, COUNT | {"people": {"total": 55}})
    correction = correction_of(report, None)
    assert (correction.form.total.typed, correction.why.corrects.data) == ("55", report.last.id)
    late = sent(report, corrects=str(report.first.id), reason=" ")
    assert late.shown == report.first
    assert not late.validate()
    assert [complaint.field for complaint in late.form.complaints()] == ["reason"]
    assert sent(report, corrects="not an id").shown == report.last


def test_faults_in_the_replacement_stand_beside_its_questions(desk: Desk) -> None:
    correction = sent(told(desk, "movement", ARRIVAL))
    assert correction.validate()
    named = {"replacement.people.total": "total", "replacement.to.shelter": "place", "reason": "reason", "corrects": ""}
    faults = tuple(Fault(path, "x", path.removeprefix("replacement.")) for path in named)
    correction.take_refusal(Result(UUID(int=1), "rejected", errors=faults))
    found = {complaint.message: complaint.field for complaint in correction.form.complaints()}
    assert found == {path.removeprefix("replacement."): field for path, field in named.items()}


def test_ones_changes_are_laid_over_what_somebody_else_made_of_it(desk: Desk) -> None:
    report = told(desk, "headcount", COUNT, COUNT | {"people": {"total": 60}, "place": {"area": "SY0602"}})
    late = sent(report, corrects=str(report.first.id), method="site_visit")
    late.form.place.process_data("shelter:KHM")  # as the first version showed them
    late.form.total.process_data(52)
    late.form.cells.process_data(None)
    late.form.how.process_data("total")
    again = late.again(report)
    assert (again.form.method.data, again.form.total.data, again.form.place.data) == ("site_visit", 60, "area:SY0602")
    assert (again.why.reason.data, again.why.corrects.data) == ("counted again", report.last.id)


@pytest.mark.parametrize(
    ("said", "sort"),
    [
        ({"to": {"shelter": "KHM"}, "from": None}, "arrival"),
        ({"from": {"shelter": "KHM"}}, "departure"),
        ({"from": {"shelter": "KHM"}, "to": {"shelter": "SCH"}, "seen": "to"}, "arrival"),
        ({"from": {"shelter": "KHM"}, "to": {"shelter": "SCH"}, "seen": "to", "left_at": "x"}, "departure"),
        ({"from": {"shelter": "KHM"}, "to": {"shelter": "SCH"}, "seen": "both"}, "departure"),
    ],
)
def test_a_movement_is_entered_at_the_end_that_was_seen(said: dict[str, Any], sort: str) -> None:
    assert sort_of("movement", said) == sort


def test_a_part_untouched_stays_and_one_emptied_goes() -> None:
    said = {"kind": "note", "id": "x", "a": 1, "b": 2, "c": None, "d": 4}
    assert amended(said, {"a": 9, "b": 2, "d": 4}, {"a": 9, "b": 3}) == {"kind": "note", "a": 1, "b": 3, "c": None}


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ({"people": {"cells": {"female:0-4": 9, "male:0-4": 2}}}, {"total": 11}),
        ({"people": {"total": 60, "cells": {"female:0-4": 9}}}, {"total": 60}),
        ({"people": {"total": None, "low": 200}}, {"low": 200}),
        ({"households": 12}, {"households": 12}),
        ({"people": None}, {}),
    ],
)
def test_how_many_a_report_says(said: dict[str, Any], people: dict[str, int]) -> None:
    assert people_in(said) == people


def test_a_place_shown_as_words_is_that_place_whatever_else_has_its_name(desk: Desk) -> None:
    """Where there are too many places for a list, the page writes the name."""
    written = {"place": "outside any shelter, Lattakia", "place__shown": "area:SY0600"}
    report = told(desk, "headcount", COUNT | {"place": {"area": "SY0600"}})
    assert replaced(report, **written, place__as=written["place"])["place"] == {"area": "SY0600"}
    changed = sent(report, **written | {"place": "Khmeimim air base"}, place__as=written["place"])
    assert changed.form.place.data == "shelter:KHM"
    assert sent(report, **written, place__as="another").form.place.process_errors
