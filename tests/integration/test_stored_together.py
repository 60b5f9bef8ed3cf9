"""Reports posted one by one at the same moment share one transaction, and each sender is answered for their own."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from app.accounts.policy import Actor
from app.core import clock, db
from app.intake.schemas import Result
from app.intake.service import take
from app.intake.service import together as module
from app.intake.service.together import Together
from tests.factories.folding import differences, drain, send
from tests.factories.operations import a_movement, a_shelter, make_actor, make_operation

NOON = "2025-03-10T12:00:00+03:00"


@pytest.fixture
def actor(database: str) -> Actor:
    with db.unit_of_work() as session:
        found = make_actor(session, make_operation(session))
    send(found, a_shelter(code="KHM"))
    send(found, arrival())  # names it, and so it is remembered
    return found


def arrival(people: int = 3) -> dict[str, Any]:
    return a_movement(at=NOON, to="KHM", people=people)


def say(together: Together, actor: Actor, report: dict[str, Any]) -> Result:
    with db.unit_of_work() as session:
        (result,) = take(session, actor=actor, reports=[report], append=together.append)
    return result


@contextmanager
def held(together: Together, waiting: int) -> Iterator[None]:
    """Nobody is stored before the block has ended and so many wait."""
    with together._turn:
        yield
        until = time.monotonic() + 20
        while len(together._waiting) < waiting:
            assert time.monotonic() < until, "too few have come"
            time.sleep(0.001)


def all_at_once(actor: Actor, reports: list[dict[str, Any]]) -> list[Result]:
    """Say each from a thread of its own, so that all are stored by one of them."""
    together = Together()
    with ThreadPoolExecutor(len(reports)) as pool:
        with held(together, len(reports)):
            said = [pool.submit(say, together, actor, report) for report in reports]
        return [one.result(30) for one in said]


def transactions() -> list[int]:
    """How many movements each transaction has stored."""
    with db.unit_of_work() as session:
        wanted = text("SELECT count(*) FROM reports WHERE kind = 'movement' GROUP BY xmin::text ORDER BY 1")
        return list(session.scalars(wanted))


def test_those_who_come_at_one_moment_share_a_transaction(actor: Actor) -> None:
    results = all_at_once(actor, [arrival(people) for people in range(1, 7)])
    assert {result.status for result in results} == {"accepted"}
    assert transactions() == [1, 6]
    drain()
    assert differences() == []


def test_who_comes_alone_is_stored_at_once(actor: Actor) -> None:
    assert say(Together(), actor, arrival()).status == "accepted"
    assert transactions() == [1, 1]


def test_one_id_at_one_moment_is_accepted_once(actor: Actor) -> None:
    same, other = arrival(), arrival()
    changed = other | {"people": {"total": 9}}
    results = all_at_once(actor, [same, same, same, other, changed])
    assert Counter(result.status for result in results[:3]) == {"accepted": 1, "duplicate": 2}
    assert Counter(result.status for result in results[3:]) == {"accepted": 1, "conflict": 1}
    assert sum(transactions()) == 1 + 2


def test_what_cannot_be_stored_together_is_stored_one_by_one(actor: Actor) -> None:
    refusal = IntegrityError("INSERT", None, Exception("one of them breaks a constraint"))
    with patch.object(module, "append", side_effect=refusal):
        results = all_at_once(actor, [arrival(), arrival()])
    assert [result.status for result in results] == ["accepted", "accepted"]
    assert transactions() == [1, 1, 1]


def test_where_the_server_went_away_all_are_told_to_send_again(actor: Actor) -> None:
    reports = [arrival(), arrival()]
    gone = OperationalError("COMMIT", None, Exception("the server closed the connection"))
    together = Together()
    with patch.object(module, "append", side_effect=gone), ThreadPoolExecutor(2) as pool:
        with held(together, 2):
            said = [pool.submit(take_only, together, actor, report) for report in reports]
        assert [type(one.exception(30)) for one in said] == [OperationalError, OperationalError]
    assert [say(together, actor, report).status for report in reports] == ["accepted", "accepted"]


def take_only(together: Together, actor: Actor, report: dict[str, Any]) -> Result:
    with db.new_session() as session:
        (result,) = take(session, actor=actor, reports=[report], append=together.append)
    return result


def test_what_was_recorded_long_ago_is_not_stored_now(actor: Actor) -> None:
    report, together = arrival(), Together()
    late = clock.now() - db.VISIBLE_WITHIN - timedelta(seconds=1)
    with db.new_session() as session:
        take(session, actor=actor, reports=[report], append=together.append, recorded_at=late)
        with pytest.raises(db.TookTooLong):
            db.check_age(session)  # as the edge does
    assert transactions() == [1]
    assert say(together, actor, report).status == "accepted"


def test_one_that_is_too_old_does_not_keep_the_others_out(actor: Actor) -> None:
    together, late = Together(), clock.now() - db.VISIBLE_WITHIN - timedelta(seconds=1)

    def old() -> None:
        with db.new_session() as session:
            take(session, actor=actor, reports=[arrival()], append=together.append, recorded_at=late)
            db.check_age(session)

    with ThreadPoolExecutor(3) as pool:
        with held(together, 3):
            others = [pool.submit(say, together, actor, arrival()) for _ in range(2)]
            too_late = pool.submit(old)
        assert [one.result(30).status for one in others] == ["accepted", "accepted"]
        assert isinstance(too_late.exception(30), db.TookTooLong)


def test_only_who_sends_what_is_being_stored_waits_for_that(actor: Actor) -> None:
    together, same = Together(), arrival()
    with db.new_session() as slow, ThreadPoolExecutor(3) as pool:
        take(slow, actor=actor, reports=[same, arrival()])  # a batch that is not committed yet
        with held(together, 3):
            again = pool.submit(say, together, actor, same)
            others = [pool.submit(say, together, actor, arrival()) for _ in range(2)]
        assert [one.result(5).status for one in others] == ["accepted", "accepted"]
        assert not again.done()
        slow.commit()
        assert again.result(10).status == "duplicate"


def test_who_waits_with_all_connections_in_hand_keeps_nobody_from_storing(actor: Actor) -> None:
    threads, together = 40, Together()  # more than there are connections

    def look_and_say(report: dict[str, Any]) -> Result:
        with db.unit_of_work() as session:
            session.execute(text("SELECT 1"))  # who is asking, say
            (result,) = take(session, actor=actor, reports=[report], append=together.append)
        return result

    with ThreadPoolExecutor(threads) as pool:
        with held(together, threads):
            said = [pool.submit(look_and_say, arrival()) for _ in range(threads)]
            began = time.monotonic()
        assert {one.result(30).status for one in said} == {"accepted"}
        assert time.monotonic() - began < 5
    assert transactions() == [1, threads]
