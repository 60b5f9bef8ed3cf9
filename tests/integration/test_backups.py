"""A backup put back into an empty database is the same installation: reports, figures, seals, and what guards them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.accounts.policy import Actor
from app.audit.service import seals
from app.backups.schemas import Taken
from app.core import db
from app.migrations import moves
from app.population.queries import shelter_figures
from config.services.throwaway import Throwaway
from tests.factories.backups import backed_up, empty_database, restore
from tests.factories.folding import differences, drain, send
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor, make_operation
from workers.tasks.audit import seal_what_is_new

NOON = "2025-03-10T12:00:00+03:00"
APPEND_ONLY = ("reports", "audit_entries", "operation_settings", "seals")


@pytest.fixture
def coordinator(database: str) -> Actor:
    """Somebody who told of two shelters, of which one is full, was folded and sealed, and told of one more arrival."""
    with db.unit_of_work() as session:
        made = make_actor(session, make_operation(session), role="coordinator")
    send(made, a_shelter(code="KHM", capacity=10), a_shelter(code="JAB", name={"ar": "مدرسة\tالتل\\ن"}))
    send(
        made,
        a_headcount("KHM", at=NOON, people=12),
        a_movement(at=NOON, to="JAB", people={"total": 5, "low": 3, "high": 9}),
    )
    drain()
    seal_what_is_new()
    send(made, a_movement(at="2025-03-11T12:00:00+03:00", to="KHM", people=5))
    return made


@pytest.fixture
def taken(coordinator: Actor, tmp_path: Path) -> Taken:
    return backed_up(tmp_path / "mawa.backup")


@pytest.fixture
def elsewhere(services: Throwaway, taken: Taken) -> Iterator[Taken]:
    """The backup, where another database is used, into which it was put back."""
    with empty_database(services):
        done = restore(taken.file)
        assert done.exit_code == 0, done.output
        yield taken


def scalar(question: str) -> object:
    with db.new_snapshot() as session:
        return session.scalar(text(question))


def found() -> list[str]:
    with db.new_snapshot() as session:
        return differences() + [one for part in seals.verify(session) for one in part]


def figures(actor: Actor) -> list[object]:
    with db.new_snapshot() as session:
        return list(shelter_figures(session, scope=actor.scope).items)


def test_figures_are_the_same_and_nothing_differs(
    services: Throwaway, coordinator: Actor, taken: Taken, tmp_path: Path
) -> None:
    before = figures(coordinator)
    assert before
    with empty_database(services):
        assert restore(taken.file).exit_code == 0
        assert figures(coordinator) == before
        assert found() == []
        assert drain() == 1
        assert found() == []
        after = figures(coordinator)
    drain()
    assert figures(coordinator) == after


def test_it_is_what_was_sealed_then_and_sealing_goes_on(elsewhere: Taken) -> None:
    assert elsewhere.contents.seal is not None
    with db.new_snapshot() as session:
        assert seals.is_sealed_as(session, elsewhere.contents.seal)
    assert seal_what_is_new() == 2  # the last arrival, and that a backup was put back
    assert found() == []


def test_what_only_grows_still_only_grows_and_rights_are_the_same(services: Throwaway, taken: Taken) -> None:
    rights = """
      SELECT string_agg(format('%s %s %s', grantee, privilege_type, table_name), ' '
        ORDER BY grantee, privilege_type, table_name)
      FROM information_schema.role_table_grants WHERE table_schema = 'public'
    """
    before = scalar(rights)
    with empty_database(services):
        assert restore(taken.file).exit_code == 0
        assert scalar(rights) == before
        for table in APPEND_ONLY:
            with db.new_session() as session:
                session.execute(text(f"GRANT UPDATE ON {table} TO CURRENT_USER"))
                with pytest.raises(DBAPIError, match="append-only"):
                    session.execute(text(f"UPDATE {table} SET id = id"))
        assert scalar("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'") == 0


def test_reports_go_on_and_numbers_do_not_begin_again(coordinator: Actor, elsewhere: Taken) -> None:
    send(coordinator, a_movement(at=NOON, to="JAB", people=2))
    assert scalar("SELECT count(*) FROM marks") == 2
    drain()
    seal_what_is_new()
    assert found() == []


def test_a_turn_remembered_of_the_other_database_is_none_of_this_one(services: Throwaway, taken: Taken) -> None:
    before = scalar("SELECT turn FROM turns")
    with empty_database(services):
        restore(taken.file)
        assert scalar("SELECT turn FROM turns") not in (before, None)


def test_it_is_written_down_in_each_operation(elsewhere: Taken) -> None:
    entry = "SELECT details ->> 'taken_at' FROM audit_entries WHERE action = 'backup.restore'"
    assert scalar(entry) == f"{elsewhere.contents.taken_at:%Y-%m-%d %H:%M:%S} UTC"


def test_it_says_what_is_in_it_and_only_its_owner_may_read_it(taken: Taken, coordinator: Actor) -> None:
    assert taken.file.stat().st_mode & 0o777 == 0o600
    assert {table.name: table.rows for table in taken.contents.tables}["reports"] == 5
    assert taken.size == taken.file.stat().st_size
    assert [path.name for path in taken.file.parent.iterdir()] == [taken.file.name]


def test_an_older_schema_is_put_back_and_brought_to_the_newest(services: Throwaway, tmp_path: Path) -> None:
    older = Path(__file__).parent / "older" / "0001.sql"
    with empty_database(services):
        moves.upgrade(to="0001")
        with db.engine().begin() as connection:
            connection.exec_driver_sql(older.read_text().replace("%", "%%"))
        taken = backed_up(tmp_path / "older.backup")
    assert (taken.contents.step, taken.contents.seal) == ("0001", None)
    with empty_database(services):
        done = restore(taken.file)
        assert done.exit_code == 0, done.output
        assert drain() > 0
        assert found() == []
        assert scalar("SELECT count(*) FROM reports") == 14


def test_a_database_that_holds_something_is_left_as_it_is(coordinator: Actor, taken: Taken) -> None:
    before = scalar("SELECT count(*) FROM reports")
    done = restore(taken.file)
    assert done.exit_code == 1
    assert "is not empty" in done.output and "MAWA_DATA_DIR" in done.output
    assert scalar("SELECT count(*) FROM reports") == before


def test_tables_without_a_row_are_empty_too(services: Throwaway, taken: Taken) -> None:
    with empty_database(services):
        moves.upgrade()
        with db.unit_of_work() as session:
            session.execute(text("INSERT INTO heartbeats VALUES ('fold', now())"))
        assert restore(taken.file).exit_code == 0
        assert found() == []


def test_a_policy_that_hides_rows_is_an_error_and_no_smaller_backup(coordinator: Actor, tmp_path: Path) -> None:
    with db.unit_of_work() as session:
        session.execute(text("ALTER TABLE users ENABLE ROW LEVEL SECURITY"))
        session.execute(text("ALTER TABLE users FORCE ROW LEVEL SECURITY"))
    with pytest.raises(Exception, match="row-level security"):
        backed_up(tmp_path / f"{uuid4()}.backup")
    assert list(tmp_path.iterdir()) == []
