"""Half a backup never counts, what is not one is refused, and mail that may have left since does not leave again."""

import errno
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.alerts.digests import compose_digests
from app.alerts.notices import compose_mails
from app.alerts.refresh import refresh
from app.alerts.service import escalate, subscribe
from app.backups import cli
from app.backups.errors import BackupError
from app.backups.schemas import Taken
from app.backups.service.files import Written
from app.core import db
from app.intake.service import take
from app.migrations import moves
from app.outbox import service as outbox
from app.outbox.schemas import Letter
from config.services.throwaway import Throwaway
from tests.factories.backups import backed_up, empty_database, restore
from tests.factories.operations import a_headcount, a_shelter, make_actor, make_operation

NOON = "2025-03-10T12:00:00+03:00"


@pytest.fixture
def taken(database: str, tmp_path: Path) -> Taken:
    """A backup of an operation with a full shelter, of which somebody is still to be told, and a mail that waits."""
    letter = Letter(operation_id=None, recipient="a@example.org", subject="A link", text="Open it", html="", headers={})
    with db.unit_of_work() as session:
        operation = make_operation(session)
        actor = make_actor(session, operation, role="coordinator")
        take(session, actor=actor, reports=[a_shelter(code="KHM", capacity=10), a_headcount("KHM", at=NOON, people=12)])
        outbox.write(session, [letter])
        sign_in = (
            "INSERT INTO sign_ins (id, user_id, made_at, browser) VALUES (gen_random_uuid(), :user, now(), 'Firefox')"
        )
        session.execute(text(sign_in), {"user": actor.user_id})
        subscribe(session, actor=actor, area_code=None, rule="silence", severity="warning", how="daily")
        subscribe(session, actor=actor, area_code=None, rule="occupancy", severity="warning", how="at_once")
        session.execute(text("DELETE FROM digests"))
    with db.unit_of_work() as session:
        refresh(session)
        session.execute(text("UPDATE alerts SET escalates_at = now() - interval '1 hour'"))
    return backed_up(tmp_path / "mawa.backup")


@pytest.fixture
def damaged(taken: Taken) -> Path:
    """The backup with one byte of its reports changed."""
    with ZipFile(taken.file) as archive:
        at = archive.getinfo("reports.copy").header_offset + 200
    whole = bytearray(taken.file.read_bytes())
    whole[at] ^= 0xFF
    taken.file.write_bytes(whole)
    return taken.file


def scalar(question: str) -> object:
    with db.new_snapshot() as session:
        return session.scalar(text(question))


def test_what_waited_to_be_mailed_is_held_and_everybody_signs_in_again(services: Throwaway, taken: Taken) -> None:
    before = scalar("SELECT fs_uniquifier FROM users")
    with empty_database(services):
        done = restore(taken.file)
        assert "1 mails, and 1 people" in done.output
        with db.unit_of_work() as session:
            assert compose_mails(session) == 0
            assert compose_digests(session) == 0, "it may have been sent this morning"
            assert escalate(session, most=10) == 0, "they may have been called"
            assert outbox.claim(session, limit=10) == []
            assert session.scalar(text("SELECT status FROM mails")) == "dead"
            assert session.scalar(text("SELECT last_error FROM mails")).startswith("held:")  # type: ignore[union-attr]
        assert scalar("SELECT fs_uniquifier FROM users") != before
        assert scalar("SELECT count(*) FROM sign_ins WHERE ended_at IS NULL") == 0


def test_a_move_to_another_machine_holds_nothing(services: Throwaway, taken: Taken) -> None:
    before = scalar("SELECT fs_uniquifier FROM users")
    with empty_database(services):
        done = restore(taken.file, "--moved")
        assert "Held" not in done.output
        with db.unit_of_work() as session:
            assert compose_mails(session) == 1
            assert len(outbox.claim(session, limit=10)) == 2
        assert scalar("SELECT fs_uniquifier FROM users") == before
        assert scalar("SELECT count(*) FROM sign_ins WHERE ended_at IS NULL") == 1


