"""A database for one command."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from config.services import folder as data_folder
from config.services import postgresql, program
from config.services.embedded import prepare_postgresql, wait_until
from config.services.errors import ServicesError
from config.services.folder import DataFolder
from config.services.lock import take_or_join

if TYPE_CHECKING:
    from config.settings import Settings


@contextmanager
def database_running(settings: "Settings") -> Iterator[None]:
    """Inside, the database answers.

    It is the one that is set, or that of the supervisor on the data folder, or one of our own until the end. Enter
    from the main thread. Raises ServicesError.
    """
    if settings.database_url:
        yield
        return
    folder = DataFolder(settings.data_dir)
    data_folder.make(folder)
    lock = take_or_join(folder, "command")
    if lock is None:
        wait_until(lambda: postgresql.is_ready(folder), "PostgreSQL")
        yield
        return
    try:
        with running(prepare_postgresql(folder), lambda: postgresql.is_ready(folder)):
            yield
    finally:
        lock.release()


@contextmanager
def running(service: program.Program, is_ready: Callable[[], bool]) -> Iterator[None]:
    """A service from when it answers until the end of the context; it ends with us whatever happens."""
    process = program.start(service)
    try:
        wait_until(lambda: is_ready() or _has_ended(service, process), service.name)
        yield
    finally:
        program.stop(service, process)


def _has_ended(service: program.Program, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise ServicesError(f"{service.name} does not start; what it said stands above.")
    return False
