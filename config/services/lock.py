"""One supervisor, or one command with its own PostgreSQL, at a time on a data folder."""

import fcntl
import os
import time
from pathlib import Path

from config.services.errors import ServicesError
from config.services.folder import DataFolder

PATIENCE = 60.0


class Lock:
    """The lock on a data folder. It is held until every process that has the descriptor is gone.

    The file says who holds it: `up PID` for a supervisor, `command PID` for a command that runs PostgreSQL for itself,
    `ending PID` for a supervisor on its way out.
    """

    def __init__(self, folder: DataFolder) -> None:
        self.descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600)

    def try_take(self, kind: str) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.say(kind)
        return True

    def say(self, kind: str) -> None:
        """Tell those who wait for the lock who we are: `up`, `command`, `ending`."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{kind} {os.getpid()}".encode(), 0)

    def supervisor(self) -> int | None:
        """The living supervisor that holds the lock, if it is one."""
        kind, _, pid = os.pread(self.descriptor, 64, 0).decode().partition(" ")
        return int(pid) if kind == "up" and is_alive(int(pid)) else None

    def release(self) -> None:
        os.close(self.descriptor)


def take(folder: DataFolder, kind: str) -> Lock:
    """Take the lock; raises ServicesError when a supervisor holds it."""
    lock = take_or_join(folder, kind)
    if lock is None:
        raise ServicesError(
            f"Mawa already runs on {folder.root}. Stop it first; for a second installation set MAWA_DATA_DIR to "
            "another folder and PORT to another port."
        )
    return lock


def take_or_join(folder: DataFolder, kind: str) -> Lock | None:
    """Take the lock; None when a living supervisor holds it.

    Waits for a command to end, and for a supervisor that is ending or has been killed to be cleared away.
    """
    lock = Lock(folder)
    deadline = time.monotonic() + PATIENCE
    while not lock.try_take(kind):
        if lock.supervisor():
            lock.release()
            return None
        if time.monotonic() > deadline:
            lock.release()
            raise ServicesError(f"Another mawa command is using {folder.root}. Wait until it has ended.")
        time.sleep(0.05)
    return lock


def is_supervised(folder: DataFolder) -> bool:
    """Whether a supervisor runs on the folder."""
    if not folder.lock.exists():
        return False
    lock = Lock(folder)
    try:
        fcntl.flock(lock.descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return lock.supervisor() is not None
    finally:
        lock.release()
    return False


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that is dead and only waits to be collected by its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"
