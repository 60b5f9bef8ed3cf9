"""The floor: what a bare Flask view with one INSERT reaches on the same machine, the same server, the same database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
from flask import Flask, request
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from tests.bench.load import Line, Requests
from tests.factories.live import free_port, wait_for

# As `mawa web` runs under `mawa up` (app/cli/running.py).
WEB_PROCESSES = 1
BLOCKING_THREADS = 16

DATABASE = "FLOOR_DATABASE"
TABLE = """
  CREATE SCHEMA IF NOT EXISTS bench;
  CREATE TABLE IF NOT EXISTS bench.floor (id uuid PRIMARY KEY, a integer, b integer, at timestamptz, content jsonb)
"""
INSERT = "INSERT INTO bench.floor (id, a, b, at, content) VALUES (%s, %s, %s, %s, %s)"
CONTENT = b'{"said": "' + b"x" * 280 + b'"}'


def create_app() -> Flask:
    """The view, with as many connections as the product's pool may open."""
    pool = ConnectionPool(os.environ[DATABASE], min_size=4, max_size=16, open=True)
    application = Flask("floor")

    @application.post("/")
    def insert() -> dict[str, str]:
        row = (uuid4(), 1, 2, datetime.now(UTC), Jsonb(request.get_json()))
        with pool.connection() as connection:
            connection.execute(INSERT, row)
        return {"status": "accepted"}

    return application


@contextmanager
def floor(database: str) -> Iterator[tuple[Requests, int]]:
    """The view served beside the product: what to send to it, and the process that serves it."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLE)
    port = free_port()
    environment = {**os.environ, DATABASE: database}
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.floor", str(port)], env=environment)
    try:
        wait_for(lambda: _answers(port), 30, "the floor does not answer")
        yield Requests(port=port, path="/", body=CONTENT), process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP SCHEMA bench CASCADE")


def _answers(port: int) -> bool:
    try:
        Line(port).close()
    except OSError:
        return False
    return True


def main() -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "tests.bench.floor:create_app",
        factory=True,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=WEB_PROCESSES,
        blocking_threads=BLOCKING_THREADS,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
