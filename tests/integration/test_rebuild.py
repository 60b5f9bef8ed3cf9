"""A rebuild puts right whatever is not what was reported; reporting goes on meanwhile."""

import random
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text

from app.accounts.policy import Actor
from app.alerts.refresh import rebuild as whole_rebuild
from app.cli import keeping
from app.core import db
from app.population import projections, rows
from app.population.service import whole
from tests.factories.amending import NOON, corrected, one_place
from tests.factories.folding import differences, drain, send
from tests.factories.operations import (
    a_group,
    a_headcount,
    a_movement,
    a_shelter,
    a_state,
    make_actor,
    make_operation,
)

DAMAGED = (
    "DELETE FROM shelter_states WHERE fields ? 'taps'",
    "UPDATE shelter_states SET fields = '{\"capacity\": 1}', replaced_at = now() WHERE fields ? 'capacity'",
    'UPDATE group_states SET fields = \'{"origin": "SY1002"}\'',
    "UPDATE groups SET origin = 'SY1002', is_void = true",
    "UPDATE shelters SET area_code = 'SY1002', area_path = '{SY,SY10,SY1002}' WHERE code = 'A'",
    "UPDATE places SET same_as = NULL",
    "UPDATE shelter_states SET shelter_id = (SELECT id FROM shelters WHERE code = 'A') WHERE fields ? 'showers'",
    "DELETE FROM marks",
    "UPDATE place_days SET total[1] = total[1] + 1",
)


@pytest.fixture
def actor(database: str) -> Actor:
    with db.unit_of_work() as session:
        found = make_actor(session, make_operation(session), role="coordinator")
    send(found, *(a_shelter(code=code, capacity=100) for code in ("A", "B", "C", "D")), a_group("G-A", origin="SY0600"))
    send(found, a_movement(to="A", at=NOON, people=40, group="G-A"), a_headcount("B", at=NOON, people=30))
    send(found, a_state("B", at=NOON, showers=4), a_state("B", at=NOON, taps=4), one_place("C", "D"))
    return found


def rebuild() -> None:
    assert keeping.rebuild.callback is not None
    keeping.rebuild.callback()


def test_what_is_not_what_was_reported_is_put_right(actor: Actor) -> None:
    drain()
    with db.unit_of_work() as session:
        for damage in DAMAGED:
            assert session.execute(text(damage)).rowcount or "marks" in damage, damage  # type: ignore[attr-defined]
    found = " ".join(differences())
    for part in ("shelter_states", "group_states", "shelter A", "bookings", "its state", "group G-A", "place"):
        assert part in found
    rebuild()
    assert differences() == []


@pytest.mark.parametrize("few", [whole.FEW_BATCHES, 0])
def test_figures_are_those_the_fold_had(actor: Actor, few: int) -> None:
    """Also where a rebuild derives them in several parts, in several processes, and where nobody is left."""
    doubtful = {"total": 9, "low": 5, "high": 20}
    send(
        actor,
        a_movement(to="A", source="D", at=NOON, people=3),
        a_movement(to="B", source="A", at=NOON, people=doubtful),
    )
    send(actor, a_headcount("C", at=NOON, people={"cells": {"female:0-4": 3}}))
    drain()
    folded = _figures()
    with patch.object(whole, "PLACES_A_TIME", 2), patch.object(whole, "FEW_BATCHES", few):
        rebuild()
    assert _figures() == folded
    assert len(folded[0]) >= 3
    assert differences() == []


def _figures() -> list[Any]:
    with db.new_session() as session:
        return [
            session.execute(text(f"SELECT * FROM {table} WHERE {told} ORDER BY 1, 2, 3")).all()
            for table, told in (
                ("place_days", "true"),
                ("place_now", "day IS NOT NULL"),
                ("area_days", "0 <> ANY(change)"),
            )
        ]


def test_rows_written_as_lines_are_read_as_they_were(actor: Actor) -> None:
    """Whatever stands in a text: codes of homes are the operation's own."""
    drain()
    homes = {'a "quoted" \\ code': 3, "two\tcolumns\nand lines": 4, "\\N": 5}
    with db.new_session() as session:
        row = session.execute(text("SELECT place_id, operation_id FROM place_days ORDER BY place_id LIMIT 1")).one()
        stored = list(rows.from_day_on(session, {row.place_id: date.min})[row.place_id])
        wild = [one._replace(level=one.level._replace(origins=homes)) for one in stored]
        session.execute(text("DELETE FROM place_days WHERE place_id = :place"), {"place": row.place_id})
        rows.write_anew(session, rows.as_lines(row.operation_id, row.place_id, wild))
        assert list(rows.from_day_on(session, {row.place_id: date.min})[row.place_id]) == wild


