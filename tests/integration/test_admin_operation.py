"""`/admin/operation`: what an operation is called, what it counts in, and its numbers."""

import pytest
from sqlalchemy import text

from app.core import db
from app.places.queries import frame_of
from app.places.schemas import Frame
from tests.factories.folding import differences, drain, send
from tests.factories.offices import Office
from tests.factories.operations import a_headcount, a_movement, a_shelter
from tests.factories.pages import form_of, words_of

ABOUT, COUNTING, NUMBERS = (f"/admin/operation/{page}" for page in ("about", "counting", "numbers"))


@pytest.fixture
def office(database: str) -> Office:
    return Office()


def frame(office: Office) -> Frame:
    with db.new_snapshot() as session:
        return frame_of(session, office.boss.scope.operation_id)


def entries(action: str) -> list[dict[str, object]]:
    with db.new_snapshot() as session:
        wanted = text("SELECT subject, details FROM audit_entries WHERE action = :action ORDER BY at, subject")
        return [{"subject": row.subject, **row.details} for row in session.execute(wanted, {"action": action})]


def test_the_page_says_how_the_operation_stands(office: Office) -> None:
    said = words_of(office.visitor.open("/admin/operation").text)
    for words in (
        "Coast · الساحل",
        "Asia/Damascus",
        "18–59",
        "Registered one by one 10",
        "When alerts begin and end",
        "6 areas",
    ):
        assert words in said, said
    assert "They can be changed until the first report comes in." in said


def test_name_and_mails_are_changed_and_written_down(office: Office) -> None:
    answer = office.visitor.send(ABOUT, name_en="North coast", name_fr="Côte nord", mail_detail="brief")
    assert "Saved." in office.visitor.read(answer)
    assert frame(office).name == {"en": "North coast", "ar": "الساحل", "fr": "Côte nord"}
    assert frame(office).mail_detail == "brief"
    (entry,) = entries("operation.change")
    assert entry["before"] == {"name": {"en": "Coast", "ar": "الساحل"}, "mail_detail": "full"}
    assert "Operation changed" in words_of(office.visitor.open("/admin/audit").text)


def test_what_is_the_same_is_no_change(office: Office) -> None:
    office.visitor.send(ABOUT)
    office.visitor.send(NUMBERS)
    assert entries("operation.change") == entries("setting.change") == []


def test_an_operation_without_a_name_is_refused_and_nothing_typed_is_lost(office: Office) -> None:
    answer = office.visitor.send(ABOUT, name_en=" ", name_ar="", mail_detail="brief")
    assert answer.status_code == 422
    assert "Write the name in at least one language." in words_of(answer.text)
    assert 'value="brief" checked' in answer.text
    assert "at most 120 characters" in words_of(office.visitor.send(ABOUT, name_fr="é" * 121).text)


def test_zone_and_ages_are_changed_before_the_first_report(office: Office) -> None:
    office.visitor.send(COUNTING, time_zone="Africa/Bamako", scheme="other", ages="٠ ٢، 12 18;60")
    assert frame(office).zone.key == "Africa/Bamako"
    assert frame(office).scheme.ages == ("0-1", "2-11", "12-17", "18-59", "60+", "unknown")
    send(
        office.worker, a_shelter(), a_movement(at="2025-03-10T12:00:00Z", to="KHM", people={"cells": {"female:0-1": 3}})
    )
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT cells FROM reports WHERE kind = 'movement'"))[:2] == [3, 0]


@pytest.mark.parametrize(
    "ages", ["", "0 18", "18 60", "0 18 60 children", "0 18 60 999", " ".join(map(str, range(61)))]
)
def test_ages_that_cannot_tell_children_and_the_old_are_refused(office: Office, ages: str) -> None:
    answer = office.visitor.send(COUNTING, scheme="other", ages=ages)
    assert answer.status_code == 422
    assert "0, 18 and 60 must be among them" in words_of(answer.text)
    assert frame(office).scheme.size == 18


def test_a_zone_that_is_none_is_refused(office: Office) -> None:
    for zone in ("", "Mars/Olympus", "../../etc/passwd"):
        assert office.visitor.send(COUNTING, time_zone=zone).status_code == 422


