"""One program under our care: how it is started, how it dies, how it is stopped."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.services.account import Account
from config.services.sweep import MARK, sweep

PR_SET_PDEATHSIG = 1
STANDARD_ERROR = 2
# Looked up before any fork: the child between fork and exec should do as little as possible.
PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """What to run, and how.

    `mark` is `<installation>/<name>`; `environment` is added to ours, or stands alone for a service. `folder` is the
    service's own working folder. Its output goes to our standard error unless `output` says otherwise. A program that
    runs `once` is not started again. `stop_signal` asks it to leave, for which it may take `patience` seconds; the
    programs of stage 0 are stopped first. `death_signal` is what the kernel sends it when we die. `before` runs before
    every start.
    """

    name: str
    mark: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: Account | None = None
    output: IO[bytes] | None = None
    once: bool = False
    stage: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10
    death_signal: signal.Signals = signal.SIGKILL
    before: Callable[[], None] = lambda: None

    @property
    def folders(self) -> list[Path]:
        return [self.folder] if self.folder else []


def start(program: Program) -> subprocess.Popen[bytes]:
    """Start the program, in its own session, after killing what an earlier run of it left behind.

    Call it from a thread that stays: the kernel takes the end of the starting thread for our death.
    """
    sweep(program.mark, program.folders)
    program.before()
    parent = os.getpid()

    inherited = {} if program.folder else os.environ
    account = program.account

    def die_with_parent() -> None:
        # Runs after the change of user, which would clear the request.
        if PRCTL:
            PRCTL(PR_SET_PDEATHSIG, int(program.death_signal), 0, 0, 0)
        if os.getppid() != parent:  # we died before the kernel knew of the request
            os._exit(1)

    return subprocess.Popen(
        program.argv,
        env={**inherited, **program.environment, MARK: program.mark},
        cwd=program.folder,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=0o077 if account else -1,
        stdin=subprocess.DEVNULL,
        stdout=program.output or STANDARD_ERROR,
        stderr=STANDARD_ERROR,
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509  the supervisor has one thread, and the hook only makes two system calls
    )


def ask_to_stop(program: Program, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(program.stop_signal)


def wait_stopped(program: Program, process: subprocess.Popen[bytes], patience: float | None = None) -> None:
    """Wait for the program to leave, then make sure that it and its descendants have left."""
    try:
        process.wait(program.patience if patience is None else max(patience, 0))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    sweep(program.mark, program.folders)


def stop(program: Program, process: subprocess.Popen[bytes]) -> None:
    ask_to_stop(program, process)
    wait_stopped(program, process)
