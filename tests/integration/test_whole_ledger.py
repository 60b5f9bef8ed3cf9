"""Everything that changes a figure is a report: the situations ledger.md warns of, each by itself."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.alerts.refresh import refresh
from app.core import clock
from app.intake.service import take
from app.places.queries import frame_of
from app.population.past import Past
from app.population.queries import on_the_way, operation_figure, shelter_days
from tests.factories.amending import NOON, Say, corrected, decision, figures, one_place, past
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state, make_actor


def test_a_late_report_before_a_headcount_and_a_new_one_after_it(
    session: Session, coordinator: Actor, say: Say
) -> None:
    say(a_headcount("KHM", at="2025-03-08T12:00:00+03:00", people=100), a_headcount("KHM", at=NOON, people=130))
    assert figures(session, coordinator)["KHM"].discrepancy == 30
    say(
        a_movement(to="KHM", at="2025-03-09T12:00:00+03:00", people=25),
        a_movement(to="KHM", at="2025-03-10T15:00:00+03:00", people=7),
    )
    found = figures(session, coordinator)["KHM"]
    assert (found.people.total, found.discrepancy) == (137, 5)  # today follows the count; history and its error changed
    assert figures(session, coordinator, past(session, coordinator, date(2025, 3, 9)))["KHM"].people.total == 125


def test_of_two_corrections_of_one_version_the_second_is_told_what_stands(
    session: Session, coordinator: Actor, say: Say
) -> None:
    count = a_headcount("KHM", at=NOON, people=5200)
    first = corrected(count["id"], {**count, "people": {"total": 520}})
    second = corrected(count["id"], {**count, "people": {"total": 52}})
    assert [result.status for result in say(count, first, second)] == ["accepted", "accepted", "conflict"]
    (again,) = say({**second, "id": str(uuid4())})
    assert again.standing is not None and again.standing["id"] == first["id"]
    assert again.standing["report"]["people"] == {"total": 520}
    say(corrected(first["id"], {**count, "people": {"total": 52}}))
    assert figures(session, coordinator)["KHM"].people.total == 52


def test_what_was_taken_back_can_be_said_again(session: Session, coordinator: Actor, say: Say) -> None:
    count = a_headcount("KHM", at=NOON, people=80)
    void = corrected(count["id"], None, "another camp")
    say(count, void)
    assert figures(session, coordinator)["KHM"].basis == "unknown"
    assert say(corrected(void["id"], None))[0].status == "rejected"
    say(corrected(void["id"], count, "it was this one after all"))
    assert figures(session, coordinator)["KHM"].people.total == 80


def test_a_newspaper_after_a_registration_stands_beside_it_until_someone_decides(
    session: Session, coordinator: Actor, say: Say
) -> None:
    press = a_headcount("KHM", at="2025-03-11T12:00:00+03:00", people=300, method="secondary_report")
    say(a_headcount("KHM", at=NOON, people=8500, method="registration"), press)
    found = figures(session, coordinator)["KHM"]
    assert (found.people.total, found.competing, found.is_disputed) == (8500, 1, False)
    say(decision(press["id"], adopt=True))
    found = figures(session, coordinator)["KHM"]
    assert (found.people.total, found.competing, found.discrepancy) == (300, 0, -8200)
    say(decision(press["id"], adopt=False, at="2025-03-10T13:00:00+03:00"))
    found = figures(session, coordinator)["KHM"]
    assert (found.people.total, found.competing) == (8500, 0)


def test_two_counts_that_cannot_both_be_true_wait_for_a_coordinator(
    session: Session, coordinator: Actor, say: Say
) -> None:
    first = a_headcount("KHM", at=NOON, people={"total": 100, "low": 95, "high": 105})
    moved = a_movement(source="KHM", at="2025-03-10T14:00:00+03:00", people=60)
    second = a_headcount("KHM", at="2025-03-10T18:00:00+03:00", people={"total": 41, "low": 38, "high": 50})
    say(first, moved, second)
    assert not figures(session, coordinator)["KHM"].is_disputed  # sixty left between them
    say(corrected(moved["id"], None, "another bus"))
    assert figures(session, coordinator)["KHM"].is_disputed
    say(decision(second["id"], adopt=True))
    assert not figures(session, coordinator)["KHM"].is_disputed


def test_a_count_of_heads_alone_keeps_what_was_known_of_sex_and_age(
    session: Session, coordinator: Actor, say: Say
) -> None:
    say(
        a_headcount("KHM", at=NOON, people={"cells": {"female:18-59": 60, "male:0-4": 40}}),
        a_headcount("KHM", at="2025-03-12T12:00:00+03:00", people=110),
    )
    found = figures(session, coordinator)["KHM"]
    assert found.people.cells == {"female:18-59": 60, "male:0-4": 40, "unknown:unknown": 10}
    assert found.composition_at == datetime(2025, 3, 10, 9, tzinfo=UTC)


def test_a_transfer_with_two_times_around_headcounts_at_both_ends(
    session: Session, coordinator: Actor, say: Say
) -> None:
    say(
        a_headcount("KHM", at="2025-03-10T23:00:00+03:00", people=100),  # after they left
        a_headcount("BAN", at="2025-03-11T06:00:00+03:00", people=10),  # before they came
        a_movement(
            source="KHM", to="BAN", at="2025-03-11T09:00:00+03:00", people=40, left_at="2025-03-10T22:00:00+03:00"
        ),
    )
    found = figures(session, coordinator)
    assert (found["KHM"].people.total, found["BAN"].people.total) == (100, 50)
    night = past(session, coordinator, datetime(2025, 3, 11, 2, tzinfo=UTC))
    assert on_the_way(session, scope=coordinator.scope, past=night) == 40
    on_the_day = operation_figure(session, scope=coordinator.scope, past=past(session, coordinator, date(2025, 3, 10)))
    next_day = operation_figure(session, scope=coordinator.scope, past=past(session, coordinator, date(2025, 3, 11)))
    assert (on_the_day.left, next_day.came, next_day.people.total) == (40, 40, 150)


def test_women_below_zero_are_covered_when_shown_and_not_in_the_books(
    session: Session, coordinator: Actor, say: Say
) -> None:
    say(
        a_headcount("KHM", at=NOON, people={"cells": {"female:18-59": 5, "unknown:unknown": 10}}),
        a_movement(source="KHM", at="2025-03-11T00:30:00+03:00", people={"cells": {"female:18-59": 8}}),
    )
    found = figures(session, coordinator)["KHM"]
    assert (found.people.total, found.people.cells) == (7, {"unknown:unknown": 7})
    say(a_movement(to="KHM", at="2025-03-11T08:00:00+03:00", people={"cells": {"female:18-59": 4}}))
    assert figures(session, coordinator)["KHM"].people.cells == {"female:18-59": 1, "unknown:unknown": 10}


def test_a_merge_of_two_shelters_and_its_undoing(session: Session, coordinator: Actor, say: Say) -> None:
    say(
        a_headcount("KHM", at=NOON, people=100),
        a_headcount("JAB", at="2025-03-11T12:00:00+03:00", people=130),
        a_movement(source="KHM", to="JAB", at="2025-03-11T15:00:00+03:00", people=20),
        a_state("JAB", at=NOON, capacity=90),
    )
    before = figures(session, coordinator)
    merge = one_place("KHM", "JAB")
    say(merge)
    found = figures(session, coordinator)
    assert found.keys() == {"KHM", "BAN"}
    assert (found["KHM"].people.total, found["KHM"].declared) == (130, 90)  # the later count of either; nobody moved
    assert operation_figure(session, scope=coordinator.scope).people.total == 130
    assert say(a_movement(to="JAB", at="2025-03-12T09:00:00+03:00", people=5))[0].warnings[0].code == "booked_as"
    closed = say(a_state("JAB", at="2025-03-13T12:00:00+03:00", status="closed"))
    assert [warned.code for warned in closed[0].warnings] == ["people_on_the_books", "booked_as"]
    say(a_state("JAB", at="2025-03-13T13:00:00+03:00", status="open"))
    assert say(one_place("BAN", "JAB"))[0].status == "rejected"
    say(corrected(merge["id"], None, "two gates after all"))
    after = figures(session, coordinator)
    assert after["KHM"].people.total == before["KHM"].people.total == 80
    assert after["JAB"].people.total == (before["JAB"].people.total or 0) + 5


def test_a_shelter_that_never_was_is_taken_back_unless_others_speak_of_it(
    session: Session, coordinator: Actor, say: Say
) -> None:
    spoken_of = a_shelter(code="OLD")
    mistake = a_shelter(code="OOPS")
    say(spoken_of, mistake, a_headcount("OLD", at=NOON, people=5))
    assert say(corrected(spoken_of["id"], None))[0].errors[0].code == "in_use"
    void = corrected(mistake["id"], None, "typed twice")
    say(void)
    assert "OOPS" not in figures(session, coordinator)
    assert say(a_movement(to="OOPS", at=NOON, people=3))[0].status == "unknown_reference"
    say(corrected(void["id"], mistake, "it is there after all"))
    assert figures(session, coordinator)["OOPS"].basis == "unknown"


def test_day_dated_counts_stand_at_the_end_and_day_dated_movements_at_the_start(
    session: Session, coordinator: Actor, say: Say
) -> None:
    say(
        a_headcount("KHM", at=NOON, people=50, precision="day"),
        a_movement(to="KHM", at="2025-03-10T18:00:00+03:00", people=9),
        a_movement(to="KHM", at="2025-03-11T20:00:00+03:00", people=4, precision="about"),
        a_headcount("KHM", at="2025-03-11T06:00:00+03:00", people=70),
    )
    found = figures(session, coordinator, past(session, coordinator, date(2025, 3, 10)))
    assert found["KHM"].people.total == 50
    assert figures(session, coordinator)["KHM"].people.total == 70


@pytest.mark.parametrize("days_off", [2, -2])
def test_a_phone_two_days_wrong_is_put_right(session: Session, coordinator: Actor, days_off: int) -> None:
    now = clock.now()
    there = now + timedelta(days=days_off)
    count = a_headcount("KHM", at=there - timedelta(hours=1), people=12, clock="device")
    (result,) = take(session, actor=coordinator, reports=[count], sent_at=there)
    assert [warned.code for warned in result.warnings] == ["clock_shifted"]
    refresh(session)
    counted_at = figures(session, coordinator)["KHM"].counted_at
    assert counted_at is not None and abs(counted_at - (now - timedelta(hours=1))) < timedelta(seconds=5)
    (again,) = take(session, actor=coordinator, reports=[count], sent_at=there + timedelta(minutes=9))
    assert again.status == "duplicate"


def test_midnight_in_damascus_parts_the_days(session: Session, coordinator: Actor, say: Say) -> None:
    say(
        a_movement(to="KHM", at="2025-03-10T20:59:59Z", people=1),  # 23:59:59 there
        a_movement(to="KHM", at="2025-03-10T21:00:00Z", people=2),
    )
    present = Past.present(
        frame_of(session, coordinator.scope.operation_id), past(session, coordinator, date(2025, 4, 1)).cut
    )
    place = figures(session, coordinator)["KHM"].place_id
    days = shelter_days(session, place_id=place, first=date(2025, 3, 2), past=present)
    assert [(day.day.day, day.came, day.people.total) for day in days] == [(10, 1, 1), (11, 2, 3)]


def test_a_field_worker_corrects_their_own_and_a_coordinator_any(
    session: Session, coordinator: Actor, say: Say
) -> None:
    operation = coordinator.scope.operation_id
    operation_row = session.execute(text("SELECT id FROM operations WHERE id = :id"), {"id": operation}).one()
    worker, other = (make_actor(session, operation_row, areas=["SY06"]) for _ in range(2))  # type: ignore[arg-type]
    far = make_actor(session, operation_row, areas=["SY10"], role="coordinator")  # type: ignore[arg-type]
    count = a_headcount("KHM", at=NOON, people=90)
    say(count, by=worker)
    less = {**count, "people": {"total": 19}}
    (refused,) = say(corrected(count["id"], less), by=other)
    assert [fault.code for fault in refused.errors] == ["not_yours_to_correct"]
    (unknown,) = say(corrected(count["id"], less), by=far)
    assert unknown.status == "unknown_reference"
    assert say(decision(count["id"], adopt=False), by=worker)[0].errors[0].code == "coordinators_only"
    decided = decision(count["id"], adopt=True)
    group = {"id": str(uuid4()), "kind": "group", "occurred_at": NOON, "code": "G-9", "origin": "SY0602"}
    whole = {"id": str(uuid4()), "kind": "figure", "occurred_at": NOON, "about": {"operation": True}}
    whole |= {"measures": "stock", "people": {"total": 51_000}}
    say(decided, group, whole)
    for about in (decided, group, whole):  # what is about no place of theirs is not there for them either
        assert say(corrected(about["id"], None), by=far)[0].status == "unknown_reference"
    mine = corrected(count["id"], less)
    assert say(mine, by=worker)[0].status == "accepted"
    assert say(corrected(mine["id"], None))[0].status == "accepted"
    assert figures(session, coordinator)["KHM"].basis == "unknown"


def test_a_group_booked_elsewhere_raises_the_question(session: Session, coordinator: Actor, say: Say) -> None:
    group = {"id": str(uuid4()), "kind": "group", "occurred_at": NOON, "code": "G-1", "label": "families"}
    say(group, a_movement(to="KHM", at=NOON, people=52, group="G-1"))
    (result,) = say(a_movement(to="BAN", at="2025-03-11T12:00:00+03:00", people=50, group="G-1"))
    assert [warned.code for warned in result.warnings] == ["booked_elsewhere"]
    assert result.warnings[0].details == {"shelter": "KHM", "area": None, "people": 52}
    total = operation_figure(session, scope=coordinator.scope).people.total
    assert total == 102  # asked, never filled in
