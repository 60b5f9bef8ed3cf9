"""What an older Mawa wrote is there after the upgrade, comes to the same figures, and can be taken back a step.

`older/` holds what the programs of those days wrote, row by row; nothing of it is made by the program under test.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from app import migrations
from app.audit.service import seals
from app.core import db
from app.migrations import moves
from config.services.throwaway import Throwaway
from tests.conftest import using_database
from tests.factories.folding import differences, drain
from workers.tasks.audit import seal_what_is_new

OLDER = Path(__file__).parent / "older"
STEPS = sorted(file.stem for file in OLDER.glob("*.sql"))
# What a step may add to, but not change. Figures are derived: they are held against what they were apart.
KEPT = ("reports", "audit_entries", "operations", "users", "memberships", "places", "mails", "notices", "alerts")
FIGURES = """
  SELECT coalesce(shelters.code, places.area_code), day, place_days.total[1], basis, came, "left"
  FROM place_days JOIN places ON places.id = place_id LEFT JOIN shelters ON shelters.id = place_id
"""
Rows = list[tuple[object, ...]]


class Old:
    """A database at an earlier step with what was written then."""

    def __init__(self, url: str, step: str) -> None:
        self.url, self.step = url, step
        moves.upgrade(url, to=step)
        self.execute((OLDER / f"{step}.sql").read_text())
        self.columns = {table: self.columns_of(table) for table in KEPT}
        self.rows = {table: self.rows_of(table) for table in KEPT}
        self.figures = self.execute(FIGURES)

    def execute(self, statement: str) -> Rows:
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []

    def columns_of(self, table: str) -> list[str]:
        found = self.execute(f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'")
        return sorted(str(column) for (column,) in found)

    def rows_of(self, table: str) -> Rows:
        """The rows of a table, in the columns it had then."""
        return self.execute(f"SELECT {', '.join(self.columns[table])} FROM {table} ORDER BY 1, 2, 3, 4")


@pytest.fixture(params=STEPS)
def old(services: Throwaway, request: pytest.FixtureRequest) -> Iterator[Old]:
    name = f"old_{uuid4().hex[:8]}"
    url = services.create_database(name)
    with using_database(url, services.addresses.redis):
        yield Old(url, request.param)
    services.drop_database(name)


def lost(old: Old) -> list[str]:
    """Tables in which what was written then is not there as it was, or more is: alerts apart, of which there are more
    rules now."""
    now = {table: old.rows_of(table) for table in KEPT}
    gone = [table for table in KEPT if any(row not in now[table] for row in old.rows[table])]
    return gone + [table for table in KEPT if table != "alerts" and len(now[table]) != len(old.rows[table])]


def found() -> list[str]:
    """What `mawa verify` finds."""
    with db.new_snapshot() as session:
        return differences() + [one for part in seals.verify(session) for one in part]


def test_there_is_something_of_every_earlier_kind(old: Old) -> None:
    assert STEPS == ["0001", "0005"]
    assert all(old.rows[table] for table in KEPT if table != "mails")
    assert old.execute("SELECT count(*) FROM marks") == [(1,)]


def test_what_was_written_is_there_and_comes_to_the_same_figures(old: Old) -> None:
    moves.upgrade(old.url)
    assert old.execute("SELECT version_num FROM alembic_version") == [(migrations.newest(),)]
    assert lost(old) == []
    assert drain() > 0
    assert set(old.figures) <= set(old.execute(FIGURES))
    assert found() == []


def test_it_is_sealed_and_what_is_changed_then_is_found_out(old: Old) -> None:
    moves.upgrade(old.url)
    drain()
    assert seal_what_is_new() == len(old.rows["reports"]) + len(old.rows["audit_entries"])
    assert found() == []
    old.execute("ALTER TABLE reports DISABLE TRIGGER USER; GRANT UPDATE ON reports TO CURRENT_USER")
    old.execute("UPDATE reports SET device = 'another' WHERE kind = 'headcount'")
    assert found() != []


def test_down_to_where_it_was_and_up_again_keeps_it(old: Old) -> None:
    moves.upgrade(old.url)
    drain()
    for _ in range(2):
        moves.downgrade(old.url, to=old.step)
        assert lost(old) == []
        moves.upgrade(old.url)
    drain()
    seal_what_is_new()
    assert lost(old) == []
    assert set(old.figures) <= set(old.execute(FIGURES))
    assert found() == []


@pytest.mark.parametrize("old", ["0005"], indirect=True)
def test_a_step_back_that_would_lose_reports_is_refused(old: Old) -> None:
    moves.upgrade(old.url)
    with pytest.raises(RuntimeError, match="restore a backup"):
        moves.downgrade(old.url, to="0001")
    assert lost(old) == []
    assert old.execute("SELECT version_num FROM alembic_version") == [(migrations.newest(),)]
