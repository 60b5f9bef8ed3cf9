"""Waking workers. PostgreSQL holds the work; a wake-up only makes it start sooner.

The application knows the names of tasks, not their code. A thread per process sends the wake-ups, so that
a slow or missing broker never delays a request; a lost one is made good by the sweep every few seconds.
"""

import threading
import time
from collections.abc import Callable, Iterable

import structlog

FOLD = "population.fold"
LOOK_AGAIN = "alerts.look_again"
COMPOSE = "alerts.compose_mails"
DIGEST = "alerts.compose_digests"
SEND = "outbox.send"
SEAL = "audit.seal"
BACK_UP = "backups.take"
HOLD = "holds.work"
BEAT = "core.fold_heartbeat"
BEAT_MAIL = "core.mail_heartbeat"

QUEUES = {
    **dict.fromkeys((FOLD, LOOK_AGAIN, BEAT), "fold"),
    **dict.fromkeys((COMPOSE, DIGEST, SEND, SEAL, HOLD, BACK_UP, BEAT_MAIL), "mail"),
}

_PAUSE = 0.05  # seconds between two rounds: at most 20 wake-ups a second for each task (ledger.md §5)

log = structlog.get_logger(__name__)


class Waker:
    """Sends wake-ups from a thread of its own; many calls in one pause become one message."""

    def __init__(self, send: Callable[[str], None]) -> None:
        self._send = send
        self._wanted: set[str] = set()
        self._lock = threading.Lock()
        self._event = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self, tasks: Iterable[str]) -> None:
        """Ask for these tasks; returns at once."""
        with self._lock:
            self._wanted.update(tasks)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
                self._thread.start()
        self._event.set()

    def _run(self) -> None:
        while True:
            self._event.wait()
            self._event.clear()
            with self._lock:
                wanted, self._wanted = self._wanted, set()
            for task in sorted(wanted):
                try:
                    self._send(task)
                except Exception as error:  # a broker that is away must not stop later wake-ups
                    log.warning("wake_up_lost", task=task, reason=str(error))
            time.sleep(_PAUSE)


_waker: Waker | None = None


def send_wakes_by(send: Callable[[str], None] | None) -> None:
    """Choose how wake-ups leave this process; None keeps them in (tests, commands)."""
    global _waker  # noqa: PLW0603  # one way out for the whole process
    _waker = Waker(send) if send else None


def wake(tasks: Iterable[str]) -> None:
    """Tell the workers, if this process has a way to; nothing to tell is fine."""
    tasks = set(tasks)
    if tasks and _waker is not None:
        _waker.wake(tasks)
