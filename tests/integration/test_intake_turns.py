"""What is said of shelters and groups, corrections and shelters that are one: several at once, in whatever order."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text

from app.accounts.policy import Actor
from app.core import db
from app.intake.service import take
from app.ledger import service as ledger
from app.ledger.queries import same_places
from tests.factories.amending import NOON, corrected, one_place
from tests.factories.folding import differences, drain, send, together
from tests.factories.operations import (
    a_group,
    a_headcount,
    a_movement,
    a_shelter,
    a_state,
    make_actor,
    make_operation,
)

ROUNDS = 25


@pytest.fixture
def actor(database: str) -> Actor:
    with db.unit_of_work() as session:
        return make_actor(session, make_operation(session), role="coordinator")


def shelters(actor: Actor, *codes: str) -> None:
    """Shelters whose ids are in the order of these codes."""
    made = [a_shelter(code=code, capacity=100) for code in codes]
    ids = sorted(str(one["id"]) for one in made)
    send(actor, *({**one, "id": id_} for one, id_ in zip(made, ids, strict=True)))


def test_states_of_shelters_that_are_one_come_crosswise(actor: Actor) -> None:
    """Two that are booked at the others crosswise, so that the order of names is not that of what changes."""
    shelters(actor, "A", "B", "KA", "KB")
    send(actor, one_place("KB", "A"), one_place("KA", "B"))
    for _ in range(ROUNDS):
        together(
            lambda: send(actor, a_state("A", at=NOON, capacity=1), a_state("B", at=NOON, capacity=2)),
            lambda: send(actor, a_state("KB", at=NOON, capacity=3), a_state("KA", at=NOON, capacity=4)),
            lambda: send(actor, a_state("B", at=NOON, taps=3), a_state("KB", at=NOON, taps=4)),
        )
    drain()
    assert differences() == []


def test_states_are_moved_to_each_others_shelter(actor: Actor) -> None:
    shelters(actor, "A", "B")
    for _ in range(ROUNDS):
        of_a, of_b = a_state("A", at=NOON, capacity=10), a_state("B", at=NOON, capacity=20)
        send(actor, of_a, of_b)
        together(
            lambda one=of_a: send(actor, corrected(one["id"], {**one, "shelter": "B"})),
            lambda one=of_b: send(actor, corrected(one["id"], {**one, "shelter": "A"})),
            lambda: send(actor, a_state("A", at=NOON, taps=1), a_state("B", at=NOON, taps=2)),
            lambda: send(actor, a_state("B", at=NOON, taps=3), a_state("A", at=NOON, taps=4)),
        )
    drain()
    assert differences() == []


def test_groups_are_restated_in_either_order(actor: Actor) -> None:
    shelters(actor, "A")
    send(actor, a_group("G-A"), a_group("G-B"))
    send(actor, a_movement(to="A", at=NOON, people=5, group="G-A"), a_movement(to="A", at=NOON, people=7, group="G-B"))
    for _ in range(ROUNDS):
        together(
            lambda: send(actor, a_group("G-A", origin="SY0600"), a_group("G-B", origin="SY0602")),
            lambda: send(actor, a_group("G-B", origin="SY0600"), a_group("G-A", origin="SY1002")),
        )
    drain()
    assert differences() == []


def test_the_same_report_comes_with_a_correction_and_with_a_shelter(actor: Actor) -> None:
    """A phone that was not answered sends what it had with what it has now."""
    shelters(actor, "A")
    for number in range(ROUNDS):
        count, moved = a_headcount("A", at=NOON, people=5), a_movement(to="A", at=NOON, people=7)
        send(actor, count)

        def post(*reports: dict[str, Any]) -> None:
            with db.unit_of_work() as session:
                statuses = {one.status for one in take(session, actor=actor, reports=reports)}
            assert statuses <= {"accepted", "duplicate"}

        together(
            lambda one=moved, of=count: post(one, corrected(of["id"], {**of, "people": {"total": 6}})),
            lambda one=moved, code=f"N-{number}": post(a_shelter(code=code), one),
        )
    drain()
    assert differences() == []


def test_what_is_said_of_a_shelter_while_it_becomes_another_is_said_of_that(actor: Actor) -> None:
    shelters(actor, "A", "KEPT")
    with ThreadPoolExecutor(1) as pool, db.new_session() as merging:
        assert take(merging, actor=actor, reports=[one_place("KEPT", "A")])[0].status == "accepted"
        waiting = pool.submit(send, actor, a_state("A", at=NOON, capacity=7))
        while not _is_anybody_waiting():
            assert not waiting.done(), "it did not ask what the shelter is becoming"
        merging.commit()
        waiting.result()
    drain()
    assert differences() == []
    with db.new_session() as session:
        kept = session.scalar(text("SELECT state ->> 'capacity' FROM shelters WHERE code = 'KEPT'"))
    assert kept == "7"


def _is_anybody_waiting() -> bool:
    with db.new_session() as session:
        return bool(session.scalar(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")))


def test_who_moves_or_counts_people_waits_for_nobody(actor: Actor) -> None:
    shelters(actor, "A", "B")
    send(actor, a_group("G-A"))
    with ThreadPoolExecutor(1) as pool, db.new_session() as slow:
        reports = [a_state("A", at=NOON, capacity=7), a_group("G-A", origin="SY0600"), one_place("B", "A")]
        assert {one.status for one in take(slow, actor=actor, reports=reports)} == {"accepted"}
        moved = a_movement(source="A", to="B", at=NOON, people=7, group="G-A")
        pool.submit(send, actor, moved, a_headcount("A", at=NOON, people=5)).result(timeout=20)
        slow.commit()
    drain()
    assert differences() == []


def test_what_takes_turns_is_recorded_in_the_order_of_the_turns(actor: Actor) -> None:
    """That B is A waits for its turn while the opposite is taken back: it must not seem to have been said before."""
    shelters(actor, "A", "B")
    first = one_place("A", "B")
    send(actor, first)
    taking_turn, waited = ledger.take_turn, []

    def after_another(*about: Any) -> None:
        if not waited:
            waited.append(True)
            send(actor, corrected(first["id"], None))
        taking_turn(*about)

    with patch.object(ledger, "take_turn", after_another):
        send(actor, one_place("B", "A"))
    with db.new_session() as session:
        kinds = session.scalars(text("SELECT kind FROM reports ORDER BY recorded_at"))
        assert list(kinds)[-3:] == ["same_place", "void", "same_place"]
        moments = list(session.scalars(text("SELECT recorded_at FROM reports ORDER BY recorded_at")))
        for known_on in moments:
            same_places(session, actor.scope.operation_id, known_on=known_on)
    drain()
    assert differences() == []
