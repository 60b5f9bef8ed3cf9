"""What is looked up and looked at without starting anything."""

import socket
from pathlib import Path

import psycopg
import pytest

from config.services import doctor
from config.services.addresses import addresses, as_broker, with_driver
from config.services.errors import ServicesError
from config.services.throwaway import throwaway_services
from config.settings import Settings


def test_addresses_that_are_set_are_used_with_the_driver_named() -> None:
    told = Settings(database_url="postgresql://h/mawa", redis_url="redis://h:6379/1", limits_url="redis://limits/2")
    found = addresses(told)
    assert found.database == "postgresql+psycopg://h/mawa"
    assert (found.broker, found.redis, found.cache) == ("redis://h:6379/1",) * 3
    assert found.limits == "redis://limits/2"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://h/d?host=/run", "postgresql+psycopg://h/d?host=/run"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
    ],
)
def test_the_driver_is_named(given: str, used: str) -> None:
    assert with_driver(given) == used


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("redis://h:1/0", "redis://h:1/0"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0"),
        ("unix://:secret@/run/v.sock?db=3", "redis+socket://:secret@/run/v.sock?virtual_host=3"),
    ],
)
def test_a_socket_is_written_as_celery_writes_it(given: str, used: str) -> None:
    assert as_broker(given) == used


def test_the_embedded_ones_have_no_address_before_they_are_made(tmp_path: Path) -> None:
    with pytest.raises(ServicesError, match="mawa up"):
        addresses(Settings(mawa_data_dir=tmp_path))


def test_the_doctor_finds_nothing_wrong_with_a_running_installation(tmp_path: Path) -> None:
    with throwaway_services() as services:
        told = Settings(
            mawa_data_dir=tmp_path,
            database_url=services.addresses.database,
            redis_url=services.addresses.redis,
            base_url="http://127.0.0.1:8000",
        )
        wrong = {check.name: check.advice for check in doctor.checks(told, newest="0001") if not check.ok}
        assert list(wrong) == ["schema"]
        assert "mawa up" in wrong["schema"]
        with psycopg.connect(services.addresses.database.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE alembic_version AS SELECT '0001' AS version_num")
        assert [check for check in doctor.checks(told, newest="0001") if not check.ok] == []
        [behind] = [check for check in doctor.checks(told, newest="0002") if not check.ok]
        assert "0001" in behind.advice and "mawa db upgrade" in behind.advice


def test_the_doctor_says_what_is_wrong_with_a_broken_one(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        told = Settings(
            mawa_data_dir=tmp_path / "missing",
            database_url=f"postgresql://127.0.0.1:{port}/mawa",
            redis_url=f"redis://127.0.0.1:{port}/0",
            mail_url=f"smtp://127.0.0.1:{port}",
            base_url="mawa.example.org",
            secret_key="short",
        )
        wrong = {check.name: check.advice for check in doctor.checks(told, newest="0001") if not check.ok}
    assert list(wrong) == ["data folder", "database", "schema", "clock", "broker", "mail", "secret key", "base URL"]
    assert "DATABASE_URL" in wrong["database"]
    assert "MAIL_URL" in wrong["mail"]
