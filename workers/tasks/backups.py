"""A backup a day, while BACKUP_DIR is set.

What is due says the folder, not a clock of ours: whoever was not there at the hour does it when they are, and a backup
that came to nothing is tried again. It is made in a thread of its own, for mails must not wait for it.
"""

import threading
from pathlib import Path

import structlog

from app.backups.errors import BackupError
from app.backups.service.keeping import alone_in, back_up_into, is_due
from app.backups.service.taking import note
from app.core.db import new_snapshot, unit_of_work
from app.core.jobs import BACK_UP
from config.settings import settings

log = structlog.get_logger(__name__)

_under_way: list[threading.Thread] = []  # at most one


def back_up_when_due() -> bool:
    """Begin a backup if one is due and none is under way here; whether one was begun."""
    folder = settings().backups
    _under_way[:] = [thread for thread in _under_way if thread.is_alive()]
    if folder is None or _under_way or not is_due(folder):
        return False
    thread = threading.Thread(target=take_backup, args=(folder,), name="backup", daemon=True)
    _under_way.append(thread)
    thread.start()
    return True


def take_backup(folder: Path) -> None:
    """Make a backup in a folder unless another process does, or has just done so."""
    try:
        with alone_in(folder) as is_ours:
            if is_ours and is_due(folder):
                with new_snapshot() as session:
                    taken = back_up_into(session, folder, most=settings().backups_kept)
                with unit_of_work() as session:
                    note(session, taken)
                log.info("backup_taken", file=taken.file.name, size=taken.size, seconds=round(taken.seconds, 1))
    except BackupError as error:
        log.error("no_backup", reason=str(error))
    except Exception:  # the thread's end is nobody's error; the next sweep tries again, and /readyz counts the hours
        log.exception("no_backup")


TASKS = {BACK_UP: back_up_when_due}
