"""Keeping the newest backups in a folder: one a day, the oldest beyond a number goes when another is whole."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.backups import queries
from app.backups.errors import BackupError
from app.backups.schemas import Taken
from app.backups.service.files import UNFINISHED
from app.backups.service.taking import back_up
from app.core import clock

EVERY = timedelta(days=1)
ROOM_LEFT = 1_000_000_000  # bytes that a backup leaves: reports are refused when the disk is full


def is_due(folder: Path) -> bool:
    """Whether the newest backup in a folder is a day old, or there is none."""
    newest = queries.newest(folder)
    return newest is None or clock.now() - newest >= EVERY


@contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Whether nobody else writes backups to a folder, as long as the block lasts. The lock goes with its process,
    however that ends. BackupError where the folder cannot be used."""
    try:
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BackupError(f"BACKUP_DIR {folder} cannot be written to: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(lock)


def back_up_into(session: Session, folder: Path, *, most: int) -> Taken:
    """Make another backup in a folder in which nobody else writes, and keep the newest `most`. `session` as in
    `back_up`."""
    for unfinished in folder.glob(f".*{UNFINISHED}"):  # of a process that was killed
        unfinished.unlink()
    _check_room(folder)
    taken = back_up(session, folder / queries.name_of(clock.now()))
    for _, file in queries.kept(folder)[:-most]:
        file.unlink()
    return taken


def _check_room(folder: Path) -> None:
    """BackupError where another backup as large as the newest would fill the disk."""
    there = queries.kept(folder)
    wanted = ROOM_LEFT + (there[-1][1].stat().st_size if there else 0)
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise BackupError(f"Only {free // 1_000_000} MB are free at {folder}: no backup is made. Make room there.")
