"""The same thing said at the same moment: stored once, and each sender told so. (Over HTTP: test_race_over_http.)"""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core import clock, db
from app.intake.schemas import Result
from app.intake.service import take
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state, make_actor, make_operation

SENDERS, ROUNDS = 32, 50
NOON = "2025-03-10T12:00:00+03:00"


@pytest.fixture
def actor(database: str) -> Actor:
    with db.unit_of_work() as session:
        found = make_actor(session, make_operation(session))
        take(session, actor=found, reports=[a_shelter(capacity=100)])
        return found


def at_once(senders: int, rounds: int, post: Callable[[int, int, Session], list[Result]]) -> list[list[list[Result]]]:
    """Every sender posts once in each round, all at the same moment, each in a transaction of its own."""
    in_utc = {"options": "-c timezone=UTC"}
    engine = create_engine(db.engine().url, pool_size=senders, max_overflow=0, connect_args=in_utc)
    barrier = Barrier(senders, timeout=60)

    def send(sender: int) -> list[list[Result]]:
        answers = []
        for number in range(rounds):
            with Session(engine, expire_on_commit=False) as session:
                session.execute(text("SELECT 1"))
                barrier.wait()
                try:
                    answers.append(post(sender, number, session))
                    session.commit()
                except Exception:
                    barrier.abort()
                    raise
        return answers

    try:
        with ThreadPoolExecutor(senders) as pool:
            by_sender = list(pool.map(send, range(senders)))
    finally:
        engine.dispose()
    return [list(by_round) for by_round in zip(*by_sender, strict=True)]


def stored(kind: str) -> int:
    with db.unit_of_work() as session:
        return session.scalar(text("SELECT count(*) FROM reports WHERE kind = :kind"), {"kind": kind}) or 0


@pytest.mark.slow
def test_of_equal_posts_at_one_moment_exactly_one_is_accepted(actor: Actor) -> None:
    reports = [a_movement(at=NOON, to="KHM", people=number + 1) for number in range(ROUNDS)]
    rounds = at_once(SENDERS, ROUNDS, lambda _, number, session: take(session, actor=actor, reports=[reports[number]]))
    for answers in rounds:
        assert Counter(result.status for [result] in answers) == {"accepted": 1, "duplicate": SENDERS - 1}
    assert stored("movement") == ROUNDS
    # A minute later, from a phone whose clock is two days wrong.
    with db.unit_of_work() as session:
        for wrong in (timedelta(days=2), timedelta(days=-2)):
            again = take(session, actor=actor, reports=reports, sent_at=clock.now() + wrong, device="a phone")
            assert {result.status for result in again} == {"duplicate"}
    assert stored("movement") == ROUNDS


@pytest.mark.slow
def test_of_different_posts_under_one_id_the_first_stands_and_the_others_learn_it(actor: Actor) -> None:
    ids = [a_movement(at=NOON, to="KHM", people=1)["id"] for _ in range(20)]

    def post(sender: int, number: int, session: Session) -> list[Result]:
        report = a_movement(at=NOON, to="KHM", people=1 + sender % 2) | {"id": ids[number]}
        return take(session, actor=actor, reports=[report])

    for answers in at_once(8, len(ids), post):
        counted = Counter(result.status for [result] in answers)
        assert counted == {"accepted": 1, "duplicate": 3, "conflict": 4}
    assert stored("movement") == len(ids)


@pytest.mark.slow
def test_one_batch_shuffled_from_eight_senders_is_stored_once_without_a_deadlock(actor: Actor) -> None:
    rounds = 12
    batches = [mixed_batch(number) for number in range(rounds)]

    def post(sender: int, number: int, session: Session) -> list[Result]:
        batch = list(batches[number])
        random.Random(sender * 1_000 + number).shuffle(batch)
        return take(session, actor=actor, reports=batch)

    for number, answers in enumerate(at_once(8, rounds, post)):
        by_id = Counter((result.id, result.status) for sent in answers for result in sent)
        statuses = Counter(status for _, status in by_id.elements())
        assert statuses == {"accepted": len(batches[number]), "duplicate": 7 * len(batches[number])}
    assert stored("shelter") == 1 + 3 * rounds


def mixed_batch(number: int) -> list[dict[str, Any]]:
    """Shelters with and without a code of their own, people moving between them, and what was said of them."""
    shelters = [a_shelter(code=f"R{number}-{letter}", area="SY1002") for letter in "AB"]
    unnamed = a_shelter()
    del unnamed["code"]
    ids = [shelter["id"] for shelter in (*shelters, unnamed)]
    return [
        *shelters,
        unnamed,
        *[a_headcount(id_, at=NOON, people=40) for id_ in ids],
        *[a_movement(at=NOON, to=id_, people=3) for id_ in ids],
        *[a_state(id_, at=NOON, capacity=60) for id_ in ids],
        a_state("KHM", at=NOON, taps=number),
    ]


@pytest.mark.slow
def test_two_posts_making_shelters_at_once_both_get_a_code(actor: Actor) -> None:
    def post(sender: int, number: int, session: Session) -> list[Result]:
        made = [a_shelter(), a_shelter()]
        for report in made:
            del report["code"]
        return take(session, actor=actor, reports=made)

    codes = []
    for answers in at_once(4, 10, post):
        for sent in answers:
            assert [result.status for result in sent] == ["accepted", "accepted"]
            codes += [result.code for result in sent]
    assert len(set(codes)) == len(codes) == 80


@pytest.mark.slow
def test_of_two_reports_wanting_one_code_at_once_one_gets_it(actor: Actor) -> None:
    def post(sender: int, number: int, session: Session) -> list[Result]:
        batch = [a_shelter(code=f"C-{number}"), a_movement(at=NOON, to="KHM", people=1)]
        return take(session, actor=actor, reports=batch)

    for answers in at_once(6, 15, post):
        assert Counter(sent[0].status for sent in answers) == {"accepted": 1, "rejected": 5}
        assert {sent[1].status for sent in answers} == {"accepted"}


@pytest.mark.slow
def test_shelters_sent_in_another_order_from_two_phones_do_not_lock_each_other_up(actor: Actor) -> None:
    unnamed = [[a_shelter() for _ in range(4)] for _ in range(15)]
    for batch in unnamed:
        for report in batch:
            del report["code"]

    def post(sender: int, number: int, session: Session) -> list[Result]:
        batch = unnamed[number][:: 1 if sender % 2 else -1][: 3 + sender % 2]
        return take(session, actor=actor, reports=batch)

    for answers in at_once(6, len(unnamed), post):
        assert Counter(result.status for sent in answers for result in sent)["accepted"] == 4
