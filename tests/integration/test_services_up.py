"""`mawa up` with real PostgreSQL and Valkey and stand-ins for Mawa's programs: it goes on, and it leaves nothing."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.services.addresses import embedded_database, embedded_redis
from config.services.folder import DataFolder
from tests.integration.services_installation import Installation, free_port, installed, soon

PROGRAMS = [("web",), ("worker", "--queue", "fold"), ("worker", "--queue", "mail"), ("beat",)]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path / "data") as installation:
        yield installation


def database(installation: Installation) -> "psycopg.Connection[tuple[object, ...]]":
    url = embedded_database(DataFolder(installation.folder)).replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True, connect_timeout=2)


def answers(installation: Installation) -> bool:
    try:
        with database(installation) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def serves(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


def test_it_prints_where_it_serves_and_stops_everything_on_ctrl_c(installation: Installation) -> None:
    supervisor = installation.spawn("up", str(installation.port))
    told = installation.told(supervisor)
    assert "demo account" in told
    assert f"http://127.0.0.1:{installation.port}/dev/mail" in told
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(15) == 0
    assert installation.processes() == []


def test_it_goes_on_with_the_same_data(installation: Installation) -> None:
    supervisor = installation.start()
    with database(installation) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    supervisor.terminate()
    assert supervisor.wait(15) == 0
    installation.start()
    with database(installation) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


@pytest.mark.parametrize("words", PROGRAMS, ids=" ".join)
def test_it_starts_a_killed_program_again_and_kills_its_orphans(installation: Installation, words: tuple[str]) -> None:
    installation.start()
    assert soon(lambda: installation.named("child of beat"))
    killed = installation.program(*words)
    orphans = killed.children()
    killed.kill()
    assert soon(lambda: installation.program(*words) != killed)
    assert orphans
    assert not set(orphans) & set(installation.processes())


def test_it_recovers_from_a_killed_postmaster(installation: Installation) -> None:
    installation.start()
    with database(installation) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        postmaster = installation.named("bin/postgres")
        postmaster.kill()
    assert soon(lambda: installation.named("bin/postgres") != postmaster and answers(installation))
    with database(installation) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_it_recovers_from_a_killed_backend(installation: Installation) -> None:
    installation.start()
    with database(installation) as connection:
        number = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert number
        os.kill(int(str(number[0])), signal.SIGKILL)
    assert soon(lambda: answers(installation))


def test_it_recovers_from_a_killed_valkey(installation: Installation) -> None:
    installation.start()
    killed = installation.named("valkey-server")
    killed.kill()
    assert soon(lambda: installation.named("valkey-server") != killed)
    client = redis.Redis.from_url(embedded_redis(DataFolder(installation.folder)), retry=None)
    assert soon(client.ping)


def test_a_killed_supervisor_leaves_nothing(installation: Installation) -> None:
    supervisor = installation.start()
    assert soon(lambda: installation.named("child of beat"))
    supervisor.kill()
    assert soon(lambda: not installation.processes(), within=5)


def test_it_starts_at_once_after_the_supervisor_was_killed(installation: Installation) -> None:
    # The dead one is not collected by its parent: a zombie must not be taken for a running supervisor.
    installation.start().kill()
    began = time.monotonic()
    installation.start()
    assert time.monotonic() - began < 10


def test_it_starts_after_everything_that_could_clear_up_was_killed_too(installation: Installation) -> None:
    supervisor = installation.start()
    assert soon(lambda: installation.named("child of beat"))
    installation.named("config.services.sweep").kill()
    supervisor.kill()
    installation.start()
    assert soon(lambda: installation.named("child of beat"))


def test_it_replaces_a_killed_guardian(installation: Installation) -> None:
    supervisor = installation.start()
    guardian = installation.named("config.services.sweep")
    guardian.kill()
    assert soon(lambda: installation.named("config.services.sweep") != guardian)
    supervisor.kill()
    assert soon(lambda: not installation.processes(), within=5)


def test_it_starts_where_a_dead_server_left_the_number_of_a_living_process(installation: Installation) -> None:
    supervisor = installation.start()
    supervisor.terminate()
    supervisor.wait(15)
    stale = installation.folder / "postgresql" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{installation.folder}\n0\n5432\n.\n\n1 1\nready\n")
    installation.start()
    assert answers(installation)


def test_two_installations_run_side_by_side(installation: Installation, tmp_path: Path) -> None:
    with installed(tmp_path / "other") as other:
        installation.start()
        supervisor = other.start()
        assert answers(installation)
        assert answers(other)
        supervisor.kill()
        assert soon(lambda: not other.processes())
        assert answers(installation)
        assert soon(lambda: serves(installation.port))


def test_a_second_supervisor_on_the_folder_is_refused(installation: Installation) -> None:
    installation.start()
    second = installation.spawn("up", str(free_port()))
    assert "already runs" in installation.complaint(second)
    assert answers(installation)


def test_it_says_so_when_the_port_is_taken(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        supervisor = installation.spawn("up", str(installation.port))
        assert f"PORT={installation.port + 1} make run" in installation.complaint(supervisor)
    assert installation.processes() == []


def test_it_ends_when_it_cannot_prepare(tmp_path: Path) -> None:
    with installed(tmp_path / "data", PREPARE_ENDS_WITH="3") as installation:
        supervisor = installation.spawn("up", str(installation.port))
        assert "prepare has failed" in installation.complaint(supervisor)
        assert installation.processes() == []


def test_it_can_be_stopped_while_it_prepares(tmp_path: Path) -> None:
    with installed(tmp_path / "data", PREPARE_TAKES="600") as installation:
        supervisor = installation.spawn("up", str(installation.port))
        assert soon(lambda: installation.program("prepare"))
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(15) == 0
        assert installation.processes() == []


def test_nothing_embedded_starts_where_others_are_set(tmp_path: Path) -> None:
    set_elsewhere = {"DATABASE_URL": "postgresql://elsewhere/mawa", "REDIS_URL": "redis://elsewhere:6379/0"}
    with installed(tmp_path / "data", **set_elsewhere) as installation:
        installation.start()
        commands = " ".join(" ".join(process.cmdline()) for process in installation.processes())
        assert "bin/postgres" not in commands
        assert "valkey-server" not in commands
        assert installation.program("web").environ()["DATABASE_URL"] == "postgresql://elsewhere/mawa"