def test_zone_and_ages_stay_once_there_is_a_report(office: Office) -> None:
    before = office.visitor.open(COUNTING)
    assert "data-once" in before.text
    send(office.worker, a_shelter())
    for page in ("/admin/operation", COUNTING):
        shown = office.visitor.open(page)
        assert "They cannot be changed any more" in words_of(shown.text)
        assert "<select" not in shown.text
    stale = dict(form_of(before.text).to_dict(), time_zone="Africa/Bamako")
    answer = office.visitor.client.post(COUNTING, data=stale)
    assert answer.status_code == 409
    assert "The first report has come in meanwhile." in words_of(answer.text)
    assert frame(office).zone.key == "Asia/Damascus"


def test_a_number_is_a_dated_row_and_figures_follow_it(office: Office) -> None:
    send(
        office.worker,
        a_shelter(capacity=100),
        a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people={"households": 10}),
        a_headcount("KHM", at="2025-03-11T12:00:00+03:00", people=30, method="secondary_report"),
    )
    drain()
    assert people() == 50
    answer = office.visitor.send(NUMBERS, household_size="6,5", adopt_from="7")
    assert "Saved." in office.visitor.read(answer)
    drain()
    assert people() == 65
    assert entries("setting.change") == [
        {"subject": "adopt_from", "before": 4, "after": 7},
        {"subject": "household_size", "before": 5.0, "after": 6.5},
    ]
    office.visitor.send(NUMBERS, adopt_from="1", weight_secondary_report="2")
    drain()
    assert people() == 30
    last = {"subject": "evidence_weights", "before": {"secondary_report": 1}, "after": {"secondary_report": 2}}
    assert last in entries("setting.change")
    assert differences() == []


def people() -> int:
    with db.new_snapshot() as session:
        return int(session.scalar(text("SELECT total[1] FROM place_days JOIN place_now USING (place_id, day)")) or 0)


def test_nothing_typed_is_the_default_again(office: Office) -> None:
    office.visitor.send(NUMBERS, household_size="7", weight_registration="9")
    assert "(default 5)" in words_of(office.visitor.open("/admin/operation").text)
    office.visitor.send(NUMBERS, household_size="", weight_registration=" ")
    assert frame(office).settings.household_size == 5
    assert frame(office).settings.evidence_weights["registration"] == 10
    assert "(default" not in words_of(office.visitor.open("/admin/operation").text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"household_size": "0"}, "Write a number from 1 to 30, or nothing for the default."),
        ({"household_size": "five"}, "Write a number, for example 14."),
        ({"adopt_from": "11"}, "Write a number from 1 to 10, or nothing for the default."),
        ({"weight_registration": "-1"}, "Write 0 or more"),
        (
            {"weight_registration": "8", "weight_full_count": "8", "adopt_from": "9"},
            "no headcount would ever be followed",
        ),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(office: Office, typed: dict[str, str], said: str) -> None:
    answer = office.visitor.send(NUMBERS, **typed)
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert all(f'value="{value}"' in answer.text for value in typed.values())
    assert entries("setting.change") == []


def test_who_comes_second_is_told_what_stands_now(office: Office) -> None:
    first = form_of(office.visitor.open(NUMBERS).text).to_dict() | {"household_size": "6"}
    office.visitor.send(NUMBERS, household_size="7")
    answer = office.visitor.client.post(NUMBERS, data=first)
    assert answer.status_code == 409
    said = words_of(answer.text)
    assert "Somebody changed this while you were typing." in said
    assert "People in a household, on average 7" in said
    assert frame(office).settings.household_size == 7
    again = form_of(answer.text).to_dict()
    assert again["household_size"] == "6"
    assert office.visitor.client.post(NUMBERS, data=again).status_code == 303
    assert frame(office).settings.household_size == 6


def test_areas_are_listed_and_found_by_code_and_name(office: Office) -> None:
    assert "Syria country" in words_of(office.visitor.open("/admin/operation/areas").text)
    for word, code in (("jabl", "SY0602"), ("بانياس", "SY1002"), ("sy100", "SY1002")):
        said = words_of(office.visitor.open(f"/admin/operation/areas?word={word}").text)
        assert f"{code} " in said
        assert "SY0600 " not in said
    assert "No area has this" in words_of(office.visitor.open("/admin/operation/areas?word=%25").text)


def test_another_operation_is_untouched(office: Office) -> None:
    office.visitor.send(NUMBERS, household_size="7")
    office.visitor.send(ABOUT, name_en="Ours")
    with db.new_snapshot() as session:
        other = frame_of(session, office.other_boss.scope.operation_id)
    assert (other.settings.household_size, other.name["en"]) == (5, "Coast")
