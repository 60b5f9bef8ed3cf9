"""Reading changes nothing: no GET route leaves anything written in the database, whoever asks."""

import re
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import InternalError

from app.core import db, http
from app.core.kept import Kept
from tests.guards.conftest import EVERYBODY, Served
from tests.guards.project import nothing

pytestmark = pytest.mark.slow

WRITES = re.compile(r"\b(INSERT|UPDATE(?!\s+OF\b)|DELETE|MERGE|TRUNCATE|COPY|CREATE|ALTER|DROP)\b", re.IGNORECASE)
LOCKS = re.compile(r"\bFOR\s+(NO\s+KEY\s+)?UPDATE\b", re.IGNORECASE)

# Looks at precise positions and exports are written down in a transaction of their own before the answer: these, in the
# audit log, and nothing else.
WRITTEN_DOWN = frozenset(
    {
        "GET /api/v1/shelters",
        "GET /api/v1/shelters/<code>",
        "GET /field/reports/<uuid:report_id>",
        "GET /field/reports/<uuid:report_id>/correct",
        "GET /field/reports/<uuid:report_id>/take-back",
        "GET /groups.csv",
        "GET /shelters.csv",
    }
)


@contextmanager
def commits_of_writes() -> Any:
    """Collects the statements that were written and then committed, on whatever engine."""
    committed: list[str] = []
    written: dict[int, list[str]] = {}

    def note(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if WRITES.search(LOCKS.sub("", statement)):
            written.setdefault(id(connection), []).append(statement)

    def keep(connection: Connection) -> None:
        committed.extend(written.pop(id(connection), []))

    def forget(connection: Connection) -> None:
        written.pop(id(connection), None)

    listeners: dict[str, Callable[..., None]] = {"before_cursor_execute": note, "commit": keep, "rollback": forget}
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield committed
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def reads_that_write(served: Served, routes: Iterable[str]) -> list[str]:
    """GET routes after which something stays written."""
    found: list[str] = []
    for route in routes:
        for who in EVERYBODY:
            ask = served.ready(route, who)
            with commits_of_writes() as committed:
                ask()
            found += [f"{route} as {who} commits: {' '.join(statement.split())[:80]}" for statement in committed]
    return found


def test_no_get_route_commits(served: Served) -> None:
    routes = [route for route in served.routes() if route.startswith("GET ") and route not in WRITTEN_DOWN]
    assert len(routes) > 15
    nothing(reads_that_write(served, routes))


def test_looks_are_written_down_in_the_audit_log_and_nowhere_else(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_written_down", Kept(seconds=0))  # every look, not the first in five minutes
    assert set(served.routes()) >= WRITTEN_DOWN
    served.values["<uuid:report_id>"] = served.values["<uuid:shelter_report>"]
    found = reads_that_write(served, sorted(WRITTEN_DOWN))
    assert {line.split(" as ")[0] for line in found} == WRITTEN_DOWN
    nothing([line for line in found if "commits: INSERT INTO audit_entries" not in line])


def test_it_finds_a_planted_read_that_writes(served: Served) -> None:
    @http.public
    def planted() -> str:
        with db.unit_of_work() as session:
            session.execute(text("INSERT INTO heartbeats VALUES ('planted', now())"))
        return "read"

    served.app.add_url_rule("/planted", view_func=planted)
    found = reads_that_write(served, ["GET /planted"])
    assert found[0] == "GET /planted as nobody commits: INSERT INTO heartbeats VALUES ('planted', now())"


def test_the_session_of_a_read_is_one_snapshot_that_writes_nothing(served: Served) -> None:
    @http.public
    def planted() -> str:
        first = http.session().scalar(text("SELECT count(*) FROM heartbeats"))
        with db.unit_of_work() as session:
            session.execute(text("INSERT INTO heartbeats VALUES ('between', now())"))
        assert http.session().scalar(text("SELECT count(*) FROM heartbeats")) == first
        with pytest.raises(InternalError, match="read-only transaction"):
            http.session().execute(text("INSERT INTO heartbeats VALUES ('planted', now())"))
        return "read"

    served.app.add_url_rule("/snapshot", view_func=planted)
    assert served.request("GET /snapshot", EVERYBODY[0]).status_code == 200


@pytest.mark.parametrize(
    ("statement", "is_write"),
    [
        ("WITH taken AS (DELETE FROM marks RETURNING *) SELECT * FROM taken", True),
        ("SELECT * FROM users FOR UPDATE", False),
        ("SELECT * FROM place_now FOR UPDATE OF place_now SKIP LOCKED", False),
        ("update users set language = 'ar'", True),
        ("SELECT created_at, updated FROM users", False),
    ],
)
def test_it_tells_writes_from_reads(statement: str, is_write: bool) -> None:
    assert bool(WRITES.search(LOCKS.sub("", statement))) is is_write
