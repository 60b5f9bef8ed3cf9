"""How many requests of one key are open at this moment, over all web processes of a machine.

Each open request holds a lock on one byte of a file, and the kernel keeps the count: it is exact, costs two system
calls and no round trip, needs no server that might be away, and a process that is killed leaves nothing behind.
"""

import errno
import fcntl
import os
from pathlib import Path
from threading import Lock

import structlog

MOST = 4_096  # slots of a key; keys lie this many bytes apart
_KEY_BYTES = 6  # 2**48 keys of 2**12 slots fit into the offset of a file
_HELD_BY_ANOTHER = (errno.EACCES, errno.EAGAIN)

log = structlog.get_logger(__name__)


class OpenRequests:
    """Slots of each key. Locks of a file belong to a process, so those of its own threads are kept in memory."""

    def __init__(self, file: Path, most: int) -> None:
        self._path, self._most = file, most
        self._file: int | None = None
        self._is_opened = False
        self._lock = Lock()
        self._held: dict[int, set[int]] = {}

    def enter(self, key: bytes) -> tuple[int, int] | None:
        """Take a slot of a key, a digest of at least six bytes; None where all are taken."""
        place = int.from_bytes(key[:_KEY_BYTES], "big") * MOST
        with self._lock:
            held = self._held.setdefault(place, set())
            first = os.getpid()  # processes begin at different slots, so that they seldom try one that is taken
            for step in range(self._most):
                slot = (first + step) % self._most
                if slot not in held and self._take(place + slot):
                    held.add(slot)
                    return place, slot
            if not held:
                del self._held[place]
        return None

    def leave(self, taken: tuple[int, int]) -> None:
        """Give a slot back."""
        place, slot = taken
        with self._lock:
            held = self._held[place]
            held.discard(slot)
            if not held:
                del self._held[place]
            if self._file is not None:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place + slot)

    def _take(self, byte: int) -> bool:
        """Whether no other process has it. Where the file cannot be used, only this process is counted."""
        file = self._opened()
        if file is None:
            return True
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except OSError as error:
            return error.errno not in _HELD_BY_ANOTHER
        return True

    def _opened(self) -> int | None:
        """The file, opened once: closing any copy of it would let go of every lock of this process."""
        if not self._is_opened:
            self._is_opened = True
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                log.warning("open_requests_counted_alone", file=str(self._path), reason=error.strerror)
        return self._file
