"""What backups say was sealed must still be sealed so: the end of the chain is held from outside the database."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.audit import service as audit
from app.backups import queries
from app.backups.service.comparing import differing
from app.backups.service.taking import back_up
from app.cli.keeping import verify
from app.core import clock, db
from config.settings import settings
from tests.factories.folding import send
from tests.factories.operations import a_movement, a_shelter, make_actor, make_operation
from workers.tasks.audit import seal_what_is_new

NEWEST = "(SELECT unnest(rows) FROM seals WHERE id = (SELECT max(id) FROM seals))"


@pytest.fixture
def folder(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where two backups lie, the second of when one more arrival had come and was sealed."""
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path))
    settings.cache_clear()
    with db.unit_of_work() as session:
        actor = make_actor(session, make_operation(session))
    for ago, report in ((2, a_shelter()), (1, a_movement(at="2025-03-10T12:00:00+03:00", to="KHM", people=5))):
        send(actor, report)
        seal_what_is_new()
        with db.new_snapshot() as session:
            back_up(session, tmp_path / queries.name_of(clock.now() - timedelta(hours=ago)), overwrite=False)
    return tmp_path


def cut_off_the_end() -> None:
    """As the owner of the tables: the newest report goes, and the seal over it."""
    with db.unit_of_work() as session:
        for table in ("reports", "seals"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            session.execute(text(f"GRANT DELETE ON {table} TO CURRENT_USER"))
        session.execute(text(f"DELETE FROM marks; DELETE FROM reports WHERE id IN {NEWEST}"))
        session.execute(text("DELETE FROM seals WHERE id = (SELECT max(id) FROM seals)"))
        for table in ("reports", "seals"):
            session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def found(folder: Path) -> list[str]:
    with db.new_snapshot() as session:
        return list(differing(session, folder))


def test_nothing_differs_where_nobody_touched_anything(folder: Path) -> None:
    assert found(folder) == []


def test_the_newest_rows_cut_off_with_their_seals_are_missed(folder: Path) -> None:
    cut_off_the_end()
    (said,) = found(folder)
    assert queries.kept(folder)[1][1].name in said
    done = CliRunner().invoke(verify)
    assert done.exit_code == 1
    assert "is another now, or gone" in done.output


def test_days_that_went_when_an_older_backup_was_put_back_are_not_missed(folder: Path) -> None:
    cut_off_the_end()
    taken_at = queries.kept(folder)[0][0]
    with db.unit_of_work() as session:
        audit.record(session, action="backup.restore", subject="here", taken_at=f"{taken_at:%Y-%m-%d %H:%M:%S} UTC")
    assert found(folder) == []


def test_one_that_is_damaged_is_said(folder: Path) -> None:
    (folder / queries.name_of(clock.now())).write_text("as it was")
    (said,) = found(folder)
    assert "is no backup of Mawa" in said
