"""A snapshot is asked once for what cannot become different in it."""

from uuid import uuid4

from sqlalchemy import text

from app.core import db
from app.places.queries import frame_of, list_areas
from tests.factories.asked import statements
from tests.factories.operations import make_operation


def test_a_snapshot_asks_once_and_another_session_each_time(database: str) -> None:
    with db.unit_of_work() as session:
        operation = make_operation(session)
        with statements() as asked:
            frame = frame_of(session, operation.id)
            assert frame_of(session, operation.id) == frame
        assert len([one for one in asked if "operation_settings" in one]) == 2
    with db.new_snapshot() as session, statements() as asked:
        assert frame_of(session, operation.id) == frame_of(session, operation.id) == frame
        assert list_areas(session, operation.id) is list_areas(session, operation.id)
        some, every = (list_areas(session, operation.id, within=within) for within in (frozenset({"SY06"}), None))
        assert 0 < len(some) < len(every)
    assert len([one for one in asked if "operation_settings" in one]) == 1
    assert len([one for one in asked if "FROM areas" in one]) == 2


def test_the_next_transaction_is_another_snapshot(database: str) -> None:
    with db.new_snapshot() as session:
        kept = session.info["once"]
        first = db.once(session, "which", uuid4)
        assert db.once(session, "which", uuid4) == first
        session.execute(text("SELECT 1"))
        assert session.info["once"] is kept, "it begins with the first question"
        session.rollback()
        assert db.once(session, "which", uuid4) != first


def test_what_is_seen_within_another_operation_is_another_answer(database: str) -> None:
    with db.walled_snapshot() as session:
        db.within(session, uuid4())
        first = db.once(session, "which", uuid4)
        db.within(session, uuid4())
        assert db.once(session, "which", uuid4) != first
