"""Connections to a server that was restarted meanwhile are replaced before anybody notices."""

from time import sleep
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from app.core import db
from tests.factories.folding import together


def pid() -> int:
    with db.new_session() as session:
        found: int = session.scalar(text("SELECT pg_backend_pid()"))
        return found


def test_a_connection_the_server_has_ended_is_replaced(database: str) -> None:
    first = pid()
    assert pid() == first  # kept
    other = create_engine(db.engine().url)
    with other.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})
    other.dispose()
    second = pid()
    assert second != first
    assert pid() == second


def test_many_at_once_are_replaced(database: str) -> None:
    sessions = [db.new_session() for _ in range(5)]
    ended = [session.scalar(text("SELECT pg_backend_pid()")) for session in sessions]
    for session in sessions:
        session.close()
    other = create_engine(db.engine().url)
    with other.begin() as connection:
        for one in ended:
            connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": one})
    other.dispose()
    again = [db.new_session() for _ in range(5)]
    assert not {session.scalar(text("SELECT pg_backend_pid()")) for session in again} & set(ended)
    for session in again:
        session.close()


ADDED = "INSERT INTO counted (number) VALUES (%(number)s) RETURNING number"


def test_a_statement_for_the_driver_belongs_to_the_transaction_of_its_session(database: str) -> None:
    with db.new_session() as session:
        session.execute(text("CREATE TABLE counted (number integer PRIMARY KEY)"))
        session.commit()
        assert db.run(session, ADDED, {"number": 1}) == [(1,)]
        with pytest.raises(IntegrityError), session.begin_nested():
            db.run(session, ADDED, {"number": 1})
        assert db.run(session, ADDED, {"number": 2}) == [(2,)]
        session.rollback()
        assert session.scalar(text("SELECT count(*) FROM counted")) == 0


def test_a_server_that_went_away_is_said_as_by_any_other_statement(database: str) -> None:
    session = db.new_session()
    first = db.run(session, "SELECT pg_backend_pid() WHERE %(asked)s", {"asked": True})[0][0]
    other = create_engine(db.engine().url)
    with other.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})
    other.dispose()
    with pytest.raises(OperationalError):
        db.run(session, "SELECT 1 WHERE %(asked)s", {"asked": True})
    session.close()
    assert pid() != first


def test_threads_that_ask_first_at_once_share_one_engine(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one of two made would be nobody's: its connections stay open until chance ends them."""
    db.disconnect()
    make = db.make_engine
    made: list[Engine] = []

    def slowly(*given: Any, **more: Any) -> Engine:
        sleep(0.05)
        made.append(make(*given, **more))
        return made[-1]

    monkeypatch.setattr(db, "make_engine", slowly)
    together(*[db.walled_engine] * 8)
    assert made == [db.walled_engine()]
