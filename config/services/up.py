"""`mawa up`: everything an installation needs, in one process that watches over it."""

import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from config.services import folder as data_folder
from config.services import postgresql, valkey
from config.services.addresses import embedded_database, embedded_redis
from config.services.embedded import READY_WITHIN, prepare_postgresql, prepare_valkey
from config.services.errors import ServicesError
from config.services.folder import DataFolder, kept_secret
from config.services.lock import take
from config.services.program import Program
from config.services.supervisor import StopAsked, Supervisor

if TYPE_CHECKING:
    from config.settings import Settings

MAWA = (sys.executable, "-m", "app.cli")
PREPARED_WITHIN = 3600.0
SERVING_WITHIN = 120.0
ANSWER_WITHIN = 2.0


def up(settings: "Settings", *, port: int, demo: bool, mawa: Sequence[str] = MAWA) -> None:
    """Run everything until Ctrl-C, SIGTERM or SIGHUP.

    Prints where it serves once it does. Raises ServicesError, with nothing left running, when it cannot.
    """
    folder = DataFolder(settings.data_dir)
    data_folder.make(folder)
    lock = take(folder, "up")
    try:
        with Supervisor(folder, lock) as supervisor, tempfile.TemporaryFile() as told:
            check_port(port)
            start_services(supervisor, settings)
            start_programs(supervisor, environment(settings, folder, port), port=port, demo=demo, mawa=mawa, told=told)
            supervisor.wait_for(
                lambda: is_serving(port), SERVING_WITHIN, "The web does not become ready; what it said stands above."
            )
            told.seek(0)
            sys.stdout.write(welcome(settings, port, told.read().decode()))
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


def start_services(supervisor: Supervisor, settings: "Settings") -> None:
    """Start PostgreSQL and Valkey side by side unless others are set; returns when both answer."""
    folder = supervisor.folder
    if not settings.database_url:
        supervisor.start(prepare_postgresql(folder))
    if not settings.redis_url:
        supervisor.start(prepare_valkey(folder))
        supervisor.wait_for(
            lambda: valkey.is_ready(folder), READY_WITHIN, "Valkey does not answer; what it said stands above."
        )
    if not settings.database_url:
        supervisor.wait_for(
            lambda: postgresql.is_ready(folder), READY_WITHIN, "PostgreSQL does not answer; what it said stands above."
        )


def environment(settings: "Settings", folder: DataFolder, port: int) -> dict[str, str]:
    """What Mawa's own programs are told beside our environment."""
    return {
        "DATABASE_URL": settings.database_url or embedded_database(folder),
        "REDIS_URL": settings.redis_url or embedded_redis(folder),
        "SECRET_KEY": secret_key(settings),
        "BASE_URL": settings.base_url if "base_url" in settings.model_fields_set else address(port),
        "MAWA_DATA_DIR": str(folder.root),
    }


def secret_key(settings: "Settings") -> str:
    """The key that is set, else the one made for this data folder on first use. The folder must be there."""
    return settings.secret_key or kept_secret(DataFolder(settings.data_dir).secret_key)


def start_programs(
    supervisor: Supervisor,
    environment: Mapping[str, str],
    *,
    port: int,
    demo: bool,
    mawa: Sequence[str],
    told: IO[bytes],
) -> None:
    """Migrate and load, and start what serves; what `mawa prepare` says goes to `told`.

    The very first time everything waits for the first load. Later the programs wait for the schema themselves, and
    those that are not needed to answer a request start last: loading them takes the processor's time.
    """
    folder = supervisor.folder

    def program(name: str, *words: str, once: bool = False, output: IO[bytes] | None = None) -> Program:
        return Program(name, f"{folder.identity}/{name}", [*mawa, *words], environment, once=once, output=output)

    def wait_prepared() -> None:
        supervisor.wait_for(lambda: preparing.is_done, PREPARED_WITHIN, "`mawa prepare` does not end.")
        folder.prepared.touch()

    preparing = supervisor.start(
        program("prepare", "prepare", "--demo" if demo else "--no-demo", once=True, output=told)
    )
    if not folder.prepared.exists():
        wait_prepared()
    supervisor.start(program("web", "web", "--port", str(port)))
    supervisor.start(program("worker-fold", "worker", "--queue", "fold"))
    wait_prepared()
    supervisor.start(program("worker-mail", "worker", "--queue", "mail"))
    supervisor.start(program("beat", "beat"))


def is_serving(port: int) -> bool:
    """Whether GET /readyz answers 200. Written by hand: an HTTP library would stay in memory for this one question."""
    try:
        with socket.create_connection(("127.0.0.1", port), ANSWER_WITHIN) as connection:
            connection.sendall(b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def welcome(settings: "Settings", port: int, told: str) -> str:
    """What the person who started it needs to know."""
    if settings.mail_url:
        mail = f"Mail is sent through {urlsplit(settings.mail_url).hostname}."
    else:
        mail = f"Mail is not sent but kept: {address(port)}/dev/mail"
    return f"\n{told}{mail}\nMawa is at {address(port)}   (Ctrl-C stops it)\n"
