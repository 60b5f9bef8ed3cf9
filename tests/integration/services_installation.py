"""An installation with stand-ins for Mawa's own programs, run and watched from outside."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psutil
import redis

ROOT = Path(__file__).parents[2]
SAYS_READY = "Mawa is at"
TRACE = "MAWA_TEST_RUN"


class Installation:
    """One data folder and port; starts and kills supervisors on them."""

    def __init__(self, folder: Path, user: str | None = None, **environment: str) -> None:
        self.folder = folder
        self.user = user
        self.port = free_port()
        self.trace = uuid4().hex
        self.environment = environment
        self.spawned: list[subprocess.Popen[str]] = []
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  closed in leave_nothing

    def spawn(self, *words: str) -> subprocess.Popen[str]:
        """Start a command of `services_commands` on the installation."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.services_commands", *words],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "MAWA_DATA_DIR": str(self.folder),
                TRACE: self.trace,
                **self.environment,
            },
            cwd="/",
            user=self.user,
            extra_groups=[] if self.user else None,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self.spawned.append(process)
        return process

    def start(self) -> subprocess.Popen[str]:
        """Start a supervisor and wait until it says that it serves."""
        supervisor = self.spawn("up", str(self.port))
        told = self.told(supervisor)
        assert SAYS_READY in told, self.complaint(supervisor)
        return supervisor

    def told(self, supervisor: subprocess.Popen[str]) -> str:
        """What a supervisor says until it serves or ends."""
        assert supervisor.stdout
        told = ""
        for line in supervisor.stdout:
            told += line
            if SAYS_READY in line:
                break
        return told

    def complaint(self, supervisor: subprocess.Popen[str]) -> str:
        """What a supervisor that cannot run says at last; its exit status is 1."""
        assert SAYS_READY not in self.told(supervisor)
        assert supervisor.wait(5) == 1
        self.errors.seek(0)
        return self.errors.read().decode().splitlines()[-1]

    def processes(self) -> list[psutil.Process]:
        """Everything that lives and was started for this installation, found without asking it."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def named(self, *words: str) -> psutil.Process:
        """The one process whose command line has all these words in a row."""
        text = " ".join(words)
        found = [process for process in self.processes() if text in " ".join(process.cmdline())]
        assert len(found) == 1, found
        return found[0]

    def program(self, *words: str) -> psutil.Process:
        """The stand-in that was started with these words."""
        return self.named("services_programs.py", *words)

    def leave_nothing(self) -> None:
        """For the end of a test: kill what is left, whatever it is."""
        for spawned in self.spawned:
            spawned.kill()
        soon(lambda: not self.processes(), within=3)
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for spawned in self.spawned:
            spawned.communicate()
        self.errors.close()

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            alive = process.status() != psutil.STATUS_ZOMBIE
            return alive and (
                process.environ().get(TRACE) == self.trace or Path(process.cwd()).is_relative_to(self.folder.resolve())
            )
        except psutil.Error:
            return False


@contextmanager
def installed(folder: Path, user: str | None = None, **environment: str) -> Iterator[Installation]:
    installation = Installation(folder, user, **environment)
    try:
        yield installation
    finally:
        installation.leave_nothing()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def soon(condition: Callable[[], object], within: float = 15) -> bool:
    """Whether the condition comes to hold within so many seconds; what cannot be asked yet does not hold."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if condition():
                return True
        except (AssertionError, OSError, psutil.Error, redis.ConnectionError):
            pass
        time.sleep(0.05)
    return False
