"""While BACKUP_DIR is set there is a backup a day, the oldest go, and `/readyz` says how old the newest is."""

import fcntl
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from app import migrations
from app.admin.queries.readiness import readiness
from app.backups import queries
from app.backups.service.files import UNFINISHED
from app.core import clock, db
from config.services import doctor
from config.settings import settings
from tests.factories.folding import send
from tests.factories.operations import a_movement, a_shelter, make_actor, make_operation
from workers.tasks import backups
from workers.tasks.audit import seal_what_is_new
from workers.tasks.core import beat

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path))
    monkeypatch.setenv("BACKUPS_KEPT", "3")
    settings.cache_clear()
    with db.unit_of_work() as session:
        make_operation(session)
    beat("fold")
    return tmp_path


def old(folder: Path, *ages: timedelta) -> list[Path]:
    """Files that are called like backups of so long ago."""
    files = [folder / queries.name_of(clock.now() - age) for age in ages]
    for file in files:
        file.write_text("as it was")
    return files


def take() -> bool:
    """What beat asks for, and its end."""
    begun = backups.back_up_when_due()
    for thread in backups._under_way:
        thread.join(60)
    return begun


def said() -> tuple[list[str], float | None]:
    with db.new_snapshot() as session:
        found = readiness(session, since=LONG_AGO)
    assert found.ready
    return found.reasons, found.backup_age_s


def test_one_is_made_a_day(folder: Path) -> None:
    assert take()
    assert not take()
    [(_, file)] = queries.kept(folder)
    later = file.rename(folder / queries.name_of(clock.now() - timedelta(hours=24, minutes=1)))
    assert take()
    assert queries.kept(folder)[0][1] == later
    assert len(queries.kept(folder)) == 2


def test_the_oldest_go_when_another_is_whole(folder: Path) -> None:
    files = old(folder, *(timedelta(days=days) for days in (5, 4, 3, 2)))
    other = folder / "mawa-notes.txt"
    other.write_text("not ours")
    assert take()
    assert [path for _, path in queries.kept(folder)][:2] == files[2:]
    assert other.exists()


def test_what_a_killed_process_left_does_not_count_and_goes(folder: Path) -> None:
    half = folder / f".{queries.name_of(clock.now())}.99999{UNFINISHED}"
    half.write_text("half")
    assert queries.newest(folder) is None
    assert take()
    assert not half.exists()


def test_another_process_that_writes_there_is_left_to_it(folder: Path) -> None:
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert take()
    assert queries.kept(folder) == []
    os.close(lock)
    assert take()
    assert len(queries.kept(folder)) == 1


def test_a_folder_without_room_gets_none_and_keeps_the_old(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = old(folder, *(timedelta(days=days) for days in (4, 3, 2)))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    assert take()
    assert [path for _, path in queries.kept(folder)] == files


def test_readiness_says_how_old_the_newest_is(folder: Path) -> None:
    assert said() == (["There is no backup in BACKUP_DIR yet."], None)
    old(folder, timedelta(hours=25))
    reasons, age = said()
    assert reasons == []
    assert age == pytest.approx(25 * 3600, abs=60)


def test_readiness_complains_of_an_old_one(folder: Path) -> None:
    old(folder, timedelta(hours=30))
    assert said()[0] == ["The newest backup is 30 h old."]


def test_where_none_is_wanted_none_is_made_and_nothing_said(database: str) -> None:
    beat("fold")
    assert not take()
    assert said() == ([], None)


@pytest.mark.parametrize("in_its_place", [Path.touch, lambda folder: folder.symlink_to("/proc")])
def test_the_doctor_says_where_none_can_be_written(folder: Path, in_its_place: Callable[[Path], None]) -> None:
    def advice() -> str:
        return {check.name: check.advice for check in doctor.checks(settings(), newest=migrations.newest())}["backups"]

    assert advice() == ""
    folder.rmdir()
    in_its_place(folder)
    assert "BACKUP_DIR" in advice()
    assert take()  # is begun, and says in the log why it came to nothing


def test_readiness_says_when_sealing_stands_still(database: str) -> None:
    beat("fold")
    with db.unit_of_work() as session:
        actor = make_actor(session, make_operation(session))
    send(actor, a_shelter(code="KHM"))
    assert seal_what_is_new() > 0
    send(actor, a_movement(at="2025-03-10T12:00:00+03:00", to="KHM", people=3))
    with db.unit_of_work() as session:
        session.execute(text("DELETE FROM marks"))
        assert readiness(session, since=LONG_AGO).reasons == []
        for change in ("ALTER TABLE seals DISABLE TRIGGER USER", "GRANT UPDATE ON seals TO CURRENT_USER"):
            session.execute(text(change))
        session.execute(text("UPDATE seals SET at = at - interval '5 minutes'"))
        assert readiness(session, since=LONG_AGO).reasons == []  # what waits has come in just now
        for change in ("ALTER TABLE reports DISABLE TRIGGER USER", "GRANT UPDATE ON reports TO CURRENT_USER"):
            session.execute(text(change))
        session.execute(text("UPDATE reports SET recorded_at = recorded_at - interval '2 minutes'"))
        [reason] = readiness(session, since=LONG_AGO).reasons
        assert "Nothing has been sealed for 12" in reason
        session.rollback()
