"""Figures are read from a real streaming replica while it keeps up, and from the database itself when it does not."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts.policy import Actor
from app.accounts.service import make_token
from app.core import db, replica
from app.factory import create_app
from app.migrations import moves
from config.services import folder as data_folder
from config.services import postgresql
from config.services.account import place, service_account
from config.services.addresses import embedded_database
from config.services.database import running
from config.services.embedded import prepare_postgresql
from config.services.folder import DataFolder
from config.settings import settings
from tests.conftest import using_database
from tests.factories.operations import a_shelter, make_actor, make_operation
from tests.factories.servers import ACCESS, as_superuser

STREAMS = "wal_level = replica\nmax_wal_senders = 2\n"
ROLE = "ALTER ROLE mawa REPLICATION\nGRANT EXECUTE ON FUNCTION pg_wal_replay_pause() TO mawa\n"
MORE = "GRANT EXECUTE ON FUNCTION pg_wal_replay_resume() TO mawa\n"


@dataclass
class Pair:
    """A database and a replica of it: SQLAlchemy's URLs, and how to stop the replica."""

    database: str
    replica: str
    stop_replica: Callable[[], None]


@pytest.fixture
def pair(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """The replica begins as a copy of the database at rest."""
    first, second = DataFolder(short_path / "first"), DataFolder(short_path / "second")
    data_folder.make(first)
    prepare_postgresql(first, throwaway=True)
    account = service_account(first.postgresql)
    place(first.postgresql / "postgresql.local.conf", STREAMS, account)
    as_superuser(first, ROLE + MORE)
    data_folder.make(second)
    second.password.write_text(first.password.read_text())
    shutil.copytree(first.postgresql, second.postgresql, dirs_exist_ok=True)
    database = prepare_postgresql(first, throwaway=True)
    place(first.postgresql / "pg_hba.conf", ACCESS, account)
    for folder in (short_path, first.root, first.reach):
        folder.chmod(0o711)  # the account of the replica passes through to the socket
    follows = f"primary_conninfo = 'host={first.reach / 'postgresql'} user=mawa'\nhot_standby = on\n"
    place(second.postgresql / "postgresql.local.conf", STREAMS + follows, account)
    place(second.postgresql / "standby.signal", "", account)
    if account is not None:
        for path in (second.postgresql, *second.postgresql.rglob("*")):
            shutil.chown(path, account.uid, account.gid)
    copy = prepare_postgresql(second, throwaway=True)
    with running(database, lambda: postgresql.is_ready(first)), ExitStack() as replicas:
        replicas.enter_context(running(copy, lambda: postgresql.is_ready(second)))
        made = Pair(embedded_database(first), embedded_database(second), replicas.close)
        monkeypatch.setenv("REPLICA_URL", made.replica)
        with using_database(made.database, "redis://elsewhere"):
            moves.upgrade(made.database)
            yield made
        replica._replica(made.replica).engine.dispose()
        replica._replica.cache_clear()


def on_the_replica(pair: Pair, statement: str) -> None:
    with psycopg.connect(pair.replica.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())


def is_read() -> bool:
    """Whether figures are read from the replica now."""
    session = replica.snapshot()
    if session is None:
        return False
    with session:
        assert session.scalar(text("SELECT pg_is_in_recovery()"))
    return True


def comes_to_be_read(within_s: float = 20) -> bool:
    until = time.monotonic() + within_s
    while not is_read():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def asking() -> tuple[FlaskClient, dict[str, str], Actor]:
    """A coordinator's program, what it says of itself, and the coordinator."""
    with db.unit_of_work() as session:
        operation = make_operation(session)
        actor = make_actor(session, operation, role="coordinator")
        token = make_token(session, email=actor.email, operation_id=operation.id)
    return create_app(settings()).test_client(), {"Authorization": f"Bearer {token}"}, actor


def test_figures_come_from_a_replica_while_it_keeps_up(pair: Pair) -> None:
    client, headers, _ = asking()

    def shelters() -> list[str]:
        answer = client.get("/api/v1/shelters", headers=headers)
        assert answer.status_code == 200
        return [shelter["shelter"] for shelter in answer.json["items"]]  # type: ignore[index]

    def register(code: str) -> None:
        answer = client.post("/api/v1/reports", json={"reports": [a_shelter(code=code)]}, headers=headers)
        assert b'"accepted"' in answer.data

    assert not is_read()  # nobody knows yet whether it keeps up
    register("ONE")
    assert comes_to_be_read()
    assert shelters() == ["ONE"]

    on_the_replica(pair, "SELECT pg_wal_replay_pause()")
    register("TWO")
    time.sleep(3)
    assert shelters() == ["ONE", "TWO"]  # it has fallen behind
    assert not is_read()
    on_the_replica(pair, "SELECT pg_wal_replay_resume()")
    assert comes_to_be_read()
    assert shelters() == ["ONE", "TWO"]


def test_who_is_shut_out_is_so_at_once_and_a_replica_that_dies_is_missed_by_nobody(pair: Pair) -> None:
    client, headers, actor = asking()
    assert comes_to_be_read()
    on_the_replica(pair, "SELECT pg_wal_replay_pause()")
    with db.unit_of_work() as session:
        session.execute(text("UPDATE users SET active = false WHERE id = :id"), {"id": actor.user_id})
    assert client.get("/api/v1/shelters", headers=headers).status_code == 401
    with db.unit_of_work() as session:
        session.execute(text("UPDATE users SET active = true WHERE id = :id"), {"id": actor.user_id})
    on_the_replica(pair, "SELECT pg_wal_replay_resume()")
    assert comes_to_be_read()
    time.sleep(0.6)  # who somebody is is known for half a second
    pair.stop_replica()
    assert client.get("/api/v1/shelters", headers=headers).status_code == 200
