"""Find and kill the processes that belong to an installation, also those its programs have started themselves.

Every program is started with a mark in its environment, which its descendants inherit. PostgreSQL and Valkey write
over their environment, so they are known by the folder they stand in. Imported by the guardian: keep it light.
"""

import os
import signal
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

MARK = "MAWA_SUPERVISED"
SERVERS = ("postgres", "valkey-server", "redis-server")


def sweep(mark: str, folders: Collection[Path] = (), grace: float = 0) -> None:
    """Kill all that bear the mark and all that serve one of `folders`, this process apart, until none is left.

    The servers get `grace` seconds to leave by themselves first. Nothing is found where there is no /proc: there the
    signal to each program's process group has to do.
    """
    deadline = time.monotonic() + grace
    places = [os.path.realpath(folder) for folder in folders]
    while left := [pid for pid in _others() if _is_marked(pid, mark) or _serves(pid, places)]:
        if time.monotonic() >= deadline or not any(_serves(pid, places) for pid in left):
            for pid in left:
                _kill(pid)
        time.sleep(0.02)


def guard(lifeline: int, mark: str, *folders: str) -> None:
    """Wait until the supervisor is gone, however it went, and leave nothing of it behind.

    `lifeline` is the read end of a pipe of which the supervisor alone holds the other end. The kernel has told the
    programs of its death already; a moment lets PostgreSQL close its files before what remains is killed.
    """
    for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(caught, signal.SIG_IGN)
    while os.read(lifeline, 1):
        pass
    sweep(mark, [Path(folder) for folder in folders], grace=1)


def _others() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    except FileNotFoundError:
        return []


def _is_marked(pid: int, mark: str) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as environ:
            variables = environ.read().decode(errors="replace").split("\0")
    except OSError:  # gone, or another user's
        return False
    # A mark that ends in a slash stands for the whole installation.
    return any(v == f"{MARK}={mark}" or (mark.endswith("/") and v.startswith(f"{MARK}={mark}")) for v in variables)


def _serves(pid: int, places: Collection[str]) -> bool:
    try:
        stands_in = os.readlink(f"/proc/{pid}/cwd")
        program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return False
    # Only servers: somebody may be looking around in there with a shell.
    return program.startswith(SERVERS) and stands_in in places


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