def test_what_is_right_is_not_written_again(actor: Actor) -> None:
    drain()
    before = _written()
    rebuild()
    assert _written() == before


def _written() -> list[Any]:
    """Who wrote each row of what is kept last."""
    with db.new_session() as session:
        return [
            sorted(session.scalars(text(f"SELECT format('%s %s', {key}, xmin) FROM {table}")))
            for table, key in (
                ("shelter_states", "report_id"),
                ("group_states", "report_id"),
                ("shelters", "id"),
                ("groups", "id"),
                ("places", "id"),
            )
        ]


def test_nobody_who_reports_waits_for_figures_to_be_replaced(actor: Actor) -> None:
    state = a_state("B", at=NOON, capacity=60)
    send(actor, state)
    drain()
    with ThreadPoolExecutor(1) as pool, db.new_session() as session:
        for folded in whole_rebuild(session):
            if folded is None:
                session.commit()
                continue
            said = [
                a_state("B", at=NOON, capacity=70),
                a_group("G-A", origin="SY0602"),
                a_shelter(code="NEW"),
                a_headcount("B", at=NOON, people=3),
                corrected(state["id"], {**state, "shelter": "A"}),
                one_place("A", "NEW"),
            ]
            pool.submit(send, actor, *said).result(timeout=20)
        session.commit()
    drain()
    assert differences() == []


def test_bookings_are_those_of_their_moment(actor: Actor) -> None:
    """Two turn out to be one just when a rebuild has asked which do."""
    send(actor, a_shelter(code="E"))
    drain()
    asked_for = projections.same_places
    merged: list[Future[None]] = []

    def meanwhile(*about: Any) -> Any:
        found = asked_for(*about)
        merged.append(pool.submit(send, actor, one_place("B", "E")))
        wait(merged, timeout=0.5)
        return found

    with ThreadPoolExecutor(1) as pool:
        with patch.object(projections, "same_places", meanwhile):
            rebuild()
        merged[0].result(timeout=20)
    drain()
    assert differences() == []


@pytest.mark.slow
def test_reports_of_every_kind_are_taken_while_everything_is_rebuilt(actor: Actor) -> None:
    drain()
    barrier, senders, rounds = Barrier(6, timeout=60), 4, 12
    is_over: list[int] = []

    def report(number: int) -> None:
        chance = random.Random(number)
        barrier.wait()
        try:
            for each in range(rounds):
                at = f"2025-03-{chance.randint(1, 28):02}T12:00:00+03:00"
                new = f"N-{number}-{each}"
                state, count = a_state("B", at=at, capacity=each + 1), a_headcount("A", at=at, people=each)
                batch = [
                    a_shelter(code=new, at=at, capacity=9),
                    a_movement(source="A", to=new, at=at, people=2, group="G-A"),
                    a_state("A", at=at, taps=each),
                    a_group("G-A", at=at, origin=chance.choice(["SY0600", "SY0602", "SY1002"])),
                    a_group(f"G-{new}", at=at, origin="SY0600"),
                ]
                send(actor, state, count, *chance.sample(batch, 5))
                elsewhere = corrected(str(batch[0]["id"]), {**a_shelter(code=new, area="SY1002", at=at), "capacity": 5})
                moved = corrected(state["id"], {**state, "shelter": "A"})
                recounted = corrected(count["id"], {**count, "people": {"total": each + 1}})
                send(actor, *chance.sample([elsewhere, moved, recounted], 3))
                if each % 5 == 0:
                    send(actor, one_place("B", new))
        finally:
            is_over.append(number)

    def build_again() -> None:
        barrier.wait()
        while len(is_over) < senders:
            rebuild()

    def fold() -> None:
        barrier.wait()
        while len(is_over) < senders:
            drain()

    with ThreadPoolExecutor(senders + 2) as pool:
        running = [pool.submit(report, number) for number in range(senders)]
        running += [pool.submit(build_again), pool.submit(fold)]
        for future in running:
            future.result()
    drain()
    assert differences() == []


def test_an_alert_at_a_shelter_that_is_another_ends_with_a_rebuild_too(actor: Actor) -> None:
    """The two became one, and nothing had been folded since."""
    send(actor, a_shelter(code="ONE"), a_shelter(code="TWO", capacity=10), a_headcount("TWO", at=NOON, people=50))
    drain()
    assert alerts_at() == ["TWO"]
    send(actor, one_place("ONE", "TWO"))
    rebuild()
    assert alerts_at() == ["ONE"]
    assert differences() == []


def alerts_at() -> list[str]:
    with db.new_session() as session:
        places = "SELECT code FROM alerts JOIN shelters ON shelters.id = place_id"
        wanted = f"{places} WHERE ended_at IS NULL AND rule = 'occupancy'"
        return list(session.scalars(text(wanted)))
