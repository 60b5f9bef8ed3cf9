"""The supervisor of one installation: PostgreSQL, Valkey, and Mawa's own programs, brought up and kept."""

import json
import logging
import os
import socket
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from config.services import postgresql, valkey
from config.services.addresses import embedded_database, embedded_redis
from config.services.embedded import READY_WITHIN, prepare_postgresql, prepare_valkey
from config.services.errors import ServicesError
from config.services.folder import DataFolder
from config.services.lock import take
from config.services.program import Program
from config.services.supervisor import StopAsked, Supervisor

PREPARED_WITHIN = 3600.0
SERVING_WITHIN = 120.0
ANSWER_WITHIN = 2.0
PREPARE_HANGS = "`mawa prepare` does not end."
WEB_HANGS = "The web does not become ready; what it said stands above."


@dataclass(frozen=True)
class Plan:
    """What to run: `mawa` is the command that knows `prepare`, `web` and so on; `welcome` is said when it serves."""

    data_dir: str
    port: int
    mawa: tuple[str, ...]
    demo: bool
    database_url: str | None
    redis_url: str | None
    secret_key: str
    base_url: str
    welcome: str

    def environment(self, folder: DataFolder) -> dict[str, str]:
        """What Mawa's own programs are told beside our environment."""
        return {
            "DATABASE_URL": self.database_url or embedded_database(folder),
            "REDIS_URL": self.redis_url or embedded_redis(folder),
            "SECRET_KEY": self.secret_key,
            "BASE_URL": self.base_url,
            "MAWA_DATA_DIR": self.data_dir,
            "MALLOC_ARENA_MAX": "2",  # sixteen threads would each hold on to memory of their own
        }


def main(descriptor: int) -> None:
    """Read the plan from a descriptor and run it; ends the process."""
    logging.basicConfig(format="supervisor %(asctime)s %(message)s")
    with os.fdopen(descriptor) as told:
        plan = Plan(**json.load(told))
    try:
        run(plan)
    except ServicesError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:  # while it waited for the data folder
        sys.exit(130)


def run(plan: Plan) -> None:
    """Bring everything up, say so, keep it until somebody asks for the end.

    Raises ServicesError, with nothing left running, when it does not come up.
    """
    folder = DataFolder(Path(plan.data_dir))
    lock = take(folder, "up")
    try:
        with Supervisor(folder, lock) as supervisor, tempfile.TemporaryFile() as told:
            check_port(plan.port)
            start_services(supervisor, plan)
            start_programs(supervisor, plan, told)
            supervisor.wait_for(lambda: answers(plan.port, "/readyz"), SERVING_WITHIN, WEB_HANGS)
            told.seek(0)
            sys.stdout.write(f"\n{told.read().decode()}{plan.welcome}")
            sys.stdout.flush()
            supervisor.keep()
    except StopAsked:
        pass
    finally:
        lock.release()


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServicesError(
                f"Port {port} cannot be used ({error.strerror}). Choose another: `PORT={port + 1} make run`, "
                f"or `mawa up --port {port + 1}`."
            ) from error


def start_services(supervisor: Supervisor, plan: Plan) -> None:
    """Start PostgreSQL and Valkey side by side unless others are set; returns when both answer."""
    folder = supervisor.folder
    if not plan.database_url:
        supervisor.start(prepare_postgresql(folder))
    if not plan.redis_url:
        supervisor.start(prepare_valkey(folder))
        supervisor.wait_for(
            lambda: valkey.is_ready(folder), READY_WITHIN, "Valkey does not answer; what it said stands above."
        )
    if not plan.database_url:
        supervisor.wait_for(
            lambda: postgresql.is_ready(folder), READY_WITHIN, "PostgreSQL does not answer; what it said stands above."
        )


def start_programs(supervisor: Supervisor, plan: Plan, told: IO[bytes]) -> None:
    """Migrate and load, and start what serves; what `mawa prepare` says goes to `told`.

    The very first time everything waits for the first load; later the programs wait for the schema themselves. Those
    that nobody waits for load when the web has loaded: all at once on two cores, each would only keep it from starting.
    """
    folder = supervisor.folder
    environment = plan.environment(folder)

    def program(name: str, *words: str) -> Program:
        return Program(name, f"{folder.identity}/{name}", [*plan.mawa, *words], environment)

    prepare = program("prepare", "prepare", "--demo" if plan.demo else "--no-demo")
    preparing = supervisor.start(replace(prepare, once=True, output=told))

    def prepared() -> bool:
        return preparing.is_done

    if not folder.prepared.exists():
        supervisor.wait_for(prepared, PREPARED_WITHIN, PREPARE_HANGS)
    supervisor.start(program("web", "web", "--port", str(plan.port)))
    supervisor.start(program("worker-fold", "worker", "--queue", "fold"))
    supervisor.wait_for(prepared, PREPARED_WITHIN, PREPARE_HANGS)
    folder.prepared.touch()
    supervisor.wait_for(lambda: answers(plan.port, "/healthz"), SERVING_WITHIN, WEB_HANGS)
    supervisor.start(program("worker-mail", "worker", "--queue", "mail"))
    supervisor.start(program("beat", "beat"))


def answers(port: int, path: str) -> bool:
    """Whether GET answers 200. Written by hand: an HTTP library would stay in memory for this one question."""
    try:
        with socket.create_connection(("127.0.0.1", port), ANSWER_WITHIN) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False
