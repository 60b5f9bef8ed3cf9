"""Keeps programs running: starts again what dies, stops everything in order, leaves nothing behind."""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from config.services.errors import ServicesError
from config.services.folder import DataFolder
from config.services.lock import Lock
from config.services.program import STANDARD_ERROR, Program, ask_to_stop, start, wait_stopped
from config.services.sweep import sweep

log = logging.getLogger("mawa.supervisor")

LONGEST_DELAY = 5.0
STABLE_AFTER = 10.0
# While the installation comes up, a program that has ended so often will not run at all.
DEATHS_AT_START = 5
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GUARDIAN = """\
import sys
sys.path.insert(0, sys.argv[1])
from config.services.sweep import guard
guard(int(sys.argv[2]), *sys.argv[3:])
"""


class StopAsked(Exception):
    """Somebody has asked for the end: Ctrl-C, SIGTERM, a closed terminal."""


class Watched:
    """A program that is to run, its process if it runs now, and its deaths of late."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.is_done = False
        self.deaths = 0
        self.start_at = 0.0
        self.started_at = 0.0

    def tend(self, now: float) -> None:
        """Start the program if it is due, notice its death; `now` in seconds of the monotonic clock."""
        if self.process and self.process.poll() is not None:
            self._has_died(now, self.process.returncode)
        if not self.process and not self.is_done and now >= self.start_at:
            self._start(now)

    def _start(self, now: float) -> None:
        self.started_at = now
        try:
            self.process = start(self.program)
        except OSError as error:  # no memory, too many processes: that passes
            self._try_later(now, error.strerror or str(error))

    def _has_died(self, now: float, code: int) -> None:
        self.process = None
        if not self.program.once:
            self._try_later(now, describe(code))
        elif code:
            raise ServicesError(f"{self.program.name} has failed ({describe(code)}); what it said stands above.")
        else:
            self.is_done = True

    def _try_later(self, now: float, reason: str) -> None:
        if now - self.started_at > STABLE_AFTER:
            self.deaths = 0
        # At once the first time, then after 0.5, 1, 2, 4, 5 seconds.
        delay = min(0.25 * 2**self.deaths, LONGEST_DELAY) if self.deaths else 0.0
        self.deaths += 1
        self.start_at = now + delay
        log.warning("%s does not run (%s); started again in %.1f s", self.program.name, reason, delay)


class Supervisor:
    """Use as a context: leaving it stops everything, stage by stage.

    Takes over this process's signals. Everything runs in the one thread that made it.
    """

    def __init__(self, folder: DataFolder, lock: Lock) -> None:
        self.folder = folder
        self.lock = lock
        self.watched: list[Watched] = []
        self.stop_asked = False
        self.is_coming_up = True

    def __enter__(self) -> Self:
        self.wake, write = socket.socketpair()
        self.write = write
        for end in (self.wake, write):
            end.setblocking(False)
        signal.set_wakeup_fd(write.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, self._note)
        for caught in STOP_SIGNALS:
            # Under `nohup` a closed terminal is not the end. Ctrl-C always is.
            if caught != signal.SIGHUP or signal.getsignal(caught) != signal.SIG_IGN:
                signal.signal(caught, self._note)
        sweep(f"{self.folder.identity}/", [self.folder.postgresql, self.folder.valkey])
        self.lifeline, self.guardian = start_guardian(self.folder, self.lock)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock.say("ending")
        for stage in sorted({watched.program.stage for watched in self.watched}):
            stop_together([watched for watched in self.watched if watched.program.stage == stage])
        os.close(self.lifeline)
        self.guardian.wait()
        signal.set_wakeup_fd(-1)

    def start(self, program: Program) -> Watched:
        """Start a program and keep it running from now on."""
        watched = Watched(program)
        self.watched.append(watched)
        watched.tend(time.monotonic())
        return watched

    def tend(self, timeout: float) -> None:
        """Wait until something happens or `timeout` seconds have passed, and start again what is due.

        Raises StopAsked when we are to stop, ServicesError when a program does not even come up.
        """
        self._sleep(timeout)
        if self.stop_asked:
            raise StopAsked
        self._keep_guardian()
        now = time.monotonic()
        for watched in self.watched:
            watched.tend(now)
            if self.is_coming_up and watched.deaths >= DEATHS_AT_START:
                raise ServicesError(f"{watched.program.name} does not stay up; what it said stands above.")

    def wait_for(self, condition: Callable[[], bool], within: float, failure: str) -> None:
        """Tend the programs until the condition holds; ServicesError with `failure` after `within` seconds."""
        deadline = time.monotonic() + within
        while not condition():
            if time.monotonic() > deadline:
                raise ServicesError(failure)
            self.tend(0.05)

    def keep(self) -> None:
        """Everything is up: tend it until StopAsked is raised."""
        self.is_coming_up = False
        while True:
            self.tend(self._next_start())

    def _keep_guardian(self) -> None:
        if self.guardian.poll() is not None:
            os.close(self.lifeline)
            self.lifeline, self.guardian = start_guardian(self.folder, self.lock)

    def _next_start(self) -> float:
        """Seconds until a program is to be started again."""
        due = [watched.start_at for watched in self.watched if not watched.process and not watched.is_done]
        return max(0.0, min(due) - time.monotonic()) if due else 3600.0

    def _sleep(self, timeout: float) -> None:
        if select.select([self.wake], [], [], timeout)[0]:
            self.wake.recv(4096)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.stop_asked = self.stop_asked or number in STOP_SIGNALS


def stop_together(stage: Sequence[Watched]) -> None:
    """Ask all to stop, then wait for each as long as its patience lasts."""
    running = [(watched.program, watched.process) for watched in stage if watched.process]
    began = time.monotonic()
    for program, process in running:
        ask_to_stop(program, process)
    for program, process in running:
        wait_stopped(program, process, program.patience - (time.monotonic() - began))


def start_guardian(folder: DataFolder, lock: Lock) -> tuple[int, subprocess.Popen[bytes]]:
    """Start the process that clears up should we be killed; returns the end of the pipe that keeps it waiting.

    It holds the lock too, so that the next start waits until nothing is left of this one.
    """
    read, write = os.pipe()
    root = Path(__file__).parents[2]
    services = [str(folder.postgresql), str(folder.valkey)]
    argv = [sys.executable, "-I", "-S", "-c", GUARDIAN, str(root), str(read), f"{folder.identity}/", *services]
    guardian = subprocess.Popen(
        argv,
        pass_fds=(read, lock.descriptor),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=STANDARD_ERROR,
        start_new_session=True,
    )
    os.close(read)
    return write, guardian


def describe(code: int) -> str:
    return f"status {code}" if code >= 0 else signal.Signals(-code).name
