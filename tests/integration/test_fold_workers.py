"""Workers folding at once, dying anywhere, and reporters who never wait for them."""

import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.admin.queries import readiness as operations
from app.alerts import refresh as alerts
from app.alerts.refresh import rebuild, refresh
from app.core import clock, db
from app.counts.people import Tally
from app.intake.service import take
from app.population import rows as rows_
from app.population.levels import Judge
from app.population.service import PLACES_A_TIME, Place, change_setting
from tests.factories.folding import differences, drain, send, together
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state, make_actor, make_operation
from workers.tasks import population as task

NOON = "2025-03-10T12:00:00+03:00"


@pytest.fixture
def actor(database: str) -> Actor:
    with db.unit_of_work() as session:
        found = make_actor(session, make_operation(session), role="coordinator")
        take(session, actor=found, reports=[a_shelter(capacity=100), a_shelter(code="BAN", area="SY1002", capacity=50)])
        return found


def totals() -> dict[str, int]:
    with db.unit_of_work() as session:
        rows = session.execute(
            text(
                "SELECT code, total[1] AS total FROM place_now JOIN place_days USING (place_id, day)"
                " JOIN shelters ON shelters.id = place_id"
            )
        )
        return {row.code: row.total for row in rows}


def test_a_thousand_reports_on_one_place_fold_once(actor: Actor) -> None:
    send(actor, *[a_movement(at=NOON, to="KHM", people=1) for _ in range(1_000)])
    with db.unit_of_work() as session:
        assert refresh(session) == 2  # the two shelters: both were marked when they were made
        assert session.scalar(text("SELECT count(*) FROM marks")) == 0
    assert totals()["KHM"] == 1_000


def test_more_marks_than_are_read_at_once_fold_too(actor: Actor) -> None:
    for _ in range(3):
        send(actor, *[a_movement(at=NOON, to="KHM", people=1) for _ in range(900)])
    send(actor, a_headcount("BAN", at=NOON, people=7))
    drain()
    assert totals() == {"KHM": 2_700, "BAN": 7}


def test_more_places_than_one_fold_takes_are_shared_by_workers(actor: Actor) -> None:
    drain()
    with db.unit_of_work() as session:
        take(session, actor=actor, reports=[a_shelter(code=f"S-{number:03d}") for number in range(150)])
    with db.unit_of_work() as session:
        assert refresh(session) == PLACES_A_TIME
    folded: list[int] = []
    together(*[lambda: folded.append(drain())] * 2)
    assert sum(folded) >= 50
    assert not differences()


def test_two_late_reports_around_a_headcount_both_fold(actor: Actor) -> None:
    send(actor, a_headcount("KHM", at=NOON, people=50), a_headcount("KHM", at="2025-03-12T12:00:00+03:00", people=60))
    drain()
    send(actor, a_movement(at="2025-03-10T11:59:00+03:00", to="KHM", people=7))
    send(actor, a_movement(at="2025-03-10T12:00:00+03:00", to="KHM", people=5))
    drain()
    with db.unit_of_work() as session:
        rows = session.execute(
            text(
                "SELECT total[1] AS total, opening, came FROM place_days JOIN shelters ON shelters.id = place_id"
                " WHERE code = 'KHM' AND day >= '2025-03-10' ORDER BY day"
            )
        )
        assert [tuple(row) for row in rows] == [(55, 0, 12), (60, 55, 0)]
    assert differences() == []


def test_a_late_report_is_carried_through_many_days(actor: Actor) -> None:
    days = [f"2025-04-{day:02}T12:00:00+03:00" for day in range(1, 31)]
    send(actor, a_headcount("KHM", at=NOON, people=10), *[a_movement(at=day, to="KHM", people=1) for day in days])
    drain()
    send(actor, a_movement(at="2025-03-10T13:00:00+03:00", to="KHM", source="BAN", people=5))
    drain()
    assert totals() == {"KHM": 45, "BAN": -5}
    assert differences() == []