def test_a_damaged_file_is_said_so_and_nothing_is_put_back(services: Throwaway, damaged: Path) -> None:
    with empty_database(services):
        done = restore(damaged)
        assert done.exit_code == 1
        assert "damaged" in done.output
        assert scalar("SELECT count(*) FROM operations") == 0
        assert scalar("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'") == 0


@pytest.mark.parametrize("cut_to", [0, 100, 5_000])
def test_half_a_file_is_no_backup(services: Throwaway, taken: Taken, cut_to: int) -> None:
    taken.file.write_bytes(taken.file.read_bytes()[:cut_to])
    with empty_database(services):
        done = restore(taken.file)
        assert done.exit_code == 1
        assert "is no backup of Mawa, or it is not whole" in done.output
        assert scalar("SELECT to_regclass('operations')") is None


def test_a_zip_of_something_else_is_no_backup(services: Throwaway, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("holiday.txt", "sun")
    with empty_database(services):
        assert "no backup of Mawa" in restore(tmp_path / "other.zip").output
        assert "cannot be read" in restore(tmp_path / "missing").output


@pytest.mark.parametrize(("said", "answer"), [('"form": 1', "newer Mawa"), ('"step": "', "put it back with the one")])
def test_a_backup_of_a_newer_mawa_says_so(services: Throwaway, taken: Taken, said: str, answer: str) -> None:
    newer = taken.file.with_name("newer")
    with ZipFile(taken.file) as archive, ZipFile(newer, "w") as written:
        for name in archive.namelist():
            content = archive.read(name)
            written.writestr(name, content.replace(said.encode(), f"{said}9".encode()) if "json" in name else content)
    with empty_database(services):
        done = restore(newer)
        assert (done.exit_code, answer in done.output) == (1, True), done.output


def test_a_file_that_is_there_is_not_replaced(taken: Taken) -> None:
    before = taken.file.read_bytes()
    with pytest.raises(BackupError, match="--overwrite"):
        backed_up(taken.file)
    assert taken.file.read_bytes() == before
    with pytest.raises(BackupError, match="is a folder"):
        backed_up(taken.file.parent)
    with pytest.raises(BackupError, match="cannot be written"):
        backed_up(taken.file.parent / "missing" / "file")


def test_a_disk_that_fills_leaves_nothing(taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Written, "end", full)
    with pytest.raises(BackupError, match="No space left"):
        backed_up(taken.file.with_name("second"))
    assert [path.name for path in taken.file.parent.iterdir()] == [taken.file.name]


def test_without_tables_there_is_nothing_to_back_up(services: Throwaway, tmp_path: Path) -> None:
    with empty_database(services), pytest.raises(BackupError, match="no tables yet"):
        backed_up(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_put_it_back_once(services: Throwaway, taken: Taken) -> None:
    """As two processes: Alembic moves one schema at a time in each."""
    command = [sys.executable, "-m", "app.cli", "db", "restore", str(taken.file)]
    with empty_database(services):
        moves.upgrade()
        both = [subprocess.Popen(command, stdout=PIPE, stderr=STDOUT) for _ in range(2)]
        said = [one.communicate(timeout=120)[0].decode() for one in both]
        assert sorted(one.returncode for one in both) == [0, 1], said
        assert scalar("SELECT count(*) FROM reports") == 2


def test_what_the_database_refuses_is_said_in_a_line(taken: Taken) -> None:
    with db.unit_of_work() as session:
        session.execute(text("ALTER TABLE users ENABLE ROW LEVEL SECURITY"))
        session.execute(text("ALTER TABLE users FORCE ROW LEVEL SECURITY"))
    done = CliRunner().invoke(cli.backup, [str(taken.file.with_name("second"))])
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        'Error: The database refuses: query would be affected by row-level security policy for table "users"'
    ]
