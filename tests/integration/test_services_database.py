"""A database for one command, and services for tests."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from config.services import binaries, postgresql
from config.services import folder as data_folder
from config.services.account import service_account
from config.services.addresses import embedded_database
from config.services.database import running
from config.services.embedded import prepare_postgresql
from config.services.folder import DataFolder
from config.services.throwaway import Throwaway, throwaway_services
from tests.integration.services_installation import Installation, installed, soon


def one(url: str, question: bytes) -> object:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute(question).fetchone()
        assert row
        return row[0]


def hold(installation: Installation) -> None:
    """A command that has a database comes to have it, and leaves nothing when it ends."""
    command = installation.spawn("hold")
    assert "at hand" in installation.told(command)
    command.terminate()
    assert command.wait(20) == 0


def test_a_command_starts_its_own_database_and_stops_it(tmp_path: Path) -> None:
    with installed(tmp_path / "data") as installation:
        hold(installation)
        assert installation.processes() == []


def test_a_killed_command_leaves_nothing_but_the_next_one_starts(tmp_path: Path) -> None:
    with installed(tmp_path / "data") as installation:
        command = installation.spawn("hold")
        assert "at hand" in installation.told(command)
        command.kill()
        hold(installation)
        assert soon(lambda: not installation.processes(), within=5)


def test_a_command_uses_the_database_of_the_supervisor(tmp_path: Path) -> None:
    with installed(tmp_path / "data") as installation:
        installation.start()
        before = installation.named("bin/postgres")
        hold(installation)
        assert installation.named("bin/postgres") == before


def test_commands_wait_for_each_other(tmp_path: Path) -> None:
    with installed(tmp_path / "data") as installation, ThreadPoolExecutor(3) as threads:
        list(threads.map(hold, [installation] * 3))
        assert installation.processes() == []


def test_a_supervisor_waits_for_a_command(tmp_path: Path) -> None:
    with installed(tmp_path / "data") as installation:
        command = installation.spawn("hold")
        installation.told(command)
        supervisor = installation.spawn("up", str(installation.port))
        with pytest.raises(AssertionError):
            installation.program("web")
        command.terminate()
        assert "Mawa is at" in installation.told(supervisor)


@pytest.fixture(scope="module")
def services() -> Iterator[Throwaway]:
    with throwaway_services() as services:
        yield services


def test_the_role_of_the_application_is_no_superuser(services: Throwaway) -> None:
    question = (
        b"SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert one(services.addresses.database, question) is False


def test_data_made_before_the_web_had_a_role_of_its_own_gets_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path.resolve() / "data")
    data_folder.make(folder)
    roles = b"SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname ~ '^mawa'"
    with running(prepare_postgresql(folder), lambda: postgresql.is_ready(folder)):
        url = embedded_database(folder)
        assert one(url, roles) == "mawa mawa_web"
    account = service_account(folder.postgresql)
    server = binaries.postgresql(account)
    postgresql._as_superuser("DROP ROLE mawa_web\n", folder.postgresql, server, account, "test")
    (folder.postgresql / postgresql.HAS_ROLES).unlink()
    for _ in range(2):
        with running(prepare_postgresql(folder), lambda: postgresql.is_ready(folder)):
            assert one(url, roles) == "mawa mawa_web"
            assert one(url, b"SELECT pg_has_role('mawa', 'mawa_web', 'MEMBER')") is True


def test_nobody_logs_in_as_the_superuser_or_without_the_password(services: Throwaway) -> None:
    url = services.addresses.database.replace("+psycopg", "")
    password = url.partition("mawa:")[2].partition("@")[0]
    for wrong in (
        url.replace("//mawa:", "//postgres:"),
        url.replace(password, "guessed"),
        url.replace(f":{password}", ""),
    ):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(wrong)


def test_valkey_wants_the_password_and_refuses_rather_than_forgets(services: Throwaway) -> None:
    client = redis.Redis.from_url(services.addresses.redis)
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    client.close()
    stranger = redis.Redis(unix_socket_path=str(services.folder.reach / "valkey" / "valkey.sock"))
    with pytest.raises(redis.AuthenticationError):
        stranger.ping()
    stranger.close()


def test_the_database_has_checksums_and_knows_the_case_of_every_script(services: Throwaway) -> None:
    assert one(services.addresses.database, b"SHOW data_checksums") == "on"
    assert (
        one(services.addresses.database, "SELECT lower('ÉΔ') || current_setting('server_encoding')".encode())
        == "éδUTF8"
    )


def test_durability_is_given_up_only_for_tests(services: Throwaway) -> None:
    settings = (b"fsync", b"synchronous_commit", b"full_page_writes")
    assert [one(services.addresses.database, b"SHOW " + name) for name in settings] == ["off"] * 3
    with throwaway_services(durable=True) as durable:
        assert [one(durable.addresses.database, b"SHOW " + name) for name in settings] == ["on"] * 3


def test_databases_are_made_from_a_template_and_dropped(services: Throwaway) -> None:
    template = services.create_database("as it should be")
    with psycopg.connect(template.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    copy = services.create_database("copy", template="as it should be")
    assert one(copy, b"SELECT number FROM kept") == 7
    services.drop_database("copy")
    with pytest.raises(psycopg.OperationalError):
        one(copy, b"SELECT 1")


def test_services_for_tests_are_gone_afterwards() -> None:
    with throwaway_services() as services:
        folder = services.folder.root
        assert folder.exists()
    assert not folder.exists()
