"""An erasure that an owner of the database wrote, to hide rows that went, is found out where it cannot be true."""

from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.accounts.service import choose_language
from app.admin.service import close, erasing
from app.audit.models import AuditEntry
from app.audit.service import seals
from app.cli.keeping import verify
from app.core import clock, db
from tests.factories.folding import drain, send
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor, make_operation
from workers.tasks.audit import seal_what_is_new

NOON = "2025-03-10T12:00:00+03:00"


@pytest.fixture
def actor(database: str) -> Actor:
    """Somebody whose reports and audit entries in the operation `stands` were sealed."""
    with db.unit_of_work() as session:
        made = make_actor(session, make_operation(session, code="stands"), role="administrator")
    send(made, a_shelter(capacity=100), a_headcount("KHM", at=NOON, people=9), a_movement(at=NOON, to="KHM", people=8))
    drain()
    with db.unit_of_work() as session:
        choose_language(session, user_id=made.user_id, language="ar")
    seal_what_is_new()
    return made


def as_owner(session: Session, statement: str, **said: object) -> list[UUID]:
    """What somebody does who owns the tables and switches off what stands in their way; the ids it returns."""
    session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
    session.execute(text("GRANT UPDATE, DELETE ON audit_entries TO CURRENT_USER"))
    ids = list(session.scalars(text(statement), said))
    session.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER USER"))
    return ids


def hide(*, code: str, operation: object, told: int = 1, is_told: bool = True) -> None:
    """Remove the entry of who chose a language, and write that it was erased with an operation."""
    erasure = uuid4()
    with db.unit_of_work() as session:
        (id_,) = as_owner(session, "DELETE FROM audit_entries WHERE action = 'user.language' RETURNING id")
        session.execute(text("INSERT INTO erased_rows VALUES (:id, true, :erasure)"), {"id": id_, "erasure": erasure})
        hash_, rows = seals.hash_of_erased(session, erasure), {"audit_entries": told}
        details = {"by": "root", "operation": str(operation), "hash": hash_, "rows": rows}
        if is_told:
            session.add(AuditEntry(id=erasure, at=clock.now(), action="operation.erase", subject=code, details=details))
    seal_what_is_new()


def verified() -> Result:
    return CliRunner().invoke(verify)


def test_an_erasure_of_an_operation_that_stands_is_none(actor: Actor) -> None:
    hide(code="nowhere", operation=actor.scope.operation_id)
    said = verified()
    assert "nowhere was not erased: it still stands" in said.stdout
    assert said.exit_code == 1
    assert isinstance(said.exception, SystemExit)


def test_nor_is_one_that_names_it_by_its_code_alone(actor: Actor) -> None:
    hide(code="stands", operation=uuid4())
    assert "stands was not erased: it still stands" in verified().stdout
    with db.unit_of_work() as session:
        session.execute(text("UPDATE operations SET created_at = now() + interval '1 day'"))
    assert "stands was not erased: it still stands" in verified().stdout


def test_nor_is_one_of_an_operation_that_still_has_rows(actor: Actor) -> None:
    gone = uuid4()
    with db.unit_of_work() as session:
        session.execute(text("ALTER TABLE audit_entries DROP CONSTRAINT fk_audit_entries_operation_id_operations"))
        as_owner(
            session,
            "INSERT INTO audit_entries (id, at, operation_id, action, subject, details)"
            " VALUES (gen_random_uuid(), now(), :gone, 'user.add', 'somebody', '{}') RETURNING id",
            gone=gone,
        )
    hide(code="nowhere", operation=gone)
    assert "nowhere was not erased: it still stands" in verified().stdout


def test_nor_is_one_that_names_no_operation(actor: Actor) -> None:
    hide(code="nowhere", operation="none")
    assert "says of no operation that it was erased" in verified().stdout


def test_its_entry_tells_of_as_many_rows_as_were_noted(actor: Actor) -> None:
    hide(code="nowhere", operation=uuid4(), told=2)
    said = verified()
    assert "its entry tells of 0 reports and 2 audit entries; noted are 0 and 1" in said.stdout
    assert said.exit_code == 1


def test_rows_that_no_entry_tells_of_were_not_erased(actor: Actor) -> None:
    hide(code="nowhere", operation=uuid4(), is_told=False)
    said = verified()
    assert "1 rows are noted as erased, and no entry tells of it" in said.stdout
    assert " is gone" in said.stdout
    assert isinstance(said.exception, SystemExit)


def test_an_operation_that_never_stood_is_only_printed(actor: Actor) -> None:
    hide(code="nowhere", operation=uuid4())
    said = verified()
    assert "0 differences" in said.stderr
    assert "nowhere, 1 sealed rows" in said.stderr


def test_an_operation_opened_later_may_have_the_code_of_one_that_was_erased(actor: Actor) -> None:
    with db.unit_of_work() as session:
        close(session, actor=actor)
    with db.unit_of_work() as session:
        erasing.erase(session, operation=erasing.operation_to_erase(session, "stands"), by="root")
    with db.unit_of_work() as session:
        anew = make_actor(session, make_operation(session, code="stands"))
    send(anew, a_shelter(capacity=100))
    drain()
    seal_what_is_new()
    said = verified()
    assert (said.stdout, said.exit_code) == ("", 0)
    assert "UTC: stands, " in said.stderr
