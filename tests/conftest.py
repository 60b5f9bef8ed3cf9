"""Real PostgreSQL and Valkey for every test that asks; the schema comes from the migrations, once."""

import atexit
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import mkdtemp
from uuid import uuid4
from zlib import crc32

import pytest
import structlog
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

from app.core import db
from app.migrations import moves
from config.services.throwaway import Throwaway, throwaway_services
from config.settings import settings

TEMPLATE = "mawa_template"
FAR_AWAY = "1000000 per minute"
DATA = mkdtemp(prefix="mawa-test-data-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
# Every test makes an application of its own; what its templates come to is worked out once.
Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(mkdtemp(dir=DATA))}
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))  # as on a console


@contextmanager
def using_database(url: str, redis: str) -> Iterator[None]:
    """Point this process at a database and a broker, and leave no trace of it afterwards."""
    before = dict(os.environ)
    os.environ |= {"DATABASE_URL": url, "REDIS_URL": redis, "MAWA_ENV": "test"}
    os.environ["SECRET_KEY"] = f"only for this test {uuid4()}"  # what others tried, Valkey has under other names
    os.environ["MAWA_DATA_DIR"] = DATA
    # Every test asks from the same address and within a minute: limits stand, but far away.
    os.environ |= dict.fromkeys(("LIMIT_SIGN_IN", "LIMIT_PAGES", "LIMIT_API_READS", "LIMIT_API_WRITES"), FAR_AWAY)
    _forget()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before
        _forget()


def _forget() -> None:
    """What this process held of its settings and database."""
    settings.cache_clear()
    db.disconnect()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the work (`--dist loadfile`): long files first, so that none is left alone with one
    at the end, and the others mixed, so that browsers are not all at work at once."""
    if hasattr(config, "workerinput"):
        long = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: (item.path not in long, crc32(item.path.name.encode())))


@pytest.fixture(scope="session")
def services() -> Iterator[Throwaway]:
    """PostgreSQL and Valkey of this test process, with a template of the newest schema."""
    with throwaway_services() as started:
        moves.upgrade(started.create_database(TEMPLATE))
        yield started


@pytest.fixture(scope="session")
def shared_database(services: Throwaway) -> str:
    """A database for tests that roll back."""
    return services.create_database(f"shared_{uuid4().hex[:8]}", template=TEMPLATE)


@pytest.fixture
def database(services: Throwaway) -> Iterator[str]:
    """A database of its own, for tests that commit, run threads or processes. The app uses it."""
    name = f"own_{uuid4().hex[:8]}"
    url = services.create_database(name, template=TEMPLATE)
    with using_database(url, services.addresses.redis):
        yield url
    services.drop_database(name)


@pytest.fixture
def session(services: Throwaway, shared_database: str) -> Iterator[Session]:
    """A session whose every change is rolled back; savepoints inside work as in service."""
    with (
        using_database(shared_database, services.addresses.redis),
        db.engine().connect() as connection,
        connection.begin() as transaction,
    ):
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as opened:
            yield opened
        transaction.rollback()
