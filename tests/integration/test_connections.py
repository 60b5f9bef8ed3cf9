"""Connections to a server that was restarted meanwhile are replaced before anybody notices."""

from sqlalchemy import create_engine, text

from app.core import db


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
