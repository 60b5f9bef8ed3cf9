"""The processes of compose.yaml, as the image would run them, and the services beside them."""

import os
import secrets
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import psycopg
import redis

from config.services import folder as data_folder
from config.services import postgresql
from config.services.account import service_account
from config.services.database import running
from config.services.embedded import prepare_postgresql, prepare_valkey
from config.services.folder import DataFolder, kept_secret
from tests.container.building import INSTALLED, Stage
from tests.factories.live import free_port

WITHIN_S = 60.0


@dataclass(frozen=True)
class Services:
    """A PostgreSQL and a Valkey that anybody on this machine reaches, with their password."""

    database: str
    redis: str


@contextmanager
def services(place: Path) -> Iterator[Services]:
    """Start both from the wheels in a folder of their own, with sockets outside of it."""
    place.mkdir(mode=0o755)
    folder, sockets = DataFolder(place / "data"), place / "sockets"
    data_folder.make(folder)
    database, broker = prepare_postgresql(folder, throwaway=True), prepare_valkey(folder)
    password, account = kept_secret(folder.password), service_account(folder.postgresql)
    sockets.mkdir(mode=0o755)
    if account:
        os.chown(sockets, account.uid, account.gid)
    with (folder.postgresql / postgresql.OWN_SETTINGS).open("a") as settings:
        settings.write(f"unix_socket_directories = '{sockets}'\n")
    with (folder.valkey / "valkey.conf").open("a") as settings:
        settings.write(f"unixsocket {sockets}/valkey.sock\nunixsocketperm 777\n")
    made = Services(
        f"postgresql://mawa:{password}@/mawa?host={sockets}", f"unix://:{password}@{sockets}/valkey.sock?db=0"
    )

    def answers() -> bool:
        try:
            return bool(redis.Redis.from_url(made.redis, retry=None).ping())
        except redis.ConnectionError:
            return False

    with running(database, lambda: postgresql.is_ready(folder)), running(broker, answers):
        yield made


class Container:
    """The image, run as the services of compose.yaml that are made of it.

    `place` stands for the root of its file system: of that, its `/tmp` and the volume of backups can be written to.
    """

    def __init__(
        self,
        image: Stage,
        compose: Mapping[str, Any],
        *,
        place: Path,
        installed: Path,
        beside: Services,
        user: int | None,
    ) -> None:
        self.compose, self.installed, self.beside, self.user = compose, installed, beside, user
        self.port, self.secret_key = free_port(), secrets.token_hex(32)
        self.work, self.backups = place / "work", place / "backups"
        for folder in (self.work, self.backups):
            folder.mkdir(mode=0o700)
            if self.user:
                os.chown(folder, self.user, self.user)
        moved = {INSTALLED: str(installed), "$PATH": os.environ["PATH"]}
        self.image = {name: _replaced(value, moved) for name, value in image.environment.items()}
        self.image |= {"MAWA_DATA_DIR": str(self.work), "TMPDIR": str(self.work)}
        assert image.last("WORKDIR") == image.environment["MAWA_DATA_DIR"] == "/tmp"
        assert image.last("ENTRYPOINT") == '["mawa"]'
        assert image.last("USER") == "mawa"

    def environment(self, service: str) -> dict[str, str]:
        """What compose.yaml sets for a service, with values of here."""
        values = {
            "SECRET_KEY": self.secret_key,
            "DATABASE_URL": self.beside.database,
            "REDIS_URL": self.beside.redis,
            "MAIL_URL": "smtp://127.0.0.1:9",
            "MAIL_FROM": "mawa@example.org",
            "BASE_URL": "https://mawa.example.org",
            "TRUSTED_PROXIES": "1",
            "BACKUP_DIR": str(self.backups),
            "BACKUPS_KEPT": "14",
        }
        return self.image | {name: values.get(name, "") for name in self.compose[service]["environment"]}

    def run(self, service: str) -> "subprocess.CompletedProcess[str]":
        """Run a service that ends."""
        return self.mawa(*self.compose[service]["command"], service=service)

    def mawa(self, *words: str, service: str = "web", stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command in the container of a service."""
        return subprocess.run(
            [str(self.installed / "bin" / "mawa"), *words], **self._how(service), capture_output=True, text=True,
            input=stdin, check=False, timeout=WITHIN_S,
        )  # fmt: skip

    @contextmanager
    def started(self, service: str) -> Iterator["subprocess.Popen[bytes]"]:
        """A service that goes on, until the end of the context; a web listens to a port of its own."""
        words = [_replaced(word, {"0.0.0.0": "127.0.0.1"}) for word in self.compose[service]["command"]]
        words = [str(self.port) if word == "8000" else word for word in words]
        process = subprocess.Popen([str(self.installed / "bin" / "mawa"), *words], **self._how(service))
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def ask(self, question: str) -> Any:
        with psycopg.connect(self.beside.database) as connection:
            row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None

    def _how(self, service: str) -> dict[str, Any]:
        how = {"cwd": self.work, "env": self.environment(service), "start_new_session": True}
        if self.user:
            how |= {"user": self.user, "group": self.user, "extra_groups": []}
        return how


def get(container: Container, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """What the web answers, as one who comes through Caddy; 0 while nobody does."""
    told = {"Host": "mawa.example.org", "X-Forwarded-For": "192.0.2.7", **(headers or {})}
    request = urllib.request.Request(f"http://127.0.0.1:{container.port}{path}", headers=told)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (URLError, OSError):
        return 0, ""


def wait_for(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < until, f"{what} does not come within {WITHIN_S:.0f} s"
        time.sleep(0.1)


def _replaced(text: str, other: Mapping[str, str]) -> str:
    for one, another in other.items():
        text = text.replace(one, another)
    return text
