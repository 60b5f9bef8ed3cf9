"""A whole Mawa, as `mawa up` starts it, with a real SMTP server to read its mail from."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

from aiosmtpd.controller import Controller

READY_WITHIN_S = 90.0
PASSWORD = "mawa-demo-2025"
ROLES = ("field_worker", "coordinator", "administrator", "partner")


class Sink:
    """Takes every mail, as a mail server would, and keeps it."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        message["X-Rcpt"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 kept"


@dataclass
class Live:
    """A running installation."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    log: Path
    sink: Sink = field(default_factory=Sink)
    accounts: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {role: (f"{role}@demo.example.org", PASSWORD) for role in ROLES}
    )

    def environment(self) -> dict[str, str]:
        return {**os.environ, "MAWA_DATA_DIR": str(self.folder), "MAWA_ENV": "development"}

    def mawa(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of this installation."""
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *words],
            env=_without_services(self.environment()),
            capture_output=True,
            text=True,
            input=stdin,
            check=False,
        )

    def token(self, role: str) -> str:
        made = self.mawa("user", "token", f"{role}@demo.example.org")
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def api(self, path: str, token: str, body: Any | None = None) -> Any:
        """Ask the API; the answer as JSON. HTTPError for what is not 2xx."""
        request = urllib.request.Request(  # our own address
            f"{self.url}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def figures(self, token: str) -> dict[str, Any]:
        """The figure of every shelter, by its code, page after page."""
        found: dict[str, Any] = {}
        after: str | None = ""
        while after is not None:
            page = self.api("/population?" + urlencode({"by": "shelter", **({"after": after} if after else {})}), token)
            found |= {item["shelter"]: item for item in page["items"]}
            after = page["next"]
        return found

    def readiness(self) -> dict[str, Any] | None:
        """What /readyz says, None while nothing answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except HTTPError as error:
            error.close()
            return None
        except (URLError, OSError):
            return None

    def wait_until_idle(self, within: float = 60.0) -> None:
        """Nothing left to fold and nothing left to send."""

        def idle() -> bool:
            now = self.readiness()
            return bool(now and now["ready"] and now["places_to_fold"] == 0 and now["mails_to_send"] == 0)

        wait_for(idle, within, "the installation does not come to rest")

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(sign)
        return self.process.wait(timeout=60)


def sign_in(url: str, email: str, password: str = PASSWORD) -> str:
    """The cookie of a browser in which somebody has signed in and opened a page with forms: all of them take it."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{url}/login", timeout=30) as page:
        form = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert form is not None
    typed = {"csrf_token": form[1], "email": email, "password": password}
    browser.open(f"{url}/login", urlencode(typed).encode(), timeout=30).close()
    with browser.open(f"{url}/account", timeout=30) as answer:
        assert "/login" not in answer.url, f"{email} was not let in"
    return next(f"{one.name}={one.value}" for one in jar if one.name == "mawa")


def wait_for(condition: Callable[[], Any], within: float, what: str) -> None:
    until = time.monotonic() + within
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"{what} within {within:.0f} s")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, *, port: int | None = None, mail_url: str | None = None, words: tuple[str, ...] = ()) -> Live:
    """Start `mawa up` on a folder and wait until it is ready."""
    port = port or free_port()
    log = folder.parent / f"{folder.name}.log"
    environment = _without_services({**os.environ, "MAWA_DATA_DIR": str(folder), "MAWA_ENV": "development"})
    if mail_url:
        environment["MAIL_URL"] = mail_url
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "up", "--port", str(port), *words],
            env=environment,
            stdout=output,
            stderr=output,
        )
    live = Live(f"http://127.0.0.1:{port}", folder, process, log)

    def ready() -> bool:
        if process.poll() is not None:
            raise AssertionError(f"mawa up ended:\n{log.read_text()[-4000:]}")
        now = live.readiness()
        return bool(now and now["ready"])

    try:
        wait_for(ready, READY_WITHIN_S, f"mawa up is not ready:\n{log.read_text()[-4000:]}")
    except AssertionError:
        process.kill()
        raise
    return live


@contextmanager
def running(*words: str) -> Iterator[Live]:
    """A new installation with a mail server beside it; gone afterwards."""
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    folder = Path(tempfile.mkdtemp(prefix="mawa-live-"))
    try:
        live = start(folder / "data", mail_url=f"smtp://127.0.0.1:{controller.port}", words=words)
        live.sink = sink
        try:
            yield live
        finally:
            if live.process.poll() is None:
                live.stop()
            print(live.log.read_text()[-20_000:])  # noqa: T201  # pytest shows it where a test failed
    finally:
        controller.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _without_services(environment: dict[str, str]) -> dict[str, str]:
    """Other tests point this process at services of their own."""
    kept = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "MAIL_URL"}
    return {name: value for name, value in environment.items() if name not in kept}