def test_a_worker_that_dies_loses_nothing_and_doubles_nothing(actor: Actor) -> None:
    send(actor, a_headcount("KHM", at=NOON, people=50))
    for _ in range(3):
        with db.new_session() as dying:
            assert refresh(dying) == 2
            dying.rollback()
    assert totals() == {}
    assert drain() == 2
    assert totals()["KHM"] == 50
    assert differences() == []


def test_reporters_do_not_wait_for_a_worker_and_what_they_say_meanwhile_is_folded_next(actor: Actor) -> None:
    drain()
    send(actor, a_headcount("KHM", at=NOON, people=50))
    with db.new_session() as folding:
        assert refresh(folding) == 1
        with db.unit_of_work() as session:
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            reports = [
                a_movement(at=NOON, to="KHM", people=5),
                a_state("KHM", at=NOON, capacity=40),
                a_shelter(code="X"),
            ]
            assert {result.status for result in take(session, actor=actor, reports=reports)} == {"accepted"}
        with db.unit_of_work() as other:
            assert refresh(other) == 1  # the new shelter; the place of the first worker is left to it
        folding.commit()
    drain()
    assert totals()["KHM"] == 55
    assert differences() == []


def test_what_a_slow_sender_commits_after_a_fold_is_folded_later(actor: Actor) -> None:
    drain()
    with db.new_session() as slow:
        take(slow, actor=actor, reports=[a_movement(at=NOON, to="KHM", people=5)])
        send(actor, a_movement(at=NOON, to="KHM", people=7))
        drain()
        assert totals()["KHM"] == 7
        assert differences() == []
        slow.commit()
    drain()
    assert totals()["KHM"] == 12


@pytest.mark.slow
def test_workers_at_once_do_not_lock_each_other_up_and_end_where_the_ledger_says(actor: Actor) -> None:
    """Two operations, four workers, four senders, a rebuild in between."""
    with db.unit_of_work() as session:
        other = make_actor(session, make_operation(session), role="coordinator")
        take(session, actor=other, reports=[a_shelter(capacity=9), a_shelter(code="BAN", area="SY1002")])
    barrier = Barrier(9, timeout=60)
    is_over: list[bool] = []

    def report(number: int) -> None:
        chance = random.Random(number)
        barrier.wait()
        for _ in range(40):
            day = chance.randint(1, 28)
            batch = [
                a_movement(at=f"2025-03-{day:02}T12:00:00+03:00", source=source, to=to, people=chance.randint(1, 9))
                for source, to in (("KHM", "BAN"), ("BAN", None), (None, "SY0600"), ("SY0602", "KHM"))
            ]
            batch.append(a_headcount("KHM", at=f"2025-03-{day:02}T18:00:00+03:00", people=chance.randint(0, 120)))
            send(actor if number % 2 else other, *chance.sample(batch, 3))
        is_over.append(True)

    def fold(_: int) -> None:
        barrier.wait()
        while len(is_over) < 4:
            with db.unit_of_work() as session:
                refresh(session)

    def build_again(_: int) -> None:
        barrier.wait()
        for _ in range(3):
            with db.unit_of_work() as session:
                list(rebuild(session))

    with ThreadPoolExecutor(9) as pool:
        running = [pool.submit(report, number) for number in range(4)]
        running += [pool.submit(fold, number) for number in range(4)]
        running.append(pool.submit(build_again, 0))
        for future in running:
            future.result()
    drain()
    assert differences() == []
    before = everything()
    with db.unit_of_work() as session:
        list(rebuild(session))
    assert everything() == before


def everything() -> list[Any]:
    with db.unit_of_work() as session:
        return [rows(session, table) for table in ("place_days", "place_now")]


