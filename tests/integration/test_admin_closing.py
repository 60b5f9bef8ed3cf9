"""A closed operation takes no reports and mails nobody; it can be read, and opened again."""

from typing import Any

import pytest
from sqlalchemy import text

from app.alerts.notices import compose_mails
from app.core import db
from app.intake.schemas import Result
from app.intake.service import take
from app.intake.service.together import Together
from tests.factories.folding import differences, drain, send
from tests.factories.offices import Office
from tests.factories.operations import a_headcount, a_movement, a_shelter
from tests.factories.pages import words_of

NOON = "2025-03-10T12:00:00+03:00"
CLOSING = "/admin/operation/closing"


@pytest.fixture
def office(database: str) -> Office:
    made = Office()
    send(made.worker, a_shelter(capacity=100))
    return made


def close(office: Office) -> None:
    assert office.presses("/admin/operation/close", code=code(office)).startswith("This operation is closed.")


def code(office: Office) -> str:
    with db.new_snapshot() as session:
        wanted = text("SELECT code FROM operations WHERE id = :id")
        return str(session.scalar(wanted, {"id": office.boss.scope.operation_id}))


def reports(office: Office, *sent: dict[str, Any], **more: Any) -> list[Result]:
    with db.unit_of_work() as session:
        return take(session, actor=office.worker, reports=sent, **more)


def faults(results: list[Result]) -> list[list[str]]:
    return [[fault.code for fault in result.errors] for result in results]


def test_every_kind_of_report_is_refused_with_a_code(office: Office) -> None:
    close(office)
    headcount = a_headcount("KHM", at=NOON, people=5)
    voided = {
        "id": headcount["id"][:-4] + "0000",
        "kind": "correction",
        "occurred_at": NOON,
        "corrects": headcount["id"],
    }
    results = reports(
        office,
        a_movement(at=NOON, to="KHM", people=5),
        a_shelter(code="NEW"),
        headcount,
        voided | {"reason": "no", "replacement": None},
    )
    assert {result.status for result in results} == {"rejected"}
    assert faults(results) == [["operation_closed"]] * 4
    assert results[0].errors[0].message == "This operation is closed. Nothing is reported in it any more."


def test_what_was_taken_before_is_still_answered_as_such(office: Office) -> None:
    movement = a_movement(at=NOON, to="KHM", people=5)
    send(office.worker, movement)
    close(office)
    assert [result.status for result in reports(office, movement)] == ["duplicate"]


def test_a_place_remembered_from_before_lets_nothing_in(office: Office) -> None:
    together = Together()
    for people in (1, 2):
        assert (
            reports(office, a_movement(at=NOON, to="KHM", people=people), append=together.append)[0].status
            == "accepted"
        )
    with db.unit_of_work() as session:  # as if this process had remembered it after the turn of closing
        session.execute(
            text("UPDATE operations SET closed_at = now() WHERE id = :id"), {"id": office.boss.scope.operation_id}
        )
    assert faults(reports(office, a_movement(at=NOON, to="KHM", people=3), append=together.append)) == [
        ["operation_closed"]
    ]


def test_forms_say_so_before_and_after_and_nothing_typed_is_lost(office: Office) -> None:
    close(office)
    worker = office.visits(office.worker)
    assert "This operation is closed." in words_of(worker.open("/field/arrivals/new").text)
    answer = worker.send("/field/arrivals/new", how="total", total="17", place="shelter:KHM")
    assert answer.status_code == 422
    assert "This operation is closed. Nothing is reported in it any more." in words_of(answer.text)
    assert 'value="17"' in answer.text


def test_nobody_is_mailed_and_reading_stays(office: Office) -> None:
    send(office.worker, a_headcount("KHM", at=NOON, people=120))
    drain()
    close(office)
    with db.unit_of_work() as session:
        assert compose_mails(session) == 0
        assert session.scalar(text("SELECT count(*) FROM notices WHERE dropped_at IS NOT NULL")) == 1
    assert "KHM" in office.visitor.open("/alerts").text
    assert differences() == []


def test_it_is_opened_again_and_both_are_written_down(office: Office) -> None:
    close(office)
    assert "Open it again" in words_of(office.visitor.open(CLOSING).text)
    assert "This operation is open again." in office.presses("/admin/operation/reopen")
    assert reports(office, a_movement(at=NOON, to="KHM", people=5))[0].status == "accepted"
    said = words_of(office.visitor.open("/admin/audit").text)
    assert "Operation closed" in said
    assert "Operation opened again" in said


def test_it_is_not_closed_by_a_slip_of_the_finger(office: Office) -> None:
    for typed in ("", "elsewhere", "yes"):
        assert "Write the code of this operation as it stands" in office.presses("/admin/operation/close", code=typed)
    assert reports(office, a_movement(at=NOON, to="KHM", people=5))[0].status == "accepted"


def test_nothing_of_a_closed_operation_changes_and_others_go_on(office: Office) -> None:
    close(office)
    answer = office.visitor.send("/admin/operation/numbers", household_size="7")
    assert answer.status_code == 409
    assert "Open it again before you change anything." in words_of(answer.text)
    send(office.other_boss, a_shelter(code="THEIRS"))
