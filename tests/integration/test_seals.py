"""What was written is sealed, and whoever changes it in the database itself is found out."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.accounts.service import choose_language
from app.audit.models import AuditEntry
from app.audit.service import seals
from app.core import db
from app.ledger.models import Report
from tests.factories.folding import send
from tests.factories.operations import a_movement, a_shelter, make_actor, make_operation
from workers.tasks.audit import seal_what_is_new

NOON = "2025-03-10T12:00:00+03:00"


@pytest.fixture
def actor(database: str) -> Actor:
    """Somebody who told of a shelter, was sealed, told of ten arrivals, changed something, and was sealed again."""
    with db.unit_of_work() as session:
        made = make_actor(session, make_operation(session))
    send(made, a_shelter(code="KHM"))
    assert seal_what_is_new() > 0
    for people in range(1, 11):
        send(made, a_movement(at=NOON, to="KHM", people=people))
    with db.unit_of_work() as session:
        choose_language(session, user_id=made.user_id, language="ar")
    assert seal_what_is_new() == 11
    return made


@pytest.fixture
def owner() -> Iterator[Callable[[str], None]]:
    """Somebody who owns the tables and switches off what stands in their way."""

    def does(statement: str) -> None:
        with db.unit_of_work() as session:
            for table in ("reports", "audit_entries", "seals"):
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
                session.execute(text(f"GRANT UPDATE, DELETE ON {table} TO CURRENT_USER"))
            session.execute(text(statement))
            for table in ("reports", "audit_entries", "seals"):
                session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))

    return does


def found() -> list[str]:
    with db.new_snapshot() as session:
        return [difference for some in seals.verify(session) for difference in some]


def one(statement: str) -> UUID:
    with db.new_snapshot() as session:
        wanted: UUID = session.scalar(text(statement))
        return wanted


A_MOVEMENT = "SELECT id FROM reports WHERE kind = 'movement' AND total = 7"


def test_what_nobody_touched_is_what_was_sealed(actor: Actor) -> None:
    assert found() == []
    send(actor, a_movement(at=NOON, to="KHM", people=1))
    assert found() == []
    with db.new_snapshot() as session:
        assert seals.waiting(session) == 1
        assert (seals.last_seal(session) or "").startswith("2:")


@pytest.mark.parametrize(
    "change",
    [
        "SET total = 6",
        "SET recorded_at = recorded_at - interval '1 hour'",
        "SET reporter_id = gen_random_uuid()",
        "SET content = jsonb_set(content, '{people,total}', '6')",
        "SET cells = NULL, low = 1",
    ],
)
def test_a_report_that_was_changed(actor: Actor, owner: Callable[[str], None], change: str) -> None:
    id_ = one(A_MOVEMENT)
    owner(f"UPDATE reports {change} WHERE id = '{id_}'")
    assert found() == [f"seal 2: {id_} is not what was sealed"]


def test_a_report_that_was_removed(actor: Actor, owner: Callable[[str], None]) -> None:
    id_ = one(A_MOVEMENT)
    owner(f"DELETE FROM reports WHERE id = '{id_}'")
    assert found()[0] == f"seal 2: {id_} is gone"


def test_an_entry_of_the_audit_log_that_was_changed_or_removed(actor: Actor, owner: Callable[[str], None]) -> None:
    id_ = one("SELECT id FROM audit_entries WHERE action = 'user.language'")
    owner(f"UPDATE audit_entries SET details = '{{\"language\": \"fr\"}}' WHERE id = '{id_}'")
    assert found() == [f"seal 2: {id_} is not what was sealed"]
    owner(f"DELETE FROM audit_entries WHERE id = '{id_}'")
    assert found()[0] == f"seal 2: {id_} is gone"


def test_reports_that_changed_places(actor: Actor, owner: Callable[[str], None]) -> None:
    owner("UPDATE seals SET rows = rows[2:] || rows[1], are_entries = are_entries[2:] || are_entries[1] WHERE id = 2")
    assert len(found()) == 11
    owner("UPDATE seals SET leaves = substring(leaves FROM 33) || substring(leaves FOR 32) WHERE id = 2")
    assert found() == ["seal 2 does not follow from the one before it"]


def test_a_report_that_was_removed_with_its_seal(actor: Actor, owner: Callable[[str], None]) -> None:
    send(actor, a_movement(at=NOON, to="KHM", people=1))
    seal_what_is_new()
    owner("DELETE FROM seals WHERE id = 2")
    assert "seals 2 to 2 are gone" in found()
    assert "seal 3 does not follow from the one before it" in found()


def test_the_last_seal_that_was_removed(actor: Actor, owner: Callable[[str], None]) -> None:
    owner("DELETE FROM seals WHERE id = 2")
    assert len(found()) == 1 + 11
    assert f"{one(A_MOVEMENT)} was neither sealed nor noted to be sealed" in found()


def test_a_report_that_came_in_past_the_trigger(actor: Actor, owner: Callable[[str], None]) -> None:
    columns = ", ".join(name for name in seals.REPORT if name != "id")
    owner(f"INSERT INTO reports (id, {columns}) SELECT gen_random_uuid(), {columns} FROM reports WHERE total = 7")
    assert len(found()) == 2


def test_a_report_that_went_before_it_was_sealed(actor: Actor, owner: Callable[[str], None]) -> None:
    send(actor, a_movement(at=NOON, to="KHM", people=77))
    id_ = one("SELECT id FROM reports WHERE total = 77")
    owner(f"DELETE FROM reports WHERE id = '{id_}'")
    assert seal_what_is_new() == 0
    assert f"{id_} went before it was sealed" in found()


def test_a_chain_made_anew_is_told_by_a_seal_that_was_written_down(actor: Actor, owner: Callable[[str], None]) -> None:
    with db.new_snapshot() as session:
        first, noted = f"1:{one_hash(session, 1)}", seals.last_seal(session) or ""
    owner(f"UPDATE reports SET total = 6 WHERE id = '{one(A_MOVEMENT)}'")
    owner("DELETE FROM seals WHERE id = 2")
    owner("INSERT INTO unsealed (row_id, is_entry) SELECT id, false FROM reports WHERE kind = 'movement'")
    owner("INSERT INTO unsealed (row_id, is_entry) SELECT id, true FROM audit_entries WHERE action = 'user.language'")
    seal_what_is_new()
    assert found() == []
    with db.new_snapshot() as session:
        assert not seals.is_sealed_as(session, noted)
        assert seals.is_sealed_as(session, first)
        with pytest.raises(ValueError, match=r"hex|invalid literal"):
            seals.is_sealed_as(session, "no seal")


def test_when_a_seal_was_made_is_sealed_too(actor: Actor, owner: Callable[[str], None]) -> None:
    owner("UPDATE seals SET at = at - interval '1 day' WHERE id = 2")
    assert found() == ["seal 2 does not follow from the one before it"]


def test_a_report_under_the_id_of_an_entry_of_the_audit_log_hides_nothing(
    actor: Actor, owner: Callable[[str], None]
) -> None:
    id_ = one("SELECT id FROM audit_entries WHERE action = 'user.language'")
    send(actor, a_movement(at=NOON, to="KHM", people=3) | {"id": str(id_)})
    seal_what_is_new()
    assert found() == []
    owner(f"UPDATE audit_entries SET actor_id = NULL WHERE id = '{id_}'")
    assert found() == [f"seal 2: {id_} is not what was sealed"]
    owner(f"UPDATE reports SET total = 4 WHERE id = '{id_}'")
    assert found() == [f"seal 2: {id_} is not what was sealed", f"seal 3: {id_} is not what was sealed"]


def test_notes_of_rows_that_went_do_not_stop_the_sealer(
    actor: Actor, owner: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "MOST", 5)
    owner("INSERT INTO unsealed (row_id, is_entry) SELECT gen_random_uuid(), false FROM generate_series(1, 20)")
    send(actor, a_movement(at=NOON, to="KHM", people=3))
    assert seal_what_is_new() == 1
    assert len(found()) == 20 + 1  # none of them was written


def test_the_encoding_of_the_operators_shell_makes_no_difference(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    shelter = a_shelter(code="JAB") | {"name": {"ar": "مأوى"}}
    send(actor, shelter)
    seal_what_is_new()
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    engine = db.make_engine(db.engine().url.render_as_string(hide_password=False))
    with Session(engine) as session:
        assert [difference for some in seals.verify(session) for difference in some] == []
    engine.dispose()


def one_hash(session: Session, number: int) -> str:
    found: bytes = session.scalar(text("SELECT hash FROM seals WHERE id = :id"), {"id": number})
    return found.hex()


def test_every_column_is_sealed() -> None:
    columns = Report.__table__.columns  # type: ignore[attr-defined]
    assert set(seals.REPORT) == {column.name for column in columns if column.computed is None}
    assert set(seals.ENTRY) == set(AuditEntry.__table__.columns.keys())  # type: ignore[attr-defined]


def test_much_is_sealed_in_pieces(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "MOST", 3)
    monkeypatch.setattr(seals, "SEALS_A_TIME", 2)
    with db.unit_of_work() as session:
        made = make_actor(session, make_operation(session))
    send(made, a_shelter(code="KHM"), *[a_movement(at=NOON, to="KHM", people=people) for people in range(1, 30)])
    assert seal_what_is_new() >= 30
    assert found() == []
    with db.new_snapshot() as session:
        assert (session.scalar(text("SELECT count(*) FROM seals")) or 0) >= 10