def rows(session: Session, table: str) -> list[Any]:
    return [tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY place_id, day"))]


@pytest.mark.slow
def test_absurd_but_possible_numbers_do_not_stop_the_fold(actor: Actor) -> None:
    most = [
        a_movement(at=NOON, to="KHM", people={"total": 10_000_000, "low": 0, "high": 10_000_000}) for _ in range(200)
    ]
    send(actor, *most)
    send(actor, *[a_movement(at=NOON, source="KHM", people={"households": 2_000_000, "low": 0}) for _ in range(200)])
    drain()
    assert totals()["KHM"] == 0
    assert differences() == []


def test_squares_that_no_bigint_holds_are_stored_and_read(actor: Actor) -> None:
    """(10 million)² x 100,000 is more than 2⁶³: so many wild reports are possible, and too many to send in a test."""
    send(actor, a_movement(at=NOON, to="KHM", people={"total": 1, "low": 0, "high": 10_000_000}))
    drain()
    with db.unit_of_work() as session:
        place = session.scalars(text("SELECT id FROM shelters WHERE code = 'KHM'")).one()
        stored = rows_.last_before(session, {place: date(2025, 3, 11)})[place]
        wild = Tally(100_000, 100_000, 100_000 * 10_000_000**2)
        facts = stored.facts._replace(total=wild, taken=wild, expected=wild)
        row = stored._replace(facts=facts, level=stored.level._replace(total=wild))
        rows_.write(session, actor.scope.operation_id, [(place, row)], [], {})
        assert rows_.last_before(session, {place: date(2025, 3, 11)})[place] == row
        assert (wild.low, wild.high) == (99_683, 3_162_377_661)
        assert wild.high_squares > 2**63


def poison(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Make the fold of one shelter fail as a defect of ours would."""
    with db.unit_of_work() as session:
        sick = session.scalar(text("SELECT id FROM shelters WHERE code = :code"), {"code": code})
    appoint = alerts.appoint

    def appoint_all_but_one(session: Session, places: Sequence[Place]) -> Mapping[UUID, Judge]:
        if sick in {place.id for place in places}:
            raise ZeroDivisionError("a defect")
        return appoint(session, places)

    monkeypatch.setattr(alerts, "appoint", appoint_all_but_one)
    monkeypatch.setattr(task, "_left_alone", {})


def test_a_place_that_cannot_be_folded_keeps_no_other_waiting(
    actor: Actor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drain()
    poison(monkeypatch, "KHM")
    send(actor, a_movement(at=NOON, to="KHM", people=1))
    with db.unit_of_work() as session:  # more than are read at once
        session.execute(
            text(
                "INSERT INTO marks (operation_id, place_id, day, marked_at) SELECT operation_id, place_id,"
                " day, marked_at FROM marks, generate_series(1, 3000)"
            )
        )
    send(actor, a_movement(at=NOON, to="BAN", people=7))
    assert task.fold_marked() == 1
    assert totals()["BAN"] == 7
    send(actor, a_movement(at=NOON, to="BAN", people=2))
    assert task.fold_marked() == 1, "what comes later is folded without trying the sick place first"
    assert totals()["BAN"] == 9
    with db.unit_of_work() as session:
        assert session.scalar(text("SELECT count(*) FROM marks")) == 3_001, "its marks stay"
    said = capsys.readouterr()
    assert (said.out + said.err).count("place_not_folded") == 1
    monkeypatch.undo()
    assert drain() == 1
    assert totals() == {"KHM": 1, "BAN": 9}
    assert differences() == []


def test_a_place_that_cannot_be_folded_keeps_no_other_from_a_new_setting(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(actor, *(a_headcount(code, at=NOON, people={"households": 10}) for code in ("KHM", "BAN")))
    drain()
    poison(monkeypatch, "KHM")
    with db.unit_of_work() as session:
        change_setting(session, operation_id=actor.scope.operation_id, actor_id=None, name="household_size", value=6)
    assert task.fold_marked() == 1
    assert totals() == {"KHM": 50, "BAN": 60}
    monkeypatch.undo()
    assert drain() == 1
    assert differences() == []


def test_a_place_that_waits_is_named_as_a_reason(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "OLD_MARK_S", -1.0)
    with db.unit_of_work() as session:
        found = operations.readiness(session, since=clock.now())
    assert any("has waited" in reason for reason in found.reasons)
