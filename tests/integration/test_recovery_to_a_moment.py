"""A PostgreSQL that archives what it writes is brought back to a moment, with the README's own steps."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.accounts.policy import Actor
from app.audit.service import seals
from app.backups.cli import recovered
from app.core import clock, db
from app.migrations import moves
from config.services import binaries, postgresql
from config.services import folder as data_folder
from config.services.account import Account, place, service_account
from config.services.addresses import embedded_database
from config.services.database import running
from config.services.embedded import prepare_postgresql
from config.services.folder import DataFolder
from tests.conftest import using_database
from tests.factories.folding import differences, drain, send
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor, make_operation
from tests.factories.servers import ACCESS, as_superuser

ARCHIVES = """
archive_mode = on
archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'
wal_level = replica
max_wal_senders = 2
"""
BACK_TO = """
restore_command = 'cp {archive}/%f %p'
recovery_target_time = '{moment}'
recovery_target_action = 'promote'
"""


@pytest.fixture
def first(short_path: Path) -> Iterator[DataFolder]:
    """A database that archives, running, with a copy of it beside."""
    folder, archive = DataFolder(short_path / "first"), short_path / "archive"
    data_folder.make(folder)
    prepare_postgresql(folder, throwaway=True)
    account = service_account(folder.postgresql)
    archive.mkdir()
    given(archive, account)
    as_superuser(folder, "ALTER ROLE mawa REPLICATION\nGRANT EXECUTE ON FUNCTION pg_switch_wal() TO mawa\n")
    place(folder.postgresql / "postgresql.local.conf", ARCHIVES.format(archive=archive), account)
    database = prepare_postgresql(folder, throwaway=True)
    place(folder.postgresql / "pg_hba.conf", ACCESS, account)
    for above in (short_path, folder.root, folder.reach):
        above.chmod(0o711)
    with running(database, lambda: postgresql.is_ready(folder)):
        yield folder


def given(path: Path, account: Account | None) -> None:
    if account is not None:
        for one in (path, *path.rglob("*")):
            shutil.chown(one, account.uid, account.gid)


def copied(folder: DataFolder, to: Path) -> None:
    """What the README does once a week."""
    program = binaries.postgresql(None).program("pg_basebackup")
    words = ["--pgdata", str(to), "--checkpoint", "fast", "--wal-method", "none", "--no-manifest"]
    at = ["--host", str(folder.reach / "postgresql"), "--username", "mawa"]
    subprocess.run([program, *words, *at], check=True, capture_output=True)


def archived(folder: DataFolder, archive: Path) -> None:
    """All that was written by now is in the archive."""
    with psycopg.connect(embedded_database(folder).replace("+psycopg", ""), autocommit=True) as connection:
        row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert row is not None
    until = time.monotonic() + 30
    while not (archive / row[0]).exists():
        assert time.monotonic() < until, "nothing is archived"
        time.sleep(0.05)


def stored() -> set[str]:
    with db.new_snapshot() as session:
        return {str(id_) for id_ in session.scalars(text("SELECT id FROM reports"))}


def test_it_is_as_it_was_at_that_moment_and_nobody_is_told_twice(first: DataFolder, short_path: Path) -> None:
    archive, base = short_path / "archive", short_path / "base"
    with using_database(embedded_database(first), "redis://elsewhere"):
        moves.upgrade(embedded_database(first))
        with db.unit_of_work() as session:
            operation = make_operation(session)
            worker: Actor = make_actor(session, operation)
            make_actor(session, operation, role="coordinator")
        copied(first, base)
        at = clock.now()
        before = [a_shelter(capacity=10, at=at), a_headcount("KHM", at=at, people=20)]
        send(worker, *before)
        drain()  # somebody is to be told
        with db.unit_of_work() as session:
            seals.seal(session)
        time.sleep(0.1)
        moment = datetime.now(UTC)
        time.sleep(0.1)
        send(worker, a_movement(at=at, to="KHM", people=7))
        assert len(stored()) == 3
        archived(first, archive)
    second = DataFolder(short_path / "second")
    data_folder.make(second)
    second.password.write_text(first.password.read_text())
    shutil.copytree(base, second.postgresql, dirs_exist_ok=True)
    account = service_account(first.postgresql)
    place(second.postgresql / "postgresql.local.conf", BACK_TO.format(archive=archive, moment=moment), account)
    place(second.postgresql / "recovery.signal", "", account)
    given(second.postgresql, account)
    second.root.chmod(0o711)
    program = prepare_postgresql(second, throwaway=True)
    with running(program, lambda: is_promoted(second)), using_database(embedded_database(second), "redis://elsewhere"):
        said = CliRunner().invoke(recovered, [f"{moment:%Y-%m-%dT%H:%M:%S%z}"])
        assert said.exit_code == 0, said.output
        assert "0 mails, and 1 people still to be told" in said.output
        assert stored() == {report["id"] for report in before}
        assert differences() == []
        with db.new_snapshot() as session:
            assert [one for part in seals.verify(session) for one in part] == []
            assert (
                session.scalar(text("SELECT count(*) FROM notices WHERE dropped_at IS NULL AND mail_id IS NULL")) == 0
            )
            assert session.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'backup.restore'")) == 1
        send(worker, a_movement(at=at, to="KHM", people=7))
        assert drain() == 1


def is_promoted(folder: DataFolder) -> bool:
    if not postgresql.is_ready(folder):
        return False
    with psycopg.connect(embedded_database(folder).replace("+psycopg", ""), autocommit=True) as connection:
        return connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)


def test_a_moment_that_is_still_to_come_is_refused() -> None:
    said = CliRunner().invoke(recovered, ["2999-01-01T00:00:00+0000"])
    assert said.exit_code == 1
    assert "still to come" in said.output
